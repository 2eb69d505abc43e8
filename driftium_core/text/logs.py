"""From the rows of a log to responses, and to a list of the rows that hold none.

Texts are kept exactly as they are. What else a row says (time, latency, tokens) is read as far as it can be; what
cannot be is left out and counted, never a reason to lose the answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from driftium_core.errors import InputError
from driftium_core.formats import fmt_count, fmt_n, fmt_name
from driftium_core.response import Response
from driftium_core.text.log import Log, LogRows, SkippedRow
from driftium_core.text.log_columns import LogColumns, choose_columns, duration_unit
from driftium_core.text.log_keys import KeyedRow, row_keys
from driftium_core.text.log_values import count_of, error_of, milliseconds_of, moment_of, read_chat, text_of_parts

__all__ = ["LISTED_ROWS", "read_responses"]

LISTED_ROWS = 20
"""Skipped rows that are listed one by one; all of them are counted."""

NO_OBJECT = "not a JSON object"
NO_RESPONSE = "no response and no error"
NO_PROMPT_EITHER = "an empty response without a prompt"

_ROWS_PER_REPORT = 10_000

T = TypeVar("T")


def read_responses(
    rows: LogRows,
    columns: LogColumns | None = None,
    *,
    may_hold_none: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Log:
    """Responses in the rows of a log.

    A row is a response when it has a response, an error, or an empty response to a prompt; other rows are skipped
    and told. Its key is its id with a digest of its texts, so that ids counted from 0 in two files do not collide;
    without ids it is the digest of the file and the row's place in it. A column of ids that was only guessed is not
    used when rows of one id and content may be different answers.

    Parameters
    ----------
    rows : LogRows
    columns : LogColumns, optional
        Columns that the user chose; the others are found by name.
    may_hold_none : bool
        Rows without any response are no error, as for a part of a log.
    progress : callable, optional
        Called with rows done and rows in all; what it raises ends the work.

    Raises
    ------
    InputError
        No column can be recognised as the responses, a chosen one is missing, or no row holds a response.
    """
    chosen, notes = choose_columns(list(rows.columns), columns, log_name=rows.name)
    reading = _Reading(rows, chosen)
    fields = reading.fields()
    places, unfit = _sorted_out(fields)
    skipped = _skipped(rows, unfit)
    if not places and not may_hold_none:
        raise _nothing(rows, chosen, skipped)
    keys, key_notes = _keys(rows, chosen, fields, places, id_is_told=columns is not None and bool(columns.id))
    responses = _built(rows.name, reading, fields, places, keys, progress)
    n_empty = sum(not response.response and response.error is None for response in responses)
    counts = Counter(row.reason for row in skipped)
    return Log(
        name=rows.name,
        responses=responses,
        columns=chosen,
        unit=rows.unit,
        skipped=tuple(skipped[:LISTED_ROWS]),
        skipped_counts=tuple(counts.most_common()),
        content_hash=rows.content_hash,
        notes=(chosen.text(), *notes, *reading.notes(n_empty), *key_notes, *rows.notes),
    )


@dataclass(frozen=True, slots=True)
class _Fields:
    """What decides whether a row is a response, and which one; one value per row."""

    prompts: list[str | None]
    answers: list[str | None]
    errors: list[str | None]
    times: list[datetime | None]


@dataclass(slots=True)
class _Reading:
    """The columns of a log, and what is to be told of reading them."""

    rows: LogRows
    columns: LogColumns
    unread: Counter[str] = field(default_factory=Counter)
    naive_times: int = 0
    long_chats: int = 0

    def fields(self) -> _Fields:
        """Texts, errors and times of all rows."""
        c = self.columns
        return _Fields(
            prompts=[text or None for text in self._texts(c.prompt, asked=True)],
            answers=self._texts(c.response, asked=False),
            errors=[error_of(text) for text in self.values(c.error)],
            times=self.converted("time", self._moment),
        )

    def values(self, name: str | None) -> list[str | None]:
        """A column as it is; None in every row when there is no such column."""
        if not name:
            return [None] * len(self.rows.positions)
        values: list[str | None] = self.rows.columns[name].to_pylist()
        return values

    def converted(self, role: str, convert: Callable[[str], T | None]) -> list[T | None]:
        """A column through *convert*; values that it cannot read are None, and counted."""
        found: list[T | None] = []
        for text in self.values(getattr(self.columns, role)):
            value = convert(text) if text and not text.isspace() else None
            self.unread[role] += value is None and bool(text) and not (text or "").isspace()
            found.append(value)
        return found

    def _texts(self, name: str | None, *, asked: bool) -> list[str | None]:
        """Prompts or responses, with chats and content in parts taken apart."""
        texts = self.values(name)
        if name not in self.rows.json_columns:
            return texts
        # A column may mix plain text with lists; only a list is taken apart.
        return [self._from_list(text, asked=asked) if text and text[0] == "[" else text for text in texts]

    def _from_list(self, text: str, *, asked: bool) -> str | None:
        chat = read_chat(text)
        if chat is None:
            return text_of_parts(text) or text
        self.long_chats += asked and chat.n_turns > 1
        return chat.prompt if asked else chat.response

    def _moment(self, text: str) -> datetime | None:
        moment, has_zone = moment_of(text)
        self.naive_times += moment is not None and not has_zone
        return moment

    def notes(self, n_empty: int) -> list[str]:
        """What was assumed, and what could not be read."""
        c, found = self.columns, []
        if c.latency_ms and duration_unit(c.latency_ms) is None:
            found.append(f"`{fmt_name(c.latency_ms)}` names no unit; it was read as milliseconds.")
        if self.naive_times:
            found.append(f"Times without a zone in `{fmt_name(c.time)}` were taken as UTC ({fmt_n(self.naive_times)}).")
        for role, count in self.unread.items():
            if count:
                found.append(f"{fmt_count(count, 'value')} of `{fmt_name(getattr(c, role))}` could not be read.")
        if n_empty:
            found.append(f"{fmt_count(n_empty, 'empty response')} to a prompt {_were(n_empty)} kept: no answer came.")
        if self.long_chats:
            found.append(f"Of {fmt_count(self.long_chats, 'chat')} with several questions only the last one was read.")
        return found


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _sorted_out(fields: _Fields) -> tuple[list[int], list[tuple[int, str]]]:
    """Places of the rows that are responses, and places of the others with the reason."""
    places: list[int] = []
    unfit: list[tuple[int, str]] = []
    for place, (prompt, answer, error) in enumerate(zip(fields.prompts, fields.answers, fields.errors, strict=True)):
        if answer or error is not None or (answer is not None and prompt is not None):
            places.append(place)
        else:
            unfit.append((place, NO_RESPONSE if answer is None else NO_PROMPT_EITHER))
    return places, unfit


def _skipped(rows: LogRows, unfit: list[tuple[int, str]]) -> list[SkippedRow]:
    """Everything that is no response, in the order of the file."""
    found = [SkippedRow(position, NO_OBJECT) for position in rows.unreadable]
    found += [SkippedRow(rows.positions[place], reason) for place, reason in unfit]
    return sorted(found, key=lambda row: row.position)


def _keys(
    rows: LogRows, columns: LogColumns, fields: _Fields, places: list[int], *, id_is_told: bool
) -> tuple[list[str], list[str]]:
    ids = rows.columns[columns.id].to_pylist() if columns.id else None
    known = [
        KeyedRow(
            position=rows.positions[place],
            id=ids[place] if ids else None,
            prompt=fields.prompts[place],
            response=fields.answers[place] or "",
            time=fields.times[place],
        )
        for place in places
    ]
    return row_keys(known, content_hash=rows.content_hash, unit=rows.unit, id_column=columns.id, id_is_told=id_is_told)


def _built(
    source: str,
    reading: _Reading,
    fields: _Fields,
    places: list[int],
    keys: list[str],
    progress: Callable[[int, int], None] | None,
) -> tuple[Response, ...]:
    c = reading.columns
    unit = (duration_unit(c.latency_ms) if c.latency_ms else None) or "ms"
    models, backends = reading.values(c.model), reading.values(c.backend)
    latencies = reading.converted("latency_ms", lambda text: milliseconds_of(text, unit))
    tokens, prompt_tokens = reading.converted("tokens", count_of), reading.converted("prompt_tokens", count_of)
    responses = []
    for done, (place, key) in enumerate(zip(places, keys, strict=True)):
        if progress is not None and done % _ROWS_PER_REPORT == 0:
            progress(done, len(places))
        responses.append(
            Response(
                response=fields.answers[place] or "",
                prompt=fields.prompts[place],
                model=models[place] or None,
                backend=backends[place] or None,
                latency_ms=latencies[place],
                tokens=tokens[place],
                prompt_tokens=prompt_tokens[place],
                error=fields.errors[place],
                source=source,
                created_at=fields.times[place],
                key=key,
            )
        )
    return tuple(responses)


def _nothing(rows: LogRows, columns: LogColumns, skipped: list[SkippedRow]) -> InputError:
    reason = Counter(row.reason for row in skipped).most_common(1)[0][0]
    return InputError(
        f"{rows.name} holds no responses in `{fmt_name(columns.response)}`: all {fmt_count(len(skipped), rows.unit)} "
        f"were skipped, most for this reason: {reason}. Choose another response column, or check the file."
    )
