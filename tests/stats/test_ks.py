from __future__ import annotations

import warnings
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from driftium_core.stats.ks import MAX_EXACT_PRODUCT, Gap, ks_pvalue, ks_test, largest_gap

TIED = hnp.arrays(np.int64, st.integers(1, 60), elements=st.integers(-4, 4))
FLOATS = hnp.arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e6, 1e6) | st.just(np.inf) | st.just(-np.inf))


@given(TIED | FLOATS, TIED | FLOATS)
@settings(max_examples=200, deadline=None)
def test_statistic_equals_scipy_with_ties_and_infinities(reference, current):
    with warnings.catch_warnings():
        # scipy's own p-value divides by zero for single values; only its D is wanted.
        warnings.simplefilter("ignore", RuntimeWarning)
        expected = stats.ks_2samp(reference.astype(float), current.astype(float), method="asymp").statistic
    assert ks_test(reference, current).statistic == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("decimals", [None, 2, 0])
@pytest.mark.parametrize(("n", "m", "shift"), [(40_000, 25_000, 0.0), (25_000, 40_000, 0.3), (30_000, 20, 0.0)])
def test_statistic_equals_scipy_on_samples_that_are_read_coarsely(n, m, shift, decimals):
    rng = np.random.default_rng(3)
    reference, current = rng.normal(size=n), rng.normal(shift, 1, m)
    if decimals is not None:
        reference, current = reference.round(decimals), current.round(decimals)
    expected = stats.ks_2samp(reference, current, method="asymp").statistic
    assert ks_test(reference, current).statistic == pytest.approx(expected, abs=1e-12)


def test_missing_values_are_left_out():
    measure = ks_test([1.0, np.nan, 2.0, 3.0], [2.0, 3.0, np.nan])
    assert (measure.n_reference, measure.n_current) == (3, 2)
    assert measure.statistic == pytest.approx(stats.ks_2samp([1, 2, 3], [2, 3]).statistic)


def test_equal_constants_do_not_differ():
    measure = ks_test(np.ones(50), np.ones(70))
    assert (measure.statistic, measure.pvalue) == (0.0, 1.0)


def test_different_constants_differ_entirely():
    assert ks_test(np.zeros(50), np.ones(70)).statistic == 1.0


@pytest.mark.parametrize(("reference", "current"), [([], [1.0]), ([1.0], []), ([np.nan], [np.nan])])
def test_a_sample_without_values_gives_a_note_and_no_pvalue(reference, current):
    measure = ks_test(reference, current)
    assert measure.pvalue is None
    assert np.isnan(measure.statistic)
    assert "No values to compare" in measure.notes[0]


def test_whole_numbers_beyond_float_precision_stay_distinct():
    big = 2**60
    assert ks_test(np.array([big, big + 1]), np.array([big + 2, big + 3])).statistic == 1.0


@pytest.mark.parametrize(("n", "m"), [(10, 7), (30, 30), (100, 100), (5, 60)])
def test_exact_pvalue_equals_scipy_without_ties(n, m):
    rng = np.random.default_rng(n * m)
    for shift in (0.0, 0.5, 2.0):
        reference, current = rng.normal(size=n), rng.normal(shift, 1, m)
        expected = stats.ks_2samp(reference, current, method="exact").pvalue
        assert ks_test(reference, current).pvalue == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("reference", "current"),
    [([1, 1, 2, 3], [2, 3, 3, 4, 4]), ([0, 0, 0, 1], [1, 1, 0, 1]), ([1, 2, 2, 2, 5], [2, 5, 5, 6])],
)
def test_exact_pvalue_with_ties_equals_enumeration(reference, current):
    pooled = np.array([*reference, *current])
    observed = ks_test(reference, current)
    reached = []
    for chosen in combinations(range(pooled.size), len(reference)):
        mask = np.zeros(pooled.size, bool)
        mask[list(chosen)] = True
        reached.append(stats.ks_2samp(pooled[mask], pooled[~mask]).statistic >= observed.statistic - 1e-9)
    assert observed.pvalue == pytest.approx(np.mean(reached), rel=1e-12)


def test_pvalue_is_never_zero():
    measure = ks_test(np.arange(100_000.0), np.arange(100_000.0) + 1e6)
    assert measure.pvalue == 1e-300


@pytest.mark.parametrize("size", [100, 400])
def test_pvalue_does_not_jump_where_the_exact_one_ends(size):
    """The limit taken beyond the switch and the exact value before it agree on D within 3 %."""
    below, above = MAX_EXACT_PRODUCT // size, MAX_EXACT_PRODUCT // size + 1
    if size == 100:
        exact = ks_pvalue(Gap(20 * 100, 0.0, 100, 100))
        limit = ks_pvalue(Gap(20 * 101, 0.0, 101, 101))
        assert limit == pytest.approx(exact, rel=0.05)
    else:
        exact = ks_pvalue(Gap(round(0.28 * size * below), 0.0, size, below))
        limit = ks_pvalue(Gap(round(0.28 * size * above), 0.0, size, above))
        assert 0.9 * exact < limit < 1.35 * exact


@pytest.mark.parametrize(("n", "m", "decimals"), [(20, 20, 1), (60, 30, 0), (150, 150, None), (1500, 120, 1)])
def test_level_holds_under_no_difference(n, m, decimals):
    """Share of p <= .05 and <= .01 in 600 draws stays under the upper end of a 99.9 % binomial band."""
    rng = np.random.default_rng(11)
    pvalues = []
    for _ in range(600):
        sample = rng.normal(size=n + m)
        sample = sample if decimals is None else sample.round(decimals)
        pvalues.append(ks_test(sample[:n], sample[n:]).pvalue)
    for alpha in (0.05, 0.01):
        assert np.sum(np.array(pvalues) <= alpha) <= stats.binom.ppf(0.999, 600, alpha)


@given(TIED | FLOATS, TIED | FLOATS)
@settings(max_examples=50, deadline=None)
def test_symmetric_and_free_of_scale(reference, current):
    forward, backward = ks_test(reference, current), ks_test(current, reference)
    assert forward.statistic == backward.statistic
    assert forward.pvalue == pytest.approx(backward.pvalue, rel=1e-9)
    assert ks_test(reference * 2.0, current * 2.0).statistic == forward.statistic


def test_gap_is_reported_at_its_first_place():
    gap = largest_gap(np.array([1.0, 2.0, 3.0, 4.0]), np.array([3.0, 4.0, 5.0, 6.0]))
    assert (gap.statistic, gap.at) == (0.5, 2.0)
