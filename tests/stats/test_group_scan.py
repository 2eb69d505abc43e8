from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom, hypergeom

from driftium_core.stats.group_scan import group_scan, smallest_group

A, B = np.eye(2, dtype=np.float32)


def blobs(topics: list[int], rng: np.random.Generator, noise: float = 0.15) -> np.ndarray:
    """Unit rows around one direction per topic."""
    rows = np.eye(8, 32)[topics] + rng.normal(0, noise, (len(topics), 32))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_pvalue_of_two_kinds_is_the_hypergeometric_tail() -> None:
    """4 of 4 rows of kind B are current, with the chance C(10, 4) / C(20, 4) = 210 / 4845.

    Labels that make the other kind as one-sided (none of kind B current) have the same chance, hence twice that.
    """
    found = group_scan(np.stack([A] * 10), np.stack([A] * 6 + [B] * 4), scarce=0.25, n_resamples=9999, rng=1)
    chance = 2 * 210 / 4845
    assert found.pvalue == pytest.approx(chance, abs=4 * math.sqrt(chance / 9999))


def test_members_are_the_current_rows_of_the_new_group() -> None:
    rng = np.random.default_rng(2)
    old, new = blobs([0] * 30 + [1] * 30, rng), blobs([0] * 15 + [2] * 10 + [1] * 15 + [3] * 10, rng)
    found = group_scan(old, new, scarce=0.25)
    assert found.pvalue == 0.001  # the smallest that 999 permutations give
    assert np.flatnonzero(found.members).tolist() == [*range(15, 25), *range(40, 50)]


def test_a_group_that_both_have_is_found_but_is_no_member() -> None:
    found = group_scan(np.stack([A] * 40 + [B] * 20), np.stack([A] * 10 + [B] * 50), scarce=0.25)
    assert found.pvalue == 0.001
    assert not found.members.any()


def test_false_alarms_are_as_rare_as_alpha_says() -> None:
    rng = np.random.default_rng(3)
    n_trials, alpha, false = 300, 0.05, 0
    for trial in range(n_trials):
        rows = blobs(rng.integers(0, 4, 40).tolist(), rng, noise=0.3)
        false += group_scan(rows[:20], rows[20:], scarce=0.25, n_resamples=199, rng=trial).pvalue <= alpha
    assert false <= binom.ppf(0.999, n_trials, alpha)


def test_repeated_rows_raise_no_alarm_by_their_place() -> None:
    """Equal rows have no order, so a tree must not split them into those of the one and of the other pool."""
    same = np.stack([A] * 30)
    assert group_scan(same, same, scarce=0.25).pvalue == 1
    mixed = np.stack([A, B] * 15)
    assert group_scan(mixed, mixed, scarce=0.25).pvalue > 0.5


def test_order_changes_nothing() -> None:
    rng = np.random.default_rng(4)
    old, new = blobs([0] * 20, rng), blobs([0] * 12 + [1] * 8, rng)
    first = group_scan(old, new, scarce=0.25, rng=5)
    order = rng.permutation(20)
    again = group_scan(old[::-1], new[order], scarce=0.25, rng=5)
    assert again.pvalue == first.pvalue
    assert again.members.tolist() == first.members[order].tolist()


@pytest.mark.parametrize(("n", "m"), [(16, 16), (32, 32), (64, 64), (300, 16), (9, 40)])
def test_smallest_group_is_the_least_that_is_below_alpha(n: int, m: int) -> None:
    size = smallest_group(n, m, 0.01)
    assert size is not None
    assert hypergeom.sf(size - 1, n + m, m, size) <= 0.01
    assert size == 3 or hypergeom.sf(size - 2, n + m, m, size - 1) > 0.01


def test_one_row_on_each_side_is_no_group() -> None:
    found = group_scan(A[None], B[None], scarce=0.25)
    assert (found.pvalue, found.members.tolist()) == (1.0, [False])
    assert smallest_group(0, 20, 0.01) is None
