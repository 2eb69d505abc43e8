"""From values to places in a drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Scale", "Tick", "round_ticks"]


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis and its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Straight line from values (``low`` to ``high``) to places (``start`` to ``end``)."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Place of a value; all are in the middle when there is but one."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def round_ticks(low: float, high: float, most: int = 5) -> tuple[float, ...]:
    """Up to ``most`` round numbers within a range: steps of 1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> round_ticks(0, 0.093, 5)
    (0.0, 0.02, 0.04, 0.06, 0.08)
    """
    if not high > low:
        return (low,)
    exponent = math.floor(math.log10((high - low) / most))
    for factor in (1, 2, 5, 10, 20):
        step = factor * 10.0**exponent
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            return tuple(float(f"{k * step:.12g}") for k in range(first, last + 1))
    return (low, high)
