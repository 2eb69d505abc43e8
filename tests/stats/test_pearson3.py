from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from driftium_core.stats.pearson3 import pearson3_sf, tail_surprise


@pytest.mark.parametrize("skewness", [0.05, 0.5, 1.0, 3.0])
def test_tail_equals_scipy(skewness):
    z = np.array([-0.5, 0.0, 1.0, 3.0, 6.0])
    assert pearson3_sf(z, np.full(5, skewness)) == pytest.approx(stats.pearson3.sf(z, skewness), rel=1e-8)


def test_tail_is_normal_without_skew_and_never_zero():
    z = np.array([0.0, 2.0, 1e6])
    assert pearson3_sf(z, np.array([0.0, -1.0, 0.0])) == pytest.approx([0.5, stats.norm.sf(2), 0], abs=1e-12)
    assert pearson3_sf(z, np.zeros(3))[2] > 0


def test_each_value_is_judged_by_the_others():
    values = np.random.default_rng(0).gamma(3, size=200)
    surprise = tail_surprise(values)
    for j in (0, 7, int(values.argmax())):
        others = np.delete(values, j)
        z = (values[j] - others.mean()) / others.std()
        expected = -np.log(stats.pearson3.sf(z, stats.skew(others)))
        assert surprise[j] == pytest.approx(expected, rel=1e-6)


def test_an_extreme_value_does_not_widen_its_own_yardstick():
    values = np.append(1e4, np.random.default_rng(0).normal(size=99))
    assert tail_surprise(values)[0] > 100


@pytest.mark.parametrize("values", [np.zeros(50), np.full(50, 3.0), np.array([1.0, 2.0, 3.0]), np.array([1.0])])
def test_no_surprise_without_variation(values):
    assert (tail_surprise(values) == 0).all()


def test_ties_with_the_observed_value_are_equally_surprising():
    values = np.random.default_rng(0).normal(size=100)
    values[5] = values[0] * (1 + 1e-7)
    surprise = tail_surprise(values)
    assert surprise[5] == pytest.approx(surprise[0], rel=1e-12)
