"""The lines of a file from where it was read to: bounded in memory, in the encodings that logs are written in."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import zlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from driftium_core.collect.file_state import CHECKED_BYTES, FileState, digest
from driftium_core.errors import SourceError
from driftium_core.formats import fmt_name

__all__ = ["MAX_RECORD_BYTES", "Line", "OpenFile", "UnreadableFile", "as_text", "consume", "open_file", "plain_codec"]

MAX_RECORD_BYTES = 16 << 20
"""A longer record is skipped: it is read in pieces, and none is kept."""

_PIECE_BYTES = 1 << 20
_GZIP = b"\x1f\x8b"
_WIDE = {"utf-16-le": (2, "little"), "utf-16-be": (2, "big"), "utf-32-le": (4, "little"), "utf-32-be": (4, "big")}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class UnreadableFile(SourceError):
    """One file cannot be read; others may be."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands in the file.

    ``raw`` has the line's end, and is empty when the line is too long; ``n_bytes`` counts all of it. ``ended`` is
    False for a last line that no line end follows yet.
    """

    offset: int
    n_bytes: int
    raw: bytes
    ended: bool

    @property
    def too_long(self) -> bool:
        """Whether it was passed over for its length."""
        return not self.raw


@dataclass(slots=True)
class OpenFile:
    """A file that is open at the place it was read to; ``back`` are lines that were given back, to be read again."""

    name: str
    plain: io.BufferedReader
    stream: IO[bytes]
    stat: os.stat_result
    zipped: bool
    codec: str
    head: bytes
    tail: bytes
    offset: int
    back: deque[Line] = field(default_factory=deque)

    @property
    def shown(self) -> str:
        """Its name for sentences."""
        return fmt_name(self.name, limit=60)

    @property
    def at_end(self) -> bool:
        """Whether all was read that it held when it was opened; never known of what is gzipped."""
        return not self.zipped and not self.back and self.offset >= self.stat.st_size

    def next_line(self, *, skipping: bool = False) -> Line | None:
        """The next line, or None at the end.

        Raises
        ------
        UnreadableFile
            It is gzipped and damaged, or not complete yet.
        """
        if self.back:
            return self.back.popleft()
        start = self.offset
        try:
            raw = self._read_line()
            n_bytes = len(raw)
            while raw and (skipping or n_bytes > MAX_RECORD_BYTES) and not self._ends(raw):
                skipping = True
                raw = self._read_line()
                n_bytes += len(raw)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise UnreadableFile(f"{self.shown} is a damaged gzip file, or is still being written.") from None
        self.offset += n_bytes
        if not n_bytes:
            return None
        return Line(start, n_bytes, b"" if skipping else raw, self._ends(raw) if raw else False)

    def _ends(self, raw: bytes | bytearray) -> bool:
        return raw.endswith("\n".encode(self.codec))

    def _read_line(self) -> bytes:
        if self.codec not in _WIDE:
            return self.stream.readline(MAX_RECORD_BYTES + 1)
        unit, order = _WIDE[self.codec]
        line = bytearray()
        while piece := self.stream.readline(_PIECE_BYTES):
            line += piece
            if order == "little" and piece.endswith(b"\n") and len(line) % unit == 1:
                line += self.stream.read(unit - 1)
            if (len(line) % unit == 0 and self._ends(line)) or len(line) > MAX_RECORD_BYTES:
                break
        return bytes(line)

    def hole(self) -> Line | None:
        """The zero bytes that a file begins with after it was truncated under a program that writes on in it."""
        if self.offset or self.back or self.zipped or self.codec in _WIDE:
            return None
        while piece := self.plain.peek(1):
            zeros = len(piece) - len(piece.lstrip(b"\0"))
            self.offset += len(self.plain.read(zeros))
            if zeros < len(piece):
                break
        return Line(0, self.offset, b"", ended=True) if self.offset else None

    def close(self) -> None:
        """Close it."""
        self.stream.close()
        self.plain.close()


def open_file(path: str, state: FileState) -> OpenFile | None:
    """Open a file where it was read to; None when it does not hold what was read.

    Raises
    ------
    UnreadableFile
        It cannot be read.
    """
    shown = fmt_name(os.path.basename(path), limit=60)
    opened: OpenFile | None = None
    plain: io.BufferedReader | None = None
    try:
        plain = io.BufferedReader(open_raw(path), _PIECE_BYTES)
        opened = _at_place(plain, state)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise UnreadableFile(f"{shown} is a damaged gzip file, or is still being written.") from None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise UnreadableFile(f"{shown} cannot be read ({reason}).") from None
    finally:
        if opened is None and plain is not None:
            plain.close()
    return opened


def open_raw(path: str) -> io.FileIO:
    """The file itself."""
    return io.FileIO(path)


def _at_place(plain: io.BufferedReader, state: FileState) -> OpenFile | None:
    stat = os.fstat(plain.fileno())
    zipped = plain.peek(2)[:2] == _GZIP
    stream: Any = gzip.GzipFile(fileobj=plain, mode="rb") if zipped else plain
    if not zipped and stat.st_size < state.offset:
        return None
    if not state.offset and state.inode and (stat.st_dev, stat.st_ino) != (state.device, state.inode):
        return None  # nothing was read by which it could be known, and what was there is to be looked for first
    head = stream.read(max(state.head_bytes, 4 if not state.offset else 0))
    if state.head_bytes and digest(head[: state.head_bytes]) != state.head:
        return None
    codec = state.format.codec if state.format else plain_codec(head)
    stream.seek(state.offset - state.tail_bytes)
    tail = stream.read(state.tail_bytes)
    if len(tail) != state.tail_bytes or (tail and digest(tail) != state.tail):
        return None
    return OpenFile(state.name, plain, stream, stat, zipped, codec, head[: state.head_bytes], tail, state.offset)


def plain_codec(head: bytes) -> str:
    """Encoding by the first four bytes of a file: a byte order mark, or the zeros in the first signs of wide text."""
    for bom, codec in _BOMS:
        if head.startswith(bom):
            return codec
    if len(head) == 4 and head[1] == head[3] == 0 and head[0] and head[2]:
        return "utf-16-le"
    if len(head) == 4 and head[0] == head[2] == 0 and head[1] and head[3]:
        return "utf-16-be"
    return "utf-8"


def as_text(raw: bytes, codec: str) -> tuple[str, bool]:
    """A line without its end and byte order mark, and whether it is in the file's own encoding.

    What is not UTF-8 is Windows-1252, or Latin-1 where that leaves bytes undefined, as when a whole file is read.
    """
    sure = True
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        sure = False
        try:
            text = raw.decode("cp1252")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
    return text.removeprefix("\ufeff").lstrip("\0"), sure


def consume(state: FileState, opened: OpenFile, lines: Sequence[Line]) -> None:
    """Move a state on past *lines*, which follow each other; digests are taken of what was read."""
    for line in lines:
        if len(opened.head) == min(line.offset, CHECKED_BYTES):  # nothing before it was passed over unread
            opened.head += line.raw[: CHECKED_BYTES - len(opened.head)]
        if len(opened.head) == CHECKED_BYTES:
            break
    tail: list[bytes] = []
    n_bytes = 0
    for line in reversed(lines):
        if line.too_long or n_bytes >= CHECKED_BYTES:
            break
        tail.append(line.raw)
        n_bytes += len(line.raw)
    else:
        tail.append(opened.tail)
    opened.tail = b"".join(reversed(tail))[-CHECKED_BYTES:]
    state.offset = lines[-1].offset + lines[-1].n_bytes
    state.head, state.head_bytes = digest(opened.head), len(opened.head)
    state.tail, state.tail_bytes = digest(opened.tail), len(opened.tail)
