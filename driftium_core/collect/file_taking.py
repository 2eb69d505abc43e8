"""The lines of a file as they are taken into a batch: which are records, and which are passed over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from driftium_core.collect.file_lines import MAX_RECORD_BYTES, Line, OpenFile
from driftium_core.collect.parts import Part
from driftium_core.formats import fmt_n

if TYPE_CHECKING:
    from driftium_core.collect.file_state import FileFormat, FileState

__all__ = ["MAX_PART_BYTES", "Lines", "Row", "Taken"]

MAX_PART_BYTES = 16 << 20

TOO_LONG = f"longer than {fmt_n(MAX_RECORD_BYTES >> 20)} MB"
CONTINUED = "goes on after it was read; it had no line end then"


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
class Row:
    """A record: where it begins, its line from 1, and its text, object or fields."""

    offset: int
    line: int
    value: Any


@dataclass(slots=True)
class Lines:
    """Complete lines from where the file was read to; what is too long is passed over and told."""

    opened: OpenFile
    taken: Taken
    state: FileState
    settled: bool

    def has_room(self, n_found: int, max_rows: int) -> bool:
        """Whether another record may be taken."""
        return n_found + self.taken.part.n_read < max_rows and self.taken.n_bytes < MAX_PART_BYTES

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
