"""A table as it was read, with what had to be assumed to read it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

__all__ = ["Table"]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows and columns, where they came from and how they were understood.

    Attributes
    ----------
    name : str
        As shown to people: the file's name, or ``"simulated sample"``.
    frame : pandas.DataFrame, shape (n_rows, n_columns)
        Column labels are distinct, non-empty strings. Numbers are ``int64`` or ``float64`` (missing is nan),
        moments are naive ``datetime64`` in UTC, everything else is ``str``.
    content_hash : str
        SHA-256 of the bytes as they were given (of the recipe for a simulation), in hexadecimal.
    notes : tuple of str
        Sentences on what was assumed or changed while reading, most important first.
    """

    name: str
    frame: pd.DataFrame
    content_hash: str
    notes: tuple[str, ...] = ()
