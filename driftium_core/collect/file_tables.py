"""The current table of a source of files: the whole file, or the newest of a folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from driftium_core.collect.port import Cursor, TableBatch
from driftium_core.errors import SourceError, TableReadError
from driftium_core.formats import fmt_name

if TYPE_CHECKING:
    from driftium_core.tabular.table import Table

__all__ = ["file_table"]


def file_table(listed: dict[str, os.stat_result], cursor: Cursor, *, max_bytes: int | None) -> TableBatch:
    """Read the newest of the files, unless it holds what it held when it was read last.

    Raises
    ------
    SourceError
        There is none, or it cannot be read as a table.
    """
    if not listed:
        raise SourceError("There is no file to read in the folder. Check the path and the pattern.")
    path = max(listed, key=lambda path: (listed[path].st_mtime_ns, path))
    shown = fmt_name(os.path.basename(path), limit=60)
    stat = listed[path]
    place = {"path": path, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "inode": stat.st_ino}
    nothing = TableBatch(table=None, only_new=False, notes=(f"{shown} holds what it held before.",), cursor=cursor)
    last = cursor.get("table", {})
    if {**last, "content_hash": ""} == {**place, "content_hash": ""}:
        return nothing
    table = _read(path, shown, max_bytes)
    new = {**cursor, "table": {**place, "content_hash": table.content_hash}}
    if table.content_hash == last.get("content_hash") and path == last.get("path"):
        return TableBatch(table=None, only_new=False, notes=nothing.notes, cursor=new)
    return TableBatch(table=table, only_new=False, cursor=new)


def _read(path: str, shown: str, max_bytes: int | None) -> Table:
    from driftium_core.tabular.formats.containers import check_size
    from driftium_core.tabular.read import read_table

    try:
        check_size(os.stat(path).st_size, shown, max_bytes)
        with open(path, "rb") as file:
            return read_table(file.read(), shown, max_bytes=max_bytes)
    except TableReadError as error:
        raise SourceError(str(error)) from None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise SourceError(f"{shown} cannot be read ({reason}). Check the path and its rights.") from None
