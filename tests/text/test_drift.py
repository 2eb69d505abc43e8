from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from driftium_core.errors import InputError
from driftium_core.severity import Severity
from driftium_core.text.drift import compare_embeddings


def topic(rng, n, axis=0, dimension=32, spread=0.25):
    """Answers on one topic: unit vectors around an axis."""
    rows = np.eye(dimension)[axis] + spread * rng.normal(size=(n, dimension))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def answers(prompts, rng, shift=0.0, noise=0.06):
    """Answers that stay near their prompts, moved by a step that is the same for all."""
    rows = prompts + noise * rng.normal(size=prompts.shape) + shift
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_a_full_change_of_topic_is_critical():
    rng = np.random.default_rng(0)
    for n, m in ((8, 8), (32, 32), (60, 4)):
        report = compare_embeddings(topic(rng, n), topic(rng, m, axis=1))
        assert (report.verdict, report.severity, report.design) == ("drift", Severity.CRITICAL, "unpaired")
        assert report.effect_size > 0.35
        assert report.pvalue <= 0.005
        assert report.centroid.value > report.centroid.high
        assert report.mmd.value > report.mmd.high
        assert "differ" in report.reason


def test_nothing_changed():
    rng = np.random.default_rng(1)
    report = compare_embeddings(topic(rng, 40), topic(rng, 30))
    assert (report.verdict, report.severity) == ("no_drift", Severity.LOW)
    assert report.centroid.low < report.centroid.value < report.centroid.high
    assert (report.n_baseline, report.n_current, report.n_pairs) == (40, 30, 0)
    assert report.method == "999 random splits"
    assert (report.n_resamples, report.exact, report.attainable_pvalue) == (1000, False, 0.001)
    assert report.detectable.text in report.reason


def test_false_alarms_of_the_verdict_are_rare():
    rng = np.random.default_rng(2)
    reports = [compare_embeddings(topic(rng, 12), topic(rng, 12), n_resamples=199, rng=i) for i in range(120)]
    alarms = sum(report.verdict == "drift" for report in reports)
    assert alarms <= stats.binom.ppf(0.9995, 120, 0.005)
    low, high = stats.binom.ppf([0.0005, 0.9995], 120, 0.05)
    assert low <= sum(report.pvalue <= 0.05 for report in reports) <= high


@pytest.mark.parametrize(
    ("n", "m", "attainable", "missing"),
    [
        (1, 1, 1.0, "add at least 1 baseline and 4 current responses"),
        (3, 3, 0.1, "add at least 1 current response."),
        (2, 4, 1 / 15, "add at least 1 current response."),
    ],
)
def test_too_few_responses_are_inconclusive_whatever_they_are(n, m, attainable, missing):
    rng = np.random.default_rng(3)
    report = compare_embeddings(topic(rng, n), topic(rng, m, axis=1))
    assert (report.verdict, report.severity) == ("inconclusive", None)
    assert report.attainable_pvalue == pytest.approx(attainable)
    assert missing in report.reason
    assert report.exact


def test_one_response_each_has_no_pvalue_and_no_effect():
    report = compare_embeddings(np.eye(3)[:1], np.eye(3)[1:2])
    assert report.pvalue is None
    assert math.isnan(report.effect_size)
    assert any("no effect size" in note for note in report.notes)


@pytest.mark.parametrize(("n", "splits"), [(4, 70), (5, 252)])
def test_pools_too_small_for_the_alarm_level_are_critical_when_far_apart(n, splits):
    rng = np.random.default_rng(4)
    report = compare_embeddings(topic(rng, n, spread=0.05), topic(rng, n, axis=1, spread=0.05))
    assert report.pvalue == pytest.approx(2 / splits)  # by enumeration; above .005
    assert (report.verdict, report.severity) == ("drift", Severity.CRITICAL)
    assert report.method == f"all {splits} splits"


