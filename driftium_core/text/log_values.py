"""Single values of a log: moments, durations, counts, errors, and chats written as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from driftium_core.text.log_columns import DurationUnit

__all__ = ["Chat", "count_of", "error_of", "milliseconds_of", "moment_of", "read_chat", "text_of_parts"]

MS_PER: dict[DurationUnit, float] = {"ns": 1e-6, "us": 1e-3, "ms": 1.0, "s": 1e3}

_NO_ERROR = frozenset({"", "null", "none", "nan", "false", "0"})
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
_EPOCH_UNITS = (1.0, 1e3, 1e6, 1e9)
_MAX_COUNT = 2**31 - 1
_ANSWERING = frozenset({"assistant", "gpt", "model", "bot", "ai", "chatgpt"})
_ASKING = frozenset({"user", "human", "prompter"})


@dataclass(frozen=True, slots=True)
class Chat:
    """The last answer of a chat and the question before it; ``n_turns`` counts the user's messages."""

    prompt: str | None
    response: str | None
    n_turns: int


def moment_of(text: str) -> tuple[datetime | None, bool]:
    """The moment in UTC, and whether its zone was told.

    ISO 8601, with a trailing ``UTC`` too, or seconds, milli-, micro- or nanoseconds since 1970, told apart by their
    size. Years before 1990 and after 2200 are no times of answers: None. Without a zone, UTC is taken.

    Examples
    --------
    >>> moment_of("2024-05-01T12:00:00+02:00"), moment_of("1714557600000")[0].isoformat()
    ((datetime.datetime(2024, 5, 1, 10, 0, tzinfo=datetime.timezone.utc), True), '2024-05-01T10:00:00+00:00')
    """
    text = text.strip()
    has_zone = text.endswith(" UTC")
    try:
        moment = datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        return _from_epoch(text), True
    has_zone = has_zone or moment.tzinfo is not None
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None, has_zone
    return (moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None), has_zone


def _from_epoch(text: str) -> datetime | None:
    number = _number(text)
    if number is None:
        return None
    for per_second in _EPOCH_UNITS:
        seconds = number / per_second
        if seconds < 7e9:  # the year 2191
            moment = datetime.fromtimestamp(seconds, UTC)
            return moment if moment.year >= _FIRST_YEAR else None
    return None


def _number(text: str) -> float | None:
    """A finite number that is not negative."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def milliseconds_of(text: str, unit: DurationUnit) -> float | None:
    """A duration in milliseconds; None for what is no number from 0 up."""
    number = _number(text)
    return None if number is None else number * MS_PER[unit]


def count_of(text: str) -> int | None:
    """A count such as ``"12"`` or ``"12.0"``; None for what is no whole number from 0 up."""
    number = _number(text)
    return int(number) if number is not None and number.is_integer() and number <= _MAX_COUNT else None


def error_of(text: str | None) -> str | None:
    """What went wrong; None for the ways in which logs say that nothing did."""
    if text is None or text.strip().lower() in _NO_ERROR:
        return None
    return text


def read_chat(text: str) -> Chat | None:
    """The last exchange of a list of messages in JSON; None when it is no such list.

    Messages have ``role`` and ``content`` (OpenAI, Ollama), or ``from`` and ``value``. The prompt is the user's last
    message before the last answer, or the very last one when nothing answers it.
    """
    try:
        messages = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(messages, list):
        return None
    turns = [turn for message in messages if isinstance(message, dict) and (turn := _turn(message))]
    if not turns:
        return None
    answers = [place for place, (asking, _) in enumerate(turns) if not asking]
    # A question after the last answer is a request that was logged without its answer.
    answered = bool(answers) and answers[-1] == len(turns) - 1
    before = turns[: answers[-1]] if answered else turns
    asked = [content for asking, content in before if asking]
    return Chat(
        prompt=asked[-1] if asked else None,
        response=turns[-1][1] if answered else None,
        n_turns=sum(asking for asking, _ in turns),
    )


def _turn(message: dict[str, Any]) -> tuple[bool, str | None] | None:
    """Whether the message asks, and its text; None for system and tool messages."""
    role = str(message.get("role", message.get("from", ""))).lower()
    if role not in _ANSWERING and role not in _ASKING:
        return None
    content = message.get("content", message.get("value"))
    if isinstance(content, list):
        content = _joined(content)
    return role in _ASKING, content if isinstance(content, str) else None


def text_of_parts(text: str) -> str | None:
    """The text of content in parts, ``[{"type": "text", "text": …}, …]``; None when it has none."""
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _joined(parts) if isinstance(parts, list) else None


def _joined(parts: Iterable[Any]) -> str | None:
    # OpenAI writes what a model says when it declines as a part of its own.
    texts = [part.get("text", part.get("refusal")) if isinstance(part, dict) else part for part in parts]
    found = [text for text in texts if isinstance(text, str)]
    return "\n".join(found) if found else None
