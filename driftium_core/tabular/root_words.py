"""A root's shift in words a person would use."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from driftium_core.formats import fmt_name, fmt_percent
from driftium_core.stats.chi_square import shares_test
from driftium_core.tabular.category_words import category_words
from driftium_core.tabular.column_result import ColumnKind
from driftium_core.tabular.number_words import number_words
from driftium_core.tabular.phrases import listed
from driftium_core.tabular.root_values import RootValues, RootWords

__all__ = ["root_words"]

MISSING_MOVED = 0.005
STILL = 0.001
"""A share of missing values moved by less than the first, or with a larger p than the second, is not told."""


def root_words(root: RootValues) -> RootWords:
    """Say how a root's values moved: what is gone, new, rarer, shifted or missing, whichever the data shows.

    Examples
    --------
    >>> ages = pd.Series(range(18, 93)).repeat(40)
    >>> rows = {"reference": ages, "sample": ages, "weights": (0.0 * ages + 1).to_numpy(), "current": ages[ages < 35]}
    >>> root_words(RootValues(column="age", kind=ColumnKind.NUMERIC, aside=False, **rows)).description
    'rows with age ≥ 35 are gone'
    """
    missing = _missing_words(root.reference, root.current)
    values: RootWords | None = None
    if root.kind is ColumnKind.NUMERIC:
        values = number_words(root, always=missing is None)
    elif root.kind is ColumnKind.CATEGORICAL:
        values = category_words(root, always=missing is None)
    if values is None:
        return RootWords(missing or f"the make-up of {root.name} changed", root.action)
    text = values.description
    # A filter drops missing values, too; that they are gone needs no words of its own.
    if missing and values.action == "measurement":
        text += f", and {missing}"
    same = (*(root.held if values.held else ()), *(root.unchanged if values.action == root.action else ()))
    if root.aside and same:
        text += f" at unchanged {listed([fmt_name(other) for other in same])}"
    return replace(values, description=text)


def _missing_words(reference: pd.Series[Any], current: pd.Series[Any]) -> str | None:
    gone = tuple(int(side.isna().sum()) for side in (reference, current))
    rows = len(reference), len(current)
    before, now = gone[0] / rows[0], gone[1] / rows[1]
    p = shares_test((gone[0], gone[1]), rows, method="missing").pvalue
    if p is None or p > STILL or abs(now - before) < MISSING_MOVED:
        return None
    if now == 1:
        return "all values are missing"
    return f"missing values {'rose' if now > before else 'fell'} from {fmt_percent(before)} to {fmt_percent(now)}"
