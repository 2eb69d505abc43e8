from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from driftium_core.tabular.column_result import ColumnKind
from driftium_core.tabular.root_values import RootValues
from driftium_core.tabular.root_words import root_words

RNG = np.random.default_rng(1)
AGES = pd.Series(RNG.integers(18, 93, 4000))
JOBS = pd.Series(RNG.choice(["clerk", "driver", "nurse", "student", "retired"], 4000, p=[0.4, 0.3, 0.2, 0.06, 0.04]))
AMOUNTS = pd.Series(RNG.lognormal(6, 1, 4000).round(2))


def words(reference, current, *, aside=False, unchanged=(), weights=None, held=()):
    numbers = pd.api.types.is_numeric_dtype(reference)
    found = root_words(
        RootValues(
            column="x",
            kind=ColumnKind.NUMERIC if numbers else ColumnKind.CATEGORICAL,
            reference=reference,
            current=current,
            sample=reference,
            weights=np.ones(len(reference)) if weights is None else weights,
            aside=aside,
            held=held,
            unchanged=unchanged,
        )
    )
    return found.description.replace("\u202f", " "), found.action


def drawn(values, keep, seed=2):
    """Other rows of the same kind, each kept with its own chance."""
    other = values.sample(frac=1, replace=True, random_state=seed).reset_index(drop=True)
    return other[np.random.default_rng(seed).random(len(other)) < keep(other)]


def sure(condition):
    return lambda values: condition(values).astype(float)


@pytest.mark.parametrize(
    ("keep", "text"),
    [
        (lambda x: x < 35, "rows with x ≥ 35 are gone"),
        (lambda x: x >= 25, "rows with x < 25 are gone"),
        (lambda x: (x >= 25) & (x < 35), "only rows with 25 ≤ x < 35 are left"),
        (lambda x: (x < 35) | (x >= 50), "rows with 35 ≤ x < 50 are gone"),
        (lambda x: x == 40, "only rows with x = 40 are left"),
    ],
)
def test_ranges_that_are_gone_have_the_exact_cut(keep, text):
    assert words(AGES, drawn(AGES, sure(keep))) == (text, "reweight")


@pytest.mark.parametrize("cut", [200, 500, 1500])
def test_a_cut_between_decimals_is_the_roundest_number_that_separates_them(cut):
    assert words(AMOUNTS, drawn(AMOUNTS, sure(lambda x: x < cut)))[0] == f"rows with x ≥ {cut} are gone"
    assert words(AMOUNTS, drawn(AMOUNTS, sure(lambda x: x >= cut)))[0] == f"rows with x < {cut} are gone"


def test_a_bound_is_written_with_all_of_its_digits_so_that_a_narrow_gap_is_none_of_nothing():
    narrow = pd.Series(np.tile(np.arange(1013.0, 1018.0, 0.1).round(1), 100))
    assert words(narrow, narrow[(narrow < 1015.2) | (narrow >= 1015.6)])[0] == "rows with 1015.2 ≤ x < 1015.6 are gone"
    far = narrow + 12_340_000
    assert words(far, far[far < 12_341_015.55])[0] == "rows with x ≥ 12 341 015.6 are gone"


def test_what_is_only_rarer_is_not_gone():
    """Of those 35 or older, 2 % are kept: no row of some ages, but of others."""
    kept = drawn(AGES, lambda x: np.where(x < 35, 1.0, 0.02))
    assert kept.max() >= 35
    text, action = words(AGES, kept)
    assert text.startswith("share of x < 35 ×4.2, from 22 % to 9")
    assert action == "reweight"
    jobs = drawn(JOBS, lambda x: np.where(x == "clerk", 1.0, 0.01))
    assert "gone" not in words(JOBS, jobs)[0]
    assert "left" not in words(JOBS, jobs)[0]


def test_a_range_with_missing_values_gone_as_well_is_what_is_left():
    holed = AGES.astype(float).mask(np.random.default_rng(3).random(len(AGES)) < 0.1)
    assert words(holed, holed[holed < 35])[0] == "only rows with x < 35 are left"
    assert words(holed, holed[~(holed >= 35)])[0] == "rows with x ≥ 35 are gone"


@pytest.mark.parametrize(
    ("keep", "text"),
    [
        (lambda x: ~x.isin(["student", "retired"]), "rows with x = student or retired are gone"),
        (lambda x: x == "clerk", "only rows with x = clerk are left"),
        (lambda x: x.isin(["clerk", "nurse"]), "only rows with x = clerk or nurse are left"),
    ],
)
def test_categories_that_are_gone_or_left_are_named(keep, text):
    found, action = words(JOBS, drawn(JOBS, sure(keep)))
    left, _, right = text.partition(" = ")
    assert found.startswith(left)
    assert set(found.split(" = ")[1].split()) == set(right.split())
    assert action == "reweight"


