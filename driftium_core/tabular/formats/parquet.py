"""Parquet to a frame with the same few column types as every other reader."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from driftium_core.errors import TableReadError
from driftium_core.formats import fmt_count
from driftium_core.tabular.formats.containers import check_size
from driftium_core.tabular.formats.headers import column_names
from driftium_core.tabular.formats.lending import lent
from driftium_core.tabular.formats.wording import listed, quoted, shown_name, shown_size

__all__ = ["STORED_INDEX", "open_parquet", "read_parquet", "text_columns"]

_EXACT_INTEGERS = 2**53
STORED_INDEX = re.compile(r"__index_level_\d+__")
_BYTES_PER_VALUE = 8


def read_parquet(view: memoryview, name: str, max_bytes: int | None) -> tuple[pd.DataFrame, list[str]]:
    """Frame and notes of a Parquet file.

    Categories become text, truth values the categories ``True`` and ``False``, decimals floats, moments naive UTC.
    Nested and binary columns are left out with a note; pandas' stored index, which is no data, without one.

    Raises
    ------
    TableReadError
        For a damaged file, one without rows or plain columns, or one that unpacks to more than *max_bytes*.
    """
    table = open_parquet(view, name, max_bytes)
    kept = [
        (field.name, column)
        for field, column in zip(table.schema, table.columns, strict=True)
        if not STORED_INDEX.fullmatch(field.name) and not _is_opaque(field.type)
    ]
    left_out = [field.name for field in table.schema if _is_opaque(field.type)]
    if not kept:
        raise TableReadError(f"{shown_name(name)} has no column of plain values. Nothing was loaded.")
    names, header_notes = column_names([label for label, _ in kept])
    values = [_converted(column, label, name) for label, column in kept]
    frame = pd.DataFrame(dict(zip(names, values, strict=True)), copy=False)
    opaque = [f"Lists, objects or binary values in {listed(left_out)} were left out."] if left_out else []
    return frame, ["Parquet.", *opaque, *header_notes]


def open_parquet(view: memoryview, name: str, max_bytes: int | None) -> Any:
    """The Arrow table in a Parquet file.

    Raises
    ------
    TableReadError
        For a damaged file, one without rows, or one that unpacks to more than four times *max_bytes*.
    """
    check_size(len(view), name, max_bytes)
    with lent(view) as loan:
        table = _arrow_table(loan, name, max_bytes)
    if table is None:
        raise TableReadError(
            f"{shown_name(name)} starts as a Parquet file but is damaged or cut off. Nothing was loaded."
        )
    if not table.num_rows:
        raise TableReadError(
            f"{shown_name(name)} has {fmt_count(table.num_columns, 'column')} but no rows. Nothing was loaded."
        )
    return table


def _arrow_table(loan: memoryview, name: str, max_bytes: int | None) -> Any:
    """The table, or None when the file is damaged: an exception would hold the file, and with it the loan."""
    # Imported here: Parquet support takes 60 ms to load, and most tables are text.
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = None
    try:
        file = pq.ParquetFile(pa.BufferReader(pa.py_buffer(loan)))
        _check_unpacked(file.metadata, name, max_bytes)
        return file.read()
    except (pa.ArrowException, OSError):
        return None
    finally:
        del file


def _check_unpacked(metadata: Any, name: str, max_bytes: int | None) -> None:
    """A few kilobytes of Parquet can announce a billion rows; what they would take is known beforehand."""
    stored = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    unpacked = max(stored, metadata.num_rows * metadata.num_columns * _BYTES_PER_VALUE)
    if max_bytes is not None and unpacked > 4 * max_bytes:
        raise TableReadError(
            f"{shown_name(name)} unpacks to {shown_size(unpacked)}, over four times the limit of "
            f"{shown_size(max_bytes)}. Send fewer rows, or raise DRIFTIUM_MAX_UPLOAD_MB. Nothing was loaded."
        )


def _is_opaque(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind)) or bool(
        types.is_fixed_size_binary(kind) or types.is_interval(kind)
    )


def _converted(column: Any, label: str, name: str) -> Any:
    import pyarrow as pa

    try:
        return _values(column)
    except pa.ArrowException:
        raise TableReadError(
            f"Column {quoted(label)} of {shown_name(name)} has the type {column.type}, which cannot be read. "
            "Save it as text or numbers. Nothing was loaded."
        ) from None


def _values(column: Any) -> Any:
    """A column as int64, float64, naive datetime64 in UTC, or str."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import types

    kind = column.type
    if types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if types.is_null(kind) or column.null_count == len(column):
        return np.full(len(column), np.nan)
    if types.is_integer(kind):
        return _integers(column)
    if types.is_floating(kind) or types.is_decimal(kind):
        return np.array(column.cast(pa.float64()).to_numpy())
    if types.is_duration(kind):
        return column.to_pandas().dt.total_seconds()
    if types.is_timestamp(kind) or types.is_date(kind):
        naive = column.cast(pa.timestamp(kind.unit if types.is_timestamp(kind) else "s"))
        return naive.to_pandas()
    if types.is_boolean(kind):
        return pc.if_else(column, "True", "False").to_pandas()
    return column.cast(pa.string()).to_pandas()


