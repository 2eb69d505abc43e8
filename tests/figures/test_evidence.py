"""The evidence score against its alarm line."""

import math
import re
from datetime import UTC, datetime

import pytest

from driftium_core.figures.evidence import evidence_points, evidence_trend
from driftium_core.figures.layout import figure_alt
from driftium_core.stats.evidence_score import EvidenceScore
from driftium_core.store.records import AlarmLook


def look(block, evidence):
    """A counted block with the score after it."""
    return AlarmLook(
        block=block,
        created_at=datetime(2024, 11, 22, 12, block, tzinfo=UTC),
        fingerprint="f",
        pvalue=0.0004,
        effect_size=0.3,
        e_value=2.0,
        evidence=evidence,
    )


LOOKS = [look(2, 999.0), look(1, 9.0), look(0, 0.0)]


def test_heights_are_the_logarithm_of_one_plus_the_score():
    points = evidence_points(LOOKS, 900.0)
    assert [(p.block, p.height, p.over) for p in points] == [
        (1, 0.0, False),
        (2, pytest.approx(1.0), False),
        (3, pytest.approx(3.0), True),
    ]
    assert "score 0.00, alarm at 2.95" in points[0].text
    assert "p < 0.001" in points[0].text.replace("\u00a0", " ")


def test_the_alarm_line_is_where_the_statistics_put_it():
    # log10(1 + 900) = 2.95
    figure = evidence_trend(LOOKS, 900.0, None, "dark")
    (line,) = figure.layout.shapes
    assert line.y0 == line.y1 == pytest.approx(2.95, abs=0.01)
    assert "alarm line 2.95" in {label.text for label in figure.layout.annotations}
    low, high = figure.layout.yaxis.range
    assert low < 0
    assert high > math.log10(1000)


def test_the_figure_counts_blocks_as_the_sentence_beside_it_does():
    sentence = EvidenceScore(evidence=999.0, looks=3, last_block=2, alarmed_at_block=2).text
    (block,) = re.findall(r"crossed the line at block (\d+)", sentence)
    figure = evidence_trend(LOOKS, 900.0, 2, "light")
    (circles,) = figure.data
    assert list(circles.marker.symbol) == ["circle-open", "circle-open", "circle"]
    crossing = circles.marker.symbol.index("circle")
    assert str(circles.x[crossing]) == block
    assert circles.text[crossing].startswith(f"Block {block} ·")
    assert f"▲ alarm at block {block}" in {label.text for label in figure.layout.annotations}
    assert figure_alt(figure).endswith(f"; alarm since block {block}.")


def test_words_are_clear_of_the_score():
    early = [look(0, 0.0), look(1, 999.0), look(2, 2000.0), look(3, 5000.0)]
    labels = {label.text: label for label in evidence_trend(early, 900.0, 1, "dark").layout.annotations}
    alarm, line = labels["▲ alarm at block 2"], labels["alarm line 2.95"]
    assert (alarm.yref, alarm.y, alarm.yanchor) == ("paper", 1, "bottom"), "above the plot"
    assert (line.x, line.xanchor, line.yanchor) == (1, "right", "top"), "the score is above the line there"
    late = [look(0, 0.0), look(1, 9.0), look(2, 99.0), look(3, 999.0)]
    labels = {label.text: label for label in evidence_trend(late, 900.0, 3, "dark").layout.annotations}
    assert (labels["alarm line 2.95"].x, labels["alarm line 2.95"].yanchor) == (0, "bottom")
    assert labels["▲ alarm at block 4"].xanchor == "right"


def test_an_alarm_at_a_block_that_is_not_shown_is_still_told():
    sentence = EvidenceScore(evidence=999.0, looks=41, last_block=40, alarmed_at_block=39).text
    assert "at block 40." in sentence
    assert "alarm since block 40." in figure_alt(evidence_trend(LOOKS, 900.0, 39, "dark"))


def test_one_block_is_enough_and_none_is_a_sentence():
    assert "after 1 block of" in figure_alt(evidence_trend([look(0, 0.0)], 900.0, None, "dark"))
    assert figure_alt(evidence_trend([], 900.0, None, "dark")) == "No block of new answers was counted yet."
    of_rows = evidence_trend(LOOKS, 900.0, None, "dark", units="rows")
    assert of_rows.layout.xaxis.title.text == "block of new rows"
