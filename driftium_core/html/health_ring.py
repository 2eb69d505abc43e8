"""The Health Index as a ring of sixty segments with its interval around it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from driftium_core.formats import NARROW_SPACE, fmt_value
from driftium_core.text.report import Health

__all__ = ["Ring", "health_ring"]

SEGMENTS = 60
_CENTRE, _INNER, _OUTER, _REACH = 100.0, 63.0, 81.0, 92.0


@dataclass(frozen=True, slots=True)
class Ring:
    """Paths of a drawing of 200 × 200: all segments, those up to the index, and the interval as an arc."""

    value: str
    interval: str
    segments: str
    lit: str
    reach: str
    description: str


def health_ring(health: Health) -> Ring | None:
    """Paths of an index that is known, else None."""
    if health.value is None:
        return None
    interval = reach = ""
    if health.low is not None and health.high is not None:
        interval = f"95{NARROW_SPACE}% {fmt_value(round(health.low))} to {fmt_value(round(health.high))}"
        reach = _arc(health.low / 100, health.high / 100)
    return Ring(
        value=fmt_value(round(health.value)),
        interval=interval,
        segments=_segments(SEGMENTS),
        lit=_segments(round(health.value / 100 * SEGMENTS)),
        reach=reach,
        description=health.text,
    )


def _segments(count: int) -> str:
    """The first segments, clockwise from the top, each a stroke across the ring."""
    return "".join(_spoke(_INNER, _OUTER, (i + 0.5) / SEGMENTS) for i in range(count))


def _arc(start: float, end: float) -> str:
    """The arc between two shares of the circle, with a stroke at either end."""
    # In two halves: an arc that ends where it begins is not drawn at all.
    turn = f"A{_REACH:g} {_REACH:g} 0 0 1"
    arc = f"M{_at(_REACH, start)}{turn} {_at(_REACH, (start + end) / 2)}{turn} {_at(_REACH, end)}"
    return arc + "".join(_spoke(_REACH - 5, _REACH + 5, share) for share in (start, end))


def _spoke(inner: float, outer: float, share: float) -> str:
    return f"M{_at(inner, share)}L{_at(outer, share)}"


def _at(radius: float, share: float) -> str:
    angle = 2 * math.pi * share
    return f"{_CENTRE + radius * math.sin(angle):.1f} {_CENTRE - radius * math.cos(angle):.1f}"
