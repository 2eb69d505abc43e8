"""One column of a table in the form that the tests need: sorted numbers, or categories with their counts.

Every dtype that pandas and Arrow have ends in one of five forms. A digest of the content is taken on the way, and
values are sorted once, here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from decimal import InvalidOperation
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.errors import OutOfBoundsTimedelta

from driftium_core.tabular.foreign_values import text_of, without_signals

__all__ = [
    "Column",
    "EmptyColumn",
    "LabelColumn",
    "NumberColumn",
    "TimeColumn",
    "UnusableColumn",
    "labels_from_strings",
    "load_column",
    "sort_numbers",
]

MAX_COUNTED_SPAN = 65_536
"""Whole numbers within this span are counted rather than compared: five times faster."""


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """Numbers, sorted, missing ones left out. ``ascending``: strictly so in the order of the rows."""

    values: npt.NDArray[Any]
    n_rows: int
    digest: str
    ascending: bool = False
    words: str = "numbers"
    notes: tuple[str, ...] = ()

    @property
    def n_present(self) -> int:
        """Values that are not missing."""
        return int(self.values.size)


@dataclass(frozen=True, slots=True)
class LabelColumn:
    """Distinct labels (an Arrow ``large_string`` array) and how often each occurs."""

    labels: Any
    counts: npt.NDArray[np.int64]
    n_rows: int
    digest: str
    words: str = "text"
    notes: tuple[str, ...] = ()
    n_present: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_present", int(self.counts.sum()))


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """Points in time as sorted microseconds since 1970, UTC where a time zone is known."""

    values: npt.NDArray[np.int64]
    n_rows: int
    digest: str
    words: str = "dates"
    notes: tuple[str, ...] = ()

    @property
    def n_present(self) -> int:
        """Values that are not missing."""
        return int(self.values.size)


@dataclass(frozen=True, slots=True)
class EmptyColumn:
    """A column without any value."""

    n_rows: int
    digest: str
    words: str = "nothing"
    notes: tuple[str, ...] = ()
    n_present: int = 0


@dataclass(frozen=True, slots=True)
class UnusableColumn:
    """Values that neither order nor equality makes sense for; ``notes`` say why."""

    n_present: int
    n_rows: int
    digest: str
    words: str
    notes: tuple[str, ...] = ()


Column = NumberColumn | LabelColumn | TimeColumn | EmptyColumn | UnusableColumn


def load_column(series: pd.Series[Any]) -> Column:
    """Bring one column of any dtype into the form that the tests need.

    Rules: booleans, text and categories become labels; decimals become floats; durations become seconds; dates
    and periods become points in time; columns of mixed Python values become labels by ``str``, with a note;
    nested values, and numbers or durations too large for their type, likewise. Missing are None, nan, NaT and
    pd.NA. An infinity is a value, not a missing one.
    """
    dtype = series.dtype
    if isinstance(dtype, np.dtype):
        match dtype.kind:
            case "i" | "u" | "f":
                return _numbers(series.to_numpy(), series.size)
            case "O":
                return _objects(series)
            case "c":
                return _complex(series)
    if isinstance(dtype, pd.SparseDtype):
        return load_column(pd.Series(np.asarray(series)))
    if isinstance(dtype, pd.PeriodDtype):
        return load_column(series.dt.to_timestamp())
    if isinstance(dtype, pd.CategoricalDtype) and not isinstance(dtype.categories.dtype, pd.StringDtype):
        return _named_categories(series)
    if isinstance(dtype, pd.IntervalDtype):
        return _from_arrow(_strings(series), series.size, words="categories")
    return _from_arrow(pa.array(series), series.size)


def _named_categories(series: pd.Series[Any]) -> Column:
    """Categories that are numbers, intervals or other objects, by their text."""
    codes = series.cat.codes.to_numpy()
    names = _strings(pd.Series(series.cat.categories, dtype=object))
    return _from_arrow(names.take(pa.array(codes, mask=codes < 0)), series.size, words="categories")


def sort_numbers(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Sorted copy; whole numbers of a small span by counting."""
    if values.dtype.kind in "iu" and values.size > 1000:
        low = int(values.min())
        span = int(values.max()) - low
        if (
            span < MAX_COUNTED_SPAN and low + span < np.iinfo(np.int64).max
        ):  # beyond it a range is no longer of integers
            # In 64 bits: the span of a small dtype does not fit into it.
            counts = np.bincount(np.subtract(values, low, dtype=np.int64), minlength=span + 1)
            return np.repeat(np.arange(low, low + span + 1).astype(values.dtype), counts)
    return np.sort(values)


