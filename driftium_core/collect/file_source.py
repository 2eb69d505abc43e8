"""A file that grows, or a folder of such files, as a source."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from driftium_core.collect.file_formats import find_format
from driftium_core.collect.file_lines import OpenFile, UnreadableFile, consume, open_file
from driftium_core.collect.file_listing import listed_files
from driftium_core.collect.file_probe import probe_files
from driftium_core.collect.file_records import take_records
from driftium_core.collect.file_scan import scan_files
from driftium_core.collect.file_state import Files, FileState
from driftium_core.collect.file_tables import file_table
from driftium_core.collect.file_taking import MAX_PART_BYTES, Taken
from driftium_core.collect.parts import Pending
from driftium_core.collect.port import Batch, Cursor, Probe, TableBatch
from driftium_core.errors import SourceError
from driftium_core.formats import fmt_count, fmt_name

if TYPE_CHECKING:
    from driftium_core.origin import FileOrigin
    from driftium_core.text.log_columns import LogColumns

__all__ = ["FileSource"]


@dataclass(frozen=True, slots=True)
class FileSource:
    """Reads files of JSON Lines or delimited text as they grow.

    A record's key is its own id with its content; without an id, the file's name and first record with the record's
    place. Files are known again by their content when they are renamed, zipped or copied away, so nothing is read
    twice or left out by rotation.
    """

    origin: FileOrigin
    name: str
    columns: LogColumns | None = None
    max_bytes: int | None = None

    def batches(self, cursor: Cursor, *, max_rows: int = 2000) -> Iterator[Batch]:
        """As in `driftium_core.collect.port.Source`."""
        files = Files.from_cursor(cursor)
        stored = files.to_cursor()
        listed, missing = self._listed(files)
        scan = scan_files(files, listed)
        pending = Pending(unit="line")
        pending.say(*scan.notes)
        run = _Run(self, files, pending, max_rows)
        for state in scan.to_read:
            for _ in run.read(state):
                stored = files.to_cursor()
                yield pending.batch(stored)
        problem = run.problem(n_files=len(scan.to_read)) or ("" if scan.rotated else missing)
        if pending or files.to_cursor() != stored:
            yield pending.batch(files.to_cursor())
        if problem:
            raise SourceError(problem)

    def _listed(self, files: Files) -> tuple[dict[str, os.stat_result], str]:
        """The files to be read, and why there are none; one that was rotated away may have left a rest to read."""
        try:
            return listed_files(self.origin), ""
        except SourceError as error:
            if not files.states:
                raise
            return {}, str(error)

    def table(self, cursor: Cursor) -> TableBatch:
        """As in `driftium_core.collect.port.Source`."""
        return file_table(listed_files(self.origin), cursor, max_bytes=self.max_bytes)

    def probe(self, *, max_rows: int = 200) -> Probe:
        """As in `driftium_core.collect.port.Source`."""
        return probe_files(listed_files(self.origin), self.columns, source=self.name, max_rows=max_rows)


@dataclass(slots=True)
class _Run:
    """One reading of all files."""

    source: FileSource
    files: Files
    pending: Pending
    max_rows: int
    n_bytes: int = 0
    unreadable: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def read(self, state: FileState) -> Iterator[None]:
        """Read a file to its end, and stop wherever a batch is full."""
        was_read = bool(state.offset)
        try:
            for taken in self._parts(state):
                self._name(state, taken)
                self.pending.add(taken.part)
                self.n_bytes += taken.n_bytes
                if self.pending.n_read >= self.max_rows or self.n_bytes >= MAX_PART_BYTES:
                    self.n_bytes = 0
                    yield
        except UnreadableFile as error:
            self.unreadable.append(str(error))
        except SourceError as error:
            known = was_read or bool(state.offset or self.source.origin.pattern or state.needs)
            (self.broken if known else self.strange).append(str(error))

    def _name(self, state: FileState, taken: Taken) -> None:
        """Say which file skipped lines are of, where there is more than one."""
        if state.path != os.path.realpath(os.path.expanduser(self.source.origin.path)):
            shown = fmt_name(state.name, limit=60)
            taken.part.skipped = [replace(row, reason=f"{row.reason}, in {shown}") for row in taken.part.skipped]

    def _parts(self, state: FileState) -> Iterator[Taken]:
        settled: bool | None = None
        while True:
            opened = open_file(state.path, state)
            if opened is None:  # changed since it was looked at; the next run finds out how
                return
            with closing(opened):
                settled = state.looks_unchanged(opened.stat) if settled is None else settled
                state.zipped = opened.zipped
                if not state.offset and not self._find_format(state, settled):
                    state.seen(opened.stat)
                    state.to_end = True
                    return
                taken = self._take(opened, state, settled)
                while opened.zipped and not taken.to_end:
                    yield taken
                    taken = self._take(opened, state, settled)
            yield taken
            if taken.to_end:
                return

    def _find_format(self, state: FileState, settled: bool) -> bool:
        opened = open_file(state.path, state)
        if opened is None:
            return False
        with closing(opened):
            found = find_format(opened, self.source.columns, needs=state.needs, settled=settled)
        if found is None:
            return False
        state.format = found.format
        self.files.begin(state, found.first_record.encode("utf-8", "surrogatepass"))
        return True

    def _take(self, opened: OpenFile, state: FileState, settled: bool) -> Taken:
        taken = take_records(
            opened,
            state,
            told=self.source.columns,
            source=self.source.name,
            prefix=state.record_prefix,
            max_rows=self.max_rows - self.pending.n_read,
            settled=settled,
            idle_s=time.time() - opened.stat.st_mtime,
        )
        state.seen(opened.stat)
        state.to_end = taken.to_end
        if taken.lines:
            consume(state, opened, taken.lines)
            state.format = taken.format
            state.line += taken.n_lines
            state.unended, state.skipping = taken.unended, taken.skipping
        return taken

    def problem(self, *, n_files: int) -> str:
        """The sentence of the error to raise at the end; what is no reason for one becomes a note."""
        others = [*self.unreadable, *self.strange]
        if self.broken or (others and len(others) == n_files):
            first, *more = [*self.broken, *others]
            return first + (f" {fmt_count(len(more), 'other file')} could not be read either." if more else "")
        self.pending.say(*others[:20])
        return ""
