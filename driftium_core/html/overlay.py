"""Both samples of a numeric column: histograms over each other, cumulative curves below, the largest gap marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

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


@dataclass(frozen=True, slots=True)
class Overlay:
    """Path data and places in a drawing of 520 × 262.

    ``reference`` and ``current`` are closed outlines, ``…_curve`` open steps; ``gap`` is empty where there is none.
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
    """Bars of equal width as one closed line; neighbours of equal height share a stroke."""
    step = (RIGHT - LEFT) / len(shares)
    tops = [f"{height(share):.1f}" for share in shares]
    path = [f"M{LEFT:g} {FLOOR:g}V{tops[0]}"]
    path += [f"H{LEFT + i * step:.1f}V{top}" for i, (before, top) in enumerate(pairwise(tops), 1) if before != top]
    return f"{''.join(path)}H{RIGHT:g}V{FLOOR:g}Z"


def _curve(places: Sequence[float], shares: Sequence[float], up: Callable[[float], float]) -> str:
    """Steps from the first place to the right end; what does not rise by a tenth of a pixel needs no step."""
    heights = [f"{up(share):.1f}" for share in shares]
    path = [f"M{places[0]:.1f} {heights[0]}"]
    steps = zip(places[1:], pairwise(heights), strict=True)
    path += [f"H{place:.1f}V{now}" for place, (before, now) in steps if before != now]
    return f"{''.join(path)}H{RIGHT:g}"
