"""What a drawing lays out whatever draws it: Plotly on a page, or SVG in a file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from driftium_core.severity import Severity
from driftium_core.tabular.attribution_report import Attribution, ColumnAttribution
from driftium_core.tabular.column_result import CategoryDistribution, NumberDistribution
from driftium_core.text.drift_report import NullRange

__all__ = [
    "CategoryRow",
    "Gap",
    "NullRangeLayout",
    "SeverityRun",
    "category_rows",
    "held_rows",
    "largest_gap",
    "null_range_layout",
    "round_ticks",
    "severity_runs",
    "sparkline",
]

MOST_CATEGORIES = 8

_MOST_DOTS = 40

_FURTHEST = 12.0
"""A value further from the band than this many of its widths is pointed at, so that the band stays readable."""


@dataclass(frozen=True, slots=True)
class SeverityRun:
    """Neighbouring calculations of one severity: positions of the first and the last."""

    severity: Severity | None
    first: int
    last: int


def severity_runs(severities: Sequence[Severity | None]) -> list[SeverityRun]:
    """Merge neighbours of one severity, which share a band."""
    runs = []
    for severity, group in groupby(enumerate(severities), key=lambda item: item[1]):
        positions = [position for position, _ in group]
        runs.append(SeverityRun(severity, positions[0], positions[-1]))
    return runs


@dataclass(frozen=True, slots=True)
class NullRangeLayout:
    """Where everything stands on the axis.

    Attributes
    ----------
    left, right : float
        Ends of the axis.
    dots : tuple of (float, int)
        Place and height in its stack (1 is the lowest) of each quantile of the null distribution.
    mark : float
        Where the marker stands: the value, or the end of the axis nearest to it.
    beyond : {"left", "right"} or None
        On which side the value is off the axis.
    inside : bool
        Whether the value is within the band, ends included.
    """

    left: float
    right: float
    dots: tuple[tuple[float, int], ...]
    mark: float
    beyond: Literal["left", "right"] | None
    inside: bool

    def pointer(self, value: str) -> str:
        """What stands beside the marker of a value that is off the axis; empty for one that is on it."""
        if self.beyond is None:
            return ""
        return f"off the axis, {value} →" if self.beyond == "right" else f"← {value}, off the axis"


def null_range_layout(banded: NullRange, *, columns: int = 46) -> NullRangeLayout | None:
    """Lay out a value, its band and the quantile dots; None when the value or its band is unknown.

    Zero is part of the axis unless it would squeeze the band. Dots fall into ``columns`` places.
    """
    value, low, high = banded.value, banded.low, banded.high
    if not all(map(math.isfinite, (value, low, high))):
        return None
    draws = sorted(draw for draw in banded.draws if math.isfinite(draw))
    first, last = min([low, *draws[:1]]), max([high, *draws[-1:]])
    width = last - first or abs(value - low) or abs(low) or 1.0
    left, right = min(first, value), max(last, value)
    beyond: Literal["left", "right"] | None = None
    if value > last + _FURTHEST * width:
        right, beyond = last + 3 * width, "right"
    elif value < first - _FURTHEST * width:
        left, beyond = first - 3 * width, "left"
    if left > 0 and left < 2 * (right - left or width):
        left = 0.0
    elif right < 0 and -right < 2 * (right - left or width):
        right = 0.0
    mark = left if beyond == "left" else right if beyond == "right" else value
    padding = 0.06 * (right - left or width)
    left, right = left - padding, right + padding
    dots = _stacked(draws, left, (right - left) / columns)
    return NullRangeLayout(left, right, dots, mark, beyond, low <= value <= high)


def _stacked(draws: list[float], left: float, step: float) -> tuple[tuple[float, int], ...]:
    n_dots = min(_MOST_DOTS, len(draws))
    heights: dict[int, int] = {}
    dots = []
    for i in range(n_dots):
        place = round((draws[int((i + 0.5) / n_dots * len(draws))] - left) / step)
        heights[place] = heights.get(place, 0) + 1
        dots.append((left + place * step, heights[place]))
    return tuple(dots)


def round_ticks(low: float, high: float, most: int = 5) -> tuple[float, ...]:
    """Up to ``most`` round numbers within a range: steps of 1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> round_ticks(0, 0.093, 5)
    (0.0, 0.02, 0.04, 0.06, 0.08)
    """
    if not high > low:
        return (low,)
    finest = (high - low) / most
    if not 0 < finest < math.inf:  # the ends are too close or too far for floats
        return (low, high)
    exponent = math.floor(math.log10(finest))
    for factor in (1, 2, 5, 10, 20):
        step = factor * 10.0**exponent
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            return tuple(float(f"{k * step:.12g}") for k in range(first, last + 1))
    return (low, high)


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One pair of bars: shares of the reference and of the current sample."""

    label: str
    reference: float
    current: float


@dataclass(frozen=True, slots=True)
class Gap:
    """The largest vertical distance of two cumulative curves, and where it is."""

    at: float
    reference: float
    current: float

    @property
    def size(self) -> float:
        """The distance, 0 to 1: the Kolmogorov-Smirnov D."""
        return abs(self.reference - self.current)


def largest_gap(distribution: NumberDistribution) -> Gap:
    """Find the widest gap among the grid points (the exact one is always a grid point)."""
    points = zip(distribution.grid, distribution.reference_ecdf, distribution.current_ecdf, strict=True)
    return max((Gap(*point) for point in points), key=lambda gap: gap.size)


def category_rows(distribution: CategoryDistribution, limit: int = MOST_CATEGORIES) -> list[CategoryRow]:
    """Return the categories worth a bar, largest first, and all others as one row.

    Half of the places go to the largest categories and the rest to those that shifted most, so that a rare
    category that exploded is drawn.
    """
    rows = [
        CategoryRow(*item)
        for item in zip(distribution.categories, distribution.reference, distribution.current, strict=True)
    ]
    by_size = sorted(rows, key=lambda row: -max(row.reference, row.current))
    by_shift = sorted(rows, key=lambda row: -abs(row.reference - row.current))
    chosen = list(dict.fromkeys([*by_size[: limit // 2], *by_shift]))[:limit]
    chosen.sort(key=lambda row: -max(row.reference, row.current))
    n_rest = distribution.n_categories - len(chosen)
    if n_rest > 0:
        chosen.append(
            CategoryRow(
                f"{n_rest} other" if n_rest > 1 else "1 other",
                max(0.0, 1 - sum(row.reference for row in chosen)) if sum(distribution.reference) else 0.0,
                max(0.0, 1 - sum(row.current for row in chosen)) if sum(distribution.current) else 0.0,
            )
        )
    return chosen


def held_rows(attribution: Attribution, limit: int) -> tuple[tuple[ColumnAttribution, ...], int]:
    """The drifted columns whose effect alone and with the roots held is drawn, and how many more there would be.

    A single root has no row: with nothing else to hold, both of its effects are one. Where one of the effects is not
    known there is nothing to draw. Roots come first, then the largest effects alone.
    """
    wanted = [
        column
        for column in attribution.columns
        if attribution.roots
        and (len(attribution.roots) > 1 or column.role != "root")
        and math.isfinite(column.effect_alone)
        and math.isfinite(column.effect_held)
    ]
    return tuple(wanted[:limit]), max(0, len(wanted) - limit)


def sparkline(shares: tuple[float, ...], n_points: int = 20) -> list[float]:
    """Shares summed down to at most ``n_points`` values, for a table cell."""
    step = -(-len(shares) // n_points) if shares else 1
    return [sum(shares[i : i + step]) for i in range(0, len(shares), step)]