def _numbers(raw: npt.NDArray[Any], n_rows: int, *, words: str = "numbers", notes: tuple[str, ...] = ()) -> Column:
    raw = np.ascontiguousarray(raw)
    if raw.dtype.kind == "f" and raw.dtype.itemsize not in (4, 8):
        raw = raw.astype(np.float64)
    digest = _digest(raw.dtype.str, raw)
    values, ascending = raw, False
    if raw.dtype.kind == "f":
        values = raw[~np.isnan(raw)]
        values.sort()
    else:
        ascending = raw.size > 1 and bool((raw[1:] > raw[:-1]).all())
        if raw.dtype == np.uint64:
            values, notes = _signed(raw, notes)
        values = sort_numbers(values)
    if not values.size:
        return EmptyColumn(n_rows, digest)
    return NumberColumn(values, n_rows, digest, ascending, words, notes)


def _signed(raw: npt.NDArray[Any], notes: tuple[str, ...]) -> tuple[npt.NDArray[Any], tuple[str, ...]]:
    """Unsigned 64-bit numbers as signed ones, so that both tables can be compared exactly."""
    if not raw.size or int(raw.max()) <= np.iinfo(np.int64).max:
        return raw.astype(np.int64), notes
    return raw.astype(np.float64), (*notes, "Whole numbers above 2⁶³ were compared with the precision of a float.")


def _objects(series: pd.Series[Any]) -> Column:
    try:
        return _from_objects(series)
    except InvalidOperation:  # a signalling nan refuses to be compared, even to find out whether it is missing
        return _from_objects(without_signals(series))


def _from_objects(series: pd.Series[Any]) -> Column:
    """A column of Python objects, by what pandas finds inside."""
    try:
        return _typed_objects(series)
    except (OverflowError, OutOfBoundsTimedelta):
        note = "Holds values beyond what numbers or durations can hold; they were compared as text."
        return _from_arrow(_strings(series), series.size, words="mixed values", notes=(note,))


def _typed_objects(series: pd.Series[Any]) -> Column:
    kind = pd.api.types.infer_dtype(series, skipna=True)
    match kind:
        case "empty":
            return EmptyColumn(series.size, _digest("empty"))
        case "string":
            return _from_arrow(_strings(series), series.size)
        case "boolean":
            return _from_arrow(pa.array(series, pa.bool_(), from_pandas=True), series.size)
        case "integer" | "floating" | "mixed-integer-float" | "decimal":
            return _number_objects(series, whole=kind == "integer")
        case "datetime" | "datetime64" | "date":
            return load_column(pd.to_datetime(series, errors="coerce", utc=True))
        case "timedelta" | "timedelta64":
            return load_column(pd.to_timedelta(series))
        case "complex":
            return _complex(series)
    notes = {"time": "Times of day were compared as categories.", "bytes": "Binary values were compared as text."}
    note = notes.get(kind, "Holds values of several kinds; they were compared as text.")
    return _from_arrow(_strings(series), series.size, words="mixed values", notes=(note,))


def _number_objects(series: pd.Series[Any], *, whole: bool) -> Column:
    present = series[series.notna()]
    if whole and present.size == series.size:
        try:
            return _numbers(present.to_numpy(dtype=np.int64), series.size)
        except OverflowError:
            note = "Whole numbers above 2⁶³ were compared with the precision of a float."
            return _numbers(present.to_numpy(dtype=np.float64), series.size, notes=(note,))
    values = np.full(series.size, np.nan)
    values[series.notna().to_numpy()] = present.to_numpy(dtype=np.float64)
    return _numbers(values, series.size)


