"""Bytes to table: one entry for every format, and a sentence for everything that is not a table.

Nothing here touches a disk; `driftium_core.files.read_path` does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from driftium_core.errors import TableReadError
from driftium_core.tabular.formats.containers import (
    called_parquet,
    check_size,
    foreign_format,
    is_parquet,
    not_parquet,
    unwrap,
)
from driftium_core.tabular.formats.delimited import read_delimited
from driftium_core.tabular.formats.dialect import find_dialect
from driftium_core.tabular.formats.encoding import Utf8Text, to_utf8
from driftium_core.tabular.formats.jsonlines import looks_like_json, read_json
from driftium_core.tabular.formats.parquet import read_parquet
from driftium_core.tabular.formats.wording import shown_name
from driftium_core.tabular.table import Table

__all__ = ["Parsers", "parse_file", "read_table"]

T = TypeVar("T")
Progress = Callable[[int, int, str], None]
"""Phases done, phases in all, and the phase that begins."""

_PHASES = 4


def read_table(
    data: bytes | memoryview,
    name: str,
    *,
    max_bytes: int | None = None,
    progress: Progress | None = None,
) -> Table:
    """Read a table from the bytes of a file.

    CSV with comma, semicolon, tab or pipe; UTF-8, UTF-16, Windows-1252 or Latin-1; Parquet; JSON Lines or a JSON
    array of flat objects; each of them plain, gzipped, or alone in a zip file. Formats are told by content, never by
    the name's extension. Numbers may carry decimal commas, thousands separators and one common unit; a column is
    numeric only when all of its values are. See `driftium_core.tabular.formats.columns` for missing values.

    Parameters
    ----------
    data : bytes or memoryview
    name : str
        The file's name, for sentences and as the table's name; a path is cut to its last part.
    max_bytes : int, optional
        Limit on the file and on what it unpacks to (Parquet: four times that). No limit when left out.
    progress : callable, optional
        Called between phases with phases done, phases in all and the phase that begins; what it raises ends the
        reading.

    Returns
    -------
    Table

    Raises
    ------
    TableReadError
        One or two sentences: which file, where in it, what is wrong and what to do.
    """
    report = progress or _silent
    parsers = Parsers(
        parquet=lambda view: read_parquet(view, name, max_bytes),
        json=lambda text: read_json(text, name),
        delimited=lambda text: read_delimited(text, name, before_typing=lambda: report(3, _PHASES, "Typing columns")),
    )
    (frame, reading_notes), content_hash, notes = parse_file(data, name, parsers, max_bytes=max_bytes, progress=report)
    return Table(shown_name(name), frame, content_hash, (*notes, *reading_notes))


@dataclass(frozen=True, slots=True)
class Parsers(Generic[T]):
    """What is done with each kind of content; ``is_json`` gets the text and the inner file's name."""

    parquet: Callable[[memoryview], T]
    json: Callable[[Utf8Text], T]
    delimited: Callable[[Utf8Text], T]
    is_json: Callable[[Utf8Text, str], bool] = looks_like_json


def parse_file(
    data: bytes | memoryview,
    name: str,
    parsers: Parsers[T],
    *,
    max_bytes: int | None,
    progress: Progress | None = None,
) -> tuple[T, str, tuple[str, ...]]:
    """Unpack and recognise a file, and give it to the parser for its content.

    Returns
    -------
    parsed : object
        What the parser returned.
    content_hash : str
        SHA-256 of the bytes as given.
    notes : tuple of str
        On unpacking.

    Raises
    ------
    TableReadError
        For files that are too large, empty, or of a kind that is no table.
    """
    view = memoryview(data).cast("B")
    check_size(len(view), name, max_bytes)
    report = progress or _silent
    report(0, _PHASES, "Unpacking")
    with ThreadPoolExecutor(max_workers=1) as pool:
        # SHA-256 releases the lock, so it costs no time of its own beside the parser.
        content_hash = pool.submit(hashlib.sha256, view)
        inner, inner_name, notes = unwrap(view, name, max_bytes)
        if called_parquet(inner_name) and not is_parquet(inner):
            notes = (*notes, "Not a Parquet file, though it is called one.")
        parsed = _parse(inner, inner_name, name, parsers, report)
    return parsed, content_hash.result().hexdigest(), notes


def _silent(done: int, total: int, message: str) -> None:
    """Stand in for a caller who does not ask."""


def _parse(view: memoryview, inner_name: str, name: str, parsers: Parsers[T], report: Progress) -> T:
    if not len(view):
        raise TableReadError(f"{shown_name(name)} is empty; there is no table to load.")
    if is_parquet(view):
        report(2, _PHASES, "Parsing")
        return parsers.parquet(view)
    try:
        return _parse_text(view, inner_name, name, parsers, report)
    except TableReadError as error:
        if called_parquet(inner_name):
            raise not_parquet(name, error) from None
        raise


def _parse_text(view: memoryview, inner_name: str, name: str, parsers: Parsers[T], report: Progress) -> T:
    foreign_format(view, name)
    report(1, _PHASES, "Checking the text")
    text = to_utf8(view, name)
    report(2, _PHASES, "Parsing")
    if parsers.is_json(text, inner_name):
        return parsers.json(text)
    if called_parquet(inner_name) and len(find_dialect(text.view, name).header) == 1:
        # Nobody calls lines of text a table; these are an error message, or a pointer of Git LFS.
        raise TableReadError(f"{shown_name(name)} holds lines of text, not a table. Nothing was loaded.")
    return parsers.delimited(text)
