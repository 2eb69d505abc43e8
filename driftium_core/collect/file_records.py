"""From the lines of a file to responses: as many as a batch takes, and the file's state moved on past them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from driftium_core.collect.columns import followed_columns, with_columns
from driftium_core.collect.file_formats import csv_reader, header_change, json_objects
from driftium_core.collect.file_lines import MAX_RECORD_BYTES, Line, OpenFile, as_text
from driftium_core.collect.parts import Part
from driftium_core.formats import fmt_n
from driftium_core.tabular.records import Records, object_records, row_records
from driftium_core.text.log_columns import NO_COLUMN
from driftium_core.text.logs import NO_OBJECT, read_responses

if TYPE_CHECKING:
    from driftium_core.collect.file_state import FileFormat, FileState
    from driftium_core.text.log_columns import LogColumns

__all__ = ["Taken", "take_records"]

MAX_PART_BYTES = 16 << 20
MAX_QUOTED_BYTES = 1 << 20
"""A quoted text that is longer was most likely never closed."""

TOO_LONG = f"longer than {fmt_n(MAX_RECORD_BYTES >> 20)} MB"
CONTINUED = "goes on after it was read; it had no line end then"
UNCLOSED = "a quote that is never closed"
FIELDS = "another number of fields than the header"
MALFORMED = "malformed quotes"

_HINT = re.compile(rb'"?sep=', re.IGNORECASE)
"""Excel's first line that names the separator."""


@dataclass(slots=True)
class Taken:
    """Lines that were read, and what they hold.

    Attributes
    ----------
    lines : list of Line
        What the file's state is to be moved on past; blank ones and headers too.
    part : Part
    format : FileFormat
        By which the next ones are to be read.
    to_end : bool
        Nothing is left that can be read now.
    """

    format: FileFormat
    lines: list[Line] = field(default_factory=list)
    part: Part = field(default_factory=Part)
    to_end: bool = False
    unended: bool = False
    skipping: bool = False
    n_lines: int = 0
    n_bytes: int = 0


@dataclass(slots=True)
class _Row:
    offset: int
    line: int
    value: Any


def take_records(
    opened: OpenFile,
    state: FileState,
    *,
    told: LogColumns | None,
    source: str,
    prefix: str,
    max_rows: int,
    settled: bool,
    abandoned: bool,
) -> Taken:
    """Read up to *max_rows* records; the state is left as it is.

    Parameters
    ----------
    source : str
        The source's name, for the responses.
    prefix : str
        What keys are made of together with the records' places.
    settled : bool
        Nothing was written since the last run, so that a last line without end may be taken.
    abandoned : bool
        Nothing was written for so long that an open quote will not be closed any more.

    Raises
    ------
    SourceError
        There is no column for the responses any more.
    """
    form = state.format
    assert form is not None  # found before
    taken = Taken(form, skipping=state.skipping)
    lines = _Lines(opened, taken, state, settled=settled or opened.zipped)
    if form.kind == "json":
        rows = _json_rows(lines, max_rows)
    else:
        rows = _delimited_rows(lines, max_rows, told, abandoned=abandoned)
    if rows:
        _read(rows, taken, told, source=source, prefix=prefix, shown=opened.shown)
    return taken


@dataclass(slots=True)
class _Lines:
    """Complete lines from where the file was read to; what is too long is passed over and told."""

    opened: OpenFile
    taken: Taken
    state: FileState
    settled: bool

    def __iter__(self) -> Iterator[Line]:
        return self

    def __next__(self) -> Line:
        hole = self.opened.hole()
        if hole is not None:
            self.taken.lines.append(hole)
        line = self.opened.next_line(skipping=self.taken.skipping)
        if line is None or not (line.ended or line.too_long or self.settled):
            self.taken.to_end = True
            raise StopIteration
        self.taken.n_bytes += len(line.raw)
        return line

    def number(self, ahead: int = 0) -> int:
        """Place of the line after those that were taken, from 1."""
        return self.state.line + self.taken.n_lines + 1 + ahead

    def take(self, *lines: Line) -> None:
        """Move on past these."""
        self.taken.lines += lines
        self.taken.n_lines += sum(line.ended for line in lines)
        self.taken.unended = not lines[-1].ended and not lines[-1].too_long
        self.taken.skipping = lines[-1].too_long and not lines[-1].ended

    def passes_over(self, line: Line) -> bool:
        """Whether a line is no record of its own: too long, or the rest of what was taken before."""
        if line.too_long:
            if not self.taken.skipping:
                self.taken.part.skip(self.number(), TOO_LONG)
            self.take(line)
            return True
        if self.state.unended and line.offset == self.state.offset:
            if line.raw.strip(b"\r\n\0") and self.taken.format.kind != "json":
                self.taken.part.skip(self.number(), CONTINUED)
            elif line.raw.strip(b"\r\n\0"):
                return False
            self.take(line)
            return True
        return False


