from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from driftium_core.stats.kmeans import kmeans_centres, nearest_centre
from driftium_core.stats.linear_contrasts import linear_contrasts
from driftium_core.stats.permutation import make_labels
from driftium_core.stats.two_sample import two_sample_test
from driftium_core.stats.vector_shift import vector_shift


def sphere(rng, n, dimension=32, shift=0.0):
    rows = rng.normal(size=(n, dimension))
    rows[:, 0] += shift
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_ridge_and_largest_dimension_equal_their_definitions():
    rng = np.random.default_rng(1)
    pooled = sphere(rng, 40, 8, shift=1.0).astype(np.float64)
    labels = make_labels(25, 15, n_resamples=30)
    found = linear_contrasts(pooled.astype(np.float32), labels)
    centred = pooled - pooled.mean(axis=0)
    scatter = centred.T @ centred
    regular = scatter + np.trace(scatter) / 8 * np.eye(8)
    for j in (0, 1, 17):
        a = labels.columns[j] == 1
        difference = pooled[a].mean(axis=0) - pooled[~a].mean(axis=0)
        ridge = difference @ np.linalg.solve(regular, difference)
        largest = np.abs(difference / np.sqrt(np.diag(scatter))).max()
        x, y = pooled[a].mean(axis=0), pooled[~a].mean(axis=0)
        cosine = 1 - x @ y / np.linalg.norm(x) / np.linalg.norm(y)
        assert found.statistics["ridge"][j] == pytest.approx(ridge, rel=1e-4)
        assert found.statistics["largest_dimension"][j] == pytest.approx(largest, rel=1e-4)
        assert found.centroid_distance[j] == pytest.approx(cosine, rel=1e-4)


def test_cluster_gain_counts_current_rows():
    # Two groups far apart: 20 + 5 reference rows, 5 + 20 current rows.
    rows = np.repeat(np.eye(4, dtype=np.float32)[:2], 25, axis=0)
    pooled = rows[np.r_[0:20, 25:30, 20:25, 30:50]]
    labels = make_labels(25, 25, n_resamples=99)
    gain = linear_contrasts(pooled, labels).statistics["clusters"]
    # (20/25 - 5/25) / sqrt(25 * 25), and no random split reaches it (hypergeometric tail 3e-5).
    assert gain[0] == pytest.approx(0.6 / 25, rel=1e-5)
    assert gain[1:].max() < gain[0]


def test_kmeans_finds_separate_groups_and_takes_equal_rows():
    rng = np.random.default_rng(0)
    groups = [sphere(rng, 30, 8, shift=s) for s in (40.0, -40.0)]
    rows = np.concatenate(groups)
    found = nearest_centre(rows, kmeans_centres(rows, 2, rng=0))
    assert len(set(found[:30])) == len(set(found[30:])) == 1
    assert found[0] != found[-1]
    assert len(kmeans_centres(np.ones((20, 3), np.float32), 5, rng=0)) == 1


def test_shift_equals_the_mean_over_pairs():
    rng = np.random.default_rng(2)
    x, y = sphere(rng, 5, 6), sphere(rng, 4, 6, shift=2.0)
    xx = np.mean([x[i] @ x[j] for i in range(5) for j in range(5) if i != j])
    yy = np.mean([y[i] @ y[j] for i in range(4) for j in range(4) if i != j])
    xy = np.mean([a @ b for a in x for b in y])
    shift = vector_shift(x, y)
    assert shift.squared == pytest.approx(xx + yy - 2 * xy, abs=1e-6)
    assert shift.raw == pytest.approx(np.sqrt(max(0, xx + yy - 2 * xy) / (1 - xx)), abs=1e-5)


def test_shift_of_pairs_leaves_out_pairs_of_one_prompt():
    rng = np.random.default_rng(3)
    x, y = sphere(rng, 6, 5), sphere(rng, 6, 5, shift=1.0)
    different = [(i, j) for i in range(6) for j in range(6) if i != j]
    expected = np.mean([x[i] @ x[j] + y[i] @ y[j] - 2 * x[i] @ y[j] for i, j in different])
    strata = np.tile(np.arange(6), 2)
    assert vector_shift(x, y, strata=strata).squared == pytest.approx(expected, abs=1e-6)


