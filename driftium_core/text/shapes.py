"""Distributions of one property in both pools, small enough for a table's cell."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from driftium_core.formats import fmt_value
from driftium_core.text.report import Shape

__all__ = ["category_shape", "number_shape", "share_shape"]

Floats = NDArray[np.float64]

MOST_BINS = 10
"""Bins between the first and the last edge; what lies outside of these has a bin at each end."""

MOST_CATEGORIES = 8

SKEWED_RANGE, SKEWED_TAIL = 20, 4
"""Largest over smallest value, and upper over lower distance from the median, from which bins widen tenfold."""


def number_shape(baseline: Floats, current: Floats) -> Shape | None:
    """Shares of the values in at most 12 bins with round edges, common to both pools.

    Bins are equally wide from the 1st to the 99th percentile of all values, with one for what is below and one for
    what is above. Of values that are never negative and have a long tail to the right the edges are 1, 2, 5, 10, 20, …
    instead. Values that are all equal are one bin, and None where a pool has no values. A bin holds its lower edge and
    not its upper one; bins of whole numbers are named by the numbers that they hold.

    Examples
    --------
    >>> found = number_shape(np.array([3.0, 4, 4, 9]), np.array([12.0, 13]))
    >>> found.labels
    ('2 to 3', '4 to 5', '6 to 7', '8 to 9', '10 to 11', '12 to 13')
    >>> found.baseline
    (0.25, 0.5, 0.0, 0.25, 0.0, 0.0)
    """
    values = np.concatenate([baseline, current])
    if not baseline.size or not current.size or not np.isfinite(values).all():
        return None
    if np.ptp(values) == 0:
        return Shape((fmt_value(float(values[0])),), (1.0,), (1.0,))
    edges = _edges(values)
    counts = [
        np.bincount(np.searchsorted(edges, x, side="right"), minlength=len(edges) + 1) for x in (baseline, current)
    ]
    labels = _labels(edges, whole=bool((values == np.floor(values)).all()))
    inner = range(1, len(edges))
    shown = [i for i in range(len(labels)) if i in inner or counts[0][i] or counts[1][i]]
    shares = [tuple((count[shown] / count.sum()).tolist()) for count in counts]
    return Shape(tuple(labels[i] for i in shown), *shares)


def share_shape(n_with: tuple[int, int], n_total: tuple[int, int], labels: tuple[str, str]) -> Shape | None:
    """Shares of the responses that something holds of, and of the others; None where a pool has none."""
    if not all(n_total):
        return None
    baseline, current = ((k / n, (n - k) / n) for k, n in zip(n_with, n_total, strict=True))
    return Shape(labels, baseline, current)


def category_shape(baseline: Counter[str], current: Counter[str]) -> Shape | None:
    """Shares of the eight categories that are most common in either pool, and of all others together.

    None where a pool has no values.
    """
    totals = baseline.total(), current.total()
    if not all(totals):
        return None
    shares = {name: (baseline[name] / totals[0], current[name] / totals[1]) for name in baseline | current}
    names = sorted(shares, key=lambda name: (-max(shares[name]), name))
    columns = {name: shares[name] for name in names[:MOST_CATEGORIES]}
    rest = [shares[name] for name in names[MOST_CATEGORIES:]]
    if rest:
        columns["other"] = math.fsum(was for was, _ in rest), math.fsum(now for _, now in rest)
    return Shape(tuple(columns), *zip(*columns.values(), strict=True))


def _edges(values: Floats) -> list[float]:
    """Round edges, the first at or below the 1st percentile and the last above the 99th."""
    # Values themselves and nothing between two: of a hundred or fewer these are the smallest and the largest.
    low = float(np.percentile(values, 1, method="lower"))
    high = float(np.percentile(values, 99, method="higher"))
    if low == high:
        low, high = float(values.min()), float(values.max())
    if values.min() >= 0:
        lowest, median = float(np.percentile(values[values > 0], 1, method="lower")), float(np.median(values))
        if high >= SKEWED_RANGE * lowest and high - median >= SKEWED_TAIL * (median - lowest):
            return _widening_edges(lowest, high)
    return _even_edges(low, high, whole=bool((values == np.floor(values)).all()))


def _even_edges(low: float, high: float, *, whole: bool) -> list[float]:
    # Labels have four digits: narrower bins would share theirs.
    finest = math.floor(math.log10(max(abs(low), abs(high)))) - 3
    exponent = max(math.floor(math.log10((high - low) / MOST_BINS)), finest, *([0] if whole else []))
    for mantissa in (1, 2, 5, 10, 20):
        step = float(f"{mantissa}e{exponent}")
        first, last = math.floor(low / step), math.floor(high / step) + 1
        if last - first <= MOST_BINS:
            break
    return [float(f"{mantissa * i}e{exponent}") for i in range(first, last + 1)]


def _widening_edges(low: float, high: float) -> list[float]:
    decades = range(math.floor(math.log10(low)) - 1, math.floor(math.log10(high)) + 2)
    for mantissas in ((1, 2, 5), (1,)):
        edges = [float(f"{mantissa}e{decade}") for decade in decades for mantissa in mantissas]
        edges = edges[bisect_right(edges, low) - 1 : bisect_right(edges, high) + 1]
        if len(edges) - 1 <= MOST_BINS:
            return edges
    return edges[:: math.ceil((len(edges) - 1) / MOST_BINS)]


def _labels(edges: list[float], *, whole: bool) -> list[str]:
    """One for what is below the edges, one for each bin between two, one for what is above."""
    whole = whole and all(edge == math.floor(edge) for edge in edges)
    first, last = fmt_value(edges[0]), fmt_value(edges[-1])
    between = [_label(low, high - 1 if whole else high) for low, high in pairwise(edges)]
    return [f"under {first}", *between, f"{last} or more"]


def _label(low: float, high: float) -> str:
    return fmt_value(low) if low == high else f"{fmt_value(low)} to {fmt_value(high)}"
