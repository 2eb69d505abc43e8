from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from driftium_core.text import traffic as module
from driftium_core.text.traffic import traffic

D = 16


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def pairs(n, rng, *, topics=(0.5, 0.3, 0.2, 0.0), shift=0.0):
    """Prompts on a mixture of topics, and answers that echo them; ``shift`` turns every answer to one direction."""
    which = rng.choice(len(topics), n, p=topics)
    prompts = unit(np.eye(D)[which] + 0.12 * rng.standard_normal((n, D)))
    answers = 0.7 * prompts + 0.6 * rng.standard_normal((n, D)) / np.sqrt(D) + shift * np.eye(D)[-1]
    return prompts, unit(answers)


MOVED = (0.1, 0.3, 0.6, 0.0)
NEW = (0.0, 0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("verdict", "topics", "shift", "words"),
    [
        ("neither", (0.5, 0.3, 0.2, 0.0), 0.0, "Neither a traffic shift"),
        ("traffic", MOVED, 0.0, "no change in the answers to like prompts was detected"),
        ("behaviour", (0.5, 0.3, 0.2, 0.0), 0.5, "no traffic shift was detected"),
        ("both", MOVED, 0.5, "and like prompts are answered differently"),
    ],
)
def test_the_four_verdicts(verdict, topics, shift, words):
    rng = np.random.default_rng(1)
    found = [
        traffic(*pairs(80, rng), *pairs(80, rng, topics=topics, shift=shift), n_resamples=199, seed=i)
        for i in range(10)
    ]
    right = [item for item in found if item.verdict == verdict]
    assert len(right) >= 8
    assert all(words in item.text for item in right)


def test_each_statistic_stands_beside_the_range_of_its_own_permutations():
    rng = np.random.default_rng(11)
    moved = traffic(*pairs(80, rng), *pairs(80, rng, topics=MOVED), n_resamples=199)
    changed = traffic(*pairs(80, rng), *pairs(80, rng, shift=0.5), n_resamples=199)
    assert moved.prompts.value > moved.prompts.draws[-1]
    assert moved.behaviour.low < moved.behaviour.value < moved.behaviour.high
    assert changed.behaviour.value > changed.behaviour.draws[-1]
    assert changed.prompts.low < changed.prompts.value < changed.prompts.high
    for band in (moved.prompts, moved.behaviour, changed.prompts, changed.behaviour):
        # In standard deviations around the mean of the permuted values, whatever the unit was; ends are cut off.
        assert np.mean(band.draws) == pytest.approx(0, abs=0.05)
        assert np.std(band.draws) == pytest.approx(1, abs=0.15)
        assert list(band.draws) == sorted(band.draws)


def test_the_form_with_the_smaller_p_is_shown():
    """Equal prompt vectors have no say, so it is the style of the prompts that moved."""
    rng = np.random.default_rng(12)
    same = np.tile(pairs(1, rng)[0], (60, 1))
    answers = pairs(60, rng)[1]
    short, long = [f"Rice {i % 7}?" for i in range(60)], [f"Write a list of {i % 7} rices " * 5 for i in range(60)]
    found = traffic(
        *(same, answers, same, answers),
        baseline_texts=(short, ["Boil it."] * 60),
        current_texts=(long, ["Boil it."] * 60),
        n_resamples=199,
    )
    assert found.prompt_pvalue <= 2 / 200  # the smallest of one form is 1 / 200, of two at most twice that
    assert found.prompts.value > found.prompts.draws[-1]


def test_a_new_topic_alone_cannot_be_told():
    rng = np.random.default_rng(2)
    for _ in range(5):
        found = traffic(*pairs(64, rng), *pairs(64, rng, topics=NEW, shift=0.5), n_resamples=99)
        assert found.verdict == "cannot_tell"
        assert (found.behaviour_pvalue, found.behaviour) == (None, None)
        assert found.prompt_pvalue <= 0.05
        assert found.share_tested == 0
        assert found.text.startswith("The prompts changed (p")
        assert "Whether behaviour changed too cannot be told: " in found.text
        assert found.answer == "Traffic, at least."


def test_no_like_prompt_at_all_is_none_and_not_a_share_of_nothing():
    rng = np.random.default_rng(12)
    ends = np.eye(D)[:2]
    prompts = [unit(end + rng.normal(0, 0.01, (40, D))) for end in ends]
    answers = [unit(rng.normal(size=(40, D))) for _ in ends]
    found = traffic(prompts[0], answers[0], prompts[1], answers[1], n_resamples=99)
    assert found.overlap == 0
    assert found.text.replace("\u00a0", " ").startswith(
        "The prompts changed (p = 0.010). Whether behaviour changed too cannot be told: "
        "none of the prompts of one pool is like one of the other."
    )


def test_too_few_prompts_that_did_not_move_leave_both_open():
    rng = np.random.default_rng(4)
    prompts, answers = pairs(15, rng)
    found = traffic(prompts, answers, prompts, answers[::-1], n_resamples=99)
    assert found.answer == "Cannot be told."
    assert found.text.startswith("No traffic shift was detected (")
    assert "behaviour could not be tested" in found.text


