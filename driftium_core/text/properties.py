"""Plain properties of a response: what a log shows without any model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from driftium_core.response import Response
from driftium_core.text.language import UNKNOWN_LANGUAGE, language_of
from driftium_core.text.refusals import is_refusal

__all__ = ["NUMBERS", "SHARES", "VALID_JSON", "NumberProperty", "ShareProperty", "is_json", "known_language"]

_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL | re.IGNORECASE)
_LIST = re.compile(r"^\s*(?:[-*•]|\d+[.)]|#{1,6})\s", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class NumberProperty:
    """A number that a response has.

    Attributes
    ----------
    name, label, noun, unit : str
        As in a descriptor; in a sentence ("no change in latency"); behind a value.
    more, less : str
        What responses are when it rises or falls.
    value : callable
        None where it is not known or the question does not arise.
    """

    name: str
    label: str
    noun: str
    unit: str
    more: str
    less: str
    value: Callable[[Response], float | None]


@dataclass(frozen=True, slots=True)
class ShareProperty:
    """Something that holds of a response or not.

    Attributes
    ----------
    name, label, noun : str
    subject, predicate : str
        "More ``responses`` ``refuse``".
    with_it, without_it : str
        Responses that it holds of, and the others, in a word or two.
    holds : callable
        None where the question does not arise.
    always : bool
        Listed even when it holds of no response.
    """

    name: str
    label: str
    noun: str
    subject: str
    predicate: str
    with_it: str
    without_it: str
    holds: Callable[[Response], bool | None]
    always: bool = True


def is_json(response: str) -> bool:
    """Whether a response is a JSON object or array, bare or in a fence of its own.

    Examples
    --------
    >>> is_json('{"answer": 18}'), is_json("18"), is_json("Here it is: {}")
    (True, False, False)
    """
    fenced = _FENCE.match(response)
    text = (fenced[1] if fenced else response).strip()
    if not text.startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def known_language(response: Response) -> str | None:
    """Language of a response; None where it cannot be told."""
    language = language_of(response.response) if response.usable else UNKNOWN_LANGUAGE
    return None if language == UNKNOWN_LANGUAGE else language


def _when_answered(value: Callable[[Response], float | None]) -> Callable[[Response], float | None]:
    return lambda item: value(item) if item.error is None else None


def _of_text(holds: Callable[[str], bool]) -> Callable[[Response], bool | None]:
    return lambda item: holds(item.response) if item.usable else None


NUMBERS = (
    NumberProperty(
        *("length", "Length (characters)", "length", "characters", "longer", "shorter"),
        lambda item: len(item.response.strip()) if item.usable else None,
    ),
    NumberProperty(
        *("tokens", "Tokens", "tokens", "tokens", "longer in tokens", "shorter in tokens"),
        _when_answered(lambda item: item.tokens),
    ),
    NumberProperty(
        *("latency_ms", "Latency (ms)", "latency", "ms", "slower", "faster"),
        _when_answered(lambda item: item.latency_ms),
    ),
)
"""In the order in which they are shown."""

SHARES = (
    ShareProperty(
        *("error", "Errors", "errors", "requests", "failed", "failed", "answered"),
        lambda item: item.error is not None,
    ),
    ShareProperty(
        *("empty", "Empty responses", "empty responses", "responses", "are empty", "empty", "with text"),
        lambda item: not item.response.strip() if item.error is None else None,
    ),
    ShareProperty(
        *("refusal", "Refusals", "refusals", "responses", "refuse", "refused", "answered"),
        _of_text(is_refusal),
    ),
    ShareProperty(
        *("code", "Code blocks", "code blocks", "responses", "hold a code block", "with code", "without code"),
        _of_text(lambda text: "```" in text),
        always=False,
    ),
    ShareProperty(
        *("list", "Lists and headings", "lists and headings", "responses", "hold a list or heading"),
        *("with lists", "without lists"),
        _of_text(lambda text: _LIST.search(text) is not None),
        always=False,
    ),
)

VALID_JSON = ShareProperty(
    *("valid_json", "Valid JSON", "valid JSON", "responses", "are valid JSON", "valid JSON", "not JSON"),
    _of_text(is_json),
    always=False,
)
"""Of interest only where JSON is asked for."""
