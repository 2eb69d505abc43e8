"""The warning before a promotion: quiet when nothing is mixed, there when it is. Seeded, so kept or broken."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binom

from driftium_core.text.mixture import Mixture, mixture
from tests.text import corpus
from tests.text.corpus import EmbeddedCorpus, Vectors

Pools = tuple[Vectors, Vectors]


def topic(number: int, size: int, rng: np.random.Generator, noise: float = 0.18) -> Vectors:
    """Unit rows around one direction, about as far apart as answers on one topic are."""
    rows = np.eye(8, 32)[number] + rng.normal(0, noise, (size, 32))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def pool(rng: np.random.Generator, *sizes: int) -> Vectors:
    """So many rows of topic 0, 1, 2, …"""
    return np.concatenate([topic(number, size, rng) for number, size in enumerate(sizes)])


def warnings(draw: Callable[[np.random.Generator], Pools], trials: int) -> int:
    rng = np.random.default_rng(11)
    return sum(mixture(*draw(rng), seed=trial).mixed for trial in range(trials))


def assert_rare(found: int, trials: int) -> None:
    """No more than a level of 1 % gives in 999 of 1,000 runs."""
    assert found <= binom.ppf(0.999, trials, 0.01)


@pytest.mark.parametrize("size", [16, 40])
def test_two_draws_from_one_source_raise_no_warning(size: int) -> None:
    def draw(rng: np.random.Generator) -> Pools:
        shares = rng.integers(0, 3, 2 * size)  # three topics, in random shares
        rows = np.concatenate([topic(int(number), 1, rng, noise=0.3) for number in shares])
        return rows[:size], rows[size:]

    assert_rare(warnings(draw, 150), 150)


@pytest.mark.parametrize(
    ("baseline", "current"),
    [
        ((40,), (0, 40)),  # wholly new
        ((40,), (0, 20, 20)),  # wholly new, two topics
        ((20, 20), (20, 20)),  # the same two topics in the same shares
        ((20, 20), (40, 0)),  # one of them is gone
        ((20, 20), (12, 28)),  # other shares of the same
    ],
)
def test_what_is_no_mixture_is_not_called_one(baseline: tuple[int, ...], current: tuple[int, ...]) -> None:
    trials = 30
    assert_rare(warnings(lambda rng: (pool(rng, *baseline), pool(rng, *current)), trials), trials)


@pytest.mark.parametrize(
    ("size", "share", "power"),
    [
        (16, 0.5, 0.8),
        (16, 0.8, 0.8),
        (32, 0.3, 0.8),
        (32, 0.5, 0.95),
        (64, 0.2, 0.9),
        (64, 0.8, 0.95),
        (128, 0.2, 0.95),
    ],
)
def test_a_mixture_is_found(size: int, share: float, power: float) -> None:
    new = round(share * size)
    found = warnings(lambda rng: (pool(rng, size), pool(rng, size - new, new)), 20)
    assert found >= power * 20


def test_a_new_topic_beside_one_of_two_old_ones_is_a_mixture() -> None:
    assert warnings(lambda rng: (pool(rng, 32, 32), pool(rng, 32, 0, 32)), 20) >= 18


def test_the_parts_are_named_and_measured() -> None:
    rng = np.random.default_rng(3)
    current = np.concatenate([topic(0, 14, rng), topic(1, 12, rng), topic(0, 14, rng)])
    found = mixture(topic(0, 40, rng), current)
    assert found.mixed
    assert found.new_like == tuple(range(14, 26))
    assert found.old_like == (*range(14), *range(26, 40))
    assert found.share_new == 0.3
    assert found.pvalue is not None
    assert found.pvalue <= 0.01
    assert found.effect_old_like is not None
    assert found.effect_new_like is not None
    assert found.effect_old_like < 0.15 < 0.35 < found.effect_new_like
    assert found.text == (
        "12 of 40 responses are of a kind that the baseline does not have; the other 28 look like it. Promoted "
        "together they make a mixed baseline, in which a later drift is harder to see."
    )


def test_order_and_repetition_change_nothing_but_the_positions() -> None:
    rng = np.random.default_rng(4)
    baseline, current = pool(rng, 40), pool(rng, 20, 20)
    first = mixture(baseline, current, seed=5)
    assert mixture(baseline, current, seed=5) == first
    order = rng.permutation(40)
    moved = mixture(baseline[::-1].copy(), current[order], seed=5)
    assert {order[place] for place in moved.new_like} == set(first.new_like)
    assert (moved.pvalue, moved.effect_old_like, moved.effect_new_like, moved.text) == (
        *(first.pvalue, first.effect_old_like, first.effect_new_like, first.text),
    )


def test_a_quiet_result_says_what_it_could_not_have_seen() -> None:
    """The least s with C(32, s) / C(64, s) ≤ .01 is 7: 3365856 / 621216192 = .0054, and .012 at 6."""
    rng = np.random.default_rng(5)
    found = mixture(topic(0, 32, rng), topic(0, 32, rng))
    assert (found.mixed, found.old_like, found.new_like, found.share_new) == (False, (), (), None)
    assert found.attainable == 7 / 32
    assert "A new group of fewer than 7 of them" in found.text
    assert "could not be told from chance" in found.text


def test_a_wholly_new_pool_is_called_a_change() -> None:
    rng = np.random.default_rng(6)
    found = mixture(topic(0, 40, rng), topic(1, 30, rng))
    assert not found.mixed
    assert found.text == (
        "All 30 responses differ from the baseline: a change as a whole, not a mixture of old and new."
    )


@pytest.mark.parametrize(("n", "m"), [(0, 40), (40, 0), (1, 1), (8, 8), (2, 30)])
def test_too_few_responses_are_said_and_not_tested(n: int, m: int) -> None:
    rng = np.random.default_rng(7)
    found = mixture(topic(0, n, rng), topic(1, m, rng))
    assert (found.mixed, found.pvalue, found.attainable) == (False, None, None)
    assert "too few to tell" in found.text


def test_a_large_pool_is_sampled_and_told_apart_as_a_whole() -> None:
    rng = np.random.default_rng(8)
    found = mixture(pool(rng, 1200), pool(rng, 1800, 900))
    assert found.mixed
    assert found.new_like == tuple(range(1800, 2700))
    assert "drawn at random" in found.notes[0]


def test_equal_responses_are_no_mixture() -> None:
    same = np.ones((30, 4), np.float32) / 2
    assert not mixture(same, same).mixed


@pytest.fixture
def texts(_models: None) -> EmbeddedCorpus:
    return corpus.embedded()


@pytest.mark.models
@pytest.mark.slow
def test_real_answers_of_two_topics(texts: EmbeddedCorpus) -> None:
    def drawn(rng: np.random.Generator, new_share: float) -> Mixture:
        before, after = rng.choice(corpus.TOPICS, 2, replace=False)
        old = rng.permutation(texts.answers[texts.topics == before])
        new = rng.permutation(texts.answers[texts.topics == after])
        count = round(30 * new_share)
        return mixture(old[:30], np.concatenate([old[30 : 60 - count], new[:count]]))

    rng = np.random.default_rng(9)
    assert sum(drawn(rng, 0.5).mixed for _ in range(20)) >= 17
    assert_rare(sum(drawn(rng, 0.0).mixed for _ in range(40)), 40)
    assert_rare(sum(drawn(rng, 1.0).mixed for _ in range(40)), 40)
