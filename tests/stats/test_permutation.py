from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from driftium_core.stats.permutation import attainable_pvalue, make_labels, permutation_pvalue


def contrasts(labels):
    """The weights that `Labels` promises: slope * a - current_weight."""
    return labels.slope * labels.columns - labels.current_weight


def test_four_against_four_lists_one_of_each_complementary_split():
    labels = make_labels(4, 4)
    assert labels.exact
    assert labels.n_tried == 70  # C(8, 4)
    assert len(labels.columns) == 35
    splits = {tuple(np.flatnonzero(column).tolist()) for column in labels.columns}
    complements = {tuple(sorted(set(range(8)) - set(split))) for split in splits}
    assert splits | complements == set(combinations(range(8), 4))
    assert labels.columns[0].tolist() == [1, 1, 1, 1, 0, 0, 0, 0]


def test_unequal_sizes_list_every_split():
    labels = make_labels(3, 5)
    assert labels.exact
    assert {tuple(np.flatnonzero(c).tolist()) for c in labels.columns} == set(combinations(range(8), 3))


def test_pairs_swap_within_a_pair_only():
    labels = make_labels(6, 6, strata=np.array([0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0]))
    assert (labels.exact, labels.n_tried, len(labels.columns)) == (True, 64, 32)  # 2^6
    assert (labels.columns[:, :6] + labels.columns[:, :5:-1] == 1).all()
    assert len(np.unique(labels.columns, axis=0)) == 32


@pytest.mark.parametrize("strata", [None, np.arange(40) % 4, np.arange(40) % 20])
def test_random_assignments_keep_the_sizes_of_every_stratum(strata):
    labels = make_labels(20, 20, strata=strata, n_resamples=200, rng=3)
    assert (labels.exact, labels.columns.shape) == (False, (201, 40))
    assert labels.columns[0].tolist() == [1] * 20 + [0] * 20
    groups = np.zeros(40, int) if strata is None else strata
    for group in np.unique(groups):
        kept = labels.columns[:, groups == group].sum(axis=1)
        assert (kept == kept[0]).all()
    share = labels.columns[1:].mean(axis=0)
    # Each of 200 labels is a fair coin: 4.5 standard deviations of 0.035.
    assert np.abs(share - 0.5).max() < 4.5 * 0.5 / math.sqrt(200)


def test_assignments_repeat_with_the_seed_and_change_with_another():
    one, same, other = (make_labels(20, 20, rng=seed).columns for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


def test_contrast_is_the_difference_of_means_without_strata():
    labels = make_labels(3, 5)
    column = labels.columns[17].astype(bool)
    expected = np.where(column, 1 / 3, -1 / 5)
    assert contrasts(labels)[17] == pytest.approx(expected, abs=1e-6)


def test_contrast_weighs_strata_by_their_information():
    # Stratum 0: 1 v 3 rows, information 3/4; stratum 1: 2 v 2 rows, information 1; weights 3/7 and 4/7.
    labels = make_labels(3, 5, strata=np.array([0, 1, 1, 0, 0, 0, 1, 1]))
    expected = np.array([3 / 7, 2 / 7, 2 / 7, -1 / 7, -1 / 7, -1 / 7, -2 / 7, -2 / 7])
    assert contrasts(labels)[0] == pytest.approx(expected, abs=1e-6)
    assert contrasts(labels).sum(axis=1) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([(1, 1)], 1.0),
        ([(3, 3)], 2 / 20),
        ([(4, 4)], 2 / 70),
        ([(5, 5)], 2 / 252),
        ([(2, 5)], 1 / 21),
        ([(200, 1)], 1 / 201),
        ([(1, 1)] * 5, 2 / 32),
        ([(1, 1)] * 6, 2 / 64),
        ([(1, 1)] * 8, 2 / 256),
        ([(1, 2), (1, 1)], 1 / 6),
        ([(8, 8)], 1 / 1000),
        ([(100_000, 100_000)], 1 / 1000),
    ],
)
def test_attainable_pvalue_by_counting(sizes, expected):
    assert attainable_pvalue(sizes) == pytest.approx(expected)


def test_pvalue_counts_the_observed_one_and_ties():
    assert permutation_pvalue(np.array([2.0, 1.0, 2.0, 3.0])) == 3 / 4
    assert permutation_pvalue(np.array([2.0, 1.0, 2.0 - 1e-6, 0.0])) == 2 / 4
    assert permutation_pvalue(np.zeros(10)) == 1.0
