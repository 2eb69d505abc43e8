"""Tables and logs from paths and standard input: where reading a file touches the disk."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from driftium_core.errors import InputError, TableReadError
from driftium_core.formats import fmt_n
from driftium_core.logs import Log, LogColumns, PromptFile, prompt_lines, read_log, read_prompts
from driftium_core.tabular.formats.containers import check_size
from driftium_core.tabular.formats.wording import shown_name
from driftium_core.tabular.read import read_table
from driftium_core.tabular.table import Table

__all__ = ["read_log_path", "read_path", "read_prompts_path", "read_text_path"]

STANDARD_INPUT = "-"


def read_path(path: str | Path, *, max_bytes: int | None = None) -> Table:
    """Read a table from a file, or from standard input for ``"-"``.

    Parameters
    ----------
    path : str or pathlib.Path
    max_bytes : int, optional
        Limit on the file and on what it unpacks to; none by default.

    Raises
    ------
    TableReadError
        When the file does not exist or cannot be opened, and for everything `read_table` refuses.
    """
    data, name = _read_bytes(path, max_bytes)
    return read_table(data, name, max_bytes=max_bytes)


def read_log_path(
    path: str | Path,
    columns: LogColumns | None = None,
    *,
    max_bytes: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Log:
    """Read logged prompts and responses from a file, or from standard input for ``"-"``.

    Parameters
    ----------
    path : str or pathlib.Path
    columns, max_bytes, progress
        As in `driftium_core.logs.read_log`.

    Raises
    ------
    InputError
        When the file does not exist or cannot be opened, and for everything `read_log` refuses.
    """
    data, name = _read_bytes(path, max_bytes)
    return read_log(data, name, columns, max_bytes=max_bytes, progress=progress)


def read_prompts_path(path: str | Path, column: str | None = None) -> PromptFile:
    """Read prompts from a file, or from standard input for ``"-"``.

    Text files (``.txt``), and standard input unless a column is named, hold one prompt per line; every other file a
    column of prompts, as in `driftium_core.logs.read_prompts`.

    Raises
    ------
    InputError
        When the file does not exist, is not text, or holds no prompt, and for everything `read_prompts` refuses.
    """
    lines = str(path) == STANDARD_INPUT or Path(path).suffix.lower() == ".txt"
    if lines and not column:
        return prompt_lines(read_text_path(path), name=_name(path))
    data, name = _read_bytes(path, None)
    return read_prompts(data, name, column)


def read_text_path(path: str | Path, *, max_bytes: int | None = None) -> str:
    """Read a text from a file, or from standard input for ``"-"``.

    Raises
    ------
    InputError
        When the file does not exist or cannot be opened, is longer than the limit, or is not UTF-8.
    """
    data, name = _read_bytes(path, max_bytes)
    if max_bytes is not None and len(data) > max_bytes:
        raise InputError(f"{_title(name)} has more than {fmt_n(max_bytes)} bytes, which are the most. Shorten it.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{_title(name)} is not text in UTF-8: byte {fmt_n(error.start + 1)} is not. Give a text file."
        ) from None


def _name(path: str | Path) -> str:
    return "standard input" if str(path) == STANDARD_INPUT else shown_name(Path(path).name)


def _title(name: str) -> str:
    return "Standard input" if name == "standard input" else shown_name(name)


def _read_bytes(path: str | Path, max_bytes: int | None) -> tuple[bytes, str]:
    """Content and name of a file that is within the limit."""
    if str(path) == STANDARD_INPUT:
        if sys.stdin is None:  # as Python has it where a script closed it
            raise TableReadError("Standard input is closed; there is nothing to read from it.")
        limit = -1 if max_bytes is None else max_bytes + 1
        return sys.stdin.buffer.read(limit), "standard input"
    path = Path(path)
    name = shown_name(path.name)
    try:
        n_bytes = path.stat().st_size
        data = path.read_bytes() if max_bytes is None or n_bytes <= max_bytes else b""
    except FileNotFoundError:
        raise TableReadError(f"{name} does not exist. Check the path.") from None
    except IsADirectoryError:
        raise TableReadError(f"{name} is a folder; a file is expected.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise TableReadError(f"{name} could not be opened: {reason.lower()}.") from None
    check_size(n_bytes, name, max_bytes)
    return data, path.name
