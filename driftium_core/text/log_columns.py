"""Which column of a log holds what: as told by the user, else by the names that logs use."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal

from driftium_core.errors import ColumnError, InputError
from driftium_core.formats import fmt_name, fmt_names

__all__ = [
    "NO_COLUMN",
    "SURE_RANK",
    "LogColumns",
    "choose_columns",
    "duration_unit",
    "find_prompts",
    "guess_columns",
    "response_rank",
]

NO_COLUMN = ""
"""Given as a column's name: the log has no such column, do not look for one."""

DurationUnit = Literal["ns", "us", "ms", "s"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogColumns:
    """Names of the columns to read; None lets the name be found, `NO_COLUMN` says that there is none.

    ``latency_ms`` is told in the unit that the column's name ends in (``latency_s``, ``duration_ns``), Ollama's
    ``total_duration`` in nanoseconds, and in milliseconds where the name says nothing.
    """

    prompt: str | None = None
    response: str | None = None
    id: str | None = None
    model: str | None = None
    latency_ms: str | None = None
    tokens: str | None = None
    prompt_tokens: str | None = None
    error: str | None = None
    time: str | None = None
    backend: str | None = None

    def text(self) -> str:
        """``"Read as response: `answer`; prompt: `question`."``."""
        words = {"latency_ms": "latency", "prompt_tokens": "prompt tokens"}
        roles = ["response", "prompt", *(f.name for f in fields(self) if f.name not in ("response", "prompt"))]
        found = [(words.get(role, role), getattr(self, role)) for role in roles]
        return f"Read as {'; '.join(f'{role}: `{fmt_name(name)}`' for role, name in found if name)}."


_CHATS = ("messages", "conversations", "conversation", "request.messages", "request.body.messages")

_RESPONSES: tuple[tuple[str, ...], ...] = (
    (
        *("response", "answer", "completion", "reply", "generation", "generated_text", "output_text", "assistant"),
        *("model_response", "llm_response", "model_output", "llm_output", "response_text", "answer_text"),
        *("choices[0].message.content", "choices[0].text", "message.content"),
    ),
    (
        *("response.choices[0].message.content", "response.body.choices[0].message.content"),
        *("response.choices[0].text", "response.message.content", "response.response", "response.content"),
        *("response.text", "response.output_text", "response.body.output_text"),
    ),
    ("response.output", "response.body.output"),  # OpenAI's Responses API, as it was answered
    ("output", "outputs", "result", "prediction", "assistant_message", "bot"),
    ("text", "content", "body"),
    _CHATS,
)
"""The first group with a column in the log decides; two columns of one group are ambiguous."""

_OTHERS: dict[str, tuple[str, ...]] = {
    "prompt": (
        *("prompt", "question", "instruction", "query", "input", "user_input", "user_prompt", "input_text"),
        *("prompt_text", "user_message", "request", "request.prompt", "user", "human", *_CHATS),
        *("request.input", "request.body.input", "request.body.prompt"),
    ),
    "id": ("id", "response_id", "request_id", "custom_id", "record_id", "uuid", "event_id", "trace_id"),
    "model": (
        "model",
        "model_name",
        "model_id",
        "response.model",
        "response.body.model",
        "request.model",
        "request.body.model",
    ),
    "latency_ms": (
        *("latency_ms", "duration_ms", "elapsed_ms", "response_time_ms", "latency_s", "latency_sec"),
        *("latency_seconds", "duration_s", "duration_sec", "duration_seconds", "elapsed_s", "elapsed_seconds"),
        *("response_time_s", "latency_ns", "duration_ns", "latency_us", "duration_us", "total_duration"),
        *("response.total_duration", "latency", "duration", "elapsed", "response_time"),
    ),
    "tokens": (
        *("completion_tokens", "output_tokens", "response_tokens", "tokens", "n_tokens", "eval_count"),
        *("usage.completion_tokens", "usage.output_tokens", "response.usage.completion_tokens"),
        *("response.body.usage.completion_tokens", "response.usage.output_tokens", "response.eval_count"),
        *("response.body.usage.output_tokens",),
    ),
    "prompt_tokens": (
        *("prompt_tokens", "input_tokens", "prompt_eval_count", "usage.prompt_tokens", "usage.input_tokens"),
        *("response.usage.prompt_tokens", "response.body.usage.prompt_tokens", "response.prompt_eval_count"),
        *("response.usage.input_tokens", "response.body.usage.input_tokens"),
    ),
    "error": ("error", "error_message", "error.message", "exception", "response.error.message"),
    "time": (
        *("created_at", "timestamp", "time", "datetime", "created", "answered_at", "logged_at", "date", "ts"),
        *("response.created_at", "response.created", "response.body.created", "response.body.created_at"),
        "start_time",
    ),
    "backend": ("backend", "provider", "engine"),
}


def choose_columns(names: Sequence[str], given: LogColumns | None, *, log_name: str) -> tuple[LogColumns, list[str]]:
    """The columns to read, and notes on guesses that could be meant otherwise.

    Names are compared without regard to case, and to whether words are set off by spaces, hyphens, underscores or
    capitals.

    Parameters
    ----------
    names : sequence of str
        Columns of the log.
    given : LogColumns, optional
        What the user chose.
    log_name : str
        The file's name, for sentences.

    Returns
    -------
    columns : LogColumns
        None where the log has no such column.
    notes : list of str

    Raises
    ------
    ColumnError
        A chosen column does not exist.
    InputError
        No column, or more than one, can be the one with the responses.
    """
    given = given or LogColumns()
    _check_given(names, given, log_name)
    plain: dict[str, str] = {}
    for name in names:
        plain.setdefault(_plain(name), name)
    taken = {name for name in (getattr(given, f.name) for f in fields(given)) if name}
    response = given.response or _find_response(plain, taken, names, log_name)
    columns, notes = replace(given, response=response), []
    for role, candidates in _OTHERS.items():
        chosen = getattr(given, role)
        if chosen is None:
            found = [plain[name] for name in candidates if name in plain and plain[name] not in taken]
            found = [name for name in found if name != response or _plain(name) in _CHATS]
            chosen = found[0] if found else None
            if role == "prompt" and len(found) > 1:
                notes.append(
                    f"Prompts were read from `{fmt_name(found[0])}`; {fmt_names(found[1:])} could be meant as well."
                )
        columns = replace(columns, **{role: chosen or None})
    return columns, notes


def guess_columns(names: Sequence[str], *, log_name: str) -> tuple[LogColumns, str]:
    """The columns by their names alone, and a sentence on why the responses are not among them.

    The sentence is empty when they are; when they are not, the prompts are named all the same where they are known.
    """
    try:
        return choose_columns(names, None, log_name=log_name)[0], ""
    except InputError as error:
        return LogColumns(prompt=find_prompts(names) if len(names) > 1 else None), str(error)


def find_prompts(names: Sequence[str]) -> str | None:
    """The column that holds prompts by its name, or the only column; None when neither is so."""
    plain = {_plain(name): name for name in reversed(names)}
    found = (plain[name] for name in _OTHERS["prompt"] if name in plain)
    return next(found, names[0] if len(names) == 1 else None)


SURE_RANK = 2
"""Names up to this `response_rank` say by themselves that they hold responses."""


def response_rank(name: str) -> int:
    """How surely a column's name says that it holds responses: 0 for the surest names."""
    plain = _plain(name)
    return next((rank for rank, group in enumerate(_RESPONSES) if plain in group), len(_RESPONSES))


def duration_unit(name: str) -> DurationUnit | None:
    """The unit that a column's name tells; None when it tells none."""
    plain = _plain(name).rsplit(".", 1)[-1]
    if plain == "total_duration":  # Ollama's
        return "ns"
    units: dict[str, DurationUnit] = {
        **dict.fromkeys(("ns", "nanos", "nanoseconds"), "ns"),
        **dict.fromkeys(("us", "micros", "microseconds"), "us"),
        **dict.fromkeys(("ms", "msec", "millis", "milliseconds"), "ms"),
        **dict.fromkeys(("s", "sec", "secs", "seconds"), "s"),
    }
    return units.get(plain.rsplit("_", 1)[-1])


def _plain(name: str) -> str:
    """Lower case, words joined by underscores: ``"Prompt Tokens"``, ``"promptTokens"`` → ``"prompt_tokens"``."""
    return re.sub(r"[\s\-_]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).strip()).lower()


def _check_given(names: Collection[str], given: LogColumns, log_name: str) -> None:
    if given.response == NO_COLUMN:
        raise InputError(f"{log_name} cannot be read without a column of responses.")
    for field in fields(given):
        name = getattr(given, field.name)
        if name and name not in names:
            close = difflib.get_close_matches(name, names, n=2)
            meant = f"Did you mean {fmt_names(close)}?" if close else f"It has {fmt_names(list(names))}."
            raise ColumnError(f"{log_name} has no column `{fmt_name(name)}`. {meant}")


def _find_response(plain: dict[str, str], taken: set[str], names: Sequence[str], log_name: str) -> str:
    for group in _RESPONSES:
        found = [plain[name] for name in group if name in plain and (group is _CHATS or plain[name] not in taken)]
        if len(found) > 1:
            raise InputError(
                f"{log_name} has several columns that may hold the responses: {fmt_names(found)}. "
                "Choose the response column by its name."
            )
        if found:
            return found[0]
    raise InputError(
        f"{log_name} has no column that is known to hold responses; it has {fmt_names(names)}. "
        "Choose the response column by its name."
    )
