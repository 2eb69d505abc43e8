from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from driftium_core.text.clusters import like_groups
from driftium_core.text.terms import tabulate_terms


def changed(reference, current, **options):
    """The groups whose share changed."""
    return tuple(group for group in like_groups(reference, current, **options) if group.changed)


def blobs(topics, rng, noise=0.15):
    """Unit rows around as many directions as there are topics."""
    rows = np.eye(max(topics) + 1, 32)[topics] + rng.normal(0, noise, (len(topics), 32))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_pvalue_is_fishers_times_the_number_of_clusters():
    """Rows of two kinds: 20 and 0 in the reference, 10 and 10 in current; both tails have C(20, 10)/C(40, 10)."""
    a, b = np.eye(2, dtype=np.float32)
    found = changed(np.stack([a] * 20), np.stack([a] * 10 + [b] * 10), seed=0)
    expected = 2 * 2 * math.comb(20, 10) / math.comb(40, 10)
    assert [cluster.pvalue_adjusted for cluster in found] == pytest.approx([expected] * 2, rel=1e-9)
    lost, gained = found
    assert (lost.direction, lost.n_baseline, lost.n_current) == ("lost", 20, 10)
    assert (gained.direction, gained.n_baseline, gained.n_current) == ("gained", 0, 10)
    assert gained.baseline_members == ()
    assert gained.current_members == tuple(range(10, 20))
    assert gained.exemplar in gained.current_members
    assert lost.exemplar in lost.baseline_members


def test_planted_topic_is_gained_with_its_terms_and_its_reverse_is_lost():
    rng = np.random.default_rng(8)
    topics = rng.integers(0, 3, 230).tolist() + [3] * 26
    vectors = blobs(topics, rng)
    texts = [["soup recipe", "train delay", "garden bloom", "loan rate"][topic] for topic in topics]
    (gained,) = changed(vectors[:128], vectors[128:], seed=1, table=tabulate_terms(texts))
    assert gained.direction == "gained"
    assert gained.current_members == tuple(range(102, 128))
    assert gained.terms == ("loan rate",)
    (lost,) = changed(vectors[128:], vectors[:128], seed=1)
    assert (lost.direction, lost.baseline_members, lost.terms) == ("lost", tuple(range(102, 128)), ())
    centre = vectors[230:].mean(axis=0)
    assert lost.exemplar == 102 + (vectors[230:] @ centre).argmax()


def test_false_clusters_are_rarer_than_alpha():
    rng = np.random.default_rng(9)
    n_trials, false = 200, 0
    for trial in range(n_trials):
        vectors = blobs(rng.integers(0, 5, 96).tolist(), rng, noise=0.3)
        false += bool(changed(vectors[:48], vectors[48:], seed=trial))
    assert false <= binom.ppf(0.999, n_trials, 0.05)


def test_same_seed_same_clusters():
    rng = np.random.default_rng(10)
    vectors = blobs(rng.integers(0, 6, 600).tolist(), rng)
    assert changed(vectors[:200], vectors[200:], seed=3) == changed(vectors[:200], vectors[200:], seed=3)


@pytest.mark.parametrize("sizes", [(0, 9), (9, 0), (1, 1), (2, 1)])
def test_nothing_can_be_said_of_so_few(sizes):
    rows = np.eye(9, dtype=np.float32)
    assert changed(rows[: sizes[0]], rows[: sizes[1]], seed=0) == ()


def test_equal_rows_are_no_clusters():
    same = np.ones((40, 3), np.float32)
    assert changed(same, same, seed=0) == ()