def test_shift_of_pairs_does_not_see_how_often_a_prompt_was_asked():
    a, b = np.eye(2, dtype=np.float32)
    x, y = np.array([a, a, a, b]), np.array([a, b, b, b])
    strata = np.array([0, 0, 0, 1, 0, 1, 1, 1])
    assert vector_shift(x, y, strata=strata).raw == 0.0
    assert vector_shift(x, y).raw > 0.5


def test_shrunk_effect():
    shift = vector_shift(np.eye(4, dtype=np.float32)[:2], np.eye(4, dtype=np.float32)[2:])
    assert shift.shrunk(2.0) == pytest.approx(shift.raw * np.sqrt(3) / 2)
    assert shift.shrunk(0.9) == shift.shrunk(-5.0) == 0.0


@pytest.mark.parametrize(("n", "m", "trials"), [(8, 8, 200), (32, 32, 120), (64, 16, 120)])
def test_level_is_kept_when_nothing_changed(n, m, trials):
    rng = np.random.default_rng(11)
    pvalues = []
    for trial in range(trials):
        labels = make_labels(n, m, n_resamples=199, rng=trial)
        pvalues.append(two_sample_test(sphere(rng, n + m, 24, shift=1.0), labels, rng=trial).pvalue)
    low, high = stats.binom.ppf([0.0005, 0.9995], trials, 0.05)
    assert low <= np.sum(np.array(pvalues) <= 0.05) <= high


def test_level_is_kept_within_pairs_and_on_the_low_rank_path():
    rng = np.random.default_rng(12)
    paired, low_rank = [], []
    strata = np.tile(np.arange(16), 2)
    for trial in range(120):
        prompts = np.tile(sphere(rng, 16, 24), (2, 1))
        rows = prompts + 0.5 * sphere(rng, 32, 24)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        labels = make_labels(16, 16, strata=strata, n_resamples=199, rng=trial)
        paired.append(two_sample_test(rows, labels, strata=strata, rng=trial).pvalue)
        labels = make_labels(20, 12, n_resamples=199, rng=trial)
        low_rank.append(two_sample_test(sphere(rng, 32, 24), labels, rng=trial, max_exact_rows=0).pvalue)
    low, high = stats.binom.ppf([0.0005, 0.9995], 120, 0.05)
    for pvalues in (paired, low_rank):
        assert low <= np.sum(np.array(pvalues) <= 0.05) <= high


def test_the_tail_of_so_small_pools_is_not_called_extreme_by_chance():
    rng = np.random.default_rng(13)
    labels = make_labels(4, 4)
    tails = np.array([two_sample_test(sphere(rng, 8, 24, shift=1.0), labels).tail_pvalue for _ in range(150)])
    assert np.sum(tails <= 0.005) <= stats.binom.ppf(0.9995, 150, 0.01)


def test_pairs_show_what_free_splits_cannot():
    rng = np.random.default_rng(14)
    prompts = sphere(rng, 32)
    moved = prompts + np.float32(0.03)  # the same small step in every dimension
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    rows, strata = np.concatenate([prompts, moved]), np.tile(np.arange(32), 2)
    paired = two_sample_test(rows, make_labels(32, 32, strata=strata), strata=strata)
    free = two_sample_test(rows, make_labels(32, 32))
    assert paired.pvalue <= 0.005
    assert free.pvalue > 0.05


def test_low_rank_and_exact_path_agree_at_the_switch():
    rng = np.random.default_rng(15)
    for shift in (0.0, 0.6):
        rows = np.concatenate([sphere(rng, 600), sphere(rng, 500, shift=shift)])
        labels = make_labels(600, 500, n_resamples=299)
        exact = two_sample_test(rows, labels)
        low_rank = two_sample_test(rows, labels, max_exact_rows=100)
        assert (exact.low_rank, low_rank.low_rank) == (False, True)
        assert low_rank.pvalue == pytest.approx(exact.pvalue, abs=0.1)
        assert low_rank.mmd.value == pytest.approx(exact.mmd.value, rel=0.05)
        assert low_rank.centroid == exact.centroid


def test_bands_hold_the_distances_of_pools_that_do_not_differ():
    rng = np.random.default_rng(16)
    test = two_sample_test(sphere(rng, 60), make_labels(30, 30))
    assert 0 < test.mmd.low < test.mmd.high
    # Biased MMD² of 30 v 30: its expectation is (1/30 + 1/30)(1 - mean kernel), about .0667 * (1 - 1/e).
    assert test.mmd.low < 0.0667 * (1 - np.exp(-1)) < test.mmd.high
