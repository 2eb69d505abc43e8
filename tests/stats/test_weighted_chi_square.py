from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from driftium_core.stats.raking import effective_size
from driftium_core.stats.weighted_chi_square import weighted_chi_square


@pytest.mark.parametrize(
    ("reference", "current"),
    [((120, 80, 45), (90, 110, 60)), ((500, 20), (40, 30)), ((10, 20, 30), (11, 19, 35))],
)
def test_with_weights_of_one_it_is_scipys_test(reference, current):
    found = weighted_chi_square(
        np.array(reference, float), np.array(current, float), n_reference=sum(reference), n_current=sum(current)
    )
    expected = stats.chi2_contingency([reference, current], correction=False)
    assert found.statistic == pytest.approx(expected.statistic)
    assert found.dof == expected.dof
    assert found.pvalue == pytest.approx(expected.pvalue)


def test_effect_is_cramers_v_of_equal_sizes_whatever_the_sizes_are():
    a, b = np.array([0.6, 0.4]), np.array([0.4, 0.6])
    # V of the table ((600, 400), (400, 600)): chi-square 80 of 2000 rows, V = sqrt(80 / 2000) = 0.2.
    equal = weighted_chi_square(a, b, n_reference=1e6, n_current=1e6)
    unequal = weighted_chi_square(a, b, n_reference=1e6, n_current=1e5)
    assert equal.effect_size == pytest.approx(0.2, abs=1e-4)
    assert unequal.effect_size == pytest.approx(0.2, abs=1e-4)
    apart = weighted_chi_square(np.array([9e5, 0.0]), np.array([0.0, 9e5]), n_reference=9e5, n_current=9e5)
    assert apart.effect_size == pytest.approx(1, abs=1e-5)


def test_levels_with_few_expected_are_taken_together():
    reference, current = np.array([900.0, 96, 2, 1, 1]), np.array([450.0, 44, 2, 2, 2])
    found = weighted_chi_square(reference, current, n_reference=1000, n_current=500)
    # The last three have 3.3 expected in the smaller sample together: they join the second.
    expected = stats.chi2_contingency([[900, 100], [450, 50]], correction=False)
    assert found.dof == 1
    assert found.statistic == pytest.approx(expected.statistic, abs=1e-9)


def test_a_new_level_with_ten_rows_is_seen_whatever_was_expected():
    found = weighted_chi_square(np.array([20_000.0, 0]), np.array([390.0, 10]), n_reference=20_000, n_current=400)
    assert found.dof == 1
    assert found.pvalue < 1e-6


@pytest.mark.parametrize("sizes", [(0, 5), (5, 0)])
def test_no_rows_or_one_level_is_no_difference(sizes):
    nothing = weighted_chi_square(np.array([5.0, 5]), np.array([5.0, 5]), n_reference=sizes[0], n_current=sizes[1])
    constant = weighted_chi_square(np.array([7.0]), np.array([9.0]), n_reference=7, n_current=9)
    for found in (nothing, constant):
        assert (found.dof, found.pvalue, found.effect_size, found.chance) == (0, 1.0, 0.0, 0.0)


def test_level_under_weights_stays_within_a_binomial_band_and_so_does_the_chance_line():
    """1,500 pairs of equal distributions, one of them weighted by something independent: 5 % may be flagged."""
    rng = np.random.default_rng(3)
    flags, beyond = 0, 0
    for _ in range(1500):
        codes, weights = rng.integers(0, 8, 600), rng.gamma(2.0, size=600)
        found = weighted_chi_square(
            np.bincount(codes, weights=weights, minlength=8),
            np.bincount(rng.integers(0, 8, 400), minlength=8).astype(float),
            n_reference=effective_size(weights),
            n_current=400,
        )
        flags += found.pvalue < 0.05
        beyond += found.effect_size > found.chance
    low, high = stats.binom.interval(0.999, 1500, 0.05)
    assert low <= flags <= high
    assert low <= beyond <= high
