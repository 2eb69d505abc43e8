"""The stability trend shows every calculation with its ranges and lets each be opened."""

from datetime import UTC, datetime, timedelta

import pytest

from driftium_core.figures.layout import figure_alt
from driftium_core.figures.stability import StabilityPoint, baseline_changes, stability_points, steps
from driftium_core.figures.stability_trend import stability_trend
from driftium_core.palette import PALETTES, SYMBOLS
from driftium_core.severity import Severity
from tests.calculations import calculation

LOW, HIGH = Severity.LOW, Severity.HIGH


def point(name, severity=LOW, *, health=90.0, mmd=0.004, null=(0.001, 0.01), baseline="v1"):
    """A calculation with its interval and null range."""
    item = calculation(
        name,
        severity=severity,
        health_index=health,
        health_low=None if health is None else health - 5,
        health_high=None if health is None else health + 5,
        mmd_score=mmd,
        mmd_low=null[0] if null else None,
        mmd_high=null[1] if null else None,
    )
    return StabilityPoint(item, "22 Nov 14:02", baseline)


POINTS = [
    point("a"),
    point("b"),
    point("c", None),
    point("d", HIGH, health=54.0, mmd=0.068, baseline="v2"),
]


def traces(figure, name):
    """Traces of one name, of the upper panel first."""
    return [trace for trace in figure.data if trace.name == name]


def test_points_are_read_off_stored_calculations_oldest_first():
    noon = datetime(2024, 11, 22, 12, tzinfo=UTC)
    numbers = {"health_index": 54.0, "health_low": 47.0, "health_high": 61.0, "mmd_score": 0.068, "effect_size": 0.3}
    stored = [
        calculation(name, created_at=noon + timedelta(minutes=minutes), **numbers)
        for name, minutes in (("b", 9), ("a", 2))
    ]
    points = stability_points(stored, baselines={"b1": "v3"}, now=noon + timedelta(hours=6))
    assert [(p.calculation_id, p.when, p.baseline) for p in points] == [("a", "12:02", "v3"), ("b", "12:09", "v3")]
    assert points[0].lines == (
        "12:02 · ▲ HIGH",
        "Health 54, 95 % 47 to 61",
        "MMD² 0.068; null range 0.002 to 0.009",
        "effect 0.30 · 64 current, 300 baseline v3",
    )


def test_every_marker_of_both_panels_opens_its_calculation():
    figure = stability_trend(POINTS, "dark")
    for name in ("Health Index", "MMD²"):
        (trace,) = traces(figure, name)
        assert list(trace.customdata) == ["a", "b", "c", "d"]
        assert list(trace.marker.symbol) == [SYMBOLS[p.calculation.severity] for p in POINTS]
    assert [list(trace.customdata) for trace in traces(figure, "Inconclusive")] == [["c"], ["c"]]
    assert figure.layout.clickmode == "event+select"


def test_picking_a_point_does_not_fade_the_others():
    figure = stability_trend(POINTS, "dark", selected="b")
    faded = [trace for trace in figure.data if "markers" in trace.mode and trace.unselected.marker.opacity != 1]
    assert faded == []


def test_an_inconclusive_calculation_is_a_gap_with_an_open_circle_below_the_scales():
    figure = stability_trend(POINTS, "light")
    for name in ("Health Index", "MMD²"):
        (trace,) = traces(figure, name)
        assert trace.y[2] is None
        assert trace.connectgaps is None
    upper, lower = traces(figure, "Inconclusive")
    assert list(upper.marker.symbol) == ["circle-open"]
    for trace, axis in ((upper, figure.layout.yaxis), (lower, figure.layout.yaxis2)):
        (foot,), (bottom, top) = trace.y, axis.range
        assert bottom < foot < min(axis.tickvals) - 0.1 * (top - bottom), "it is not read as a value"
        assert min(axis.tickvals) == 0
    assert "○ INCONCLUSIVE" in upper.text[0]


def test_each_mmd_stands_on_its_own_null_range():
    figure = stability_trend([point("a", null=(0.001, 0.01)), point("b", null=(0.002, 0.02))], "dark")
    ribbon = next(trace for trace in figure.data if trace.fill == "toself")
    outline = set(zip(ribbon.x, ribbon.y, strict=True))
    assert {(-0.5, 0.001), (0.5, 0.001), (0.5, 0.01), (0.5, 0.002), (1.5, 0.02)} <= outline


def test_mmd_without_a_null_range_is_not_drawn():
    figure = stability_trend([point("a", null=None), point("b")], "dark")
    (trace,) = traces(figure, "MMD²")
    assert list(trace.y) == [None, 0.004]
    assert "MMD² without a null range" in trace.text[0]


