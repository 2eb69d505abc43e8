from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from driftium_core.errors import InputError
from driftium_core.stats.mmd import (
    biased_mmd2,
    kernel_sums,
    median_squared_distance,
    mmd_test,
    nystroem_sums,
    stratified_mmd2,
    unbiased_mmd2,
)
from driftium_core.stats.permutation import make_labels


def sphere(rng, n, dimension=16, shift=0.0):
    rows = rng.normal(size=(n, dimension))
    rows[:, 0] += shift
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def naive_mmd2(x, y, bandwidth, *, biased=False):
    """MMD² by its definition, Gretton et al. (2012), eqs. 3 and 5, in loops."""

    def k(a, b):
        return np.exp(-float(((a - b) ** 2).sum()) / bandwidth)

    n, m, same = len(x), len(y), 1 if biased else 0
    xx = sum(k(x[i], x[j]) for i in range(n) for j in range(n) if biased or i != j) / (n * (n - 1 + same))
    yy = sum(k(y[i], y[j]) for i in range(m) for j in range(m) if biased or i != j) / (m * (m - 1 + same))
    return xx + yy - 2 * sum(k(a, b) for a in x for b in y) / (n * m)


@pytest.mark.parametrize(("n", "m"), [(3, 3), (4, 4), (3, 5)])
def test_every_split_equals_the_definition(n, m):
    rng = np.random.default_rng(1)
    pooled = sphere(rng, n + m).astype(np.float64)
    labels = make_labels(n, m)
    sums = kernel_sums(pooled.astype(np.float32), labels, 1.3)[0]
    for values, biased in ((unbiased_mmd2(sums, labels), False), (biased_mmd2(sums, labels), True)):
        expected = [naive_mmd2(pooled[c == 1], pooled[c == 0], 1.3, biased=biased) for c in labels.columns]
        assert values == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize(("n", "m"), [(3, 3), (4, 4), (2, 6)])
def test_pvalue_equals_enumeration_by_hand(n, m):
    rng = np.random.default_rng(4)
    x, y = sphere(rng, n), sphere(rng, m, shift=1.0)
    pooled = np.concatenate([x, y]).astype(np.float64)
    test = mmd_test(x, y, bandwidth=1.0)
    statistics = []
    for chosen in combinations(range(n + m), n):
        rest = [i for i in range(n + m) if i not in chosen]
        statistics.append(naive_mmd2(pooled[list(chosen)], pooled[rest], 1.0))
    assert test.exact
    assert test.n_resamples == len(statistics)
    assert test.pvalue == pytest.approx(np.mean(np.array(statistics) >= statistics[0] - 1e-6))


def test_a_clear_shift_has_the_smallest_pvalue():
    rng = np.random.default_rng(2)
    x, y = sphere(rng, 4, shift=30.0), sphere(rng, 4, shift=-30.0)
    assert mmd_test(x, y).pvalue == pytest.approx(2 / 70)
    assert mmd_test(sphere(rng, 40, shift=30.0), sphere(rng, 30, shift=-30.0)).pvalue == 1 / 1000


def test_tiles_do_not_change_the_sums():
    rng = np.random.default_rng(3)
    pooled, labels = sphere(rng, 90), make_labels(50, 40, n_resamples=50)
    whole = kernel_sums(pooled, labels, 1.0, squarings=(0, 2), tile=1000)
    for tile in (1, 7, 64):
        for one, tiled in zip(whole, kernel_sums(pooled, labels, 1.0, squarings=(0, 2), tile=tile), strict=True):
            assert unbiased_mmd2(tiled, labels) == pytest.approx(unbiased_mmd2(one, labels), abs=1e-6)
            assert stratified_mmd2(tiled, labels) == pytest.approx(stratified_mmd2(one, labels), abs=1e-6)


def test_two_squarings_are_a_quarter_of_the_bandwidth():
    rng = np.random.default_rng(3)
    pooled, labels = sphere(rng, 30), make_labels(20, 10, n_resamples=20)
    _, narrow = kernel_sums(pooled, labels, 1.2, squarings=(0, 2))
    (direct,) = kernel_sums(pooled, labels, 0.3)
    assert unbiased_mmd2(narrow, labels) == pytest.approx(unbiased_mmd2(direct, labels), abs=1e-6)


def test_stratified_statistic_equals_the_weighted_quadratic_form():
    rng = np.random.default_rng(5)
    pooled = sphere(rng, 10)
    labels = make_labels(4, 6, strata=np.array([0, 0, 1, 1, 0, 1, 1, 1, 1, 0]))
    kernel = np.exp(-((pooled[:, None] - pooled[None]) ** 2).sum(axis=2).astype(np.float64))
    weights = labels.slope * labels.columns - labels.current_weight
    expected = np.einsum("pi,ij,pj->p", weights, kernel, weights)
    assert stratified_mmd2(kernel_sums(pooled, labels, 1.0)[0], labels) == pytest.approx(expected, abs=1e-6)


def test_low_rank_sums_follow_the_exact_ones():
    rng = np.random.default_rng(6)
    pooled = np.concatenate([sphere(rng, 700, 8), sphere(rng, 500, 8, shift=0.3)])
    labels = make_labels(700, 500, n_resamples=99)
    exact = unbiased_mmd2(kernel_sums(pooled, labels, 2.0)[0], labels)
    approximate = unbiased_mmd2(nystroem_sums(pooled, labels, 2.0)[0], labels)
    assert np.corrcoef(exact, approximate)[0, 1] > 0.99
    assert approximate[0] == pytest.approx(exact[0], rel=0.02)


def test_low_rank_sums_are_exact_when_every_row_is_a_landmark():
    rng = np.random.default_rng(7)
    pooled, labels = sphere(rng, 60), make_labels(30, 30, n_resamples=50)
    for one, other in zip(
        kernel_sums(pooled, labels, 1.0, squarings=(0, 2)),
        nystroem_sums(pooled, labels, 1.0, squarings=(0, 2)),
        strict=True,
    ):
        assert unbiased_mmd2(other, labels) == pytest.approx(unbiased_mmd2(one, labels), abs=1e-5)


def test_median_distance_by_hand_and_with_equal_rows():
    rows = np.array([[1, 0], [0, 1], [-1, 0]], np.float32)  # squared distances 2, 4, 2
    assert median_squared_distance(rows, rng=0) == pytest.approx(2.0)
    mostly = np.repeat(rows[:2], [9, 1], axis=0)
    assert median_squared_distance(mostly, rng=0) == pytest.approx(2.0)
    assert median_squared_distance(np.repeat(rows[:1], 5, axis=0), rng=0) == 0.0


def test_one_row_is_refused():
    with pytest.raises(InputError, match="needs 2 vectors in each sample, found 1 and 2"):
        mmd_test(np.eye(3, dtype=np.float32)[:1], np.eye(3, dtype=np.float32)[1:])
