"""A first look at files, for whoever sets up a source."""

from __future__ import annotations

import math
import os
from contextlib import closing
from dataclasses import dataclass

from driftium_core.collect.file_formats import find_format, first_columns_of
from driftium_core.collect.file_lines import OpenFile, UnreadableFile, open_file
from driftium_core.collect.file_records import take_records
from driftium_core.collect.file_state import FileState
from driftium_core.collect.parts import SAMPLE_SIZE
from driftium_core.collect.port import Probe
from driftium_core.errors import SourceError
from driftium_core.formats import fmt_count
from driftium_core.text.log_columns import LogColumns

__all__ = ["probe_files"]

MOST_PROBED = 20


def probe_files(listed: dict[str, os.stat_result], told: LogColumns | None, *, source: str, max_rows: int) -> Probe:
    """The newest file whose records can be read; where there is none, why the newest cannot be.

    Raises
    ------
    SourceError
        None of them can be opened.
    """
    newest = sorted(listed, key=lambda path: (-listed[path].st_mtime_ns, path))[:MOST_PROBED]
    if not newest:
        return _empty("There is no file in the folder yet that fits the pattern.")
    looks = [_Look(path, told, source, max_rows) for path in newest]
    first: Probe | None = None
    unreadable = ""
    for look in looks:
        try:
            probe = look.probe()
        except UnreadableFile as error:
            unreadable = unreadable or str(error)
            continue
        if not probe.unclear:
            return probe
        first = first or probe
    if first is None:
        raise SourceError(unreadable)
    return first


def _empty(sentence: str) -> Probe:
    return Probe(columns=(), read_as="", unclear=sentence, sample=(), rows=0)


@dataclass(frozen=True, slots=True)
class _Look:
    path: str
    told: LogColumns | None
    source: str
    max_rows: int

    def probe(self) -> Probe:
        state = FileState(path=self.path)
        with closing(self._open(state)) as opened:
            try:
                found = find_format(opened, self.told, needs=(), settled=True)
            except UnreadableFile:
                raise
            except SourceError as error:
                return self._unclear(str(error))
            if found is None:
                return _empty(f"{opened.shown} holds no record yet.")
            state.format = found.format
        with closing(self._open(state)) as opened:
            return self._read(opened, state)

    def _open(self, state: FileState) -> OpenFile:
        opened = open_file(self.path, state)
        assert opened is not None  # nothing was read of it that it could lack
        return opened

    def _unclear(self, sentence: str) -> Probe:
        with closing(self._open(FileState(path=self.path))) as opened:
            try:
                columns = tuple(first_columns_of(opened))
            except SourceError:
                columns = ()
        return Probe(columns=columns, read_as="", unclear=sentence, sample=(), rows=0)

    def _read(self, opened: OpenFile, state: FileState) -> Probe:
        taken = take_records(
            opened,
            state,
            told=self.told,
            source=self.source,
            prefix="",
            max_rows=self.max_rows,
            settled=True,
            idle_s=math.inf,
        )
        with closing(self._open(FileState(path=self.path))) as again:
            columns = tuple(first_columns_of(again))
        part = taken.part
        skipped = [f"Skipped: {fmt_count(count, 'line')}, {reason}." for reason, count in part.counts.most_common()]
        read_as = LogColumns(**taken.format.columns).text()
        return Probe(
            columns=columns,
            read_as=read_as,
            unclear="" if part.responses else f"The first {fmt_count(part.n_read, 'line')} hold no response.",
            sample=part.responses[:SAMPLE_SIZE],
            rows=part.n_read,
            notes=(*(note for note in part.notes if note != read_as), *skipped),
        )
