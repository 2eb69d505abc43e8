"""What a table can be filtered by: the ends, steps and categories that a slider or a list needs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["CategoryOption", "FilterOption", "RangeOption", "filter_options"]

MAX_CATEGORIES = 200
"""A column with more categories is no use in a list to pick from."""

_SLIDER_STEPS = 200
_LARGEST_SAFE = 2**53 - 1  # a browser's number; a slider cannot go beyond


@dataclass(frozen=True, slots=True)
class RangeOption:
    """A column of numbers or dates that can be cut by a range.

    Attributes
    ----------
    column : str
    low, high : int, float or datetime
        Ends of the slider; they enclose all finite values. Whole-number columns have int, others float.
    step : int, float or timedelta
        About 1/200 of the range, a round number; 1 for whole numbers of a small range; a day or an hour for dates.
    default, middle
        A starting threshold that leaves about a third of the rows below it, and a starting range with the middle half.
    """

    column: str
    low: Any
    high: Any
    step: Any
    default: Any
    middle: tuple[Any, Any]

    def clip(self, value: float | pd.Timestamp) -> Any:
        """Bring a threshold from elsewhere, a link for example, between the ends and into the slider's type."""
        if isinstance(value, pd.Timestamp) != isinstance(self.low, datetime):
            return self.default
        if isinstance(value, pd.Timestamp):
            return min(max(value.to_pydatetime(warn=False), self.low), self.high)
        return type(self.low)(min(max(value, self.low), self.high))


@dataclass(frozen=True, slots=True)
class CategoryOption:
    """A column with categories to keep, the most frequent first."""

    column: str
    categories: tuple[str, ...]


FilterOption = RangeOption | CategoryOption


def filter_options(frame: pd.DataFrame) -> tuple[FilterOption, ...]:
    """List the columns that rows can be filtered by, in the table's order.

    Left out: constants, all-missing columns, and categories beyond 200 (free text, identifiers).
    """
    options = (_option(str(name), frame.iloc[:, i]) for i, name in enumerate(frame.columns))
    return tuple(option for option in options if option is not None)


def _option(column: str, values: pd.Series[Any]) -> FilterOption | None:
    if values.dtype.kind == "M" and getattr(values.dtype, "tz", None) is None:
        return _date_option(column, values.dropna())
    if pd.api.types.is_bool_dtype(values.dtype) or not pd.api.types.is_numeric_dtype(values.dtype):
        return _category_option(column, values)
    if pd.api.types.is_complex_dtype(values.dtype):
        return None
    numbers = values.dropna().to_numpy(dtype=float)
    numbers = numbers[np.abs(numbers) <= _LARGEST_SAFE]
    return _range_option(column, numbers) if numbers.size else None


def _range_option(column: str, numbers: np.ndarray[Any, np.dtype[np.float64]]) -> RangeOption | None:
    low, high = float(numbers.min()), float(numbers.max())
    if low == high:
        return None
    whole = bool((numbers == np.floor(numbers)).all())
    step = 10.0 ** math.floor(math.log10((high - low) / _SLIDER_STEPS))
    if whole:
        step = max(1.0, step)
    first, last = math.floor(low / step) * step, math.ceil(high / step) * step
    kind = int if whole else float
    digits = max(0, -math.floor(math.log10(step)))

    def on_step(value: float) -> float:
        near = min(max(first + round((value - first) / step) * step, first), last)
        return kind(round(near, digits))

    third, quarter, three_quarters = np.quantile(numbers, [1 / 3, 1 / 4, 3 / 4])
    return RangeOption(
        column,
        on_step(first),
        on_step(last),
        kind(round(step, digits)),
        on_step(float(third)),
        (on_step(float(quarter)), on_step(float(three_quarters))),
    )


def _date_option(column: str, moments: pd.Series[Any]) -> RangeOption | None:
    ordered = moments.sort_values(ignore_index=True)
    if ordered.empty or ordered.iloc[0] == ordered.iloc[-1]:
        return None
    days = ordered.iloc[-1] - ordered.iloc[0] > timedelta(days=3)
    unit, step = ("D", timedelta(days=1)) if days else ("h", timedelta(hours=1))

    def at(share: float) -> datetime:
        return pd.Timestamp(ordered.iloc[int(share * (len(ordered) - 1))]).floor(unit).to_pydatetime()

    high = pd.Timestamp(ordered.iloc[-1]).ceil(unit).to_pydatetime()
    return RangeOption(column, at(0), high, step, at(1 / 3), (at(1 / 4), at(3 / 4)))


def _category_option(column: str, values: pd.Series[Any]) -> CategoryOption | None:
    counts = values.dropna().astype(str).value_counts()
    if not 2 <= len(counts) <= MAX_CATEGORIES:
        return None
    return CategoryOption(column, tuple(map(str, counts.index)))
