"""Both pools as dots in two dimensions, in few bytes per dot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from driftium_core.formats import fmt_n, fmt_percent
from driftium_core.html.scales import Scale
from driftium_core.text.differences import Projection

__all__ = ["PoolMap", "pool_map"]

WIDTH, HEIGHT = 560.0, 380.0
_MARGIN = 10.0


@dataclass(frozen=True, slots=True)
class PoolMap:
    """Path data of all dots of each pool, in a drawing of ``WIDTH`` × ``HEIGHT``; ``radius`` is that of a dot."""

    baseline: str
    current: str
    radius: float
    n_baseline: int
    n_current: int
    description: str


def pool_map(projection: Projection | None) -> PoolMap | None:
    """Dots of a projection with equal scales on both axes; None where there is none."""
    if projection is None or not (projection.baseline and projection.current):
        return None
    everything = (*projection.baseline, *projection.current)
    (left, right), (low, high) = ((min(axis), max(axis)) for axis in zip(*everything, strict=True))
    # One unit is as long up as it is across, so distances can be compared by eye.
    unit = max((right - left) / (WIDTH - 2 * _MARGIN), (high - low) / (HEIGHT - 2 * _MARGIN)) or 1.0
    across, up = _centred(left, right, unit, WIDTH), _centred(high, low, -unit, HEIGHT)
    radius = 3.2 if len(everything) <= 1_200 else 2.2
    explained = fmt_percent(sum(projection.explained))
    return PoolMap(
        baseline=_rings(projection.baseline, across, up, radius),
        current=_dots(projection.current, across, up),
        radius=radius,
        n_baseline=len(projection.baseline),
        n_current=len(projection.current),
        description=(
            f"{fmt_n(len(projection.baseline))} baseline answers as rings and {fmt_n(len(projection.current))} current "
            f"answers as dots on the two main axes of their vectors, which hold {explained} of the variance."
        ),
    )


def _centred(first: float, last: float, unit: float, length: float) -> Scale:
    middle, half = (first + last) / 2, unit * length / 2
    return Scale(middle - half, middle + half, 0, length)


def _rings(points: Sequence[tuple[float, float]], across: Scale, up: Scale, radius: float) -> str:
    r = f"{radius:g}"
    width = f"{2 * radius:g}"
    turn = f"a{r} {r} 0 1 0 {width} 0a{r} {r} 0 1 0-{width} 0"
    return "".join(f"M{across(x) - radius:.1f} {up(y):.1f}{turn}" for x, y in points)


def _dots(points: Sequence[tuple[float, float]], across: Scale, up: Scale) -> str:
    """A stroke of no length with round ends is a dot."""
    return "".join(f"M{across(x):.1f} {up(y):.1f}h0" for x, y in points)
