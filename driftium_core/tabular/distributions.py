"""Both samples of a column, small enough to draw and to store, and in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from driftium_core.formats import fmt_name, fmt_percent, fmt_points, fmt_value
from driftium_core.stats.distances import (
    jensen_shannon,
    population_stability_index,
    wasserstein_from_sorted,
)
from driftium_core.stats.ks import Gap
from driftium_core.tabular.column_result import CategoryDistribution, NumberDistribution
from driftium_core.tabular.columns import LabelColumn

__all__ = [
    "CategoryTable",
    "align_labels",
    "category_distances",
    "category_distribution",
    "category_shift",
    "category_summary",
    "number_distances",
    "number_distribution",
    "number_shift",
    "number_summary",
]

Numbers = npt.NDArray[Any]

MAX_BINS = 40
MAX_CATEGORIES = 24
_N_GRID = 100
WASSERSTEIN, JENSEN_SHANNON, PSI = "Wasserstein, in reference SD", "Jensen–Shannon", "PSI, empty cells as half a row"


def _finite(values: Numbers) -> Numbers:
    """The finite part of sorted values, without copying."""
    if values.dtype.kind != "f" or not values.size:
        return values
    return values[np.searchsorted(values, -np.inf, side="right") : np.searchsorted(values, np.inf, side="left")]


def number_distribution(reference: Numbers, current: Numbers, gap: Gap | None) -> NumberDistribution | None:
    """Histogram over the bulk of both samples and cumulative curves.

    One outlier cannot squeeze all others into one bin: where the whole range is more than three times that of
    the central 99 %, only the latter is drawn and the outer bins count what lies beyond. Whole numbers get bins
    of a whole number of values.

    Parameters
    ----------
    reference, current : sorted arrays without nan; infinities are counted in the outer bins.
    """
    finite = [side for side in map(_finite, (reference, current)) if side.size]
    if not finite:
        return None
    edges = _edges(finite)
    shares = [_shares(_bin_counts(side, edges)) for side in (reference, current)]
    grid = _between(edges[0], edges[-1], _N_GRID)
    at = gap.at if gap is not None and math.isfinite(gap.at) else math.nan
    if not math.isnan(at):
        grid = np.sort(np.append(grid, at))
    curves = [_ecdf(side, grid) for side in (reference, current)]
    decimals = _decimals(float(edges[-1]) - float(edges[0]))
    return NumberDistribution(
        edges=_rounded(edges, decimals),
        reference=_rounded(shares[0]),
        current=_rounded(shares[1]),
        grid=_rounded(grid, decimals),
        reference_ecdf=_rounded(curves[0]),
        current_ecdf=_rounded(curves[1]),
        gap_at=_rounded(np.array([at]), decimals)[0],
    )


def _edges(finite: list[Numbers]) -> Numbers:
    low, high = min(float(side[0]) for side in finite), max(float(side[-1]) for side in finite)
    bulk_low = min(float(side[int(0.005 * (side.size - 1))]) for side in finite)
    bulk_high = max(float(side[math.ceil(0.995 * (side.size - 1))]) for side in finite)
    if bulk_high > bulk_low and high - low > 3 * (bulk_high - bulk_low):
        low, high = bulk_low, bulk_high
    if all(side.dtype.kind in "iu" for side in finite) and abs(low) < 2**52 and abs(high) < 2**52:
        width = max(1, math.ceil((high - low + 1) / MAX_BINS))
        n_bins = math.ceil((high - low + 1) / width)
        return low - 0.5 + width * np.arange(n_bins + 1)
    if low == high:
        half = max(0.5, abs(low) * 1e-3)
        return np.array([low - half, high + half])
    return _between(low, high, MAX_BINS + 1)


def _between(low: float, high: float, n: int) -> Numbers:
    """Evenly spaced points; the difference of the ends may exceed the largest float."""
    part = np.linspace(0, 1, n)
    return np.asarray(low * (1 - part) + high * part)


def _bin_counts(side: Numbers, edges: Numbers) -> Numbers:
    inner = np.searchsorted(side, edges[1:-1].astype(np.float64), side="left")
    return np.diff(np.concatenate([[0], inner, [side.size]]))


def _shares(counts: Numbers) -> Numbers:
    return np.asarray(counts / max(1, counts.sum()))


def _ecdf(side: Numbers, grid: Numbers) -> Numbers:
    return np.asarray(np.searchsorted(side, grid, side="right") / max(1, side.size))


def _decimals(span: float) -> int:
    """Decimals that keep six significant digits of the drawn range."""
    return 6 if not math.isfinite(span) or span <= 0 else min(300, 6 - math.ceil(math.log10(span)))


def _rounded(values: Numbers, decimals: int = 6) -> tuple[float, ...]:
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = np.round(values.astype(float), decimals)
    return tuple(np.where(np.isfinite(rounded), rounded, values).tolist())


def number_distances(reference: Numbers, current: Numbers) -> dict[str, float]:
    """Wasserstein, Jensen-Shannon (on 40 bins) and PSI (on deciles of the reference) of finite values."""
    r, c = _finite(reference), _finite(current)
    if not r.size or not c.size:
        return {}
    with np.errstate(over="ignore", invalid="ignore"):
        scale = float(np.std(r, dtype=np.float64))
    distance = wasserstein_from_sorted(r, c)
    edges = _edges([r, c])
    deciles = np.unique(r[(np.arange(1, 10) * r.size) // 10])
    by_decile = [
        np.diff(np.concatenate([[0], np.searchsorted(side, deciles, side="right"), [side.size]])) for side in (r, c)
    ]
    return {
        WASSERSTEIN: distance / scale if scale > 0 and math.isfinite(scale) else (math.nan if distance else 0.0),
        JENSEN_SHANNON: jensen_shannon(_bin_counts(r, edges), _bin_counts(c, edges)),
        PSI: population_stability_index(*by_decile),
    }


def _median(values: Numbers) -> float:
    middle = values[(values.size - 1) // 2], values[values.size // 2]
    return float(middle[0]) / 2 + float(middle[1]) / 2


def number_summary(values: Numbers) -> str:
    """``"median 41, 18 to 92"`` of sorted values."""
    if not values.size:
        return "all missing"
    low, high = float(values[0]), float(values[-1])
    if low == high:
        return f"always {fmt_value(low)}"
    return f"median {fmt_value(_median(values))}, {fmt_value(low)} to {fmt_value(high)}"


def number_shift(reference: Numbers, current: Numbers) -> str:
    """How the middle moved: ``"median −9"``, or the mean where the medians are equal; empty when neither did."""
    r, c = _finite(reference), _finite(current)
    if not r.size or not c.size:
        return ""
    if (moved := _median(c) - _median(r)) != 0 and math.isfinite(moved):
        return f"median {fmt_value(moved, signed=True)}"
    with np.errstate(over="ignore", invalid="ignore"):
        moved = float(np.mean(c, dtype=np.float64) - np.mean(r, dtype=np.float64))
        scale = float(np.std(r, dtype=np.float64))
    # Differences that are only rounding of the sums are none.
    return f"mean {fmt_value(moved, signed=True)}" if math.isfinite(moved) and abs(moved) > 1e-9 * scale else ""


@dataclass(frozen=True, slots=True)
class CategoryTable:
    """Counts of both samples over the categories of both, reference categories first."""

    labels: Any
    reference: npt.NDArray[np.int64]
    current: npt.NDArray[np.int64]

    def names(self, places: npt.NDArray[Any]) -> list[str]:
        """Labels at the given places."""
        return [str(name) for name in self.labels.take(pa.array(places, pa.int64())).to_pylist()]


def align_labels(reference: LabelColumn, current: LabelColumn) -> CategoryTable:
    """Bring the counts of both samples over one list of categories, ordered by name."""
    found = pc.index_in(current.labels, value_set=reference.labels)
    known = np.asarray(found.is_valid())
    places = np.asarray(found.fill_null(0))
    n_known = len(reference.labels)
    counts = np.zeros(n_known + int((~known).sum()), dtype=np.int64)
    counts[places[known]] = current.counts[known]
    counts[n_known:] = current.counts[~known]
    labels = pa.concat_arrays([reference.labels, current.labels.filter(pa.array(~known))])
    order = np.asarray(pc.array_sort_indices(labels))
    padded = np.concatenate([reference.counts, np.zeros(counts.size - n_known, dtype=np.int64)])
    return CategoryTable(labels.take(pa.array(order)), padded[order], counts[order])


def category_distribution(table: CategoryTable) -> CategoryDistribution | None:
    """The largest categories, and always the ones that shifted most."""
    if not table.reference.size:
        return None
    r, c = _shares(table.reference), _shares(table.current)
    size, shift = np.maximum(r, c), np.abs(r - c)
    half = MAX_CATEGORIES // 2
    largest = np.argsort(-size, kind="stable")
    picked = list(dict.fromkeys([*largest[:half], *np.argsort(-shift, kind="stable")[:half], *largest]))
    chosen = np.array(sorted(picked[:MAX_CATEGORIES], key=lambda i: (-size[i], i)))
    return CategoryDistribution(
        categories=tuple(fmt_name(name) for name in table.names(chosen)),
        reference=_rounded(r[chosen]),
        current=_rounded(c[chosen]),
        other_reference=round(max(0.0, float(r.sum() - r[chosen].sum())), 6),
        other_current=round(max(0.0, float(c.sum() - c[chosen].sum())), 6),
        n_categories=int(r.size),
    )


def category_distances(table: CategoryTable) -> dict[str, float]:
    """Jensen-Shannon and PSI over all categories."""
    if not table.reference.sum() or not table.current.sum():
        return {}
    return {
        JENSEN_SHANNON: jensen_shannon(table.reference, table.current),
        PSI: population_stability_index(table.reference, table.current),
    }


def category_summary(table: CategoryTable, counts: npt.NDArray[np.int64]) -> str:
    """``"married 60 %"``: the most common category of one sample."""
    if not counts.sum():
        return "all missing"
    top = int(counts.argmax())
    name = fmt_name(table.names(np.array([top]))[0])
    return f"{name} {fmt_percent(float(counts[top] / counts.sum()))}"


def category_shift(table: CategoryTable) -> str:
    """``"married −12 points"``: the category whose share moved most; empty when none moved by 0.05 points."""
    if not table.reference.sum() or not table.current.sum():
        return ""
    moved = _shares(table.current) - _shares(table.reference)
    most = int(np.abs(moved).argmax())
    if abs(moved[most]) < 0.0005:
        return ""
    return f"{fmt_name(table.names(np.array([most]))[0])} {fmt_points(float(moved[most]))}"