def test_a_share_that_grew_is_a_ratio_with_both_shares():
    found, action = words(JOBS, drawn(JOBS, lambda x: np.where(x == "student", 1.0, 0.3)))
    before = (JOBS == "student").mean()
    after = before / (before + 0.3 * (1 - before))
    assert found.startswith(f"share of x = student ×{after / before:.1f}"[:-2])
    assert f"from {100 * before:.1f} % to " in found
    assert action == "reweight"


def test_new_categories_are_named_with_their_share():
    current = pd.concat([JOBS, pd.Series(["pilot"] * 1000)], ignore_index=True)
    assert words(JOBS, current) == ("category “pilot” is new, 20 % of rows", "reweight")
    assert words(JOBS, current, aside=True)[1] == "measurement"


def test_one_category_by_another_name_is_told_as_such():
    assert words(JOBS, JOBS.replace("student", "Student"), aside=True) == (
        "category “student” is now “Student”",
        "measurement",
    )


def test_a_category_that_became_another_is_told_with_how_much_of_it():
    other = drawn(JOBS, lambda x: np.ones(len(x)))
    recoded = other.mask((other == "clerk") & (np.random.default_rng(4).random(len(other)) < 0.3), "driver")
    text, action = words(JOBS, recoded, aside=True)
    assert text.endswith(" of x = clerk became driver")
    assert abs(float(text.split()[0]) - 30) < 5
    assert action == "measurement"
    # Rows that are chosen by a category move all others in proportion: nothing became anything.
    chosen = drawn(JOBS, lambda x: np.where(x == "clerk", 0.5, 1.0))
    assert "became" not in words(JOBS, chosen, aside=True)[0]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda x: x * 0.88, "values shifted by −12 %"),
        (lambda x: x * 1.25, "values scaled by 1.25"),
        (lambda x: x * 1000, "values scaled by 1000"),
        (lambda x: x + 150, "values shifted by +150"),
        (lambda x: x.clip(upper=900), "values above 900 are now 900"),
        (lambda x: x * 0 + 7, "every value is now 7"),
    ],
)
def test_values_that_were_changed_are_told_by_the_change(change, text):
    """The very same rows, so that the numbers are exact."""
    assert words(AMOUNTS, change(AMOUNTS), aside=True) == (text, "measurement")


def test_whole_numbers_that_are_scaled_are_no_filter():
    assert words(AGES, AGES * 0.8, aside=True)[0] == "values scaled by 0.8"
    assert words(AGES, drawn(AGES, sure(lambda x: x < 75)), aside=True) == ("rows with x ≥ 75 are gone", "reweight")


def test_another_unit_is_told_by_its_power_of_ten_though_samples_differ():
    """Other rows of the same distribution fit a factor near a hundred, never at it."""
    other = drawn(AMOUNTS, lambda x: np.ones(len(x)))
    assert words(AMOUNTS, other * 100, aside=True)[0] in ("values scaled by about 100", "values scaled by 100")
    assert words(AMOUNTS, AMOUNTS * 104, aside=True)[0] == "values scaled by about 100"
    assert words(AMOUNTS, AMOUNTS * 110, aside=True)[0] == "values scaled by 110"


def test_what_did_not_move_with_it_is_named():
    text, _ = words(AMOUNTS, AMOUNTS * 0.88, aside=True, unchanged=("age", "job", "marital status"))
    assert text == "values shifted by −12 % at unchanged age, job and marital status"


def test_a_shift_is_measured_with_the_other_roots_held():
    young = np.arange(4000) % 2 == 0
    values = AMOUNTS.where(young, AMOUNTS * 10)
    current = AMOUNTS[young] * 1.1
    text, _ = words(values, current, aside=True, weights=np.where(young, 2.0, 0.0), held=("age",))
    assert text == "values shifted by +10 % at unchanged age"


@pytest.mark.parametrize(("before", "now", "text"), [(0.02, 0.08, "rose"), (0.3, 0.1, "fell")])
def test_missing_values_are_told_from_share_to_share(before, now, text):
    sides = [AMOUNTS.mask(np.arange(4000) < share * 4000) for share in (before, now)]
    rng = np.random.default_rng(5)
    shuffled = [pd.Series(rng.permutation(AMOUNTS)).mask(side.isna()) for side in sides]
    found, action = words(*shuffled, aside=True)
    assert found == f"missing values {text} from {_percent(before)} to {_percent(now)}"
    assert action == "measurement"


def _percent(share):
    return f"{100 * share:.1f} %" if share < 0.0995 else f"{100 * share:.0f} %"


def test_all_values_missing():
    assert words(AMOUNTS, pd.Series([np.nan] * 500), aside=True)[0] == "all values are missing"


def test_a_name_is_one_line():
    root = RootValues(
        column="x\n" * 90,
        kind=ColumnKind.NUMERIC,
        reference=AGES,
        current=AGES[AGES < 35],
        sample=AGES,
        weights=np.ones(len(AGES)),
        aside=False,
    )
    assert "\n" not in root_words(root).description
    assert len(root_words(root).description) < 80
