"""A distance on the range that it has by chance."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from driftium_core.formats import fmt_value
from driftium_core.html.scales import Scale, Tick, round_ticks
from driftium_core.severity import Severity
from driftium_core.text.drift_report import NullRange

__all__ = ["Strip", "null_strip"]

WIDTH, HEIGHT, FLOOR = 380.0, 104.0, 82.0
_MARGIN, _TOP = 14.0, 22.0
_MOST_DOTS, _DOT, _WIDEST = 50, 5.4, 9.0


@dataclass(frozen=True, slots=True)
class Strip:
    """Where everything stands in a drawing of ``WIDTH`` × ``HEIGHT``; ``description`` says it in words.

    ``band`` is None when the range is not known, ``dots`` are then empty; they are also empty without draws.
    """

    name: str
    description: str
    severity: Severity | None
    marker: float
    band: tuple[float, float] | None
    dots: tuple[tuple[float, float], ...]
    ticks: tuple[Tick, ...]


def null_strip(
    name: str, score: NullRange, severity: Severity | None, written: Callable[[float | None], str]
) -> Strip | None:
    """Places for a score, its 95 % range without change and the quantiles of that range; None without a score.

    Parameters
    ----------
    written : callable
        How the score and its range are written.
    """
    if not math.isfinite(score.value):
        return None
    known = math.isfinite(score.low) and math.isfinite(score.high)
    draws = _spread(sorted(draw for draw in score.draws if math.isfinite(draw)))
    values = [score.value, *draws, *((score.low, score.high) if known else ())]
    scale = _scale(min(values), max(values))
    band = (scale(score.low), scale(score.high)) if known else None
    ticks = tuple(Tick(scale(value), fmt_value(value)) for value in round_ticks(scale.low, scale.high, 5))
    description = f"{name} is {written(score.value)}."
    if known:
        inside = score.low <= score.value <= score.high
        description += (
            f" Without a change 95 % of such values lie from {written(score.low)} to {written(score.high)}, "
            f"so it is {'inside' if inside else 'outside'} that range."
        )
    return Strip(name, description, severity, scale(score.value), band, _stacked(draws, scale), ticks)


def _spread(draws: Sequence[float]) -> Sequence[float]:
    """At most ``_MOST_DOTS`` of the values, evenly spaced in rank."""
    if len(draws) <= _MOST_DOTS:
        return draws
    return [draws[round(i * (len(draws) - 1) / (_MOST_DOTS - 1))] for i in range(_MOST_DOTS)]


def _scale(low: float, high: float) -> Scale:
    """From zero, unless all values are far from it."""
    if low >= 0 and low <= 0.6 * high:
        low = 0.0
    room = 0.04 * (high - low) or 0.5 * abs(high) or 1.0
    return Scale(low - (room if low < 0 or low == high else 0.0), high + room, _MARGIN, WIDTH - _MARGIN)


def _stacked(draws: Sequence[float], scale: Scale) -> tuple[tuple[float, float], ...]:
    """One dot per value, those of nearly the same place above each other."""
    if not draws:
        return ()
    # Wide ranges get wider columns, so that their middle rises above their ends as well.
    width = min(_WIDEST, max(_DOT, (scale(draws[-1]) - scale(draws[0])) / 16))
    columns: dict[int, int] = {}
    places = []
    for draw in draws:
        column = math.floor(scale(draw) / width)
        columns[column] = columns.get(column, 0) + 1
        places.append((column, columns[column]))
    rise = min(_DOT, (FLOOR - _TOP - _DOT) / max(columns.values()))
    return tuple(((column + 0.5) * width, FLOOR - 0.5 - (level - 0.5) * rise) for column, level in places)
