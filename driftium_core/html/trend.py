"""Health Index and MMD² over the last calculations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from driftium_core.formats import fmt_clock, fmt_day, fmt_n, fmt_statistic, fmt_value
from driftium_core.html.scales import Scale, Tick, round_ticks
from driftium_core.severity import Severity, severity_label

__all__ = ["Mark", "TimeTick", "Trend", "TrendPoint", "stability_trend"]

LEFT, RIGHT, TOP, BOTTOM = 40.0, 512.0, 16.0, 196.0


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One calculation of the history; the scores are None where they could not be computed.

    ``mmd_low`` to ``mmd_high`` is the range without a change at its own sizes; without it the MMD² is not drawn.
    ``shown`` marks the report's own calculation.
    """

    created_at: datetime
    severity: Severity | None
    health_index: float | None
    mmd_score: float | None
    mmd_low: float | None = None
    mmd_high: float | None = None
    shown: bool = False

    @property
    def ranged(self) -> bool:
        """Whether the range of MMD² is known, which it is never drawn without."""
        return self.mmd_low is not None and self.mmd_high is not None

    @property
    def drawn_health(self) -> float | None:
        """The index where it is drawn; an inconclusive calculation is a gap."""
        return None if self.severity is None else self.health_index

    @property
    def drawn_mmd(self) -> float | None:
        """The statistic where it is drawn: never for an inconclusive calculation, never without its range."""
        return self.mmd_score if self.ranged and self.severity is not None else None


@dataclass(frozen=True, slots=True)
class Mark:
    """A calculation in the drawing."""

    x: float
    y: float
    severity: Severity | None


@dataclass(frozen=True, slots=True)
class Wash:
    """Ground behind neighbouring calculations of one severity."""

    x: float
    width: float
    severity: Severity


@dataclass(frozen=True, slots=True)
class TimeTick:
    """Day and time below a calculation."""

    at: float
    day: str
    clock: str


@dataclass(frozen=True, slots=True)
class Trend:
    """Lines and places in a drawing of 560 × 240; ``shown`` is where the report's own calculation stands."""

    title: str
    description: str
    health: str
    mmd: str
    mmd_range: str
    washes: tuple[Wash, ...]
    marks: tuple[Mark, ...]
    shown: float | None
    times: tuple[TimeTick, ...]
    health_ticks: tuple[Tick, ...]
    mmd_ticks: tuple[Tick, ...]


def stability_trend(points: Sequence[TrendPoint]) -> Trend | None:
    """The course of both scores, oldest first; None for fewer than two calculations.

    A calculation that is inconclusive or has no Health Index is a gap with its mark at the foot, never joined over.
    """
    if len(points) < 2:
        return None
    across = Scale(-0.5, len(points) - 0.5, LEFT, RIGHT)
    health = Scale(0, 100, BOTTOM, TOP)
    peak = max(max(point.drawn_mmd or 0.0, point.mmd_high or 0.0) for point in points) or 0.1
    mmd = Scale(0, 1.15 * peak, BOTTOM, TOP)
    marks = tuple(
        Mark(across(i), BOTTOM if point.drawn_health is None else health(point.drawn_health), point.severity)
        for i, point in enumerate(points)
    )
    newest_first = range(len(points) - 1, -1, -max(1, -(-len(points) // 5)))
    return Trend(
        title=f"Health Index and MMD² over {fmt_n(len(points))} calculations",
        description=" ".join(_in_words(point) for point in points),
        health=_line([point.drawn_health for point in points], across, health),
        mmd=_line([point.drawn_mmd for point in points], across, mmd),
        mmd_range="".join(_step(i, point, across, mmd) for i, point in enumerate(points) if point.ranged),
        washes=_washes(points, across),
        marks=marks,
        shown=next((across(i) for i, point in enumerate(points) if point.shown), None),
        times=tuple(
            TimeTick(across(i), fmt_day(points[i].created_at), fmt_clock(points[i].created_at)) for i in newest_first
        ),
        health_ticks=tuple(Tick(health(value), fmt_value(value)) for value in (0, 25, 50, 75, 100)),
        mmd_ticks=tuple(Tick(mmd(value), fmt_value(value)) for value in round_ticks(0, 1.15 * peak, 5)),
    )


def _line(values: Sequence[float | None], across: Callable[[float], float], up: Callable[[float], float]) -> str:
    """Path data with a gap at each None."""
    path, pen_down = [], False
    for i, value in enumerate(values):
        if value is None:
            pen_down = False
            continue
        path.append(f"{'L' if pen_down else 'M'}{across(i):.1f} {up(value):.1f}")
        pen_down = True
    return "".join(path)


def _step(i: int, point: TrendPoint, across: Callable[[float], float], up: Callable[[float], float]) -> str:
    """The range of one calculation, as wide as its place."""
    low, high = up(point.mmd_low or 0.0), up(point.mmd_high or 0.0)
    return f"M{across(i - 0.5):.1f} {low:.1f}V{high:.1f}H{across(i + 0.5):.1f}V{low:.1f}Z"


def _washes(points: Sequence[TrendPoint], across: Callable[[float], float]) -> tuple[Wash, ...]:
    """Grounds of all but inconclusive calculations."""
    found = []
    for severity, group in groupby(enumerate(points), key=lambda item: item[1].severity):
        positions = [position for position, _ in group]
        if severity is not None:
            x = across(positions[0] - 0.5)
            found.append(Wash(x, across(positions[-1] + 0.5) - x, severity))
    return tuple(found)


def _in_words(point: TrendPoint) -> str:
    health = "no Health Index" if point.health_index is None else f"Health Index {fmt_value(round(point.health_index))}"
    null = ""
    if point.mmd_low is not None and point.mmd_high is not None:
        null = f", without a change {fmt_statistic(point.mmd_low)} to {fmt_statistic(point.mmd_high)}"
    when = f"{fmt_day(point.created_at)} {fmt_clock(point.created_at)}"
    return f"{when}: {severity_label(point.severity)}, {health}, MMD² {fmt_statistic(point.mmd_score)}{null}."
