"""The whole report of two pools with vectors: positions, storing, and what does not depend on the order."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from driftium_core.errors import InputError
from driftium_core.response import Response
from driftium_core.text.compare import compare_pools
from driftium_core.text.pool import Pool
from driftium_core.text.report import Encoder
from driftium_core.text.serialise import report_from_stored, report_to_dict, stored_report

D = 24
WORDS = ("soup onion", "train delay", "garden roses", "loan bank")
ENCODER = Encoder("synthetic", "fp32")


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def pool(n, rng, *, planted=0, first_prompt=0):
    """Answers on three topics, the last ones on a fourth; the first two failed."""
    topics = np.array([*rng.integers(0, 3, n - planted), *[3] * planted])
    prompts = unit(np.eye(4, D)[topics] + rng.normal(0, 0.15, (n, D)))
    answers = unit(0.7 * prompts + rng.normal(0, 0.1, (n, D)))
    responses = [
        Response(
            response=f"{WORDS[topic]} number{rng.integers(0, 50)}",
            prompt=f"prompt {first_prompt + i}",
            latency_ms=float(rng.lognormal(5, 1)),
        )
        for i, topic in enumerate(topics)
    ]
    failed = [Response(response="", error="timeout")] * 2
    return Pool((*failed, *responses), np.arange(2, n + 2), answers, prompts)


def reordered(given, order):
    """The same pool as it would be, had its responses arrived in another order."""
    place = np.empty(len(given.responses), np.int64)
    place[given.positions] = np.arange(len(given.positions))
    rows = [place[i] for i in order if given.responses[i].usable]
    positions = np.array([new for new, old in enumerate(order) if given.responses[old].usable])
    responses = tuple(given.responses[i] for i in order)
    return Pool(responses, positions, given.response_vectors[rows], given.prompt_vectors[rows])


@pytest.fixture(scope="module")
def pools():
    rng = np.random.default_rng(1)
    return pool(90, rng), pool(80, rng, planted=20, first_prompt=60)


@pytest.fixture(scope="module")
def report(pools):
    return compare_pools(*pools, encoder=ENCODER)


def test_positions_are_those_of_the_whole_pools(pools, report):
    baseline, current = pools
    witnesses = report.evidence.witnesses
    assert witnesses.baseline_index == tuple(range(2, 92))
    assert witnesses.current_index == tuple(range(2, 82))
    assert min(np.argsort(witnesses.current)[-15:]) >= 60  # the planted answers are the last twenty
    novel = report.evidence.novel[0]
    assert current.responses[novel.index].response == novel.text
    assert witnesses.current[witnesses.current_index.index(novel.index)] == pytest.approx(novel.witness, rel=1e-4)
    assert len(report.pairs) == 30  # prompts 60 to 89 are in both
    for pair in report.pairs:
        assert baseline.responses[pair.baseline_index].prompt == current.responses[pair.current_index].prompt
    assert [pair.similarity for pair in report.pairs] == sorted(pair.similarity for pair in report.pairs)
    assert (report.drift.design, report.drift.pairing) == ("unpaired", "unpaired")


def test_exemplars_say_how_near_the_other_pool_comes(pools, report):
    baseline, current = (given.response_vectors.astype(float) for given in pools)
    cosines = 1 - cdist(baseline, current, "cosine")
    for exemplar in report.evidence.novel:
        assert exemplar.nearest == pytest.approx(cosines[:, exemplar.index - 2].max(), abs=1e-5)
    for exemplar in report.evidence.gone:
        assert exemplar.nearest == pytest.approx(cosines[exemplar.index - 2].max(), abs=1e-5)
    assert max(item.nearest for item in report.evidence.novel) < np.median(cosines.max(axis=0))


def test_a_stored_report_comes_back_equal(report):
    assert report_from_stored(json.loads(json.dumps(stored_report(report)))) == report


def test_a_report_of_format_one_is_of_another_version(report):
    stored = json.loads(json.dumps(stored_report(report)))
    evidence = stored["evidence"]
    evidence["clusters"] = evidence["groups"][:1]
    del stored["pairs"], evidence["witnesses"], stored["traffic"]["prompts"], stored["traffic"]["behaviour"]
    del evidence["groups"]
    for band in (stored["drift"]["centroid"], stored["drift"]["mmd"]):
        del band["draws"]
    for item in stored["descriptors"]:
        del item["shape"]
    for item in evidence["novel"] + evidence["gone"]:
        del item["nearest"]
    for word in evidence["keywords_gained"] + evidence["keywords_lost"]:
        del word["log2_ratio"], word["low"], word["high"]
    with pytest.raises(InputError, match="does not fit this version of Driftium"):
        report_from_stored(stored)
    evidence["keywords_gained"] = evidence["keywords_lost"] = []
    with pytest.raises(InputError, match=r"does not fit this version of Driftium \(at evidence\.groups\)"):
        report_from_stored(stored)


def test_a_report_of_format_two_opens_equal(report):
    """It held the groups that changed a second time, with all their members."""
    stored = json.loads(json.dumps(stored_report(report)))
    evidence = stored["evidence"]
    assert "clusters" not in evidence
    evidence["clusters"] = [group for group in evidence["groups"] if group["pvalue_adjusted"] <= 0.05]
    assert evidence["clusters"]
    assert report_from_stored(stored) == report


def test_the_document_has_what_an_api_user_can_use(report):
    document = json.loads(json.dumps(report_to_dict(report), allow_nan=False))
    assert document["evidence"]["novel"][0]["nearest"] == report.evidence.novel[0].nearest
    assert document["evidence"]["keywords_gained"][0]["log2_ratio"] > 0
    assert set(document["pairs"][0]) == {"baseline_index", "current_index", "similarity"}
    latency = next(item for item in document["descriptors"] if item["name"] == "latency_ms")
    assert sum(latency["shape"]["baseline"]) == pytest.approx(1)
    changed = [group for group in report.evidence.groups if group.pvalue_adjusted <= 0.05]
    assert 0 < len(changed) < len(report.evidence.groups)
    assert [(item["current_members"], item["p_value_adjusted"]) for item in document["evidence"]["clusters"]] == [
        (list(group.current_members), group.pvalue_adjusted) for group in changed
    ]
    assert "groups" not in document["evidence"]
    assert "witnesses" not in document["evidence"]
    assert "draws" not in json.dumps(document)


def test_the_order_of_the_rows_changes_positions_alone(pools, report):
    rng = np.random.default_rng(2)
    orders = [rng.permutation(len(given.responses)) for given in pools]
    other = compare_pools(*(reordered(*given) for given in zip(pools, orders, strict=True)), encoder=ENCODER)
    old, new = orders

    def exemplars(items, order):
        return [replace(item, index=int(order[item.index])) for item in items]

    def by_place(found, old, new):
        return (
            dict(zip(old[list(found.baseline_index)], found.baseline, strict=True)),
            dict(zip(new[list(found.current_index)], found.current, strict=True)),
        )

    same = np.arange(200)
    assert (other.drift, other.traffic, other.descriptors) == (report.drift, report.traffic, report.descriptors)
    assert other.evidence.keywords_gained == report.evidence.keywords_gained
    assert exemplars(other.evidence.novel, new) == exemplars(report.evidence.novel, same)
    assert exemplars(other.evidence.gone, old) == exemplars(report.evidence.gone, same)
    assert by_place(other.evidence.witnesses, old, new) == by_place(report.evidence.witnesses, same, same)
    assert {(old[p.baseline_index], new[p.current_index], p.similarity) for p in other.pairs} == {
        (p.baseline_index, p.current_index, p.similarity) for p in report.pairs
    }


def test_behaviour_told_by_the_paired_test_has_no_statistic():
    """Ten prompts answered another way: too few for the conditional test, enough for the paired one."""
    rng = np.random.default_rng(3)
    baseline = pool(12, rng)
    moved = unit(baseline.response_vectors + 0.6 * np.eye(D, dtype=np.float32)[-1])
    current = Pool(baseline.responses, baseline.positions, moved, baseline.prompt_vectors)
    report = compare_pools(baseline, current, encoder=ENCODER)
    assert (report.drift.design, report.drift.verdict, report.traffic.verdict) == ("paired", "drift", "behaviour")
    assert report.drift.sizes == "12 current against 12 baseline answers"
    assert report.drift.pairing == "paired in 12 prompts"
    assert report.traffic.behaviour_pvalue == report.drift.pvalue
    assert report.traffic.behaviour is None
    assert report.traffic.prompts is not None


def test_answers_to_prompts_of_one_pool_are_named_where_pairs_are_compared():
    """Fifty prompts repeat and ten are new: pairs cannot see what the new ones bring, and nothing may promise it."""
    rng = np.random.default_rng(4)
    everything = pool(60, rng)
    baseline = Pool(
        everything.responses[:52], np.arange(2, 52), everything.response_vectors[:50], everything.prompt_vectors[:50]
    )
    report = compare_pools(baseline, everything, encoder=ENCODER)
    assert (report.drift.n_left_out_baseline, report.drift.n_left_out_current) == (0, 10)
    assert report.drift.pairing == "paired in 50 prompts (10 current answers to other prompts took no part)"
    assert "50 against 50 responses to the same prompts show another topic" in report.drift.reason
    assert "new topic" not in report.drift.reason
    assert report.drift.detectable.short.startswith("another topic, at the same prompts, from about ")
    assert report.traffic.text.endswith(
        "10 of 60 current answers have prompts that the baseline lacks: where most prompts repeat, the test of the "
        "prompts hardly sees the others."
    )


def test_a_pool_without_usable_responses_has_no_evidence_of_any_kind():
    failed = Pool((Response(response="", error="timeout"),), np.zeros(0, np.int64), *[np.zeros((0, D), np.float32)] * 2)
    report = compare_pools(pool(10, np.random.default_rng(4)), failed, encoder=ENCODER)
    assert (report.pairs, report.evidence.witnesses, report.drift.mmd.draws) == ((), None, ())
    restored = report_from_stored(json.loads(json.dumps(stored_report(report))))
    assert restored.drift.reason == report.drift.reason
