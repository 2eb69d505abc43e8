"""The simulated sample: its shares, the arrows of its recipe, and silence where there is no arrow."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from driftium_core.tabular.demographics import COLUMNS, simulate_demographics
from driftium_core.tabular.simulate import RangeFilter, apply_filter


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return simulate_demographics()


@pytest.fixture(scope="module")
def young(sample: pd.DataFrame) -> pd.DataFrame:
    return apply_filter(sample, RangeFilter("age", high=35))


def _pvalue(first: pd.Series, second: pd.Series) -> float:
    """Two-sample p-value by scipy: KS for numbers, chi-square for categories (missing left out)."""
    first, second = first.dropna(), second.dropna()
    if first.dtype != "str":
        return float(stats.ks_2samp(first, second, method="asymp").pvalue)
    table = pd.crosstab(pd.concat([first, second]).to_numpy(), np.repeat([0, 1], [len(first), len(second)]))
    return float(stats.chi2_contingency(table, correction=False).pvalue)


def _cramer(first: pd.Series, second: pd.Series) -> float:
    return float(stats.contingency.association(pd.crosstab(first, second), method="cramer"))


def test_shape_types_and_seed(sample: pd.DataFrame) -> None:
    assert list(sample.columns) == list(COLUMNS)
    assert len(sample) == 20_000
    numbers = ["age", "balance", "day", "duration", "campaign", "pdays", "previous"]
    assert [name for name in sample if sample[name].dtype == "int64"] == numbers
    assert all(sample[name].dtype == "str" for name in sample if name not in numbers)
    pd.testing.assert_frame_equal(simulate_demographics(500, seed=3), simulate_demographics(500, seed=3))
    assert not simulate_demographics(500, seed=3).equals(simulate_demographics(500, seed=4))
    assert simulate_demographics(1).shape == (1, 17)
    with pytest.raises(ValueError, match="at least 1 row, not 0"):
        simulate_demographics(0)


# Ranges around aggregates of UCI Bank Marketing (Moro, Cortez, Rita 2014): age median 39, balance median 448 and
# 8 % negative, 60 % married, 51 % secondary, 56 % housing, 16 % loan, 1.8 % default, 82 % never contacted, 12 % yes.
@pytest.mark.parametrize(
    ("figure", "low", "high"),
    [
        (lambda d: d["age"].median(), 37, 41),
        (lambda d: (d["age"] < 35).mean(), 0.25, 0.35),
        (lambda d: d["balance"].median(), 380, 520),
        (lambda d: (d["balance"] < 0).mean(), 0.06, 0.10),
        (lambda d: (d["marital"] == "married").mean(), 0.55, 0.65),
        (lambda d: (d["education"] == "secondary").mean(), 0.46, 0.56),
        (lambda d: d["education"].isna().mean(), 0.03, 0.05),
        (lambda d: d["contact"].isna().mean(), 0.18, 0.22),
        (lambda d: (d["housing"] == "yes").mean(), 0.50, 0.60),
        (lambda d: (d["loan"] == "yes").mean(), 0.13, 0.18),
        (lambda d: (d["default"] == "yes").mean(), 0.013, 0.023),
        (lambda d: (d["previous"] == 0).mean(), 0.80, 0.84),
        (lambda d: d["duration"].median(), 170, 190),
        (lambda d: (d["campaign"] == 1).mean(), 0.34, 0.42),
        (lambda d: (d["subscribed"] == "yes").mean(), 0.10, 0.14),
    ],
)
def test_marginal_figures(sample: pd.DataFrame, figure: object, low: float, high: float) -> None:
    assert low <= figure(sample) <= high  # type: ignore[operator]


def test_structural_links_are_exact(sample: pd.DataFrame) -> None:
    never = sample["previous"] == 0
    assert ((sample["pdays"] == -1) == never).all()
    assert (sample["poutcome"].isna() == never).all()
    assert sample.loc[~never, "pdays"].between(1, 870).all()
    assert sample["age"].between(18, 93).all()
    assert sample["day"].between(1, 30).all()
    assert (sample["campaign"] >= 1).all()


def test_arrows_of_the_recipe_are_there(sample: pd.DataFrame) -> None:
    ages = sample.groupby("job")["age"].median()
    assert ages["student"] < 28
    assert ages["retired"] > 55
    assert ages.drop(["student", "retired"]).between(33, 50).all()
    bands = pd.cut(sample["age"], [0, 25, 30, 35, 45, 60, 100])
    assert _cramer(bands, sample["marital"]) > 0.35
    assert _cramer(sample["job"], sample["education"]) > 0.45
    assert 0.05 < _cramer(sample["job"], sample["loan"]) < 0.30
    assert stats.spearmanr(sample["age"], sample["balance"]).statistic > 0.08
    housing = (sample["housing"] == "yes").groupby(bands, observed=True).mean()
    assert housing.iloc[3] > 0.55 > 0.10 > housing.iloc[5]
    overdrawn = sample["balance"] < 0
    assert (sample.loc[overdrawn, "loan"] == "yes").mean() > 1.4 * (sample.loc[~overdrawn, "loan"] == "yes").mean()
    assert stats.skew(sample["balance"]) > 3
    assert (sample.loc[sample["poutcome"] == "success", "subscribed"] == "yes").mean() > 0.4


@pytest.mark.parametrize("column", ["day", "month", "campaign", "duration"])
@pytest.mark.parametrize("other", ["age", "balance", "previous"])
def test_columns_without_an_arrow_are_independent(column: str, other: str) -> None:
    # 16 seeds at 0.1 %: the chance that a right recipe fails one of these twelve tests is below 0.2 %.
    quiet = []
    for seed in range(16):
        sample = simulate_demographics(2_000, seed=seed)
        upper = sample[other] > sample[other].median()
        quiet.append(_pvalue(sample.loc[upper, column], sample.loc[~upper, column]) > 0.001)
    assert sum(quiet) >= 15


@pytest.mark.parametrize("column", ["age", "job", "marital", "education", "balance", "housing", "contact"])
def test_a_filter_on_age_moves_what_depends_on_it(sample: pd.DataFrame, young: pd.DataFrame, column: str) -> None:
    assert _pvalue(sample[column], young[column]) < 1e-6


@pytest.mark.parametrize("column", ["day", "month", "campaign", "duration"])
def test_a_filter_on_age_leaves_the_rest(sample: pd.DataFrame, young: pd.DataFrame, column: str) -> None:
    assert _pvalue(sample[column], young[column]) > 0.01


def test_halves_of_the_sample_do_not_differ(sample: pd.DataFrame) -> None:
    """Over 20 random splits, Bonferroni at 5 % over 17 columns flags at most 4 (binomial, p < 0.003 otherwise)."""
    flagged = 0
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(len(sample))
        first, second = sample.iloc[order[:5_000]], sample.iloc[order[5_000:10_000]]
        flagged += min(_pvalue(first[name], second[name]) for name in sample) < 0.05 / len(sample.columns)
    assert flagged <= 4
