"""Charts say what the distributions hold, in both themes, and never run user text as markup."""

import pytest

from driftium_core.figures.distributions import category_bars, category_rows, largest_gap, overlay, sparkline
from driftium_core.figures.layout import empty_figure, figure_alt, label_text
from driftium_core.palette import PALETTES
from driftium_core.tabular.column_result import CategoryDistribution, NumberDistribution

NUMBERS = NumberDistribution(
    edges=(0.0, 1.0, 2.0, 3.0),
    reference=(0.5, 0.3, 0.2),
    current=(0.1, 0.3, 0.6),
    grid=(0.0, 1.0, 2.0, 3.0),
    reference_ecdf=(0.0, 0.5, 0.8, 1.0),
    current_ecdf=(0.0, 0.1, 0.4, 1.0),
    gap_at=1.0,
)


def categories(n: int) -> CategoryDistribution:
    """n categories of equal share in the reference; all current rows are in the last one."""
    return CategoryDistribution(
        categories=tuple(f"c{i}" for i in range(n)),
        reference=(1 / n,) * n,
        current=(0.0,) * (n - 1) + (1.0,),
        other_reference=0.0,
        other_current=0.0,
        n_categories=n,
    )


def test_largest_gap_is_the_ks_distance():
    # |0.5 - 0.1| = |0.8 - 0.4| = 0.4: the first of the two ties is named
    gap = largest_gap(NUMBERS)
    assert gap.size == pytest.approx(0.4)
    assert gap.at == 1.0


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_overlay_draws_both_samples_in_the_pair_of_colours(theme):
    figure = overlay("age", NUMBERS, theme)
    named = {(trace.name, trace.line.color, trace.line.dash) for trace in figure.data}
    palette = PALETTES[theme]
    assert named == {("Reference", palette.reference, "dash"), ("Current", palette.current, "solid")}
    assert "largest gap 0.40" in figure_alt(figure)


def test_a_category_that_exploded_is_drawn_even_when_many_are_larger_in_the_reference():
    rows = category_rows(categories(50), limit=8)
    assert rows[0].label == "c49"
    assert rows[0].current == 1.0
    assert rows[-1].label == "42 other"
    assert sum(row.reference for row in rows) == pytest.approx(1.0)
    assert sum(row.current for row in rows) == pytest.approx(1.0)


def test_bars_pair_reference_and_current():
    figure = category_bars("job", categories(3), "light")
    assert [trace.name for trace in figure.data] == ["Current", "Reference"]
    assert figure.data[1].marker.pattern.shape == "/"


def test_markup_in_a_category_is_shown_as_text():
    distribution = CategoryDistribution(("<b>x</b><script>alert(1)</script>",), (1.0,), (1.0,), 0.0, 0.0, 1)
    label = category_bars("c", distribution, "dark").layout.yaxis.ticktext[0]
    assert label.startswith("&lt;b&gt;")
    assert "<" not in label


def test_label_text_is_one_short_line():
    assert label_text("a\nb\tc") == "a b c"
    assert label_text("x" * 100, 10) == "x" * 9 + "…"


def test_sparkline_keeps_the_whole_share():
    spark = sparkline((0.01,) * 100, 20)
    assert len(spark) == 20
    assert sum(spark) == pytest.approx(1.0)
    assert sparkline(()) == []


def test_empty_figure_says_why():
    assert figure_alt(empty_figure("No run saved yet.", "dark")) == "No run saved yet."
