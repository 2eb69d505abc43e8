from __future__ import annotations

import math

import numpy as np
import pytest

from driftium_core.text.style import PROMPT_STYLE, RESPONSE_STYLE, prompt_style, response_style


def response(text):
    return dict(zip(RESPONSE_STYLE, response_style([text])[0].tolist(), strict=True))


def prompt(text):
    return dict(zip(PROMPT_STYLE, prompt_style([text])[0].tolist(), strict=True))


def test_response_features_by_hand():
    text = "Sure! I found 2 ways:\n- **Boil** it, then wait\n- Fry it."
    found = response(text)
    words = len(text.split())
    expected = {
        "length": math.log1p(len(text)),
        "line_breaks": math.log1p(2),
        "list_items": math.log1p(2),
        "code_block": 0,
        "digits": math.log1p(100 * 1 / len(text)),
        "capitals": math.log1p(100 * 4 / len(text)),
        "word_length": math.log1p(len(text) / words),
        "commas": math.log1p(100 * 1 / words),
        "sentences": math.log1p(100 * 2 / words),
        "refusal": 0,
        "bold": math.log1p(2),
        "opener": 1,
        "first_person": math.log1p(100 * 1 / words),
        "ends_in_punctuation": 1,
    }
    assert found == pytest.approx(expected, rel=1e-5)


def test_response_features_that_hold_or_not():
    assert response("I'm sorry, but I can't help with that.")["refusal"] == 1
    assert response("```python\nx\n```")["code_block"] == 1
    assert response("no end")["ends_in_punctuation"] == 0
    assert response("你好。")["ends_in_punctuation"] == 1
    assert response("Surely not")["opener"] == 0


def test_prompt_features_by_hand():
    assert prompt("What is 12?\nSay.") == pytest.approx(
        {
            "length": math.log1p(16),
            "line_breaks": math.log1p(1),
            "question_mark": 1,
            "code": 0,
            "digits": math.log1p(100 * 2 / 16),
            "question_word": 1,
            "task_verb": 0,
        },
        rel=1e-5,
    )
    assert prompt("Summarise: import os")["task_verb"] == 1
    assert prompt("Summarise: import os")["code"] == 1


@pytest.mark.parametrize("text", ["", " ", "\n", "\ud800\x00", "x" * 1_000_000])
def test_odd_texts_have_finite_features(text):
    assert np.isfinite(response_style([text])).all()
    assert np.isfinite(prompt_style([text])).all()


def test_no_texts_give_an_empty_table():
    assert response_style([]).shape == (0, 14)
    assert prompt_style([]).shape == (0, 7)