def test_part_of_the_prompts_is_compared_when_the_rest_has_no_like_ones():
    rng = np.random.default_rng(3)
    found = traffic(*pairs(100, rng), *pairs(100, rng, topics=(0.3, 0.2, 0.0, 0.5)), n_resamples=199)
    assert 0.25 <= found.overlap < 0.9
    assert found.overlap <= found.share_tested < 0.95
    assert "only where the other pool has a like prompt" in found.text
    assert found.verdict == "traffic"


@pytest.mark.parametrize(("n", "m", "can_tell"), [(16, 16, True), (15, 64, False), (64, 15, False)])
def test_sixteen_answers_of_each_pool_are_needed(n, m, can_tell):
    rng = np.random.default_rng(4)
    same = np.tile(pairs(1, rng)[0], (max(n, m), 1))  # equal prompts: full overlap, none is left out
    answers = pairs(n + m, rng)[1]
    found = traffic(same[:n], answers[:n], same[:m], answers[n:], n_resamples=49)
    assert (found.verdict != "cannot_tell") is can_tell
    if not can_tell:
        assert "16 of each are needed" in found.text


def test_no_prompts():
    rng = np.random.default_rng(5)
    none = np.zeros((0, D), dtype=np.float32)
    found = traffic(none, none, *pairs(9, rng))
    assert found.verdict == "no_prompts"
    assert found.text == "No usable answer in the baseline has a known prompt, and both tests need prompts."
    assert found.answer == "Cannot be told."
    assert (found.prompt_pvalue, found.behaviour_pvalue, found.overlap) == (None, None, None)


@pytest.mark.parametrize(("n", "m"), [(1, 1), (2, 3), (4, 4)])
def test_a_handful_of_prompts_does_not_fail(n, m):
    rng = np.random.default_rng(6)
    found = traffic(*pairs(n, rng), *pairs(m, rng), n_resamples=49)
    assert found.verdict == "cannot_tell"
    assert (found.prompt_pvalue is None) is (found.prompts is None) is (min(n, m) < 4)


@pytest.mark.parametrize("topics", [(0.5, 0.3, 0.2, 0.0), MOVED])
def test_levels_hold(topics):
    rng = np.random.default_rng(7)
    n_trials = 150
    found = [traffic(*pairs(32, rng), *pairs(32, rng, topics=topics), n_resamples=99, seed=i) for i in range(n_trials)]
    behaviour = sum(item.behaviour_pvalue is not None and item.behaviour_pvalue <= 0.05 for item in found)
    assert behaviour <= stats.binom.ppf(0.999, n_trials, 0.05)
    if topics != MOVED:
        low, high = stats.binom.ppf([0.001, 0.999], n_trials, 0.05)
        assert low <= sum(item.prompt_pvalue <= 0.05 for item in found) <= high


def test_order_of_the_rows_does_not_matter_and_the_seed_does_all():
    rng = np.random.default_rng(8)
    baseline, current = pairs(60, rng), pairs(50, rng, shift=0.2)
    texts = [([f"prompt {i}" for i in range(n)], [f"answer {i}" * (i % 5) for i in range(n)]) for n in (60, 50)]
    first = traffic(*baseline, *current, baseline_texts=texts[0], current_texts=texts[1], n_resamples=99)
    again = traffic(*baseline, *current, baseline_texts=texts[0], current_texts=texts[1], n_resamples=99)
    orders = [rng.permutation(n) for n in (60, 50)]
    shuffled = traffic(
        *(rows[orders[0]] for rows in baseline),
        *(rows[orders[1]] for rows in current),
        baseline_texts=tuple([part[i] for i in orders[0]] for part in texts[0]),
        current_texts=tuple([part[i] for i in orders[1]] for part in texts[1]),
        n_resamples=99,
    )
    assert first == again == shuffled


def test_style_is_seen_in_the_texts_alone():
    rng = np.random.default_rng(9)
    baseline, current = pairs(60, rng), pairs(60, rng)
    prompts = ["How do I cook rice?"] * 60
    plain = [f"Rinse it, then boil it for {i % 9 + 8} minutes." for i in range(60)]
    listed = [f"Sure!\n1. Rinse it\n2. Boil it for {i % 9 + 8} minutes" for i in range(60)]
    found = traffic(
        *baseline, *current, baseline_texts=(prompts, plain), current_texts=(prompts, listed), n_resamples=199
    )
    assert found.verdict == "behaviour"
    assert traffic(*baseline, *current, n_resamples=199).verdict == "neither"


def test_of_large_pools_a_random_part_is_read(monkeypatch):
    monkeypatch.setattr(module, "MAX_ROWS", 50)
    rng = np.random.default_rng(10)
    found = traffic(*pairs(120, rng), *pairs(30, rng), n_resamples=49)
    assert "random 50 answers" in found.text
    assert found.share_tested <= 80 / 150
