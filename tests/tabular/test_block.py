"""One p-value for a block of rows: valid while nothing changed, small when something did."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from driftium_core.errors import InputError
from driftium_core.tabular.block import block_pvalue, block_rows
from driftium_core.tabular.demographics import simulate_demographics


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return simulate_demographics()


def test_block_has_500_rows_to_a_quarter_of_the_reference() -> None:
    assert block_rows(10_000) == (500, 2_500)
    assert block_rows(2_000) == (500, 500)
    assert block_rows(1_999) is None


def test_one_numeric_column_is_its_ks_pvalue() -> None:
    rng = np.random.default_rng(0)
    r, c = rng.normal(size=120), rng.normal(0.25, 1, size=80)
    assert block_pvalue(pd.DataFrame({"x": r}), pd.DataFrame({"x": c})) == pytest.approx(
        stats.ks_2samp(r, c, method="exact").pvalue, rel=1e-6
    )


def test_rare_levels_are_pooled() -> None:
    """Levels of 1 to 3 rows each together make the one level "rare" of a plain 2 × 3 table."""
    r = ["a"] * 300 + ["b"] * 280 + [f"rare {k}" for k in range(20)]
    c = ["a"] * 150 + ["b"] * 120 + [f"rare {k}" for k in range(30)]
    expected = stats.chi2_contingency([[300, 280, 20], [150, 120, 30]], correction=False).pvalue
    assert expected < 0.001
    found = block_pvalue(pd.DataFrame({"x": r}), pd.DataFrame({"x": c}), categorical=["x"])
    assert found == pytest.approx(0.001)  # the floor
    mild = ["a"] * 150 + ["b"] * 135 + [f"rare {k}" for k in range(15)]
    expected = stats.chi2_contingency([[300, 280, 20], [150, 135, 15]], correction=False).pvalue
    assert block_pvalue(pd.DataFrame({"x": r}), pd.DataFrame({"x": mild}), categorical=["x"]) == pytest.approx(expected)


def test_missing_values_alone_are_seen(people: pd.DataFrame) -> None:
    block = people.iloc[:1000].copy()
    block.loc[block.index[:100], "age"] = np.nan
    assert block_pvalue(people, block) == pytest.approx(0.001)


def test_nothing_to_test_is_no_evidence() -> None:
    times = pd.DataFrame({"t": pd.date_range("2024-01-01", periods=50, freq="h")})
    assert block_pvalue(times, times.iloc[25:]) == 1.0
    with pytest.raises(InputError, match="no column in common"):
        block_pvalue(pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]}))


def test_level_on_blocks_of_the_same_population(people: pd.DataFrame) -> None:
    """60 blocks: p ≤ 0.1 at most 12 times, the 0.99 quantile of Binomial(60, 0.1)."""
    rng = np.random.default_rng(3)
    order = rng.permutation(len(people))
    reference = people.iloc[order[:2000]]
    rest = order[2000:]
    pvalues = [block_pvalue(reference, people.iloc[rng.choice(rest, 500, replace=False)]) for _ in range(60)]
    assert min(pvalues) >= 0.001
    assert sum(p <= 0.1 for p in pvalues) <= stats.binom.ppf(0.99, 60, 0.1)


def test_a_filtered_block_is_seen(people: pd.DataFrame) -> None:
    young = people[people["age"] < 35]
    assert block_pvalue(people, young.iloc[:500]) == pytest.approx(0.001)
