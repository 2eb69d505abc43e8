"""A distance on the range that it has by chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from driftium_core.drawing import NullRangeLayout, null_range_layout, round_ticks
from driftium_core.formats import fmt_value
from driftium_core.html.scales import Scale, Tick
from driftium_core.severity import Severity
from driftium_core.text.drift_report import NullRange

__all__ = ["Strip", "null_strip"]

WIDTH, HEIGHT, FLOOR = 380.0, 104.0, 82.0
_MARGIN, _TOP, _DOT, _COLUMNS = 14.0, 22.0, 5.4, 36
_ROOM = 30.0
"""Between the marker of a value that is off the axis and the next number on it, which would seem to be its own."""


@dataclass(frozen=True, slots=True)
class Strip:
    """Where everything stands in a drawing of ``WIDTH`` × ``HEIGHT``; ``description`` says it in words.

    ``pointer`` is written beside the marker where the value is off the axis, on the side ``beyond``; else it is empty.
    ``dots`` are empty in old reports.
    """

    description: str
    severity: Severity | None
    marker: float
    beyond: Literal["left", "right"] | None
    pointer: str
    band: tuple[float, float]
    dots: tuple[tuple[float, float], ...]
    ticks: tuple[Tick, ...]


def null_strip(
    name: str, score: NullRange, severity: Severity | None, written: Callable[[float | None], str]
) -> Strip | None:
    """Places for a score, its 95 % range without change and the quantiles of that range; None without either.

    Parameters
    ----------
    written : callable
        How the score and its range are written.
    """
    layout = null_range_layout(score, columns=_COLUMNS)
    if layout is None:
        return None
    scale = Scale(layout.left, layout.right, _MARGIN, WIDTH - _MARGIN)
    ticks = (Tick(scale(value), fmt_value(value)) for value in round_ticks(layout.left, layout.right, 5))
    marker = scale(layout.mark)
    return Strip(
        description=(
            f"{name} is {written(score.value)}. Without a change 95 % of such values lie from {written(score.low)} to "
            f"{written(score.high)}, so it is {'inside' if layout.inside else 'outside'} that range."
        ),
        severity=severity,
        marker=marker,
        beyond=layout.beyond,
        pointer=layout.pointer(written(score.value)),
        band=(scale(score.low), scale(score.high)),
        dots=_dots(layout, scale),
        ticks=tuple(tick for tick in ticks if not layout.beyond or abs(tick.at - marker) > _ROOM),
    )


def _dots(layout: NullRangeLayout, scale: Scale) -> tuple[tuple[float, float], ...]:
    """Stacks on the axis, pressed together where they would be higher than the band."""
    highest = max((level for _, level in layout.dots), default=1)
    rise = min(_DOT, (FLOOR - _TOP - _DOT) / highest)
    return tuple((scale(x), FLOOR - 0.5 - (level - 0.5) * rise) for x, level in layout.dots)
