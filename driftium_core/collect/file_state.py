"""How far the files of a source were read: what a cursor holds, and how a file is known again under another name."""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass, field, fields
from typing import Any

__all__ = ["CHECKED_BYTES", "FileFormat", "FileState", "Files"]

CHECKED_BYTES = 4096
"""Bytes at the beginning of a file, and before the place that it was read to, by which it is known again."""

MOST_GONE = 1000
"""Files that are not there any more, of which it is kept how far they were read: they may come back."""

MOST_PAST = 50


@dataclass(slots=True, kw_only=True)
class FileFormat:
    """How the records of a file are written; files of one format share it.

    ``columns`` are the roles of `LogColumns` that were found so far.
    """

    kind: str
    codec: str = "utf-8"
    separator: str = ""
    header: list[str] = field(default_factory=list)
    columns: dict[str, str | None] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class FileState:
    """How far one file was read.

    Attributes
    ----------
    path : str
        Where it is now, symbolic links resolved.
    base, generation : str, int
        What its records are called after: its name and first record, and which file with both it is. Empty before
        anything was read.
    offset, line : int
        Bytes and lines that were read; of the unpacked text when it is gzipped.
    size, mtime_ns, inode, device : int
        As it was when it was looked at last.
    head, head_bytes, tail, tail_bytes : str and int
        Digests of its first bytes and of those before ``offset``.
    skipping : bool
        Inside a record that is too long.
    unended : bool
        The last record was taken though no line end followed it.
    moved : bool
        It is followed under another name than the one it was found by.
    zipped, to_end : bool
        Whether it is gzipped, and whether all was read that it held when it was looked at last.
    needs : list of str
        Columns that were read of the file before it at this place; it must have them too.
    """

    path: str
    base: str = ""
    generation: int = 0
    offset: int = 0
    line: int = 0
    size: int = -1
    mtime_ns: int = -1
    inode: int = 0
    device: int = 0
    head: str = ""
    head_bytes: int = 0
    tail: str = ""
    tail_bytes: int = 0
    skipping: bool = False
    unended: bool = False
    moved: bool = False
    zipped: bool = False
    to_end: bool = False
    needs: list[str] = field(default_factory=list)
    format: FileFormat | None = None

    @property
    def name(self) -> str:
        """Its name without folders."""
        return os.path.basename(self.path)

    @property
    def record_prefix(self) -> str:
        """What the keys of its records are made of, together with their places."""
        return f"{self.base}.{self.generation}" if self.generation else self.base

    def looks_unchanged(self, stat: os.stat_result) -> bool:
        """Whether it is as it was when it was looked at last, by what the file system says."""
        return (self.inode, self.device, self.size, self.mtime_ns) == (
            *(stat.st_ino, stat.st_dev, stat.st_size, stat.st_mtime_ns),
        )

    def nothing_new(self, stat: os.stat_result) -> bool:
        """Whether it need not be opened."""
        return self.looks_unchanged(stat) and self.to_end and (self.zipped or self.offset >= self.size)

    def seen(self, stat: os.stat_result) -> None:
        """Keep what the file system says of it."""
        self.inode, self.device = stat.st_ino, stat.st_dev
        self.size, self.mtime_ns = stat.st_size, stat.st_mtime_ns


def digest(data: bytes) -> str:
    """Short digest of bytes; 96 bits."""
    return hashlib.sha256(data).hexdigest()[:24]


_PLAIN = [f.name for f in fields(FileState) if f.name not in ("format", "path", "base")]
_DEFAULTS: dict[str, Any] = {f.name: [] if f.name == "needs" else f.default for f in fields(FileState)}


@dataclass(slots=True)
class Files:
    """All files of a source.

    Attributes
    ----------
    states : list of FileState
    past : list of (str, int)
        ``base`` and ``generation`` of files that were overwritten; a later one of that base takes a higher number.
    floor : int
        Least generation of a new file, above those that ``past`` no longer holds.
    """

    states: list[FileState] = field(default_factory=list)
    past: list[tuple[str, int]] = field(default_factory=list)
    floor: int = 0
    _taken: dict[str, int] | None = None

    @classmethod
    def from_cursor(cls, cursor: dict[str, Any]) -> Files:
        """Read what `to_cursor` wrote."""
        formats = [FileFormat(**values) for values in cursor.get("formats", [])]
        states = [
            FileState(**{**values, "format": formats[values["format"]] if "format" in values else None})
            for values in cursor.get("files", [])
        ]
        return cls(states, [(base, number) for base, number in cursor.get("past", [])], cursor.get("floor", 0))

    def to_cursor(self) -> dict[str, Any]:
        """JSON values; formats are written once for all files that share them."""
        formats: list[dict[str, Any]] = []
        places: dict[int, int] = {}
        written = []
        for state in self.states:
            values: dict[str, Any] = {"path": state.path, "base": state.base}
            values |= {name: value for name in _PLAIN if (value := getattr(state, name)) != _DEFAULTS[name]}
            if state.format is not None:
                if id(state.format) not in places:
                    form = asdict(state.format)
                    places[id(state.format)] = formats.index(form) if form in formats else len(formats)
                    if form not in formats:
                        formats.append(form)
                values["format"] = places[id(state.format)]
            written.append(values)
        return {"files": written, "formats": formats, "past": [list(pair) for pair in self.past], "floor": self.floor}

    def begin(self, state: FileState, first_record: bytes) -> None:
        """Name the records of a file that nothing was read of before."""
        state.base = digest(state.name.encode("utf-8", "surrogateescape") + b"\0" + first_record[:CHECKED_BYTES])
        if self._taken is None:
            self._taken = {}
            for base, number in (*self.past, *((o.base, o.generation) for o in self.states if o is not state)):
                self._taken[base] = max(number, self._taken.get(base, 0))
        last = self._taken.get(state.base)
        state.generation = max(self.floor, 0 if last is None else last + 1)
        self._taken[state.base] = state.generation

    def retire(self, state: FileState) -> None:
        """Forget a file whose content is gone, but not what its records are called."""
        self.states.remove(state)
        if state.offset:
            self.past.append((state.base, state.generation))
        if len(self.past) > MOST_PAST:
            dropped = self.past[:-MOST_PAST]
            self.floor = max([self.floor, *(number + 1 for _, number in dropped)])
            self.past = self.past[-MOST_PAST:]

    def forget_gone(self, there: set[str]) -> None:
        """Let go of the oldest of too many files that are not there any more."""
        gone = [state for state in self.states if state.path not in there]
        for state in sorted(gone, key=lambda state: state.mtime_ns)[: max(0, len(gone) - MOST_GONE)]:
            self.retire(state)