@pytest.mark.parametrize("paired", [False, True])
def test_the_order_of_the_rows_does_not_matter(paired):
    rng = np.random.default_rng(5)
    x = topic(rng, 30)
    y = answers(x, rng, shift=0.02)
    x[3] = x[4]
    ids = [f"prompt {i // 2 if i < 8 else i}" for i in range(30)]
    a, b = rng.permutation(30), rng.permutation(30)
    if paired:
        one = compare_embeddings(x, y, prompt_ids=(ids, ids), rng=7)
        other = compare_embeddings(x[a], y[b], prompt_ids=([ids[i] for i in a], [ids[i] for i in b]), rng=7)
        assert one.design == "paired"
    else:
        one, other = compare_embeddings(x, y, rng=7), compare_embeddings(x[a], y[b], rng=7)
    assert one == other


def test_same_seed_same_report_and_another_seed_another_draw():
    rng = np.random.default_rng(6)
    x, y = topic(rng, 20), topic(rng, 20)
    assert compare_embeddings(x, y, rng=1) == compare_embeddings(x, y, rng=1)
    assert compare_embeddings(x, y, rng=1).mmd.high != compare_embeddings(x, y, rng=2).mmd.high


def test_other_answers_to_the_same_prompts_are_found_by_pairs_only():
    rng = np.random.default_rng(8)
    prompts = topic(rng, 32)
    x, y = answers(prompts, rng), answers(prompts, rng, shift=0.04)
    ids = list(range(32))
    paired = compare_embeddings(x, y, prompt_ids=(ids, ids))
    assert (paired.design, paired.n_pairs, paired.verdict) == ("paired", 32, "drift")
    assert paired.method == "999 random swaps within prompts"
    assert compare_embeddings(x, y).verdict == "no_drift"


def test_the_same_answers_to_the_same_prompts_are_no_drift():
    rng = np.random.default_rng(9)
    x = topic(rng, 20)
    report = compare_embeddings(x, x, prompt_ids=(range(20), range(20)))
    assert (report.verdict, report.pvalue, report.effect_size) == ("no_drift", 1.0, 0.0)
    assert report.centroid.value == pytest.approx(0, abs=1e-6)


def test_several_answers_to_a_prompt_are_exchanged_within_it():
    rng = np.random.default_rng(10)
    prompts = topic(rng, 6)
    x, y = answers(np.repeat(prompts, 4, axis=0), rng), answers(np.repeat(prompts, 3, axis=0), rng, shift=0.06)
    report = compare_embeddings(x, y, prompt_ids=(np.repeat(range(6), 4), np.repeat(range(6), 3)))
    assert (report.design, report.n_pairs, report.n_baseline, report.n_current) == ("paired", 6, 24, 18)
    assert report.verdict == "drift"


def test_six_pairs_can_give_a_verdict_and_five_cannot():
    rng = np.random.default_rng(11)
    x, y = topic(rng, 6), topic(rng, 6)
    six = compare_embeddings(x, y, prompt_ids=("abcdef", "abcdef"))
    assert (six.design, six.method, six.attainable_pvalue) == ("paired", "all 64 swaps within prompts", 2 / 64)
    five = compare_embeddings(x[:5], y[:5], prompt_ids=("abcde", "abcde"))
    assert five.design == "unpaired"
    assert any("too few prompts" in note for note in five.notes)


def test_a_minority_that_repeats_prompts_does_not_hide_the_rest():
    rng = np.random.default_rng(12)
    x = topic(rng, 50)
    y = np.concatenate([answers(x[:10], rng), topic(rng, 40, axis=1)])
    report = compare_embeddings(x, y, prompt_ids=(range(50), _ids(10, 50)))
    assert (report.design, report.verdict) == ("unpaired", "drift")
    assert any("10 of 50 current responses repeat a baseline prompt" in note for note in report.notes)


def _ids(n_known, n):
    """Ids 0, 1, …, and None for the rest."""
    return [i if i < n_known else None for i in range(n)]


