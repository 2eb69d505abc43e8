"""What drawings lay out alike on a page and in a file."""

import math
from dataclasses import replace

import pytest

from driftium_core.drawing import SeverityRun, held_rows, null_range_layout, severity_runs
from driftium_core.severity import Severity
from driftium_core.text.drift_report import NullRange
from tests.figures.attributions import NO_ROOT, ONE_ROOT, TWO_ROOTS, column

LOW, HIGH = Severity.LOW, Severity.HIGH

DRAWS = tuple(i / 1000 for i in range(101))  # 0 to 0.1; 2.5th and 97.5th percentile are .0025 and .0975


def test_neighbours_of_one_severity_are_one_run():
    severities = [LOW, LOW, None, HIGH]
    assert severity_runs(severities) == [SeverityRun(LOW, 0, 1), SeverityRun(None, 2, 2), SeverityRun(HIGH, 3, 3)]


def test_every_dot_is_a_quantile_and_stacks_from_one():
    layout = null_range_layout(NullRange(0.2, 0.0025, 0.0975, DRAWS))
    assert len(layout.dots) == 40
    assert min(height for _, height in layout.dots) == 1
    assert all(-0.005 <= x <= 0.105 for x, _ in layout.dots)
    assert len(set(layout.dots)) == 40


def test_zero_is_left_out_where_it_would_squeeze_the_band():
    assert null_range_layout(NullRange(100.4, 100.0, 101.0)).left > 99.0
    assert null_range_layout(NullRange(0.05, 0.02, 0.06)).left < 0.0


@pytest.mark.parametrize(
    ("value", "side", "words"),
    [(0.05, None, ""), (9.0, "right", "off the axis, 9 →"), (-9.0, "left", "← 9, off the axis")],
)
def test_a_value_far_off_is_pointed_at(value, side, words):
    layout = null_range_layout(NullRange(value, 0.0025, 0.0975, DRAWS))
    assert (layout.beyond, layout.pointer("9")) == (side, words)
    assert layout.left < layout.mark < layout.right


def test_without_a_value_or_its_range_there_is_no_layout():
    assert null_range_layout(NullRange(math.nan, 0.0, 0.1)) is None
    assert null_range_layout(NullRange(0.2, math.nan, math.nan)) is None


def test_effects_are_drawn_of_what_others_can_be_held_for():
    assert [row.column for row in held_rows(ONE_ROOT, 9)[0]] == ["income", "loan_amount", "utilisation"]
    assert [row.column for row in held_rows(TWO_ROOTS, 9)[0]] == ["age", "balance", "job", "day"]
    assert held_rows(NO_ROOT, 9) == ((), 0)


def test_rows_that_do_not_fit_are_counted_and_unknown_effects_are_not():
    unknown = replace(ONE_ROOT, columns=(*ONE_ROOT.columns, column("x", "too_weak", 0.1, math.nan)))
    rows, n_rest = held_rows(unknown, 2)
    assert ([row.column for row in rows], n_rest) == (["income", "loan_amount"], 1)
