"""The rows behind a drift: current ones where a root column has more than it had, or reference ones that are gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from driftium_core.documents import neutralise_formula
from driftium_core.formats import fmt_count, fmt_n, fmt_name, fmt_value

__all__ = ["DriftedRows", "drifted_rows", "rows_to_csv"]

Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

N_BINS = 20
GONE = 0.1
"""A bin is gone when it has less than this part of the rows that it would have had."""
MORE = 1.1
"""A bin has more when its share among what is not gone rose by this factor, and clearly so."""
CLEAR = 3.0
"""Standard errors between both shares of a bin, so that chance picks a bin in one of a thousand."""
MAX_NAMES = 5


@dataclass(frozen=True, slots=True, eq=False)
class DriftedRows:
    """Which rows lie in what shifted.

    Attributes
    ----------
    side : {"current", "reference"}
        The table they are in: reference rows only where nothing came, but rows are gone.
    places : array of int
        Their positions in that table, ascending.
    where : tuple of str
        One condition per root column, without a full stop: ``"`age` 35 to 92"``; a row that meets any of them is in.
    """

    side: Literal["current", "reference"]
    places: npt.NDArray[np.int64]
    where: tuple[str, ...]

    @property
    def description(self) -> str:
        """Exactly which rows these are, as a sentence."""
        rows = fmt_count(self.places.size, f"{self.side} row")
        why = "are more frequent now" if self.side == "current" else "are hardly there in current data"
        return f"{rows} with {', or '.join(self.where)}: values that {why}."


@dataclass(frozen=True, slots=True)
class _Binned:
    """Both samples of one column as bin numbers, and how to name a set of bins."""

    reference: npt.NDArray[np.int64]
    current: npt.NDArray[np.int64]
    n_bins: int
    name: Callable[[Mask, Literal["current", "reference"]], str]


def drifted_rows(
    reference: pd.DataFrame, current: pd.DataFrame, roots: Sequence[str], *, categorical: Collection[str] = ()
) -> DriftedRows | None:
    """Find the rows whose value of a root column lies where its distribution shifted.

    Numbers are taken in up to 20 bins of equal count, categories and missing values as they are. Bins that keep less
    than a tenth of their rows are gone; a bin has more when its share among the others rose by a tenth or more and by
    three standard errors. Where any root has more of something, the rows are current ones; where rows only went away,
    they are reference ones.

    Parameters
    ----------
    roots : sequence of str
        Columns of both tables; others are passed over.
    categorical : collection of str
        Columns that the report took as categories though they hold numbers.

    Returns
    -------
    DriftedRows or None
        None when no bin stands out, as when a shift is spread thin.
    """
    more: list[tuple[_Binned, Mask]] = []
    gone: list[tuple[_Binned, Mask]] = []
    for root in roots:
        if root in reference.columns and root in current.columns:
            binned = _bin(reference[root], current[root], as_categories=root in categorical)
            is_more, is_gone = _shifted(binned)
            more += [(binned, is_more)] if is_more.any() else []
            gone += [(binned, is_gone)] if is_gone.any() else []
    if more:
        return _rows("current", more)
    return _rows("reference", gone) if gone else None


def rows_to_csv(rows: DriftedRows, table: pd.DataFrame, *, limit: int) -> str:
    """The first ``limit`` rows as CSV that a spreadsheet opens without running any of it; ``table`` is their side's.

    Text that begins like a formula gets a leading apostrophe, in headings too; numbers stay numbers.
    """
    frame = table.iloc[rows.places[:limit]]
    columns = {
        place: frame.iloc[:, place]
        if is_numeric_dtype(frame.dtypes.iloc[place])
        else frame.iloc[:, place].map(neutralise_formula, na_action="ignore")
        for place in range(frame.shape[1])
    }
    written = pd.DataFrame(columns, index=frame.index)
    header = [str(neutralise_formula(str(name))) for name in frame.columns]
    # Python quotes a lone CR only where lines end with it, and spreadsheets begin a new record there.
    text = written.to_csv(index=False, header=header, lineterminator="\r\n")
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")  # many readers of CSV refuse NUL


def _rows(side: Literal["current", "reference"], found: list[tuple[_Binned, Mask]]) -> DriftedRows:
    masks = [picked[binned.current if side == "current" else binned.reference] for binned, picked in found]
    places = np.flatnonzero(np.logical_or.reduce(masks))
    return DriftedRows(side, places, tuple(binned.name(picked, side) for binned, picked in found))


def _shifted(binned: _Binned) -> tuple[Mask, Mask]:
    """Which bins have more than they had, and which are gone."""
    r = np.bincount(binned.reference, minlength=binned.n_bins)
    c = np.bincount(binned.current, minlength=binned.n_bins)
    expected = r * (c.sum() / max(1, r.sum()))
    clear = _clear(r, c)
    gone = (c < GONE * expected) & (clear < -CLEAR)
    # Among what is kept: when rows are only removed, all others rise alike and none of them has come.
    kept_r, kept_c = np.where(gone, 0, r), np.where(gone | (r == 0), 0, c)
    rose = kept_c / max(1, kept_c.sum()) >= MORE * kept_r / max(1, kept_r.sum())
    more = ~gone & np.where(r == 0, clear > CLEAR, rose & (_clear(kept_r, kept_c) > CLEAR))
    return more, gone


def _clear(r: Counts, c: Counts) -> npt.NDArray[np.float64]:
    """Difference of both shares of each bin in standard errors."""
    n, m = max(1, int(r.sum())), max(1, int(c.sum()))
    pooled = (r + c) / (n + m)
    error = np.sqrt(np.maximum(pooled * (1 - pooled), 1e-12) * (1 / n + 1 / m))
    return np.asarray((c / m - r / n) / error)


def _bin(reference: pd.Series[Any], current: pd.Series[Any], *, as_categories: bool) -> _Binned:
    numbers = all(is_numeric_dtype(side) and not is_bool_dtype(side) for side in (reference, current))
    if numbers and not as_categories:
        return _bin_numbers(reference, current)
    return _bin_labels(reference, current)


def _bin_labels(reference: pd.Series[Any], current: pd.Series[Any]) -> _Binned:
    sides = [reference, current]
    if not all(is_numeric_dtype(side) for side in sides):  # 3 and "3" are then one category, by their text
        sides = [side.astype("str").where(side.notna()) for side in sides]
    found, labels = pd.factorize(pd.concat(sides, ignore_index=True))
    codes = np.where(found < 0, len(labels), found)
    split = codes[: len(reference)], codes[len(reference) :]

    def name(picked: Mask, side: Literal["current", "reference"]) -> str:
        counts = np.bincount(split[side == "current"], minlength=len(labels) + 1)
        largest = sorted(np.flatnonzero(picked[:-1]).tolist(), key=lambda code: -counts[code])
        return _named(reference.name, [fmt_name(labels[code]) for code in largest], picked[-1])

    return _Binned(*split, len(labels) + 1, name)


def _bin_numbers(reference: pd.Series[Any], current: pd.Series[Any]) -> _Binned:
    sides = [side.to_numpy(dtype=np.float64, na_value=np.nan) for side in (reference, current)]
    edges = _edges(*(side[~np.isnan(side)] for side in sides))
    n_bins = edges.size + 2  # below the first edge, one per edge, and missing values last
    codes = [np.where(np.isnan(side), n_bins - 1, np.searchsorted(edges, side, side="right")) for side in sides]

    def name(picked: Mask, side: Literal["current", "reference"]) -> str:
        at = side == "current"
        ranges = list(_ranges(picked[:-1], sides[at], codes[at]))
        return _named(reference.name, ranges, picked[-1])

    return _Binned(codes[0], codes[1], n_bins, name)


def _edges(reference: npt.NDArray[np.float64], current: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Where bins begin: each value when there are few, else quantiles and both samples' own ends.

    With the ends among them, a bin is never half beyond what the other sample has.
    """
    both = np.concatenate([reference, current])
    distinct = np.unique(both)
    if distinct.size <= N_BINS:
        return distinct
    quantiles = np.quantile(both, np.arange(1, N_BINS) / N_BINS, method="lower")
    ends = [
        edge for side in (reference, current) if side.size for edge in (side.min(), np.nextafter(side.max(), np.inf))
    ]
    return np.unique(np.concatenate([quantiles, ends]))


def _ranges(picked: Mask, values: npt.NDArray[np.float64], codes: npt.NDArray[np.int64]) -> Iterator[str]:
    """Bins side by side as one range, from the least to the largest value that is in it."""
    starts = np.flatnonzero(picked & ~np.concatenate([[False], picked[:-1]]))
    ends = np.flatnonzero(picked & ~np.concatenate([picked[1:], [False]]))
    for start, end in zip(starts, ends, strict=True):
        inside = values[(codes >= start) & (codes <= end)]
        if inside.size:
            low, high = fmt_value(float(inside.min())), fmt_value(float(inside.max()))
            yield low if low == high else f"{low} to {high}"


def _named(column: object, names: list[str], missing: np.bool_) -> str:
    shown = [*names[:MAX_NAMES], *(["a missing value"] if missing else [])]
    more = f" or {fmt_n(len(names) - MAX_NAMES)} more" if len(names) > MAX_NAMES else ""
    return f"`{fmt_name(column)}` {' or '.join(shown)}{more}"
