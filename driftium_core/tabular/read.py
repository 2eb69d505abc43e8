"""Bytes to table: one entry for every format, and a sentence for everything that is not a table.

Nothing here touches a disk; `driftium_core.files.read_path` does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pandas as pd

from driftium_core.errors import TableReadError
from driftium_core.tabular.formats.containers import check_size, foreign_format, is_parquet, unwrap
from driftium_core.tabular.formats.delimited import read_delimited
from driftium_core.tabular.formats.encoding import to_utf8
from driftium_core.tabular.formats.jsonlines import looks_like_json, read_json
from driftium_core.tabular.formats.parquet import read_parquet
from driftium_core.tabular.formats.wording import shown_name
from driftium_core.tabular.table import Table

__all__ = ["read_table"]

_PHASES = 4


def read_table(
    data: bytes | memoryview,
    name: str,
    *,
    max_bytes: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
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
    view = memoryview(data).cast("B")
    check_size(len(view), name, max_bytes)
    report = progress or _silent
    report(0, _PHASES, "Unpacking")
    with ThreadPoolExecutor(max_workers=1) as pool:
        # SHA-256 releases the lock, so it costs no time of its own beside the parser.
        content_hash = pool.submit(hashlib.sha256, view)
        inner, inner_name, notes = unwrap(view, name, max_bytes)
        frame, reading_notes = _read(inner, inner_name, name, max_bytes, report)
    return Table(shown_name(name), frame, content_hash.result().hexdigest(), (*notes, *reading_notes))


def _silent(done: int, total: int, message: str) -> None:
    """Stand in for a caller who does not ask."""


def _read(
    view: memoryview, inner_name: str, name: str, max_bytes: int | None, report: Callable[[int, int, str], None]
) -> tuple[pd.DataFrame, list[str]]:
    if not len(view):
        raise TableReadError(f"{shown_name(name)} is empty; there is no table to load.")
    if is_parquet(view):
        report(2, _PHASES, "Parsing")
        return read_parquet(view, name, max_bytes)
    foreign_format(view, name)
    report(1, _PHASES, "Checking the text")
    text = to_utf8(view, name)
    report(2, _PHASES, "Parsing")
    if looks_like_json(text, inner_name):
        return read_json(text, name)
    return read_delimited(text, name, before_typing=lambda: report(3, _PHASES, "Typing columns"))
