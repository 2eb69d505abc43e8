from __future__ import annotations

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from driftium_core.tabular.columns import (
    EmptyColumn,
    LabelColumn,
    NumberColumn,
    TimeColumn,
    UnusableColumn,
    load_column,
    sort_numbers,
)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.Series([3, 1, 2]), [1, 2, 3]),
        (pd.Series([3.0, np.nan, 1.0]), [1.0, 3.0]),
        (pd.Series([2.5, 1.5], dtype="float32"), [1.5, 2.5]),
        (pd.Series(pd.array([3, None, 1], dtype="Int64")), [1, 3]),
        (pd.Series(pd.arrays.SparseArray([1, 0, 0])), [0, 0, 1]),
        (pd.Series([decimal.Decimal("1.5"), None]), [1.5]),
        (pd.Series([2, 1.5, None], dtype=object), [1.5, 2]),
        (pd.Series([np.inf, 0.0, -np.inf]), [-np.inf, 0.0, np.inf]),
        (pd.Series(pd.to_timedelta([2, 1], unit="min")), [60, 120]),
        (pd.Series([2**62 + 1, 2**62]), [2**62, 2**62 + 1]),
        (pd.Series([1, None], dtype=pd.ArrowDtype(pa.decimal128(5, 1))), [1]),
    ],
)
def test_numbers_of_every_dtype_are_sorted_without_missing_ones(values, expected):
    column = load_column(values)
    assert isinstance(column, NumberColumn)
    assert column.values.tolist() == expected
    assert column.n_rows == len(values)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.Series(["b", "a", None, "b"]), {"b": 2, "a": 1}),
        (pd.Series(["b", "a"], dtype=object), {"b": 1, "a": 1}),
        (pd.Series([True, False, True]), {"True": 2, "False": 1}),
        (pd.Series([True, None]), {"True": 1}),
        (pd.Series(pd.Categorical(["x", None], categories=["x", "unused"])), {"x": 1}),
        (pd.Series(pd.Categorical([1, 2, 2])), {"1": 1, "2": 2}),
        (pd.Series(pd.cut([0.1, 0.9], [0, 0.5, 1])), {"(0.0, 0.5]": 1, "(0.5, 1.0]": 1}),
        (pd.Series([1, "a", None]), {"1": 1, "a": 1}),
        (pd.Series([[1, 2], {"k": 1}], dtype=object), {"[1, 2]": 1, "{'k': 1}": 1}),
        (pd.Series(["half \ud800 pair"], dtype=object), {"half ? pair": 1}),
        (pd.Series([dt.time(1, 2)]), {"01:02:00": 1}),
    ],
)
def test_labels_of_every_dtype_are_counted(values, expected):
    column = load_column(values)
    assert isinstance(column, LabelColumn)
    assert dict(zip(column.labels.to_pylist(), column.counts.tolist(), strict=True)) == expected


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(pd.to_datetime(["2020-01-02", None, "2020-01-01"])),
        pd.Series(pd.to_datetime(["2020-01-02", "2020-01-01"]).tz_localize("UTC")),
        pd.Series([dt.date(2020, 1, 2), dt.date(2020, 1, 1)]),
        pd.Series(pd.PeriodIndex(["2020-01-02", "2020-01-01"], freq="D")),
    ],
)
def test_times_become_sorted_moments(values):
    column = load_column(values)
    assert isinstance(column, TimeColumn)
    moments = column.values.view("datetime64[us]").astype("datetime64[D]").astype(str)
    assert moments.tolist() == ["2020-01-01", "2020-01-02"]


@pytest.mark.parametrize("values", [[], [None, None], [np.nan], [pd.NA], [pd.NaT]])
def test_a_column_without_values_is_empty(values):
    assert isinstance(load_column(pd.Series(values, dtype=object)), EmptyColumn)


def test_complex_numbers_are_not_usable():
    column = load_column(pd.Series([1j, 2.0]))
    assert isinstance(column, UnusableColumn)
    assert column.notes == ("Complex numbers have no order and were not tested.",)


def test_whole_numbers_beyond_64_bits_are_compared_as_floats_with_a_note():
    column = load_column(pd.Series([2**70, 1], dtype=object))
    assert isinstance(column, NumberColumn)
    assert column.values.tolist() == [1.0, float(2**70)]
    assert "precision of a float" in column.notes[0]


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.int64, np.uint32])
def test_counting_sorts_like_comparing(dtype):
    limits = np.iinfo(dtype)
    values = np.random.default_rng(1).integers(max(limits.min, -3000), min(limits.max, 3000), 5000).astype(dtype)
    assert sort_numbers(values).tolist() == np.sort(values).tolist()


@pytest.mark.parametrize(("dtype", "top"), [("int64", 2**63 - 1), ("uint64", 2**63 + 40), ("uint64", 2**64 - 1)])
def test_whole_numbers_at_the_end_of_64_bits_stay_what_they_are(dtype, top):
    values = np.array([top - i * 7 % 50 for i in range(2000)], dtype)
    assert sort_numbers(values).tolist() == sorted(values.tolist())


def test_digest_depends_on_content_only_not_on_chunks():
    whole = pa.chunked_array([pa.array(["a", "b", None, "a"])])
    parts = pa.chunked_array([pa.array(["a"]), pa.array(["b", None, "a"])])
    digests = {load_column(pd.Series(chunks, dtype=pd.ArrowDtype(pa.string()))).digest for chunks in (whole, parts)}
    assert len(digests) == 1
    assert load_column(pd.Series(["a", "b", "a", None])).digest not in digests
