"""Features of how a text is written, apart from what it says.

Vectors of meaning hardly move when answers get longer, become lists or open with "Sure!". These features do. Counts and
rates enter as ``log1p``, which keeps one long answer from outweighing all others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from driftium_core.text.refusals import is_refusal

__all__ = ["PROMPT_STYLE", "RESPONSE_STYLE", "prompt_style", "response_style"]

Features = npt.NDArray[np.float32]

RESPONSE_STYLE: tuple[str, ...] = (
    *("length", "line_breaks", "list_items", "code_block", "digits", "capitals", "word_length", "commas", "sentences"),
    *("refusal", "bold", "opener", "first_person", "ends_in_punctuation"),
)
"""Names of the 14 columns of `response_style`."""

PROMPT_STYLE: tuple[str, ...] = (
    *("length", "line_breaks", "question_mark", "code", "digits", "question_word", "task_verb"),
)
"""Names of the 7 columns of `prompt_style`."""

_MAX_CHARACTERS = 20_000
"""More of a text than this changes no feature much, but a megabyte of it would take seconds."""

_LIST_ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s", re.MULTILINE)
_DIGIT = re.compile(r"\d")
_CAPITAL = re.compile(r"[A-Z\u00c0-\u00d6\u00d8-\u00de\u0410-\u042f]")
_COMMA = re.compile("[,，、]")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？]")
_OPENER = re.compile(r"\s*(?:here|sure|certainly|of course|absolutely|great question)\b", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\b(?:i|my|me)\b", re.IGNORECASE)
_ENDS = tuple(".!?。！？")
_CODE = re.compile(r"```|\bdef |\bimport ")
_QUESTION_WORD = re.compile(r"\s*(?:what|who|when|where|why|how|which|is|are|do|does|can)\b", re.IGNORECASE)
_TASK_VERB = re.compile(
    r"\b(?:write|create|generate|compose|rewrite|summari|translate|edit|classify|list)", re.IGNORECASE
)


def response_style(responses: Sequence[str]) -> Features:
    """How each response is written, columns as in `RESPONSE_STYLE`, shape (n, 14).

    Lengths are in characters; digits and capitals are per 100 characters; commas, sentences and first-person words
    per 100 words; code blocks, refusals, openers ("Sure", "Here is") and a final full stop are 0 or 1. Only the
    length is taken from more than the first 20 000 characters.
    """
    return _table(responses, _of_response, len(RESPONSE_STYLE))


def prompt_style(prompts: Sequence[str]) -> Features:
    """How each prompt is written, columns as in `PROMPT_STYLE`, shape (n, 7)."""
    return _table(prompts, _of_prompt, len(PROMPT_STYLE))


def _table(texts: Sequence[str], features: Callable[[str], list[float]], width: int) -> Features:
    return np.array([features(text) for text in texts], dtype=np.float32).reshape(len(texts), width)


def _rate(count: int, total: int) -> float:
    """Logarithm of a count per hundred."""
    return math.log1p(100 * count / max(1, total))


def _count(pattern: re.Pattern[str], text: str) -> int:
    return len(pattern.findall(text))


def _of_response(response: str) -> list[float]:
    text = response[:_MAX_CHARACTERS]
    n_words = max(1, len(text.split()))
    return [
        math.log1p(len(response)),
        math.log1p(text.count("\n")),
        math.log1p(_count(_LIST_ITEM, text)),
        float("```" in text),
        _rate(_count(_DIGIT, text), len(text)),
        _rate(_count(_CAPITAL, text), len(text)),
        math.log1p(len(text) / n_words),
        _rate(_count(_COMMA, text), n_words),
        _rate(_count(_SENTENCE_END, text), n_words),
        float(is_refusal(text)),
        math.log1p(text.count("**")),
        float(_OPENER.match(text) is not None),
        _rate(_count(_FIRST_PERSON, text), n_words),
        float(response.rstrip().endswith(_ENDS)),
    ]


def _of_prompt(prompt: str) -> list[float]:
    text = prompt[:_MAX_CHARACTERS]
    return [
        math.log1p(len(prompt)),
        math.log1p(text.count("\n")),
        float("?" in text or "？" in text),
        float(_CODE.search(text) is not None),
        _rate(_count(_DIGIT, text), len(text)),
        float(_QUESTION_WORD.match(text) is not None),
        float(_TASK_VERB.search(text[:200]) is not None),
    ]
