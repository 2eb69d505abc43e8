"""The values of a column row by row, as numbers or as texts: what attribution needs beside sorted columns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from driftium_core.tabular.foreign_values import text_of

__all__ = ["row_numbers", "row_texts"]


def row_numbers(series: pd.Series[Any]) -> npt.NDArray[np.float64]:
    """Every row's number; nan where it is missing or does not read as one. Durations in seconds."""
    dtype = series.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "iuf":
        return series.to_numpy(dtype=np.float64)
    codes, values = _distinct(series)
    numbers = np.array([*(_number(value) for value in values), np.nan])
    return np.asarray(numbers[codes])


def row_texts(series: pd.Series[Any]) -> tuple[npt.NDArray[np.intp], list[str]]:
    """Every row's code, −1 where it is missing, and the text of each code; 1 and 1.0 are one text."""
    codes, values = _distinct(series)
    names, texts = pd.factorize(np.array([_text(value) for value in values], dtype=object))
    return np.append(names, -1)[codes], [str(text) for text in texts]


def _distinct(series: pd.Series[Any]) -> tuple[npt.NDArray[np.intp], list[Any]]:
    """Codes of the rows, −1 for missing, and the distinct values."""
    if isinstance(series.dtype, pd.SparseDtype):
        series = pd.Series(np.asarray(series))
    try:
        codes, values = pd.factorize(series, use_na_sentinel=True)
    except Exception:  # noqa: BLE001 - lists have no hash, and a foreign class may raise anything; both have a text
        texts = [None if missing else _text(value) for value, missing in zip(series, series.isna(), strict=True)]
        return _distinct(pd.Series(texts, dtype=object))
    return codes, list(values)


def _number(value: object) -> float:
    if isinstance(value, timedelta):  # pandas' own is one, too
        return value.total_seconds()
    if value in ("True", "False"):
        return float(value == "True")
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return np.nan


def _text(value: object) -> str:
    if isinstance(value, (float, np.floating)) and np.isfinite(value) and value == int(value):
        return str(int(value))
    return text_of(value)
