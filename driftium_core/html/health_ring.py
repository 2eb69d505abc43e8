"""The Health Index as a ring of sixty segments with its interval around it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from driftium_core.formats import NARROW_SPACE, fmt_value
from driftium_core.text.report import Health

__all__ = ["Ring", "health_ring"]

SEGMENTS = 60
_CENTRE, _RADIUS, _OUTER = 100.0, 72.0, 91.0


@dataclass(frozen=True, slots=True)
class Ring:
    """Arcs of a drawing of 200 × 200; ``lit`` is empty at 0, ``n_lit`` is how many segments it spans."""

    value: str
    interval: str
    track: str
    lit: str
    n_lit: int
    reach: str
    ends: tuple[str, ...]
    description: str


def health_ring(health: Health) -> Ring | None:
    """Arcs of an index that is known, else None."""
    if health.value is None:
        return None
    n_lit = round(health.value / 100 * SEGMENTS)
    low, high = health.low, health.high
    reach, ends, interval = "", (), ""
    if low is not None and high is not None:
        interval = f"95{NARROW_SPACE}% {fmt_value(round(low))} to {fmt_value(round(high))}"
        reach = _arc(_OUTER, low / 100, high / 100)
        ends = tuple(_spoke(share / 100) for share in (low, high))
    return Ring(
        value=fmt_value(round(health.value)),
        interval=interval,
        track=_arc(_RADIUS, 0, 1),
        lit=_arc(_RADIUS, 0, n_lit / SEGMENTS) if n_lit else "",
        n_lit=n_lit,
        reach=reach,
        ends=ends,
        description=health.text,
    )


def _at(radius: float, share: float) -> str:
    angle = 2 * math.pi * share
    return f"{_CENTRE + radius * math.sin(angle):.2f} {_CENTRE - radius * math.cos(angle):.2f}"


def _arc(radius: float, start: float, end: float) -> str:
    """Path data clockwise from the top between two shares of the circle."""
    # In two halves: an arc that ends where it begins is not drawn at all.
    turn, middle = f"A{radius:g} {radius:g} 0 0 1", (start + end) / 2
    return f"M{_at(radius, start)}{turn} {_at(radius, middle)}{turn} {_at(radius, end)}"


def _spoke(share: float) -> str:
    return f"M{_at(_OUTER - 5, share)}L{_at(_OUTER + 5, share)}"
