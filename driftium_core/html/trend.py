"""Health Index and MMD² over the last calculations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from driftium_core.drawing import round_ticks, severity_runs
from driftium_core.formats import fmt_clock, fmt_day, fmt_n, fmt_statistic, fmt_value
from driftium_core.html.scales import Scale, Tick
from driftium_core.html.time_axis import Mark, TimeTick, gapped_line, time_ticks
from driftium_core.severity import Severity, severity_label

if TYPE_CHECKING:
    from driftium_core.store.records import Calculation

__all__ = ["Trend", "Wash", "stability_trend"]

LEFT, RIGHT, TOP, BOTTOM = 40.0, 512.0, 16.0, 176.0
FOOT = 188.0
"""Below both scales, so that what is not drawn is not read as zero."""


@dataclass(frozen=True, slots=True)
class Wash:
    """Ground behind neighbouring calculations of one severity."""

    x: float
    width: float
    severity: Severity


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


def stability_trend(items: Sequence[Calculation], *, shown: str | None = None) -> Trend | None:
    """The course of both scores, oldest first; None for fewer than two calculations.

    A calculation that is inconclusive or has no Health Index is a gap with its mark below the scales, never joined
    over. ``shown`` is the id of the report's own.
    """
    if len(items) < 2:
        return None
    across = Scale(-0.5, len(items) - 0.5, LEFT, RIGHT)
    health = Scale(0, 100, BOTTOM, TOP)
    peak = max(max(item.drawn_mmd or 0.0, *(item.mmd_range or (0.0,))) for item in items) or 0.1
    mmd = Scale(0, 1.15 * peak, BOTTOM, TOP)
    marks = tuple(
        Mark(across(i), FOOT if item.drawn_health is None else health(item.drawn_health), item.severity)
        for i, item in enumerate(items)
    )
    return Trend(
        title=f"Health Index and MMD² over {fmt_n(len(items))} calculations",
        description=" ".join(_in_words(item) for item in items),
        health=gapped_line([item.drawn_health for item in items], across, health),
        mmd=gapped_line([item.drawn_mmd for item in items], across, mmd),
        mmd_range="".join(_step(i, *item.mmd_range, across, mmd) for i, item in enumerate(items) if item.mmd_range),
        washes=tuple(
            Wash(across(run.first - 0.5), across(run.last + 0.5) - across(run.first - 0.5), run.severity)
            for run in severity_runs([item.severity for item in items])
            if run.severity is not None
        ),
        marks=marks,
        shown=next((across(i) for i, item in enumerate(items) if item.id == shown), None),
        times=time_ticks([item.created_at for item in items], across),
        health_ticks=tuple(Tick(health(value), fmt_value(value)) for value in (0, 25, 50, 75, 100)),
        mmd_ticks=tuple(Tick(mmd(value), fmt_value(value)) for value in round_ticks(0, 1.15 * peak, 5)),
    )


def _step(i: int, low: float, high: float, across: Callable[[float], float], up: Callable[[float], float]) -> str:
    """The range of one calculation, as wide as its place."""
    return f"M{across(i - 0.5):.1f} {up(low):.1f}V{up(high):.1f}H{across(i + 0.5):.1f}V{up(low):.1f}Z"


def _in_words(item: Calculation) -> str:
    health = "no Health Index" if item.health_index is None else f"Health Index {fmt_value(round(item.health_index))}"
    null = ""
    if item.mmd_range:
        null = f", without a change {' to '.join(map(fmt_statistic, item.mmd_range))}"
    when = f"{fmt_day(item.created_at)} {fmt_clock(item.created_at)}"
    return f"{when}: {severity_label(item.severity)}, {health}, MMD² {fmt_statistic(item.mmd_score)}{null}."
