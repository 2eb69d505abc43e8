"""Whether one sample is the other with its values shifted or scaled."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["CHANCE", "ValueShift", "fit_value_shift", "weighted_gap"]

Floats = npt.NDArray[np.float64]

_LEVELS = np.arange(0.02, 0.99, 0.01)
_LEFT_OVER = 0.25
CHANCE = 1.95
"""The Kolmogorov-Smirnov distance, times the root of the harmonic size, that chance exceeds once in 1000 cases."""


@dataclass(frozen=True, slots=True)
class ValueShift:
    """current ≈ factor · reference + offset; one of the two is idle (1 or 0) where the other is enough.

    ``gap`` is the Kolmogorov-Smirnov distance that is left.
    """

    factor: float
    offset: float
    gap: float


def fit_value_shift(
    reference: Floats, current: Floats, weights: Floats | None = None, *, rough: bool = False
) -> ValueShift | None:
    """Shift, factor or both that turn the reference into the current sample; None when nothing of the kind does.

    The quantiles of both samples are compared from 2 % to 98 %: a shift is the median of their differences, a factor
    that of their ratios, and both are a straight line through the quantiles. The simplest that leaves no more than
    chance would, and at most half of the distance, is taken.

    Parameters
    ----------
    reference, current : float arrays, finite
    weights : float array like *reference*, optional
    rough : bool
        Also take a shift or a factor that leaves more, up to a quarter of the distance.
    """
    if min(reference.size, current.size) < 2:
        return None
    order = np.argsort(reference, kind="stable")
    values, current = reference[order], np.sort(current)
    mass = np.cumsum(np.ones(values.size) if weights is None else weights[order])
    mass /= mass[-1]
    before = weighted_gap(values, mass, current)
    spread = np.diff(np.concatenate([[0.0], mass]))
    n = 1 / float(np.square(spread).sum())
    chance = CHANCE * math.sqrt(1 / n + 1 / current.size)
    wanted = values[np.minimum(np.searchsorted(mass, _LEVELS), values.size - 1)]
    found = current[np.minimum((_LEVELS * current.size).astype(int), current.size - 1)]
    fits = [
        [ValueShift(factor, offset, weighted_gap(factor * values + offset, mass, current)) for factor, offset in group]
        for group in _candidates(wanted, found)
    ]
    for allowed, groups in ((min(chance, before / 2), fits), (_LEFT_OVER * before if rough else 0.0, fits[:1])):
        for group in groups:
            best = min(group, key=lambda fit: fit.gap, default=None)
            if best is not None and best.gap <= allowed and before > 0:
                return best
    return None


def _candidates(wanted: Floats, found: Floats) -> list[list[tuple[float, float]]]:
    """(factor, offset), the simple ones first."""
    simple = []
    far = np.abs(wanted) > 1e-12 * np.abs(wanted).max(initial=0.0)
    if far.any():
        factor = float(np.median(found[far] / wanted[far]))
        if math.isfinite(factor) and factor > 0:
            simple.append((factor, 0.0))
    offset = float(np.median(found - wanted))
    if math.isfinite(offset):
        simple.append((1.0, offset))
    middle = wanted - wanted.mean()
    scale = np.abs(middle).max(initial=0.0)
    if not (math.isfinite(scale) and scale > 0):
        return [simple]
    slope = float((middle / scale * (found - found.mean())).sum() / np.square(middle / scale).sum() / scale)
    line = (slope, float(found.mean() - slope * wanted.mean()))
    return [simple, [line] if slope > 0 and math.isfinite(line[1]) else []]


def weighted_gap(values: Floats, mass: Floats, current: Floats) -> float:
    """Largest distance between the curve of sorted values with cumulative mass and that of a sorted sample.

    Values that differ by less than a billionth of the range are equal: scaling rounds.

    Examples
    --------
    >>> weighted_gap(np.array([1.0, 2.0]), np.array([0.5, 1.0]), np.array([1.0, 1.0]))
    0.5
    """
    reach = 1e-9 * max(abs(float(current[0])), abs(float(current[-1])), abs(float(values[0])), abs(float(values[-1])))
    points = np.concatenate([values, current]) + reach
    reference = np.append(0.0, mass)[np.searchsorted(values, points, side="right")]
    return float(np.abs(reference - np.searchsorted(current, points, side="right") / current.size).max())