def test_answers_without_a_partner_take_no_part_in_pairs():
    rng = np.random.default_rng(13)
    x = topic(rng, 40)
    y = np.concatenate([answers(x[:18], rng), topic(rng, 2, axis=1)])
    report = compare_embeddings(x, y, prompt_ids=(range(40), _ids(18, 20)))
    assert (report.design, report.n_baseline, report.n_current) == ("paired", 18, 18)
    assert any(note.startswith("22 of 40 baseline responses") for note in report.notes)
    assert any(note.startswith("2 of 20 current responses") for note in report.notes)


@pytest.mark.parametrize(("n", "m"), [(1, 8), (8, 8), (30, 30), (300, 4), (900, 900)])
def test_equal_vectors_are_no_drift(n, m):
    row = np.full(5, 0.3)
    report = compare_embeddings(np.tile(row, (n, 1)), np.tile(row, (m, 1)))
    assert report.verdict in ("no_drift", "inconclusive")
    assert report.pvalue == 1.0
    assert report.effect_size == 0.0
    assert any("All vectors are equal" in note for note in report.notes)


def test_two_constants_are_drift():
    a, b = np.eye(4)[:2]
    report = compare_embeddings(np.tile(a, (30, 1)), np.tile(b, (20, 1)))
    assert (report.verdict, report.severity) == ("drift", Severity.CRITICAL)
    assert report.effect_size == pytest.approx(math.sqrt(2), rel=0.01)


def test_a_mostly_constant_pool_keeps_its_level():
    rng = np.random.default_rng(14)
    pvalues = []
    for trial in range(60):
        canned = np.tile(np.eye(8)[:1], (40, 1))
        canned[rng.random(40) < 0.1] = np.eye(8)[1]
        pvalues.append(compare_embeddings(canned[:20], canned[20:], n_resamples=199, rng=trial).pvalue)
    assert np.sum(np.array(pvalues) <= 0.05) <= stats.binom.ppf(0.9995, 60, 0.05)


def test_the_length_of_the_rows_does_not_count():
    rng = np.random.default_rng(15)
    x, y = topic(rng, 12), topic(rng, 12)
    one, scaled = compare_embeddings(x, y), compare_embeddings(x, 3 * y)
    assert scaled.pvalue == one.pvalue
    assert scaled.notes == ("The current vectors were not of unit length and were scaled to it.",)


GOOD = np.eye(4)


@pytest.mark.parametrize(
    ("reference", "current", "message"),
    [
        ([], GOOD, "The baseline pool is empty"),
        (GOOD, np.empty((0, 4)), "The current pool is empty"),
        (GOOD, np.eye(3), "baseline vectors have 4 dimensions and the current ones 3"),
        (GOOD, [[1.0, 2.0], [1.0]], "Row 1 .* of the current vectors has 1 dimensions where row 0 has 2"),
        (GOOD, np.where(np.eye(4) == 1, np.nan, 1), "Row 0 .* current vectors holds a value that is not a finite"),
        (GOOD, np.diag([1, 1, 0, 1]), "Row 2 .* current vectors is all zeros"),
        (GOOD, np.full((2, 4), 1e300), "not a finite number"),
        (np.ones(4), GOOD, r"table of shape \(responses, dimensions\), found shape \(4,\)"),
        ([["a", "b"]], GOOD, "must be numbers"),
        (None, GOOD, "must be a table|must be numbers|not a finite"),
    ],
)
def test_unusable_vectors_are_told_apart(reference, current, message):
    with pytest.raises(InputError, match=message):
        compare_embeddings(reference, current)


def test_prompt_ids_of_another_length_are_refused():
    with pytest.raises(InputError, match="3 prompt ids for 4 current responses"):
        compare_embeddings(GOOD, GOOD, prompt_ids=(range(4), range(3)))


def test_too_few_resamples_are_refused():
    with pytest.raises(InputError, match="at least 199 for a verdict, not 99"):
        compare_embeddings(GOOD, GOOD, n_resamples=99)
