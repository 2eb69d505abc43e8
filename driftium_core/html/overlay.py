"""Both samples of a numeric column: histograms over each other, cumulative curves below, the largest gap marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from driftium_core.drawing import largest_gap, round_ticks
from driftium_core.formats import fmt_effect, fmt_percent, fmt_value
from driftium_core.html.scales import Scale, Tick
from driftium_core.tabular.column_result import NumberDistribution

__all__ = ["Overlay", "overlay"]

LEFT, RIGHT = 46.0, 514.0
TOP, FLOOR = 10.0, 150.0
"""Of the histograms."""
FULL, NONE = 170.0, 236.0
"""Heights of 100 % and 0 % of the curves."""
FINE = 2
"""Outlines and curves are in steps of half a pixel, as whole numbers from one to the next: a third of the size."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Path data and places in a drawing of 520 × 262.

    Those of outlines and curves are for one that is `FINE` times as large: ``reference`` and ``current`` closed,
    ``…_curve`` open. ``gap`` is empty where there is none.
    """

    reference: str
    current: str
    reference_curve: str
    current_curve: str
    gap: str
    gap_words: str
    ticks: tuple[Tick, ...]
    shares: tuple[Tick, ...]
    description: str


def overlay(distribution: NumberDistribution) -> Overlay:
    """Lay out both samples of a numeric column."""
    low, high = distribution.edges[0], distribution.edges[-1]
    across, up = Scale(low, high, LEFT, RIGHT), Scale(0, 1, NONE, FULL)
    peak = max((*distribution.reference, *distribution.current), default=0.0) or 1.0
    height = Scale(0, 1.06 * peak, FLOOR, TOP)
    gap = largest_gap(distribution)
    words = f"largest gap {fmt_effect(gap.size)}, at {fmt_value(gap.at)}"
    grid = [min(max(across(x), LEFT), RIGHT) for x in distribution.grid]
    return Overlay(
        reference=_outline(distribution.reference, height),
        current=_outline(distribution.current, height),
        reference_curve=_curve(grid, distribution.reference_ecdf, up),
        current_curve=_curve(grid, distribution.current_ecdf, up),
        gap=f"M{across(gap.at):.1f} {up(gap.reference):.1f}V{up(gap.current):.1f}" if gap.size else "",
        gap_words=words,
        ticks=tuple(Tick(across(value), fmt_value(value)) for value in round_ticks(low, high, 5)),
        shares=tuple(Tick(height(share), fmt_percent(share)) for share in round_ticks(0, peak, 4)),
        description=(
            f"Histograms and cumulative curves of reference and current: {words}, where {fmt_percent(gap.reference)} "
            f"of the reference and {fmt_percent(gap.current)} of current values lie at or below."
        ),
    )


def _outline(shares: Sequence[float], height: Callable[[float], float]) -> str:
    """Bars of equal width as one closed line."""
    step = (RIGHT - LEFT) / len(shares)
    tops = [(LEFT + i * step, height(share)) for i, share in enumerate(shares)]
    return f"{_steps([(LEFT, FLOOR), *tops, (RIGHT, FLOOR)])}Z"


def _curve(places: Sequence[float], shares: Sequence[float], up: Callable[[float], float]) -> str:
    """Steps from the first place to the right end."""
    points = [(place, up(share)) for place, share in zip(places, shares, strict=True)]
    return _steps([*points, (RIGHT, points[-1][1])])


def _steps(points: Iterable[tuple[float, float]]) -> str:
    """Across to each point, then to its height; one at the height of the last needs no stroke of its own."""
    (x, y), *rest = ((round(FINE * x), round(FINE * y)) for x, y in points)
    path = [f"M{x} {y}"]
    for place, height in rest:
        if height != y:
            path.append(f"{f'h{place - x}' if place != x else ''}v{height - y}")
            x, y = place, height
    return f"{''.join(path)}{f'h{rest[-1][0] - x}' if rest[-1][0] != x else ''}"
