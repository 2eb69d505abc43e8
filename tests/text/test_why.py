from __future__ import annotations

import numpy as np
import pytest

from driftium_core.text import why
from driftium_core.text.differences import Evidence
from driftium_core.text.why import explain

WORDS = ["soup recipe onion", "train delay platform", "garden bloom roses", "loan rate bank"]


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def pools(n=100, planted=20, seed=12, d=48):
    """Three topics in both pools; the last current rows are on a fourth."""
    rng = np.random.default_rng(seed)
    topics = np.array([*rng.integers(0, 3, 2 * n - planted), *[3] * planted])
    vectors = unit(np.eye(4, d)[topics] + rng.normal(0, 0.12, (2 * n, d)))
    texts = [f"<b>{WORDS[topic]}</b> filler{rng.integers(0, 30)}" for topic in topics]
    return vectors[:n], vectors[n:], texts[:n], texts[n:]


def finds_planted(n, planted, tolerated=3):
    """Drift while more than a few of the last current rows are left."""
    return lambda _, current: 0.001 if (current >= n - planted).sum() > tolerated else 0.6


def test_all_of_the_evidence_points_at_the_planted_rows():
    reference, current, old, new = pools()
    prompts = [f"prompt {i}" for i in range(100)]
    evidence = explain(
        reference,
        current,
        old,
        new,
        current_prompts=prompts,
        pvalue=0.001,
        drifted=True,
        pvalue_of=finds_planted(100, 20),
        seed=0,
    )
    assert all(exemplar.index >= 80 for exemplar in evidence.novel)
    assert all(
        (exemplar.text, exemplar.prompt) == (new[exemplar.index], f"prompt {exemplar.index}")
        for exemplar in evidence.novel
    )
    assert all(exemplar.text == old[exemplar.index] and exemplar.prompt == "" for exemplar in evidence.gone)
    assert evidence.keywords_gained[0].term in ("loan rate", "rate bank")
    gained = [cluster for cluster in evidence.clusters if cluster.direction == "gained"]
    assert {row for cluster in gained for row in cluster.current_members} == set(range(80, 100))
    assert 17 <= len(evidence.removal.removed) <= 19
    assert min(evidence.removal.removed) >= 80
    assert evidence.notes == ()


def test_order_of_the_rows_changes_nothing():
    reference, current, old, new = pools()
    reference[7], old[7] = reference[3], "another text"  # equal vectors too
    rng = np.random.default_rng(1)
    a, b = rng.permutation(100), rng.permutation(100)
    first = explain(reference, current, old, new, pvalue=0.001, drifted=True, pvalue_of=finds_planted(100, 20), seed=5)
    second = explain(
        reference[a],
        current[b],
        [old[i] for i in a],
        [new[i] for i in b],
        pvalue=0.001,
        drifted=True,
        pvalue_of=lambda rows_a, rows_b: finds_planted(100, 20)(a[rows_a], b[rows_b]),
        seed=5,
    )
    assert [(e.witness, e.index) for e in first.novel] == [(e.witness, b[e.index]) for e in second.novel]
    assert [(e.witness, e.index) for e in first.gone] == [(e.witness, a[e.index]) for e in second.gone]
    assert (first.keywords_gained, first.keywords_lost) == (second.keywords_gained, second.keywords_lost)
    assert first.removal.removed == tuple(b[list(second.removal.removed)].tolist())
    assert first.removal.text == second.removal.text
    for one, other in zip(first.clusters, second.clusters, strict=True):
        assert (one.direction, one.pvalue_adjusted, one.terms) == (other.direction, other.pvalue_adjusted, other.terms)
        assert set(one.current_members) == {b[row] for row in other.current_members}


def test_texts_may_be_missing():
    reference, current, old, _ = pools()
    evidence = explain(reference, current, old, pvalue=0.001, drifted=True, pvalue_of=lambda *_: 0.001, seed=0)
    assert evidence.keywords_gained == evidence.keywords_lost == ()
    assert evidence.novel[0].text == ""
    assert evidence.clusters
    assert all(cluster.terms == () for cluster in evidence.clusters)


def test_without_drift_nothing_is_removed_and_a_note_says_so():
    reference, current, old, new = pools(planted=0)
    evidence = explain(
        reference, current, old, new, pvalue=0.4, drifted=False, pvalue_of=lambda *_: pytest.fail("called"), seed=0
    )
    assert evidence.removal is None
    assert evidence.clusters == ()
    assert evidence.notes[0].startswith("No drift was found")


@pytest.mark.parametrize(("n", "m"), [(0, 3), (3, 0), (0, 0)])
def test_an_empty_pool_is_a_note(n, m):
    rows = np.eye(3, dtype=np.float32)
    evidence = explain(rows[:n], rows[:m], pvalue=None, drifted=False, pvalue_of=lambda *_: None, seed=0)
    assert evidence == Evidence(groups=(), notes=("One of the pools is empty: there is nothing to compare.",))


@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 30), (30, 1), (2, 2)])
def test_few_rows(n, m):
    rows = unit(np.random.default_rng(2).normal(size=(60, 16)))
    evidence = explain(
        rows[:n],
        rows[30 : 30 + m],
        ["a b"] * n,
        ["c d"] * m,
        pvalue=0.01,
        drifted=True,
        pvalue_of=lambda *_: None,
        seed=0,
    )
    assert evidence.removal is None
    assert "No removal check" in evidence.notes[0]


def test_equal_vectors_show_nothing():
    same = unit(np.ones((40, 8)))
    evidence = explain(
        same, same[:20], [""] * 40, ["a"] * 20, pvalue=1.0, drifted=False, pvalue_of=lambda *_: 1.0, seed=0
    )
    assert (evidence.novel, evidence.gone, evidence.clusters, evidence.keywords_gained) == ((), (), (), ())


def test_large_pools_are_sampled_and_it_is_said(monkeypatch):
    monkeypatch.setattr(why, "WITNESS_LIMIT", 150)
    monkeypatch.setattr(why, "REMOVAL_LIMIT", 60)
    reference, current, old, new = pools(n=400, planted=100)
    seen = []

    def pvalue_of(rows_a, rows_b):
        seen.append((rows_a.size, rows_b.size))
        return finds_planted(400, 100)(rows_a, rows_b)

    evidence = explain(reference, current, old, new, pvalue=0.001, drifted=True, pvalue_of=pvalue_of, seed=0)
    assert seen[0] == (60, 60)
    assert max(seen) == (60, 60)
    assert evidence.removal.text.startswith(
        "Among 60 current responses drawn at random: without the 12 most novel current responses"
    )
    assert min(evidence.removal.removed) >= 300
    assert "come from 150 baseline and 150 current responses" in evidence.notes[0]
    assert all(exemplar.index >= 300 and exemplar.text == new[exemplar.index] for exemplar in evidence.novel)
    witnesses = evidence.witnesses
    assert (len(witnesses.baseline), len(witnesses.current)) == (150, 150)
    assert list(witnesses.current_index) == sorted(set(witnesses.current_index))
    novel = evidence.novel[0]
    assert max(witnesses.current) == pytest.approx(novel.witness, rel=1e-4)
    assert witnesses.current_index[int(np.argmax(witnesses.current))] == novel.index
    # The most alike of all 400 baseline responses, not of the 150.
    assert novel.nearest == pytest.approx(float((reference @ current[novel.index]).max()), abs=1e-5)
