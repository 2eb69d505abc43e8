"""From values to places in a drawing."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Scale", "Tick"]


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
        # By halves, as the ends may be further apart than the largest float.
        half = self.high / 2 - self.low / 2
        if half == 0:
            return (self.start + self.end) / 2
        return self.start + (value / 2 - self.low / 2) / half * (self.end - self.start)
