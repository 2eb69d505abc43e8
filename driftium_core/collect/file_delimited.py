"""The records of a delimited text, whose quoted texts may run over several lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from driftium_core.collect.file_formats import csv_reader, header_change
from driftium_core.collect.file_lines import Line, as_text
from driftium_core.collect.file_taking import Lines, Row

if TYPE_CHECKING:
    from driftium_core.text.log_columns import LogColumns

__all__ = ["delimited_rows"]

RESTED_S = 600
"""Seconds without a change after which a last line without its end is taken for whole. A text that a program's buffer
cut off looks the same, and may go on when the buffer is full again."""

ABANDONED_S = 86_400
"""Seconds without a change after which nobody will close a quote any more."""

MAX_QUOTED_BYTES = 1 << 20
"""A quoted text that is longer was most likely never closed."""

UNCLOSED = "a quote that is never closed"
FIELDS = "another number of fields than the header"
MALFORMED = "malformed quotes"

_HINT = re.compile(rb'"?sep=', re.IGNORECASE)
"""Excel's first line that names the separator."""


class _OutOfLines(Exception):
    """The lines ended, perhaps inside a record."""


@dataclass(slots=True)
class _Feed:
    """Gives lines to the CSV reader, and keeps those of the record that it is at."""

    lines: Lines
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


def delimited_rows(lines: Lines, max_rows: int, told: LogColumns | None, *, idle_s: float) -> list[Row]:
    """Up to *max_rows* records; those that are none are told in what was taken.

    Parameters
    ----------
    idle_s : float
        Seconds since the file was changed last.

    Raises
    ------
    SourceError
        A new header lacks columns that were read.
    """
    return _Records(lines, told, idle_s).rows(max_rows)


@dataclass(slots=True)
class _Records:
    lines: Lines
    told: LogColumns | None
    idle_s: float
    found: list[Row] = field(default_factory=list)
    has_header: bool = False

    def rows(self, max_rows: int) -> list[Row]:
        """All that can be taken now."""
        feed = _Feed(self.lines, self.lines.taken.format.codec)
        reader = csv_reader(feed, self.lines.taken.format)
        self.has_header = self.lines.state.offset > 0
        while self.lines.has_room(len(self.found), max_rows):
            try:
                fields = _next_record(reader, self.lines)
            except _OutOfLines:
                if not self._give_up(feed):
                    break
                reader = csv_reader(feed, self.lines.taken.format)
                continue
            record = feed.done()
            if not (self._is_whole(fields, record) and self._take(fields, record)):
                self.lines.opened.back.extendleft(reversed(record))
                break
            self.lines.take(*record)
        return self.found

    def _is_whole(self, fields: list[str] | None, record: list[Line]) -> bool:
        """Whether a record has all of its text; of one without a line end that cannot be seen at once."""
        if record[-1].ended or self.lines.opened.zipped or self.idle_s > ABANDONED_S:
            return True
        width = len(self.lines.taken.format.header)
        whole = fields is not None and len(fields) == width and self.idle_s > RESTED_S
        self.lines.taken.to_end = self.lines.taken.to_end or not whole
        return whole

    def _take(self, fields: list[str] | None, record: list[Line]) -> bool:
        """Take a record in; False for a new header when what came before is to be read by the old one first."""
        taken, number = self.lines.taken, self.lines.number()
        if fields is None:
            taken.part.skip(number, MALFORMED)
        elif fields == taken.format.header or not self.has_header:
            self.has_header = self.has_header or (bool(fields) and not _HINT.match(record[0].raw))
        elif fields:
            changed = header_change(fields, taken.format, self.told, self.lines.opened.shown)
            if changed is not None and (self.found or taken.part.n_read):
                return False
            if changed is not None:
                taken.format = changed
            elif len(fields) != len(taken.format.header):
                taken.part.skip(number, FIELDS)
            else:
                self.found.append(Row(record[0].offset, number, fields))
        return True

    def _give_up(self, feed: _Feed) -> bool:
        """Whether a record that does not end is passed over, up to the end of its first line."""
        record, lines = feed.done(), self.lines
        if not record:
            return False
        if not (self.idle_s > ABANDONED_S or lines.opened.back or lines.opened.zipped):
            lines.taken.to_end = True
            return False
        lines.taken.part.skip(lines.number(), UNCLOSED)
        lines.opened.back.extendleft(reversed(record[1:]))
        lines.take(record[0])
        lines.taken.to_end = False
        return True


def _next_record(reader: Any, lines: Lines) -> list[str] | None:
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
