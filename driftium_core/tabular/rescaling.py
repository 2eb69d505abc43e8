"""Whether a column of numbers looks like the reference in another unit: all values times one factor.

A change of unit moves every quantile alike, which a selection of rows hardly ever does. It is told where the scaled
reference follows current data so closely that most of the gap is gone; by itself it proves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from driftium_core.formats import fmt_effect, fmt_value
from driftium_core.stats.ks import largest_gap

__all__ = ["Rescaling", "find_rescaling"]

Numbers = npt.NDArray[Any]

MIN_GAP = 0.05
"""Smaller gaps are not looked at: a table is full of them, and many factors would fit one."""

MIN_DISTINCT = 10
"""Columns of fewer distinct values, flags for example, fit too many factors."""

_LARGEST = 1e100
"""Beyond it products could overflow."""

ALPHA = 0.001
_CLOSE = 1.3
"""A common factor is tried when the spreads differ by it up to this ratio: heavy tails make the ratio uncertain."""

_FACTORS = (
    *(10.0**power for power in range(1, 10)),
    *(2.0, 7.0, 12.0, 24.0, 60.0, 3600.0, 86_400.0, 1024.0),
    *(2.54, 0.3048, 1.609344, 0.45359237, 0.514444, 4.184),
)
"""Powers of ten, units of time and memory, and customary against metric units."""

_AFFINE = {
    (1.8, 32.0): "°C as °F",
    (1 / 1.8, -32 / 1.8): "°F as °C",
    (1.0, 273.15): "°C as K",
    (1.0, -273.15): "K as °C",
    (1.8, -459.67): "K as °F",
}
"""Degrees: Celsius, Fahrenheit and kelvin."""


@dataclass(frozen=True, slots=True)
class Rescaling:
    """Current data look like ``factor`` × the reference + ``offset``.

    ``gap_before`` is the KS gap of the two samples as they are, ``gap_after`` with the reference scaled.
    """

    factor: float
    offset: float
    gap_before: float
    gap_after: float

    @property
    def words(self) -> str:
        """The scale as a person would say it: ``"1000 times the reference"``."""
        degrees = _AFFINE.get((self.factor, self.offset))
        times = "" if self.factor == 1 else f"{fmt_value(self.factor)} times "
        if degrees:
            return f"{times}the reference {fmt_value(self.offset, signed=True)} ({degrees})"
        if self.factor == -1:
            return "the reference with the other sign"
        if 0 < self.factor < 1 and _is_whole(1 / self.factor):
            return f"the reference divided by {fmt_value(round(1 / self.factor))}"
        return f"{times}the reference"

    @property
    def sentence(self) -> str:
        """What was found, as the end of a sentence on a column's current values."""
        gaps = f"{fmt_effect(self.gap_before)} to {fmt_effect(self.gap_after)}"
        return f"look like {self.words}: scaled so, the largest gap falls from {gaps}"


def _is_whole(value: float) -> bool:
    return value >= 2 and math.isclose(value, round(value), rel_tol=1e-9)


def find_rescaling(reference: Numbers, current: Numbers, gap: float) -> Rescaling | None:
    """The scale that takes the reference to current data, or None where there is none.

    Parameters
    ----------
    reference, current : array
        Sorted, without nan; infinities are left out.
    gap : float
        The KS gap of both as they are.
    """
    if not min(reference.size, current.size) or gap < max(MIN_GAP, _by_chance(reference.size, current.size)):
        return None
    before, now = (side[np.isfinite(side)].astype(np.float64) for side in (reference, current))
    distinct = [np.unique(side[:: max(1, side.size // 1000)]).size for side in (before, now)]
    if min(distinct) < MIN_DISTINCT or max(np.abs(before).max(), np.abs(now).max()) > _LARGEST:
        return None
    allowed = max(_by_chance(before.size, now.size), gap / 10)
    for factor, offset in _candidates(before, now):
        after = _gap_of_scaled(before * factor + offset, now)
        if after <= min(allowed, gap / 2):
            return Rescaling(factor, offset, gap, after)
    return None


def _by_chance(n: int, m: int) -> float:
    """The gap that two samples of one distribution exceed in one of 1000 cases."""
    return math.sqrt(-math.log(ALPHA / 2) / 2 * (n + m) / (n * m))


def _candidates(before: Numbers, now: Numbers) -> Iterator[tuple[float, float]]:
    spread = _spread(before)
    if not spread or not math.isfinite(spread):
        return
    ratio = _spread(now) / spread
    for factor in _FACTORS:
        for common in (factor, 1 / factor):
            if ratio / _CLOSE <= common <= ratio * _CLOSE:
                yield common, 0.0
    for factor, offset in _AFFINE:
        if ratio / _CLOSE <= factor <= ratio * _CLOSE:
            yield factor, offset
    if 1 / _CLOSE <= ratio <= _CLOSE:
        yield -1.0, 0.0


def _spread(values: Numbers) -> float:
    return float(np.mean(np.abs(values - values[values.size // 2])))


def _gap_of_scaled(scaled: Numbers, now: Numbers) -> float:
    """KS gap; values that differ only by the rounding of a product count as equal."""
    step = max(float(np.abs(now).max()), float(np.abs(scaled).max())) * 1e-9
    sides = [np.sort(np.floor(side / step + 0.37)) for side in (scaled, now)]
    found = largest_gap(sides[0], sides[1])
    return found.numerator / (found.n_reference * found.n_current)
