"""Python objects that refuse to be compared or written: what a column holds of them all the same."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd

__all__ = ["text_of", "without_signals"]


def text_of(value: object) -> str:
    """The value by ``str``; where that fails, the name of its class."""
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - a foreign class may raise anything; its values are then told by its name
        return f"<{type(value).__name__}>"


def without_signals(series: pd.Series[Any]) -> pd.Series[Any]:
    """The column with signalling nans as missing: they refuse to be compared, even to find out whether they are."""
    if series.dtype != object:
        return series
    try:
        series.isna()
    except InvalidOperation:
        quiet = [None if isinstance(value, Decimal) and value.is_snan() else value for value in series]
        return pd.Series(quiet, dtype=object)
    return series
