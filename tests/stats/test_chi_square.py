from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from driftium_core.stats.chi_square import chi_square_test, shares_test


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=30))
@settings(max_examples=200, deadline=None)
def test_statistic_and_dof_equal_scipy(pairs):
    table = np.array(pairs).T
    table = table[:, table.sum(axis=0) > 0]
    measure = chi_square_test(*table)
    if table.shape[1] < 2 or not table.sum(axis=1).all():
        return
    expected = stats.chi2_contingency(table, correction=False)
    assert measure.statistic == pytest.approx(expected.statistic, rel=1e-12, abs=1e-12)
    assert measure.dof == expected.dof


def test_ten_thousand_categories_equal_scipy():
    rng = np.random.default_rng(5)
    table = rng.poisson(20, size=(2, 10_000)) + 6
    measure, expected = chi_square_test(*table), stats.chi2_contingency(table, correction=False)
    assert measure.statistic == pytest.approx(expected.statistic, rel=1e-12)
    assert measure.dof == expected.dof == 9_999
    assert measure.pvalue == pytest.approx(expected.pvalue, rel=1e-9)


def test_one_category_in_both_samples_does_not_differ():
    measure = chi_square_test([20], [30])
    assert (measure.statistic, measure.dof, measure.pvalue, measure.effect_size) == (0.0, 0, 1.0, 0.0)


def test_a_sample_without_rows_gives_a_note_and_no_pvalue():
    measure = chi_square_test([3, 4], [0, 0])
    assert measure.pvalue is None
    assert measure.notes == ("No values to compare in one of the tables.",)


@pytest.mark.parametrize("table", [[[8, 2], [1, 5]], [[3, 0], [0, 3]], [[1, 9], [2, 88]], [[0, 7], [1, 12]]])
def test_small_two_by_two_tables_are_exact(table):
    """By hand: all tables with these margins, weighted hypergeometrically, at least as far from expectation."""
    (a, b), (c, d) = table
    n, k, total = a + b, a + c, a + b + c + d
    support = np.arange(max(0, k - c - d), min(n, k) + 1)
    weights = stats.hypergeom.pmf(support, total, k, n)
    far = np.abs(support - n * k / total) >= abs(a - n * k / total) - 1e-9
    assert chi_square_test(*table).pvalue == pytest.approx(weights[far].sum(), rel=1e-9)


def test_simulated_pvalue_is_near_the_enumerated_one():
    """2 × 3 with margins (5, 5) and (2, 3, 5): every first row enumerated with its hypergeometric weight."""
    columns, n = np.array([2, 3, 5]), 5
    observed = np.array([2, 3, 0])
    expected = n * columns / 10

    def statistic(row):
        return (((row - expected) ** 2) / expected).sum()

    total = extreme = 0.0
    for i in range(3):
        for j in range(4):
            row = np.array([i, j, n - i - j])
            if 0 <= row[2] <= 5:
                weight = stats.multivariate_hypergeom.pmf(row, columns, n)
                total += weight
                extreme += weight * (statistic(row) >= statistic(observed) - 1e-9)
    assert total == pytest.approx(1)
    pvalue = chi_square_test(observed, columns - observed).pvalue
    assert pvalue == pytest.approx(extreme, abs=4 * np.sqrt(extreme / 9999))


def test_equal_input_gives_equal_simulated_pvalues():
    table = [[3, 0, 2, 1], [0, 4, 1, 1]]
    assert chi_square_test(*table).pvalue == chi_square_test(*table).pvalue


def test_overwhelming_difference_beside_a_rare_category_keeps_a_tiny_pvalue():
    assert chi_square_test([500_000, 100_000, 2], [100_000, 500_000, 0]).pvalue < 1e-9


def test_categories_that_occur_once_cannot_differ():
    """Every arrangement of distinct values has the same statistic, so its p-value is 1."""
    measure = chi_square_test(np.repeat([1, 0], 300), np.repeat([0, 1], 300))
    assert measure.pvalue == 1.0


@pytest.mark.parametrize(
    ("shares", "n", "m"),
    [
        ([0.97, 0.03], 40, 30),
        ([0.5, 0.5], 6, 7),
        ([0.9, 0.06, 0.03, 0.01], 60, 25),
        (np.full(150, 1 / 150), 200, 100),
        (1 / np.arange(1, 10_001) / (1 / np.arange(1, 10_001)).sum(), 3_000, 2_000),
    ],
    ids=["2x2 rare", "2x2 tiny", "2x4 sparse", "150 sparse", "10000 categories"],
)
def test_level_holds_in_sparse_tables(shares, n, m):
    """Share of p <= .05 and <= .01 in 500 draws stays under the upper end of a 99.9 % binomial band."""
    rng = np.random.default_rng(8)
    pvalues = np.array(
        [chi_square_test(rng.multinomial(n, shares), rng.multinomial(m, shares), rng=rng).pvalue for _ in range(500)]
    )
    for alpha in (0.05, 0.01):
        assert (pvalues <= alpha).sum() <= stats.binom.ppf(0.999, 500, alpha)


def test_sparse_test_sees_a_planted_shift():
    rng = np.random.default_rng(8)
    shares = np.full(300, 1 / 300)
    moved = np.concatenate([np.full(150, 1.6 / 300), np.full(150, 0.4 / 300)])
    assert chi_square_test(rng.multinomial(800, shares), rng.multinomial(800, moved)).pvalue < 0.001


def test_effect_is_the_bias_corrected_v_of_bergsma():
    """chi-square 25 of 100 rows in 2 × 2: sqrt((.25 - 1/99) / (1 - 1/99))."""
    measure = chi_square_test([37, 13], [12, 38])
    phi2 = measure.statistic / 100
    assert measure.effect_size == pytest.approx(np.sqrt((phi2 - 1 / 99) / (1 - 1 / 99)))


def test_shares_test_reports_the_difference_of_shares():
    measure = shares_test((20, 80), (1000, 1000), method="missing against present")
    assert measure.effect_size == pytest.approx(0.06)
    assert measure.pvalue == pytest.approx(stats.chi2_contingency([[20, 980], [80, 920]], correction=False).pvalue)
    assert measure.method == "missing against present"


def test_shares_test_is_exact_at_small_counts():
    measure = shares_test((0, 3), (200, 20), method="missing against present")
    assert measure.pvalue == pytest.approx(stats.fisher_exact([[0, 200], [3, 17]]).pvalue, rel=1e-9)
    assert measure.method == "missing against present, exact"


def test_a_pvalue_beyond_what_can_be_told_is_given_as_the_floor():
    """chi-square 20 000 with one degree of freedom: about 1e-4345, which no float holds."""
    assert chi_square_test([10_000, 0], [0, 10_000]).pvalue == 1e-300
