"""Logs of prompts and responses: from the bytes of a file to records that can be stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from driftium_core.errors import ColumnError, InputError
from driftium_core.formats import fmt_count, fmt_n, fmt_name, fmt_names
from driftium_core.tabular.records import Records, read_records
from driftium_core.text.log import Log
from driftium_core.text.log_columns import NO_COLUMN, LogColumns, find_prompts, guess_columns
from driftium_core.text.logs import read_responses

__all__ = [
    "NO_COLUMN",
    "Log",
    "LogColumns",
    "LogFile",
    "PromptFile",
    "open_log",
    "prompt_lines",
    "read_log",
    "read_opened",
    "read_prompts",
]

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

    CSV, TSV, JSON Lines (OpenAI's and Ollama's records too), a JSON array or Parquet, plain, gzipped or alone in a
    zip file. Texts are taken exactly as written.

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
    return _read_rows(records, columns, progress)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFile:
    """Rows of a log before it is settled which column holds what.

    Attributes
    ----------
    records : Records
    columns : LogColumns
        As found by their names; without a response where no name, or more than one, says so.
    unclear : str
        Why there is no response among them; empty when there is.
    """

    records: Records
    columns: LogColumns
    unclear: str

    def could_be_prompts(self, response: str | None) -> tuple[str, ...]:
        """Columns that prompts may be read from beside these responses; a column of chats holds both."""
        lists = self.records.json_columns
        return tuple(name for name in self.records.columns if name != response or name in lists)


def open_log(
    data: bytes | memoryview,
    name: str,
    *,
    max_bytes: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> LogFile:
    """The rows of a log, to be read by `read_opened` with one choice of columns or several.

    Parameters are those of `read_log`; which column holds the responses need not be clear.

    Raises
    ------
    TableReadError
        The file cannot be read.
    """
    records = read_records(data, name, max_bytes=max_bytes, progress=progress)
    columns, unclear = guess_columns(list(records.columns), log_name=records.name)
    return LogFile(records=records, columns=columns, unclear=unclear)


def read_opened(file: LogFile, columns: LogColumns, *, progress: Callable[[int, int, str], None] | None = None) -> Log:
    """The prompts and responses of an opened log; errors are those of `read_log`."""
    return _read_rows(file.records, columns, progress)


def _read_rows(records: Records, columns: LogColumns | None, progress: Callable[[int, int, str], None] | None) -> Log:
    def row_done(done: int, total: int) -> None:
        if progress is not None:
            progress(_PHASES - 1, _PHASES, f"Reading responses, {100 * done // max(1, total)} %")

    return read_responses(records, columns, progress=row_done)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptFile:
    """Prompts of a file.

    Attributes
    ----------
    column : str
        Where they were read from; empty for lines.
    columns : tuple of str
        All that could be chosen.
    prompts : tuple of str
        In the file's order, exactly as written.
    notes : tuple of str
        Sentences on rows that were passed over and on what was assumed.
    """

    column: str
    columns: tuple[str, ...]
    prompts: tuple[str, ...]
    notes: tuple[str, ...]


def read_prompts(
    data: bytes | memoryview,
    name: str,
    column: str | None = None,
    *,
    or_first: bool = False,
    max_bytes: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> PromptFile:
    """Read the prompts of a file in any of the formats of `read_log`; limit and progress are as there.

    Parameters
    ----------
    column : str, optional
        Where they stand; by default the column whose name says so, or the only one.
    or_first : bool
        Take the first column where neither is so, as for a page that offers the others.

    Raises
    ------
    TableReadError
        The file cannot be read.
    ColumnError
        There is no such column, or none was given and it cannot be told.
    InputError
        The column holds no prompt.
    """
    records = read_records(data, name, max_bytes=max_bytes, progress=progress)
    columns = tuple(records.columns)
    if column is not None and column not in columns:
        raise ColumnError(f"{records.name} has no column `{fmt_name(column)}`. It has {fmt_names(columns)}.")
    chosen = column or find_prompts(columns) or (columns[0] if or_first else None)
    if chosen is None:
        raise ColumnError(
            f"{records.name} has no column that is known to hold prompts; it has {fmt_names(columns)}. "
            "Choose with --prompt-column."
        )
    values = records.columns[chosen].to_pylist()
    prompts = tuple(value for value in values if value and value.strip())
    if not prompts:
        raise InputError(f"Column `{fmt_name(chosen)}` of {records.name} holds no prompt. Choose another column.")
    notes = list(records.notes)
    n_blank = len(values) - len(prompts)
    if n_blank:
        notes.append(f"Passed over: {fmt_count(n_blank, records.unit)} without a prompt.")
    if records.unreadable:
        more = ", …" if len(records.unreadable) > 5 else ""
        places = f"{', '.join(fmt_n(place) for place in records.unreadable[:5])}{more}"
        notes.append(f"Not readable, and passed over: {records.unit} {places}.")
    return PromptFile(column=chosen, columns=columns, prompts=prompts, notes=tuple(notes))


def prompt_lines(text: str, *, name: str) -> PromptFile:
    """The prompts of a text with one per line, without blanks around them; blank lines do not count.

    Raises
    ------
    InputError
        No line holds a prompt.
    """
    prompts = tuple(line.strip() for line in text.splitlines() if line.strip())
    if not prompts:
        raise InputError(f"There is no prompt in {name}. Write one per line.")
    return PromptFile(column="", columns=(), prompts=prompts, notes=())