def _complex(series: pd.Series[Any]) -> UnusableColumn:
    note = "Complex numbers have no order and were not tested."
    digest = _digest("complex", series.to_numpy(dtype=np.complex128, na_value=np.nan))
    return UnusableColumn(int(series.notna().sum()), series.size, digest, "complex numbers", (note,))


def _from_arrow(array: Any, n_rows: int, *, words: str = "text", notes: tuple[str, ...] = ()) -> Column:
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    kind = array.type
    if array.null_count == len(array):
        return EmptyColumn(n_rows, _digest("empty"))
    if pa.types.is_boolean(kind):
        capital = pc.if_else(array, "True", "False").cast(pa.large_string())
        return labels_from_strings(capital, n_rows, words="true or false")
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _arrow_numbers(array, n_rows)
    if pa.types.is_decimal(kind):
        return _arrow_numbers(array.cast(pa.float64()), n_rows)
    if pa.types.is_duration(kind):
        seconds = np.asarray(array.cast(pa.duration("us"), safe=False).drop_null().cast(pa.int64())) / 1e6
        return _numbers(seconds, n_rows, words="durations", notes=(*notes, "Durations were compared in seconds."))
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        moments = array.cast(pa.timestamp("us", getattr(kind, "tz", None)), safe=False).cast(pa.int64())
        values = np.asarray(moments.drop_null())
        return TimeColumn(np.sort(values), n_rows, _digest("time", np.asarray(moments.fill_null(-(2**63)))))
    if pa.types.is_dictionary(kind):
        decoded = array if _is_text(kind.value_type) else array.dictionary_decode().cast(pa.large_string())
        return labels_from_strings(decoded, n_rows, words="categories")
    if _is_text(kind):
        return labels_from_strings(array, n_rows, words=words, notes=notes)
    note = "Holds nested or binary values; they were compared as text."
    return labels_from_strings(_strings(array.to_pandas()), n_rows, words="nested values", notes=(note,))


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _arrow_numbers(array: Any, n_rows: int) -> Column:
    if not array.null_count:
        return _numbers(array.to_numpy(zero_copy_only=False), n_rows)
    column = _numbers(array.drop_null().to_numpy(zero_copy_only=False), n_rows)
    mask = np.packbits(np.asarray(array.is_valid()))
    return column if isinstance(column, EmptyColumn) else _with_digest(column, _digest(column.digest, mask))


def _with_digest(column: Column, digest: str) -> Column:
    return replace(column, digest=digest)


def labels_from_strings(array: Any, n_rows: int, *, words: str = "text", notes: tuple[str, ...] = ()) -> LabelColumn:
    """Count the labels of an Arrow array of strings (plain or dictionary-encoded); nulls are missing."""
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    labels = encoded.dictionary.cast(pa.large_string())
    codes = np.asarray(encoded.indices.cast(pa.int32()).fill_null(-1))
    counts = np.bincount(codes + 1, minlength=len(labels) + 1)[1:]
    digest = _digest("labels", codes, *_text_buffers(labels))
    if not counts.all():
        used = counts > 0
        labels, counts = labels.filter(pa.array(used)), counts[used]
    return LabelColumn(labels, counts, n_rows, digest, words, notes)


def _text_buffers(labels: Any) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Offsets and bytes of a string array, without the padding that may follow them in memory."""
    lengths = np.asarray(pc.binary_length(labels).fill_null(0))
    buffer = labels.buffers()[2]
    offsets = np.frombuffer(labels.buffers()[1], np.int64)[labels.offset : labels.offset + len(labels) + 1]
    data = (
        np.frombuffer(buffer, np.uint8)[offsets[0] : offsets[-1]] if buffer and len(labels) else np.empty(0, np.uint8)
    )
    return lengths, data


def _strings(series: pd.Series[Any]) -> Any:
    """Values by ``str`` as an Arrow array; half a surrogate pair becomes a question mark."""
    texts = [
        None if missing else text_of(value).encode("utf-8", "replace").decode("utf-8")
        for value, missing in zip(series, series.isna(), strict=True)
    ]
    return pa.array(texts, pa.large_string())


def _digest(kind: str, *parts: npt.NDArray[Any]) -> str:
    digest = hashlib.sha256(kind.encode())
    for part in parts:
        digest.update(part.size.to_bytes(8, "little"))
        digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()
