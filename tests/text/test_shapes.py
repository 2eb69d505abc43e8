from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from driftium_core.text.shapes import category_shape, number_shape, share_shape


def test_whole_numbers_by_hand():
    found = number_shape(np.array([10.0, 12, 19, 20]), np.array([20.0, 39, 61]))
    # From 10 to 61 it takes eleven bins of five, one too many, or six of ten.
    assert found.labels == ("10 to 19", "20 to 29", "30 to 39", "40 to 49", "50 to 59", "60 to 69")
    assert found.baseline == (0.75, 0.25, 0, 0, 0, 0)
    assert found.current == pytest.approx((0, 1 / 3, 1 / 3, 0, 0, 1 / 3))


def test_few_different_whole_numbers_have_a_bin_each():
    assert number_shape(np.array([1.0, 3]), np.array([2.0])).labels == ("1", "2", "3")


def test_fractions_have_bins_with_shared_edges():
    found = number_shape(np.array([0.0, 0.9]), np.array([1.0, 4.5]))
    assert found.labels[:2] == ("0 to 0.5", "0.5 to 1")
    assert (found.baseline[1], found.current[2]) == (0.5, 0.5)  # an edge belongs to the bin above it


def test_outliers_are_in_open_bins_and_widen_none():
    values = np.append(np.arange(100, 1100), [5.0, 1_000_000])
    found = number_shape(values, values)
    assert (found.labels[0], found.labels[-1]) == ("under 100", "1100 or more")
    assert found.labels[1] == "100 to 199"
    assert found.baseline[0] == pytest.approx(1 / 1002)
    assert len(found.labels) == 12


def test_a_long_tail_has_widening_bins():
    latency = np.exp(np.random.default_rng(0).normal(6, 1, 500))
    found = number_shape(latency, 10 * latency)
    assert {"100 to 200", "200 to 500", "500 to 1000"} <= set(found.labels)
    inside = ((latency >= 200) & (latency < 500)).mean()
    assert found.baseline[found.labels.index("200 to 500")] == pytest.approx(inside)
    assert len(found.labels) <= 12


@pytest.mark.parametrize(
    ("baseline", "current"),
    [
        (np.zeros(50), np.append(np.zeros(500), 3.0)),
        (np.array([1e-300, 1e300]), np.array([5.0])),
        (np.exp(np.linspace(-30, 30, 400)), np.ones(3)),
        (np.linspace(1234.51, 1234.59, 20), np.linspace(1234.52, 1234.6, 20)),
        (np.array([0.0, 0.0]), np.array([0.0, 1e9])),
        (np.array([-5.0, 3.0]), np.array([400.0])),
    ],
)
def test_any_numbers_have_few_bins_with_names_of_their_own(baseline, current):
    found = number_shape(baseline, current)
    assert 1 <= len(found.labels) <= 12
    assert len(set(found.labels)) == len(found.labels)
    assert (sum(found.baseline), sum(found.current)) == pytest.approx((1, 1))


def test_constant_values_are_one_bin():
    found = number_shape(np.full(3, 7.0), np.full(2, 7.0))
    assert (found.labels, found.baseline, found.current) == (("7",), (1,), (1,))


def test_a_pool_without_values_has_no_shape():
    assert number_shape(np.array([]), np.array([1.0])) is None
    assert share_shape((0, 0), (0, 5), ("yes", "no")) is None
    assert category_shape(Counter(), Counter("a")) is None


def test_the_eight_most_common_categories_and_the_rest():
    baseline = Counter({f"c{i}": 10 for i in range(9)} | {"rare": 10})
    current = Counter({"rare": 2})
    found = category_shape(baseline, current)
    assert found.labels == ("rare", "c0", "c1", "c2", "c3", "c4", "c5", "c6", "other")
    assert found.baseline == pytest.approx((0.1,) * 8 + (0.2,))
    assert found.current == (1,) + (0,) * 8
