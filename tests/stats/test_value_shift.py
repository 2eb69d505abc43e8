from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from driftium_core.stats.value_shift import fit_value_shift, weighted_gap


@pytest.fixture
def samples():
    rng = np.random.default_rng(4)
    return rng.lognormal(5, 0.6, 4000), rng.lognormal(5, 0.6, 3000)


@pytest.mark.parametrize(("factor", "offset"), [(1.25, 0), (0.7, 0), (1000, 0), (1, 60), (1, -25)])
def test_a_factor_or_a_shift_is_found_alone(samples, factor, offset):
    reference, current = samples
    found = fit_value_shift(reference, factor * current + offset)
    assert found is not None
    if offset:
        assert (found.factor, found.offset) == (1, pytest.approx(offset, abs=8))
    else:
        assert (found.factor, found.offset) == (pytest.approx(factor, rel=0.05), 0)


def test_degrees_of_another_scale_are_a_factor_and_a_shift():
    rng = np.random.default_rng(5)
    celsius = rng.normal(12, 9, 5000)
    found = fit_value_shift(celsius, rng.normal(12, 9, 5000) * 1.8 + 32)
    assert found is not None
    assert (found.factor, found.offset) == (pytest.approx(1.8, rel=0.05), pytest.approx(32, abs=1))


def test_a_filter_is_no_shift(samples):
    reference, current = samples
    assert fit_value_shift(reference, current[(current > 80) & (current < 160)]) is None


def test_whole_numbers_that_are_scaled_are_found_exactly():
    rng = np.random.default_rng(6)
    reference = rng.integers(1, 30, 3000).astype(float)
    found = fit_value_shift(reference, rng.permutation(reference) * 0.8)
    assert found is not None
    assert (found.factor, found.gap) == (pytest.approx(0.8), 0)


def test_weights_decide_what_the_shift_is_measured_from():
    rng = np.random.default_rng(7)
    young = rng.random(6000) < 0.5
    values = np.where(young, rng.normal(100, 10, 6000), rng.normal(200, 20, 6000))
    current = 1.1 * rng.normal(100, 10, 3000)
    found = fit_value_shift(values, current, np.where(young, 2.0, 0.0))
    assert found is not None
    assert found.factor * 100 + found.offset == pytest.approx(110, abs=1.5)


def test_the_gap_is_the_kolmogorov_smirnov_distance(samples):
    reference, current = (np.sort(side) for side in samples)
    mass = np.arange(1, reference.size + 1) / reference.size
    expected = stats.ks_2samp(reference, current).statistic
    assert weighted_gap(reference, mass, current) == pytest.approx(expected, abs=1e-12)


def test_too_few_values_are_no_shift():
    assert fit_value_shift(np.array([1.0]), np.array([2.0, 3.0])) is None
