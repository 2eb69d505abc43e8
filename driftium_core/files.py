"""Tables from paths and standard input: where reading a table touches the disk."""

from __future__ import annotations

import sys
from pathlib import Path

from driftium_core.errors import TableReadError
from driftium_core.tabular.formats.containers import check_size
from driftium_core.tabular.formats.wording import shown_name
from driftium_core.tabular.read import read_table
from driftium_core.tabular.table import Table

__all__ = ["read_path"]

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
    if str(path) == STANDARD_INPUT:
        if sys.stdin is None:  # as Python has it where a script closed it
            raise TableReadError("Standard input is closed; there is no table to read from it.")
        limit = -1 if max_bytes is None else max_bytes + 1
        return read_table(sys.stdin.buffer.read(limit), "standard input", max_bytes=max_bytes)
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
    return read_table(data, path.name, max_bytes=max_bytes)
