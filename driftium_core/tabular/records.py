"""Bytes to records whose values are text exactly as written: for logs, where "007", "NA" and " true " are answers.

The same formats, encodings and archives as `read_table`, through the same parsers; only no column gets a type, no
value is taken for missing, and a line of JSON that cannot be read is passed over and counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from driftium_core.errors import TableReadError
from driftium_core.formats import fmt_count
from driftium_core.tabular.formats.delimited import split_delimited
from driftium_core.tabular.formats.encoding import Utf8Text
from driftium_core.tabular.formats.headers import column_names
from driftium_core.tabular.formats.jsonlines import encodable, is_array, json_rows, looks_like_json
from driftium_core.tabular.formats.parquet import text_columns
from driftium_core.tabular.formats.wording import shown_name
from driftium_core.tabular.read import Parsers, Progress, parse_file

__all__ = ["Records", "TextColumn", "empty_column", "object_records", "read_records", "row_records"]

FIRST_OF = ("choices", "candidates")
"""Lists of alternative answers, of which the first is the answer; all other lists stay one value."""

_MAX_DEPTH = 8
_ROWS_PER_REPORT = 10_000


class TextColumn(Protocol):
    """A column that is made into Python strings only when it is asked for."""

    def to_pylist(self) -> list[str | None]:
        """All values, None where there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Rows of a file with all values as text.

    Attributes
    ----------
    name : str
        The file's name as shown.
    columns : mapping of str to TextColumn
        In order of appearance. Objects in JSON and Parquet are taken apart into columns such as
        ``usage.completion_tokens`` and ``choices[0].message.content``.
    json_columns : frozenset of str
        Columns of lists, each value written as JSON.
    positions : sequence of int
        Where each row stands in the file, from 1.
    unit : {"row", "line", "item"}
        What the positions count: rows of CSV and Parquet, lines of JSON Lines, items of a JSON array.
    unreadable : tuple of int
        Positions of what is no JSON object, and no row.
    content_hash : str
        SHA-256 of the bytes as given.
    notes : tuple of str
        Sentences on what was assumed while reading.
    """

    name: str
    columns: Mapping[str, TextColumn]
    positions: Sequence[int]
    unit: Literal["row", "line", "item"] = "row"
    json_columns: frozenset[str] = frozenset()
    unreadable: tuple[int, ...] = ()
    content_hash: str = ""
    notes: tuple[str, ...] = ()


def read_records(
    data: bytes | memoryview, name: str, *, max_bytes: int | None = None, progress: Progress | None = None
) -> Records:
    """Read the rows of a log file: CSV, JSON Lines, a JSON array or Parquet, plain, gzipped or zipped.

    Parameters
    ----------
    data : bytes or memoryview
    name : str
        The file's name, for sentences.
    max_bytes : int, optional
        Limit on the file and on what it unpacks to.
    progress : callable, optional
        As in `driftium_core.tabular.read.read_table`; called every few thousand lines of JSON.

    Raises
    ------
    TableReadError
        For everything `read_table` refuses, except lines of JSON that are no object, unless all are.
    """

    def reading(n_rows: int) -> None:
        if progress is not None:
            progress(2, 4, f"Parsing, {fmt_count(n_rows, 'row')}")

    parsers = Parsers(
        parquet=lambda view: _from_parquet(view, name, max_bytes),
        json=lambda text: _from_json(text, name, reading),
        delimited=lambda text: _from_delimited(text, name),
        is_json=_is_json,
    )
    records, content_hash, notes = parse_file(data, name, parsers, max_bytes=max_bytes, progress=progress)
    return replace(records, content_hash=content_hash, notes=(*notes, *records.notes))


def object_records(
    objects: Iterable[tuple[int, dict[str, Any]]], name: str, *, unit: Literal["row", "line", "item"] = "line"
) -> Records:
    """Objects of JSON with their positions as records; what is nested too deeply is ``unreadable``."""
    rows = _JsonRows()
    unreadable = tuple(position for position, row in objects if not rows.add(position, row))
    return Records(
        name=name,
        columns=rows.columns(),
        json_columns=frozenset(rows.lists),
        positions=rows.positions,
        unit=unit,
        unreadable=unreadable,
    )


def row_records(header: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]], name: str) -> Records:
    """Rows of a delimited text with their positions as records; each has as many fields as the header."""
    names, notes = column_names(header)
    by_column = zip(*(fields for _, fields in rows), strict=True) if rows else ([] for _ in names)
    columns = {name: _ListColumn(list(values)) for name, values in zip(names, by_column, strict=True)}
    return Records(name=name, columns=columns, positions=[place for place, _ in rows], unit="line", notes=tuple(notes))


def empty_column(n_rows: int) -> TextColumn:
    """A column without values."""
    return _ListColumn([None] * n_rows)


@dataclass(frozen=True, slots=True)
class _ListColumn:
    values: list[str | None]

    def to_pylist(self) -> list[str | None]:
        """All values."""
        return self.values


def _is_json(text: Utf8Text, name: str) -> bool:
    """Whether the text is JSON, also where its first line is the rest of one: logs are cut when they are rotated."""
    if looks_like_json(text, name):
        return True
    lines = bytes(text.view[: 1 << 20]).split(b"\n")[1:3]
    return any(line.startswith(b"{") and _is_object(line) for line in lines)


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _from_delimited(text: Utf8Text, name: str) -> Records:
    dialect, columns = split_delimited(text, name, missing=())
    names, notes = column_names(dialect.header)
    return Records(
        name=shown_name(name),
        columns=dict(zip(names, columns, strict=True)),
        positions=range(1, len(columns[0]) + 1),
        notes=(f"{dialect.shown}, {text.encoding}.", *notes),
    )


def _from_parquet(view: memoryview, name: str, max_bytes: int | None) -> Records:
    n_rows, columns, lists, notes = text_columns(view, name, max_bytes)
    return Records(
        name=shown_name(name), columns=columns, json_columns=lists, positions=range(1, n_rows + 1), notes=tuple(notes)
    )


def _from_json(text: Utf8Text, name: str, reading: Callable[[int], None]) -> Records:
    rows = _JsonRows()
    unreadable = []
    for position, row in json_rows(text, name, verbatim=True):
        if row is None or not rows.add(position, row):
            unreadable.append(position)
        if len(rows.positions) % _ROWS_PER_REPORT == 0:
            reading(len(rows.positions))
    in_array = is_array(text)
    if not rows.positions:
        what = "item of the array" if in_array else "line"
        problem = f"no {what} is a JSON object" if unreadable else "there are no rows in it"
        raise TableReadError(
            f"{shown_name(name)} holds no records: {problem}; one object per line is expected. Nothing was loaded."
        )
    return Records(
        name=shown_name(name),
        columns=rows.columns(),
        json_columns=frozenset(rows.lists),
        positions=rows.positions,
        unit="item" if in_array else "line",
        unreadable=tuple(unreadable),
        notes=(f"JSON, {text.encoding}.",),
    )


@dataclass(slots=True)
class _SparseColumn:
    """Values of those rows that have one, so that rare keys cost no more than they hold."""

    places: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    n_rows: int = 0

    def to_pylist(self) -> list[str | None]:
        """All values, None where there is none."""
        if len(self.places) == self.n_rows:
            return list(self.texts)
        values: list[str | None] = [None] * self.n_rows
        for place, text in zip(self.places, self.texts, strict=True):
            values[place] = text
        return values


@dataclass(slots=True)
class _JsonRows:
    """Collects objects into columns, and lets go of each object."""

    positions: list[int] = field(default_factory=list)
    cells: dict[str, _SparseColumn] = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)

    def add(self, position: int, row: dict[str, Any]) -> bool:
        """Take a row in; False when it is nested too deeply to be written again."""
        place = len(self.positions)
        found: dict[str, str] = {}
        try:
            self._flatten("", row, found, _MAX_DEPTH)
        except RecursionError:
            return False
        for name, text in found.items():
            column = self.cells.get(name)
            if column is None:
                column = self.cells.setdefault(name, _SparseColumn())
            column.places.append(place)
            column.texts.append(text)
        self.positions.append(position)
        return True

    def _flatten(self, prefix: str, row: dict[str, Any], found: dict[str, str], depth: int) -> None:
        for key, value in row.items():
            name = f"{prefix}{encodable(key)}"
            if isinstance(value, list) and key in FIRST_OF and value and isinstance(value[0], dict):
                name, value = f"{name}[0]", value[0]
            if value is None:
                continue
            if isinstance(value, str):
                found.setdefault(name, encodable(value))
            elif isinstance(value, bool):
                found.setdefault(name, "true" if value else "false")
            elif isinstance(value, dict) and depth:
                self._flatten(f"{name}.", value, found, depth - 1)
            else:
                self.lists.add(name)
                found.setdefault(name, encodable(json.dumps(value, ensure_ascii=False)))

    def columns(self) -> dict[str, TextColumn]:
        """The columns, in order of appearance."""
        for column in self.cells.values():
            column.n_rows = len(self.positions)
        return dict(self.cells)
