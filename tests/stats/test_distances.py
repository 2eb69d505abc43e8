from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance

from driftium_core.stats.distances import (
    jensen_shannon,
    population_stability_index,
    wasserstein_from_sorted,
)


@pytest.mark.parametrize(("n", "m"), [(3, 5), (7, 7), (1, 9), (1000, 333), (150_000, 70_001)])
def test_wasserstein_equals_scipy(n, m):
    rng = np.random.default_rng(n)
    reference, current = np.sort(rng.normal(size=n)), np.sort(rng.normal(0.3, 2, m))
    expected = wasserstein_distance(reference, current)
    assert wasserstein_from_sorted(reference, current) == pytest.approx(expected, rel=1e-9)


def test_jensen_shannon_equals_scipy():
    reference, current = np.array([5, 0, 10, 3]), np.array([1, 4, 0, 9])
    assert jensen_shannon(reference, current) == pytest.approx(jensenshannon(reference, current, base=2))


def test_jensen_shannon_of_disjoint_samples_is_one():
    assert jensen_shannon(np.array([4, 0]), np.array([0, 9])) == 1.0


def test_psi_by_hand():
    """Shares .5/.5 and .2/.8: (.2 - .5) ln(.4) + (.8 - .5) ln(1.6)."""
    expected = -0.3 * np.log(0.4) + 0.3 * np.log(1.6)
    assert population_stability_index(np.array([50, 50]), np.array([20, 80])) == pytest.approx(expected)


def test_psi_counts_half_a_row_in_an_empty_cell():
    """10 and 0 against 5 and 5: the empty cell counts as .5 of 10.5 rows."""
    p, q = np.array([10, 0.5]) / 10.5, np.array([0.5, 0.5])
    expected = ((q - p) * np.log(q / p)).sum()
    assert population_stability_index(np.array([10, 0, 0]), np.array([5, 5, 0])) == pytest.approx(expected)


def test_distances_of_nothing_are_unknown():
    nothing = np.zeros(3)
    assert np.isnan(jensen_shannon(nothing, np.ones(3)))
    assert np.isnan(population_stability_index(np.ones(3), nothing))
    assert np.isnan(wasserstein_from_sorted(np.empty(0), np.ones(3)))
