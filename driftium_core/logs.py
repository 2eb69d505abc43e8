"""Logs of prompts and responses: from the bytes of a file to records that can be stored."""

from __future__ import annotations

from collections.abc import Callable

from driftium_core.tabular.records import read_records
from driftium_core.text.log import Log
from driftium_core.text.log_columns import LogColumns
from driftium_core.text.logs import read_responses

__all__ = ["Log", "LogColumns", "read_log"]

_PHASES = 4


def read_log(
    data: bytes | memoryview,
    name: str,
    columns: LogColumns | None = None,
    *,
    max_bytes: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Log:
    """Read logged prompts and responses.

    CSV, JSON Lines (OpenAI's and Ollama's records too), a JSON array or Parquet, plain, gzipped or alone in a zip
    file. Texts are taken exactly as written.

    Parameters
    ----------
    data : bytes or memoryview
    name : str
        The file's name, for sentences and as the source of the responses.
    columns : LogColumns, optional
        Columns to read; those left out are found by their names.
    max_bytes : int, optional
        Limit on the file and on what it unpacks to; none by default.
    progress : callable, optional
        Called with phases done, phases in all and what is going on; what it raises ends the reading.

    Raises
    ------
    TableReadError
        The file cannot be read.
    ColumnError
        A chosen column does not exist.
    InputError
        No column, or more than one, can be the responses, or no row holds one.
    """
    records = read_records(data, name, max_bytes=max_bytes, progress=progress)

    def row_done(done: int, total: int) -> None:
        if progress is not None:
            progress(_PHASES - 1, _PHASES, f"Reading responses, {100 * done // max(1, total)} %")

    return read_responses(records, columns, progress=row_done)
