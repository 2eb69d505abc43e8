from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial.distance import cdist, pdist

from driftium_core.text.exemplars import nearest_cosines, pick_exemplars, witness


def unit(rows):
    rows = np.asarray(rows, float)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_witness_by_hand():
    """Squared distances are 2, and 4 for opposite rows; their median is 2, so kernels are 1/e and 1/e²."""
    expected = math.exp(-1) - (math.exp(-1) + math.exp(-2)) / 2
    at_current, at_reference = witness(unit([[1, 0], [0, 1]]), unit([[-1, 0], [0, -1]]))
    assert at_current == pytest.approx([expected] * 2, rel=1e-6)
    assert at_reference == pytest.approx([expected] * 2, rel=1e-6)


def test_witness_is_the_definition():
    rng = np.random.default_rng(3)
    reference, current = unit(rng.normal(size=(30, 6))), unit(rng.normal(size=(40, 6)) + 0.4)
    pooled = np.concatenate([reference, current]).astype(float)
    bandwidth = np.median(pdist(pooled, "sqeuclidean"))
    kernel = np.exp(-cdist(pooled, pooled, "sqeuclidean") / bandwidth)
    expected = [
        np.mean([kernel[i, j] for j in range(30, 70) if j != i]) - np.mean([kernel[i, j] for j in range(30)])
        for i in range(30, 70)
    ]
    assert witness(reference, current)[0] == pytest.approx(expected, abs=1e-6)


def test_witness_swaps_with_the_pools():
    rng = np.random.default_rng(4)
    a, b = unit(rng.normal(size=(2100, 4))), unit(rng.normal(size=(30, 4)))  # more rows than one tile
    for one, other in zip(witness(a, b), reversed(witness(b, a)), strict=True):
        assert one == pytest.approx(other, abs=1e-6)


def test_equal_rows_have_no_witness_and_no_exemplars():
    same = unit(np.ones((5, 3)))
    at_current, at_reference = witness(same, same[:3])
    assert not at_current.any()
    assert not at_reference.any()
    assert pick_exemplars(at_current, same[:3]) == ()


def test_the_only_row_of_a_pool_is_its_own_mean():
    at_current, at_reference = witness(unit([[1, 0], [1, 0.1]]), unit([[0, 1]]))
    assert np.isfinite(at_current).all()
    assert at_current[0] > 0
    assert np.isfinite(at_reference).all()


def test_planted_rows_are_picked():
    rng = np.random.default_rng(5)
    topics = np.eye(4, 64)
    reference = unit(topics[rng.integers(0, 3, 128)] + rng.normal(0, 0.1, (128, 64)))
    current = unit(topics[np.append(rng.integers(0, 3, 115), [3] * 13)] + rng.normal(0, 0.1, (128, 64)))
    at_current, at_reference = witness(reference, current)
    novel = pick_exemplars(at_current, current)
    assert [exemplar.index >= 115 for exemplar in novel] == [True] * 5
    assert [exemplar.witness for exemplar in novel] == sorted(at_current, reverse=True)[:5]
    swapped = pick_exemplars(witness(current, reference)[1], current)
    assert [exemplar.index for exemplar in swapped] == [exemplar.index for exemplar in novel]
    assert at_reference.max() < at_current.max()


def test_near_duplicates_are_one_example():
    vectors = unit([[1, 0], [1, 0.05], [0, 1], [0.05, 1], [-1, 0]])
    picked = pick_exemplars(np.array([0.5, 0.4, 0.3, 0.2, -0.1]), vectors, texts=list("abcde"), prompts=list("vwxyz"))
    assert [(exemplar.index, exemplar.text, exemplar.prompt) for exemplar in picked] == [(0, "a", "v"), (2, "c", "x")]


def test_nearest_is_the_largest_cosine_over_all_tiles():
    rng = np.random.default_rng(7)
    rows, others = unit(rng.normal(size=(3, 6))), unit(rng.normal(size=(5000, 6)))
    others[4999] = rows[1]
    expected = 1 - cdist(rows, others, "cosine").min(axis=1)
    assert nearest_cosines(rows, others) == pytest.approx(expected.tolist(), abs=1e-5)
    assert nearest_cosines(rows, others)[1] == 1
    assert nearest_cosines(rows[:0], others) == []
