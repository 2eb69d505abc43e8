"""An attribution reads as a person would say it, whatever was found."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from driftium_core.tabular.attribution_report import Root
from driftium_core.tabular.attribution_words import attribution_line, held_line, left_over_line, root_line
from driftium_core.tabular.column_result import ColumnKind
from driftium_core.tabular.root_values import RootValues
from driftium_core.tabular.root_words import root_words
from tests.figures.attributions import NO_ROOT, ONE_ROOT, TWO_ROOTS, column


def test_one_cause():
    assert attribution_line(ONE_ROOT) == (
        "One cause explains 3 of the 4: `employment` moved and carries `income` and `loan_amount` with it; "
        "`utilisation` is left over."
    )
    assert held_line(ONE_ROOT) == "Hold `employment` fixed, and two of the other three fall to chance:"


def test_several_causes_and_a_measurement_shift():
    assert attribution_line(TWO_ROOTS) == (
        "Two causes explain 3 of the 4: `age` moved and carries `job` with it; `balance` moved by itself (values "
        "shifted by −12 % at unchanged age and job); `day` is too weak to attribute."
    )
    assert held_line(TWO_ROOTS) == "Hold `age` and `balance` fixed, and one of the other two falls to chance:"


@pytest.mark.parametrize("said", ["category “gig” is new, 12 % of rows", "missing values rose from 2 % to 30 %"])
def test_a_new_category_or_a_gap_is_not_called_another_scale(said):
    alone = replace(TWO_ROOTS, roots=(TWO_ROOTS.roots[0], Root("balance", "measurement", (), said)))
    assert f"`balance` moved by itself ({said})" in attribution_line(alone)


def test_a_column_that_moved_alone():
    alone = replace(ONE_ROOT, roots=(Root("x", "reweight", (), "median +3"),), columns=(column("x", "root", 0.5, 0.5),))
    alone = replace(alone, unexplained=())
    assert attribution_line(alone) == "`x` moved by itself. No other column drifted."
    assert held_line(alone) == ""


def test_nothing_is_said_where_no_root_was_found():
    assert (attribution_line(NO_ROOT), held_line(NO_ROOT)) == ("", "")


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        (["explained"], "the other column falls to chance:"),
        (["left_over"], "the other column stays shifted:"),
        (["explained"] * 2, "both others fall to chance:"),
        (["explained"] * 5, "all five others fall to chance:"),
        (["left_over"] * 3, "none of the other three fall to chance:"),
        (["explained"] * 20, "all 20 others fall to chance:"),
    ],
)
def test_how_many_fall_to_chance(roles, said):
    others = tuple(column(f"c{i}", role, 0.5, 0.1) for i, role in enumerate(roles))
    assert held_line(replace(ONE_ROOT, columns=(ONE_ROOT.columns[0], *others))).endswith(said)


def test_each_root_has_a_line():
    assert root_line(ONE_ROOT.roots[0], ONE_ROOT.unexplained) == (
        "Root `employment`: share of employment = gig ×3 → explains `income` and `loan_amount` · "
        "left over `utilisation`"
    )
    assert root_line(TWO_ROOTS.roots[1]) == (
        "Root `balance`, a measurement shift: values shifted by −12 % at unchanged age and job → explains itself alone"
    )


def test_what_is_left_over_is_said_with_its_numbers():
    assert left_over_line(ONE_ROOT.columns[-1], ONE_ROOT.roots) == (
        "`utilisation` keeps 0.31 of its 0.33 with `employment` held: a second, separate cause."
    )


def test_what_cannot_be_compared_is_left_over_without_numbers():
    unknown = column("notes", "left_over", float("nan"), float("nan"))
    assert left_over_line(unknown, TWO_ROOTS.roots) == (
        "`notes` stays shifted with `age` and `balance` held: a cause of its own."
    )


@pytest.mark.parametrize(
    ("left", "said", "gone"),
    [
        ("x < 35", "rows with age ≥ 35 are gone", "ends"),
        ("30 <= x < 45", "only rows with 30 ≤ age < 45 are left", "ends"),
        ("x < 40 or x >= 50", "rows with 40 ≤ age < 50 are gone", "middle"),
    ],
)
def test_rules_know_where_numbers_are_gone_without_reading_the_words(left, said, gone):
    ages = pd.Series(range(18, 93)).repeat(40)
    current = ages[ages.to_frame("x").eval(left)]
    root = RootValues(
        column="age",
        kind=ColumnKind.NUMERIC,
        reference=ages,
        current=current,
        sample=ages,
        weights=np.ones(ages.size),
        aside=False,
    )
    words = root_words(root)
    assert (words.description, words.gone) == (said, gone)