def _json_rows(lines: _Lines, max_rows: int) -> list[_Row]:
    taken, codec = lines.taken, lines.taken.format.codec
    found: list[_Row] = []
    while len(found) + taken.part.n_read < max_rows and taken.n_bytes < MAX_PART_BYTES:
        line = next(lines, None)
        if line is None:
            break
        if lines.passes_over(line):
            continue
        text = as_text(line.raw, codec)[0]
        if not line.ended and json_objects([text])[0] is None:
            taken.to_end = True
            break
        number = lines.number()
        lines.take(line)
        if text.strip():
            found.append(_Row(line.offset, number, text))
    objects = json_objects([row.value for row in found])
    rows = []
    for row, value in zip(found, objects, strict=True):
        if value is None:
            taken.part.skip(row.line, NO_OBJECT)
        else:
            rows.append(replace(row, value=value))
    return rows


class _OutOfLines(Exception):
    """The lines ended, perhaps inside a record."""


@dataclass(slots=True)
class _Feed:
    """Gives lines to the CSV reader, and keeps those of the record that it is at."""

    lines: _Lines
    codec: str
    record: list[Line] = field(default_factory=list)
    n_bytes: int = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self.lines, None)
        if line is None or line.too_long or self.n_bytes > MAX_QUOTED_BYTES:
            if line is not None:
                self.lines.opened.back.appendleft(line)
            raise _OutOfLines
        self.record.append(line)
        self.n_bytes += len(line.raw)
        return as_text(line.raw, self.codec)[0]

    def done(self) -> list[Line]:
        """The lines of the record that ends here."""
        record, self.record, self.n_bytes = self.record, [], 0
        return record


def _delimited_rows(lines: _Lines, max_rows: int, told: LogColumns | None, *, abandoned: bool) -> list[_Row]:
    taken = lines.taken
    feed = _Feed(lines, taken.format.codec)
    reader = csv_reader(feed, taken.format)
    found: list[_Row] = []
    has_header = lines.state.offset > 0 and bool(lines.state.base)
    while len(found) + taken.part.n_read < max_rows and taken.n_bytes < MAX_PART_BYTES:
        try:
            fields = _next_record(reader, feed, lines)
        except _OutOfLines:
            if not _give_up(feed, lines, abandoned=abandoned):
                break
            reader = csv_reader(feed, taken.format)
            continue
        record, number = feed.done(), lines.number()
        if fields is None:
            taken.part.skip(number, MALFORMED)
        elif fields == taken.format.header or not has_header:
            has_header = has_header or (bool(fields) and not _HINT.match(record[0].raw))
        elif fields:
            changed = header_change(fields, taken.format, told, lines.opened.shown)
            if changed is not None and (found or taken.part.n_read):
                lines.opened.back.extendleft(reversed(record))
                break  # what came before is read by the old header
            if changed is not None:
                taken.format = changed
            elif len(fields) != len(taken.format.header):
                taken.part.skip(number, FIELDS)
            else:
                found.append(_Row(record[0].offset, number, fields))
        lines.take(*record)
    return found


def _next_record(reader: Any, feed: _Feed, lines: _Lines) -> list[str] | None:
    """Fields of the next record; None when it is malformed. Lines that are no records are passed over before it."""
    while True:
        line = next(lines, None)
        if line is None:
            raise _OutOfLines
        if not lines.passes_over(line):
            lines.opened.back.appendleft(line)
            break
    try:
        fields: list[str] = next(reader)
    except csv.Error:
        return None
    return fields


def _give_up(feed: _Feed, lines: _Lines, *, abandoned: bool) -> bool:
    """Whether a record that does not end is passed over, up to the end of its first line."""
    record = feed.done()
    if not record:
        return False
    if not (abandoned or lines.opened.back or lines.opened.zipped):
        lines.taken.to_end = True
        return False
    lines.taken.part.skip(lines.number(), UNCLOSED)
    lines.opened.back.extendleft(reversed(record[1:]))
    lines.take(record[0])
    lines.taken.to_end = False
    return True


def _read(rows: list[_Row], taken: Taken, told: LogColumns | None, *, source: str, prefix: str, shown: str) -> None:
    form = taken.format
    places = {row.offset: row.line for row in rows}
    records: Records
    if form.kind == "json":
        records = object_records(((row.offset, row.value) for row in rows), source)
    else:
        records = row_records(form.header, [(row.offset, row.value) for row in rows], source)
    columns = followed_columns(form.columns, told, records, log_name=shown)
    log = read_responses(
        replace(with_columns(records, columns), content_hash=prefix, notes=()), columns, may_hold_none=True
    )
    taken.part.take(log, places)
    found = asdict(log.columns)
    by_place = all((response.key or "").startswith("file:") for response in log.responses)
    if found["id"] and not columns.id and by_place and len(log.responses) > 1:
        found["id"] = NO_COLUMN  # ids that repeat say nothing of which record is which, here and later
    kept = {role: name or form.columns.get(role) for role, name in found.items()}
    taken.format = replace(
        form, columns={**kept, "id": NO_COLUMN if NO_COLUMN in (found["id"], form.columns.get("id")) else kept["id"]}
    )