def test_health_has_its_interval():
    (trace,) = traces(stability_trend(POINTS, "dark"), "Health Index")
    assert [value for value in trace.error_y.array if value is not None] == [5.0, 5.0, 5.0]


def test_without_prompts_the_panel_says_so_and_points_stay_clickable():
    figure = stability_trend([point("a", health=None), point("b", health=None)], "dark")
    assert "No Health Index could be computed." in {label.text for label in figure.layout.annotations}
    (trace,) = traces(figure, "MMD²")
    assert list(trace.y) == [0.004, 0.004]


def test_a_calculation_with_nothing_to_draw_can_still_be_opened():
    figure = stability_trend([point("a"), point("b", health=None, null=None)], "dark")
    assert list(traces(figure, "Inconclusive")[0].customdata) == ["b"]
    assert list(traces(figure, "Inconclusive")[0].marker.symbol) == [SYMBOLS[LOW]]


def test_neighbours_of_one_severity_share_a_band_with_glyph_and_word():
    figure = stability_trend(POINTS, "dark")
    labels = {label.text for label in figure.layout.annotations}
    assert {"● LOW", "▲ HIGH"} <= labels
    bands = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert [(band.x0, band.x1) for band in bands] == [(-0.5, 1.5), (1.5, 2.5), (2.5, 3.5)]


def test_a_change_of_baseline_is_a_line_with_its_name():
    assert baseline_changes(POINTS) == [(3, "v2")]
    figure = stability_trend(POINTS, "dark")
    assert "v2" in {label.text for label in figure.layout.annotations}
    assert any(shape.type == "line" and shape.x0 == 2.5 for shape in figure.layout.shapes)


def test_the_selected_calculation_is_marked_in_both_panels():
    figure = stability_trend(POINTS, "dark", selected="d")
    accent = PALETTES["dark"].accent
    rings = [trace for trace in figure.data if trace.marker.color == accent]
    assert [(trace.x[0], trace.y[0]) for trace in rings] == [(3, 54.0), (3, 0.068)]
    assert [shape.x0 for shape in figure.layout.shapes if shape.line.color == accent] == [3]


def test_holes_part_a_ribbon():
    x, y = steps([(1.0, 2.0), None, (3.0, 4.0)])
    assert x == [-0.5, 0.5, 0.5, -0.5, -0.5, None, 1.5, 2.5, 2.5, 1.5, 1.5, None]
    assert y == [2.0, 2.0, 1.0, 1.0, 2.0, None, 4.0, 4.0, 3.0, 3.0, 4.0, None]


def test_names_are_text():
    figure = stability_trend([point("a", baseline="<b>x</b>"), point("b", baseline="<u>")], "dark")
    (trace,) = traces(figure, "MMD²")
    assert "&lt;b&gt;x&lt;/b&gt;" in trace.text[0]
    assert "&lt;u&gt;" in {label.text for label in figure.layout.annotations}


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_alt_counts_the_severities_and_tells_the_newest(theme):
    alt = figure_alt(stability_trend(POINTS, theme))
    assert "the last 4 calculations: 2 LOW, 1 inconclusive, 1 HIGH" in alt
    assert "Health 54, 95 % 49 to 59; MMD² 0.068; null range 0.001 to 0.010" in alt


def test_nothing_yet_is_a_sentence():
    assert figure_alt(stability_trend([], "dark")) == "No calculation yet."


def test_a_thousand_points_are_all_there_with_few_labels():
    many = [point(str(i), HIGH if i % 2 else LOW) for i in range(1_000)]
    figure = stability_trend(many, "dark")
    assert len(traces(figure, "Health Index")[0].customdata) == 1_000
    assert len(figure.layout.shapes) == 0, "stripes of one calculation each cannot be read"
    assert len(figure.layout.xaxis.tickvals) <= 5


def test_what_is_too_little_to_draw_is_not_said_to_be_missing():
    figure = stability_trend([point("c1", None, health=100.0, mmd=0.4, null=(0.3, 0.5))], "dark")
    texts = [label.text for label in figure.layout.annotations]
    assert texts.count("Inconclusive: too few answers to draw one.") == 2
    assert [trace for trace in figure.data if trace.fill == "toself" and any(trace.x)] == [], "no range behind it"
    assert not any("shaded" in text for text in texts)


def test_times_within_one_minute_are_written_once():
    names = ["a", "b", "c"]
    written = stability_trend([point(name) for name in names], "dark").layout.xaxis
    assert (list(written.tickvals), list(written.ticktext)) == ([0], ["22 Nov<br>14:02"])
    later = StabilityPoint(POINTS[0].calculation, "22 Nov 14:03")
    assert list(stability_trend([*map(point, names), later], "dark").layout.xaxis.tickvals) == [0, 3]
