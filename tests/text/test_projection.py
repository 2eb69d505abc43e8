from __future__ import annotations

import numpy as np
import pytest

from driftium_core.text.projection import project


def pools(seed=11, n=40, m=60, d=10):
    rng = np.random.default_rng(seed)
    rows = (rng.normal(size=(n + m, d)) * np.linspace(3, 0.5, d)).astype(np.float32)
    return rows[:n], rows[n:]


def test_axes_are_those_of_the_singular_value_decomposition():
    reference, current = pools()
    shown = project(reference, current, seed=0)
    pooled = np.concatenate([reference, current]).astype(float)
    centred = pooled - pooled.mean(axis=0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    points = np.concatenate([shown.baseline, shown.current])
    assert np.abs(points) == pytest.approx(np.abs(left[:, :2] * values[:2]), abs=1e-4)
    assert shown.explained == pytest.approx(values[:2] ** 2 / (values**2).sum(), rel=1e-6)
    assert shown.baseline_index == tuple(range(40))
    assert shown.current_index == tuple(range(60))


def test_order_of_the_rows_does_not_matter():
    reference, current = pools()
    order = np.random.default_rng(0).permutation(60)
    first, second = project(reference, current, seed=0, limit=30), project(reference, current[order], seed=0, limit=30)
    assert first.baseline == second.baseline
    positions = order[list(second.current_index)]
    back = np.argsort(positions)
    assert np.array_equal(first.current_index, positions[back])
    assert np.array_equal(first.current, np.array(second.current)[back])


def test_large_pools_are_sampled():
    reference, current = pools()
    shown = project(reference, current, seed=4, limit=15)
    assert np.shape(shown.baseline) == np.shape(shown.current) == (15, 2)
    assert (np.diff(shown.current_index) > 0).all()


@pytest.mark.parametrize("n", [0, 1, 5])
def test_without_variance_all_is_zero(n):
    shown = project(np.ones((n, 3), np.float32), np.ones((1, 3), np.float32), seed=0)
    assert shown.baseline == ((0.0, 0.0),) * n
    assert shown.explained == (0.0, 0.0)


def test_empty_pools_and_one_dimension():
    assert project(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32), seed=0).current == ()
    line = np.array([[0.0], [1], [2]], np.float32)
    shown = project(line, line, seed=0)
    assert shown.explained == (1.0, 0.0)
    assert [x for x, _ in shown.baseline] == [-1, 0, 1]