def _integers(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    extremes = pc.min_max(column).as_py()
    largest = max(-extremes["min"], extremes["max"])
    if largest > (_EXACT_INTEGERS if column.null_count else 2**63 - 1):
        return column.cast(pa.string()).to_pandas()
    if column.null_count:
        return np.array(column.cast(pa.float64()).to_numpy())
    return np.array(column.cast(pa.int64()).to_numpy())


def text_columns(
    view: memoryview, name: str, max_bytes: int | None
) -> tuple[int, dict[str, Any], frozenset[str], list[str]]:
    """Number of rows, columns as text, names of those that hold lists (written as JSON), and notes.

    Objects are taken apart into columns such as ``usage.completion_tokens``. Columns that have no plain text, such as
    binary ones, are left out with a note.

    Raises
    ------
    TableReadError
        As `open_parquet`, and when no column is left.
    """
    from pyarrow import types

    table = open_parquet(view, name, max_bytes)
    while any(types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    columns: dict[str, Any] = {}
    left_out = []
    labels, notes = column_names(table.column_names)
    for label, column in zip(labels, table.columns, strict=True):
        text = _as_text(column)
        if text is None:
            left_out.append(label)
        elif not STORED_INDEX.fullmatch(label):
            columns[label] = text
    if not columns:
        raise TableReadError(f"{shown_name(name)} has no column that can be read as text. Nothing was loaded.")
    if left_out:
        notes.append(f"Values in {listed(left_out)} have no plain text and were left out.")
    lists = frozenset(label for label, text in columns.items() if isinstance(text, _Lists))
    return table.num_rows, columns, lists, ["Parquet.", *notes]


@dataclass(frozen=True, slots=True)
class _Lists:
    """A column of lists, written as JSON when it is asked for."""

    column: Any

    def to_pylist(self) -> list[str | None]:
        return [
            None if value is None else json.dumps(value, ensure_ascii=False, default=str)
            for value in self.column.to_pylist()
        ]


def _as_text(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import types

    kind = column.type
    if types.is_list(kind) or types.is_large_list(kind):
        return _Lists(column)
    try:
        if types.is_dictionary(kind):
            column = column.cast(kind.value_type)
        if types.is_timestamp(kind) and kind.tz:
            moments = column.cast(pa.timestamp(kind.unit)).cast(pa.string())
            return pc.binary_join_element_wise(moments, "Z", "")
        if types.is_binary(kind) or types.is_large_binary(kind) or types.is_null(kind):
            return None
        return column.cast(pa.string())
    except pa.ArrowException:
        return None
