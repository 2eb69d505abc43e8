"""The dumbbell says how much of each drifted column's effect is left with the roots held, and what chance gives."""

from dataclasses import replace

import pytest

from driftium_core.figures.layout import figure_alt
from driftium_core.figures.root_cause import MAX_ROWS, root_cause, root_cause_info
from tests.figures.attributions import NO_ROOT, ONE_ROOT, TWO_ROOTS, column


def points(figure, name):
    """x by column of the trace with this name."""
    trace = next(trace for trace in figure.data if trace.name == name)
    return dict(zip(trace.customdata, trace.x, strict=True))


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_each_column_goes_from_its_effect_alone_to_what_is_left(theme):
    figure = root_cause(ONE_ROOT, theme)
    assert points(figure, "effect alone") == {"income": 0.82, "loan_amount": 0.51, "utilisation": 0.33}
    assert points(figure, "with employment held") == {"income": 0.05, "loan_amount": 0.04, "utilisation": 0.31}
    assert {"0.82 → 0.05", "0.51 → 0.04", "0.33 → 0.31", "chance"} == {
        label.text for label in figure.layout.annotations
    }


def test_the_largest_effect_stands_at_the_top():
    figure = root_cause(ONE_ROOT, "dark")
    names = dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))
    assert names[max(names)].strip("\u2068\u2069") == "income"


def test_a_single_root_has_no_row_and_several_have():
    assert [row.column for row in root_cause_info(ONE_ROOT).rows] == ["income", "loan_amount", "utilisation"]
    assert [row.column for row in root_cause_info(TWO_ROOTS).rows] == ["age", "balance", "job", "day"]
    assert "with the 2 roots held" in {trace.name for trace in root_cause(TWO_ROOTS, "dark").data}


def test_chance_is_shaded_from_zero_to_the_row_s_own_chance():
    wide = replace(ONE_ROOT, columns=(*ONE_ROOT.columns[:3], column("utilisation", "left_over", 0.33, 0.31, 0.2)))
    bands = [(shape.x0, shape.x1) for shape in root_cause(wide, "light").layout.shapes]
    assert bands == [(0, 0.06), (0, 0.06), (0, 0.2)]


def test_every_point_and_band_is_on_the_axis():
    far = replace(ONE_ROOT, columns=(column("x", "left_over", 0.01, 0.02, chance=0.5),))
    assert root_cause(far, "dark").layout.xaxis.range[1] > 0.5


def test_more_than_twelve_rows_are_counted_in_words():
    many = replace(ONE_ROOT, columns=tuple(column(f"c{i}", "explained", 0.9 - i / 100, 0.01) for i in range(15)))
    info = root_cause_info(many)
    assert (len(info.rows), info.rest) == (MAX_ROWS, "3 more columns with smaller effects are not drawn.")
    assert "3 more columns" in figure_alt(root_cause(many, "dark"))
    assert root_cause_info(replace(many, columns=many.columns[:13])).rest == (
        "1 more column with a smaller effect is not drawn."
    )


def test_an_effect_that_is_not_known_is_not_drawn():
    broken = replace(ONE_ROOT, columns=(column("x", "left_over", float("nan"), 0.1), *ONE_ROOT.columns))
    assert "x" not in {row.column for row in root_cause_info(broken).rows}


def test_the_alternative_text_reads_the_chart_out():
    assert figure_alt(root_cause(ONE_ROOT, "dark")) == (
        "Effect of each drifted column alone and with employment held: income 0.82 to 0.05, chance up to 0.06, "
        "explained; loan_amount 0.51 to 0.04, chance up to 0.06, explained; utilisation 0.33 to 0.31, chance up to "
        "0.06, left over."
    )


def test_markup_and_long_names_are_text():
    named = replace(ONE_ROOT, columns=(column("<b>x</b>" * 20, "explained", 0.5, 0.1),))
    figure = root_cause(named, "dark")
    assert "<b>" not in figure.layout.yaxis.ticktext[0]
    assert len(figure.layout.yaxis.ticktext[0]) < 80
    assert "&lt;b&gt;x" in figure.data[-1].text[0]


def test_columns_that_look_alike_keep_their_own_rows():
    long = "a very long column name that is cut"
    rows = (column(f"{long} 1", "explained", 0.5, 0.1), column(f"{long} 2", "explained", 0.4, 0.1))
    assert len(set(root_cause(replace(ONE_ROOT, columns=rows), "dark").data[-1].y)) == 2


def test_nothing_to_draw_says_so():
    assert figure_alt(root_cause(NO_ROOT, "dark")) == "No root column was found."
    alone = replace(ONE_ROOT, columns=ONE_ROOT.columns[:1])
    assert figure_alt(root_cause(alone, "light")) == "No other column drifted."
