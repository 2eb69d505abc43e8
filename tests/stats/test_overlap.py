from __future__ import annotations

import numpy as np
import pytest

from driftium_core.stats import overlap
from driftium_core.stats.overlap import common_support


def sphere(n, d, seed, centre=None):
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((n, d))
    if centre is not None:
        rows += 30 * np.eye(d)[centre]
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def support(reference, current, seed=0):
    return common_support(reference, current, rng=np.random.default_rng(seed))


def test_rows_in_two_places_have_no_neighbours_in_the_other_sample():
    found = support(sphere(20, 8, 0, centre=0), sphere(30, 8, 1, centre=1))
    assert not found.reference.any()
    assert not found.current.any()
    assert found.share == 0


def test_only_the_shared_place_is_common():
    reference = np.vstack([sphere(20, 8, 0, centre=0), sphere(20, 8, 1, centre=1)])
    current = np.vstack([sphere(20, 8, 2, centre=1), sphere(20, 8, 3, centre=2)])
    found = support(reference, current)
    assert not found.reference[:20].any()
    assert not found.current[20:].any()
    assert found.reference[20:].mean() > 0.8
    assert found.current[:20].mean() > 0.8


def test_equal_prompts_are_neighbours_however_many_there_are():
    same = np.tile(sphere(1, 8, 0), (50, 1))
    found = support(same[:30], same[:20])
    assert found.share == 1


@pytest.mark.parametrize(("n", "m"), [(400, 400), (1500, 200)])
def test_of_one_distribution_one_row_in_32_has_no_foreign_neighbour(n, m):
    # Five neighbours that are of either sample with a chance of one half each: all are its own in 1 / 2**5.
    found = support(sphere(n, 16, 1), sphere(m, 16, 2))
    assert found.reference.mean() == pytest.approx(1 - 1 / 32, abs=0.03)
    assert found.current.mean() == pytest.approx(1 - 1 / 32, abs=0.03)


def test_a_row_is_not_its_own_neighbour():
    # Every reference row has its five nearest in the reference; as its own neighbour it would need only four.
    reference = np.vstack([sphere(6, 8, 0, centre=0), sphere(6, 8, 0, centre=0)])
    found = support(reference, sphere(12, 8, 3, centre=1))
    assert not found.reference.any()


def test_tiles_change_nothing(monkeypatch):
    reference, current = sphere(70, 8, 0), sphere(90, 8, 1)
    whole = support(reference, current)
    monkeypatch.setattr(overlap, "_ROW_TILE", 16)
    tiled = support(reference, current)
    assert (whole.reference == tiled.reference).all()
    assert (whole.current == tiled.current).all()


@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 5), (2, 3)])
def test_a_handful_of_rows_does_not_fail(n, m):
    found = support(sphere(n, 8, 0), sphere(m, 8, 1))
    assert found.reference.shape == (n,)
    assert found.current.shape == (m,)
