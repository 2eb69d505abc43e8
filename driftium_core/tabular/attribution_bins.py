"""Both tables as a few levels per column, row by row: what columns are compared by when others are held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from driftium_core.tabular.absent_ranges import absent_ranges
from driftium_core.tabular.column_result import ColumnKind
from driftium_core.tabular.row_values import row_numbers, row_texts

__all__ = ["N_BINS", "BinnedColumn", "bin_column", "pick_rows"]

N_BINS = 20
"""Finer bins hold a column better and leave fewer rows in each."""

ROWS_PER_BIN = 20
"""Rows of the smaller table in a bin, on average; of small tables there are fewer bins."""

CERTAIN = 14.0
"""Minus the log of the chance of a gap that is taken for a cut: edges that chance chose would bias the test of bins."""

FEWEST_IN_LEVEL = 10
"""Levels that the smaller table would have fewer rows of are taken together."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BinnedColumn:
    """Levels of one column; missing values have a level of their own.

    Attributes
    ----------
    name : str
    reference, current : int arrays, shapes (n,) and (m,)
        Level of every row, counted from 0.
    n_levels : int
        At least 2.
    """

    name: str
    reference: npt.NDArray[np.int32]
    current: npt.NDArray[np.int32]
    n_levels: int


def pick_rows(table: pd.DataFrame, most: int, rng: np.random.Generator) -> pd.DataFrame:
    """The table, or *most* rows of it drawn without replacement, in their order."""
    if len(table) <= most:
        return table
    return table.iloc[np.sort(rng.choice(len(table), most, replace=False, shuffle=False))]


def bin_column(name: str, kind: ColumnKind, reference: pd.Series[Any], current: pd.Series[Any]) -> BinnedColumn | None:
    """Levels of a column, by what the report takes it for; None where there is nothing to compare.

    Numbers get 20 quantile bins of both samples alike, and an edge where one sample has a gap, so that a filter's cut
    is the edge of a bin. Categories are levels; those that are rare in both samples are one. Of text, identifiers and
    points in time, only whether they are missing is compared: time moves on, and each identifier is new.
    """
    match kind:
        case ColumnKind.NUMERIC:
            levels = _number_levels(row_numbers(reference), row_numbers(current))
        case ColumnKind.CATEGORICAL:
            levels = _label_levels(reference, current)
        case _:
            levels = [side.isna().to_numpy().astype(np.int64) for side in (reference, current)]
    return _compact(name, *levels)


def _number_levels(reference: Numbers, current: Numbers) -> Sequence[npt.NDArray[np.int64]]:
    present = [np.sort(side[~np.isnan(side)]) for side in (reference, current)]
    smaller = min(side.size for side in present)
    n_bins = max(2, min(N_BINS, smaller // ROWS_PER_BIN))
    edges = _edges([side for side in present if side.size], n_bins)
    levels = []
    for side in (reference, current):
        level = np.searchsorted(edges, side, side="left")
        level[np.isnan(side)] = edges.size + 1
        levels.append(level)
    return levels


def _edges(present: Sequence[Numbers], n_bins: int) -> Numbers:
    """Upper ends of all bins but the last: order statistics, as infinities have no mean."""
    if not present:
        return np.empty(0)
    both = np.concatenate(present)
    weight = np.concatenate([np.full(side.size, 1 / side.size) for side in present])
    order = np.argsort(both, kind="stable")
    share = np.cumsum(weight[order])
    wanted = np.arange(1, n_bins) / n_bins * share[-1]
    inner = both[order][np.minimum(np.searchsorted(share, wanted), both.size - 1)]
    return np.unique(np.concatenate([inner, _cuts(present)]))


def _cuts(present: Sequence[Numbers]) -> Numbers:
    """Upper ends of bins where one sample has nothing on one side: the cuts of a filter."""
    if len(present) < 2:
        return np.empty(0)
    ranges = [*absent_ranges(*present, sure=CERTAIN), *absent_ranges(*reversed(present), sure=CERTAIN)]
    bounds = [bound for part in ranges for bound in (part.low, part.high) if bound is not None]
    return np.nextafter(np.array(bounds, dtype=np.float64), -np.inf)


def _label_levels(reference: pd.Series[Any], current: pd.Series[Any]) -> Sequence[npt.NDArray[np.int64]]:
    (r, names), (c, others) = row_texts(reference), row_texts(current)
    place = {text: code for code, text in enumerate(names)}
    shared = np.array([place.setdefault(text, len(place)) for text in others] + [-1], dtype=np.int64)
    return [np.where(side < 0, len(place), side).astype(np.int64) for side in (r, shared[c])]


def _compact(name: str, reference: npt.NDArray[np.int64], current: npt.NDArray[np.int64]) -> BinnedColumn | None:
    """Levels counted from 0 without gaps, rare ones as one; None with a single level left."""
    if not reference.size or not current.size:
        return None
    n = int(max(reference.max(), current.max())) + 1
    counts = [np.bincount(side, minlength=n) for side in (reference, current)]
    share = np.maximum(counts[0] / reference.size, counts[1] / current.size)
    rare = (share > 0) & (share * min(reference.size, current.size) < FEWEST_IN_LEVEL)
    kept = np.flatnonzero((share > 0) & ~rare)
    if kept.size + bool(rare.any()) < 2:
        return None
    place = np.full(n, kept.size, dtype=np.int32)
    place[kept] = np.arange(kept.size)
    return BinnedColumn(name, place[reference], place[current], kept.size + int(rare.any()))
