"""Terms are drawn when their interval excludes no change, to the side of the pool that uses them more."""

import pytest

from driftium_core.figures.layout import figure_alt
from driftium_core.figures.terms import cut_term, diverging_terms, term_rows
from driftium_core.text.differences import Keyword


def word(term, shift, width=0.5):
    """A keyword with this log₂ ratio and half-width of its interval."""
    return Keyword(term, 3.0, 0.1, 0.2, shift, shift - width, shift + width)


GAINED = [word("store credit", 3.4), word("policy", 2.2), word("perhaps", 0.3)]
LOST = [word("refund", -2.1), word("days", -1.3)]


def test_rows_go_from_gained_to_lost_without_what_may_be_chance():
    assert [row.term for row in term_rows(GAINED, LOST)] == ["store credit", "policy", "days", "refund"]


def test_the_surest_terms_stay_when_there_are_too_many():
    # near ends of the intervals: 2.9, 1.7, 1.6 and 0.8
    assert [row.term for row in term_rows(GAINED, LOST, limit=3)] == ["store credit", "policy", "refund"]
    assert len(term_rows([word(str(i), 1.0 + i) for i in range(40)], [])) == 12


def test_gained_bars_are_solid_to_the_right_and_lost_ones_hatched_to_the_left():
    lost, gained = diverging_terms(GAINED, LOST, "dark").data
    assert (lost.name, lost.marker.pattern.shape) == ("more in baseline", "/")
    assert (gained.name, gained.marker.pattern.shape) == ("more in current", "")
    assert max(lost.x) < 0 < min(gained.x)
    assert list(gained.error_x.array) == pytest.approx([0.5, 0.5])


def test_values_are_written_with_a_true_minus():
    labels = {label.text for label in diverging_terms(GAINED, LOST, "light").layout.annotations}
    assert labels == {"+3.40", "+2.20", "−1.30", "−2.10"}


def test_every_whisker_is_on_the_axis():
    low, high = diverging_terms([], LOST, "dark").layout.xaxis.range
    assert low < -2.6
    assert high >= 0


def test_equal_labels_keep_their_own_rows():
    long = "a very long term that is cut"
    figure = diverging_terms([word(long + " here", 2.0), word(long + " there", 3.0)], [], "dark")
    assert sorted(figure.data[0].y) == [0, 1]


def test_the_numbers_below_a_single_row_have_room():
    layout = diverging_terms([word("use", 2.0)], [], "dark").layout
    plot = layout.height - layout.margin.t - layout.margin.b - 24  # a line of numbers with its ticks
    assert layout.minreducedheight <= plot, "below this, Plotly takes the room from the numbers"


def test_markup_in_a_term_is_text():
    figure = diverging_terms([word("<b>x</b>", 2.0)], [], "dark")
    assert "&lt;b&gt;x&lt;/b&gt;" in figure.layout.yaxis.ticktext[0]
    assert "&lt;b&gt;" in figure.data[0].text[0]


def test_half_of_a_character_can_be_sent_to_a_browser():
    figure = diverging_terms([word("a\ud83d", 2.0)], [], "dark")
    assert "a\N{REPLACEMENT CHARACTER}" in figure_alt(figure)
    assert figure.to_json().encode()


@pytest.mark.parametrize(
    ("term", "shown"),
    [
        ("policy", "policy"),
        ("eighteen letters ok", "eighteen letters…"),
        ("退款政策已经更新请查看", "退款政策已经更新…"),
        ("", ""),
    ],
)
def test_wide_characters_take_two_places(term, shown):
    assert cut_term(term).strip("\u2068\u2069") == shown


def test_nothing_to_draw_says_what_it_means():
    assert figure_alt(diverging_terms([], [], "dark")) == "No term sets the pools apart."
    assert figure_alt(diverging_terms([word("x", 0.1)], [], "dark")) == (
        "No term stands out: the 95 % interval of each includes no change."
    )
