"""A table as Parquet bytes, for keeping it under a name."""

from __future__ import annotations

from io import BytesIO

import pandas as pd

from driftium_core.errors import InputError
from driftium_core.tabular.table import Table

__all__ = ["from_parquet", "to_parquet"]


def to_parquet(table: Table) -> bytes:
    """Zstd-compressed Parquet of the table's rows.

    Raises
    ------
    InputError
        A column holds values that Parquet has no type for.
    """
    import pyarrow as pa

    buffer = BytesIO()
    try:
        table.frame.to_parquet(buffer, engine="pyarrow", compression="zstd", index=False)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise InputError(f"{table.name} cannot be saved as a reference: {error}.") from error
    return buffer.getvalue()


def from_parquet(data: bytes, *, name: str, content_hash: str) -> Table:
    """The table that `to_parquet` was given, under its saved name and with the hash it had."""
    return Table(name, pd.read_parquet(BytesIO(data), engine="pyarrow"), content_hash)
