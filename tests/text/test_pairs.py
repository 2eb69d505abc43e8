from __future__ import annotations

import numpy as np
import pytest

from driftium_core.response import Response
from driftium_core.text import pairs as module
from driftium_core.text.pairs import answer_pairs
from driftium_core.text.pool import Pool


def pool(*answers):
    """Answers as (prompt, angle in degrees); an angle of None is an answer that failed."""
    responses = tuple(
        Response(response="text", prompt=prompt, error=None if angle is not None else "timeout")
        for prompt, angle in answers
    )
    usable = [i for i, (_, angle) in enumerate(answers) if angle is not None]
    radians = np.radians([answers[i][1] for i in usable])
    vectors = np.column_stack([np.cos(radians), np.sin(radians)]).astype(np.float32)
    return Pool(responses, np.array(usable, np.int64), vectors, vectors)


def plain(found):
    return [(pair.baseline_index, pair.current_index, pair.similarity) for pair in found]


def test_pairs_by_hand():
    """Least alike first; failed answers, missing prompts and prompts of one pool have no partner."""
    baseline = pool(("a", None), ("a", 0), ("b", 0), (None, 0), ("only old", 0))
    current = pool((" b ", 60), ("a", 90), (None, 0), ("only new", 0))
    found, notes = answer_pairs(baseline, current)
    assert plain(found) == [(1, 1, pytest.approx(0, abs=1e-6)), (2, 0, pytest.approx(0.5, abs=1e-6))]
    assert notes == ()


def test_several_answers_to_a_prompt_are_paired_in_order_of_arrival():
    found, _ = answer_pairs(pool(("a", 0), ("a", 10), ("a", 20)), pool(("a", 10), ("b", 5), ("a", 20)))
    assert plain(found) == [
        (0, 0, pytest.approx(np.cos(np.radians(10)), abs=1e-6)),
        (1, 2, pytest.approx(np.cos(np.radians(10)), abs=1e-6)),
    ]


def test_the_least_alike_are_kept_and_it_is_said(monkeypatch):
    monkeypatch.setattr(module, "MOST_PAIRS", 3)
    monkeypatch.setattr(module, "_TILE", 2)
    prompts = [f"prompt {i}" for i in range(10)]
    found, notes = answer_pairs(
        pool(*((prompt, 0) for prompt in prompts)), pool(*((prompt, 9 * i) for i, prompt in enumerate(prompts)))
    )
    assert [pair.baseline_index for pair in found] == [9, 8, 7]
    assert notes == ("Of 10 pairs of answers to one prompt, the 3 least alike are listed.",)


def test_without_common_prompts_there_are_no_pairs():
    assert answer_pairs(pool(("a", 0), (None, 0)), pool(("b", 0), (None, 0))) == ((), ())
    assert answer_pairs(pool(("a", None)), pool(("a", 0))) == ((), ())


def test_equal_answers_are_exactly_alike():
    vectors = np.random.default_rng(0).normal(size=(50, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    same = Pool(tuple(Response(response="text", prompt=f"{i}") for i in range(50)), np.arange(50), vectors, vectors)
    assert {pair.similarity for pair in answer_pairs(same, same)[0]} == {1.0}
