"""Largest effect and share of drifted columns over the last checks against one reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from driftium_core.formats import fmt_clock, fmt_day, fmt_effect, fmt_n, fmt_percent, fmt_value
from driftium_core.html.scales import Scale, Tick
from driftium_core.html.time_axis import Mark, TimeTick, gapped_line, time_ticks
from driftium_core.severity import EFFECT_THRESHOLDS, Severity, severity_label

if TYPE_CHECKING:
    from driftium_core.store.table_records import TableRun

__all__ = ["RunTrend", "SeverityBand", "run_trend"]

LEFT, RIGHT, TOP, BOTTOM = 40.0, 512.0, 12.0, 176.0
FOOT = 188.0
"""Below the scale, so that an inconclusive run is not read as zero."""


@dataclass(frozen=True, slots=True)
class SeverityBand:
    """Ground behind the effects of one severity."""

    y: float
    height: float
    severity: Severity


@dataclass(frozen=True, slots=True)
class RunTrend:
    """Lines and places in a drawing of 560 × 240; ``shown`` is where the report's own run stands."""

    title: str
    description: str
    effect: str
    rate: str
    bands: tuple[SeverityBand, ...]
    marks: tuple[Mark, ...]
    shown: float | None
    times: tuple[TimeTick, ...]
    ticks: tuple[Tick, ...]


def run_trend(runs: Sequence[TableRun], *, shown: str | None = None) -> RunTrend | None:
    """The course of both, oldest first; None for fewer than two runs.

    A run in which nothing drifted has an effect of zero. An inconclusive one is a gap with its mark below the scale,
    never joined over. ``shown`` is the id of the report's own.
    """
    if len(runs) < 2:
        return None
    effects = [None if run.severity is None else run.max_effect or 0.0 for run in runs]
    rates = [None if run.severity is None else run.drift_rate for run in runs]
    top = min(1.06, 1.15 * max(0.4, *(value or 0.0 for value in (*effects, *rates))))
    across, up = Scale(-0.5, len(runs) - 0.5, LEFT, RIGHT), Scale(0, top, BOTTOM, TOP)
    marks = zip(effects, runs, strict=True)
    values = (0.0, *EFFECT_THRESHOLDS.values(), *((1.0,) if top >= 1 else ()))
    return RunTrend(
        title=f"Largest effect and share of drifted columns over {fmt_n(len(runs))} runs",
        description=" ".join(_in_words(run) for run in runs),
        effect=gapped_line(effects, across, up),
        rate=gapped_line(rates, across, up),
        bands=_bands(up, top),
        marks=tuple(
            Mark(across(i), FOOT if effect is None else up(effect), run.severity)
            for i, (effect, run) in enumerate(marks)
        ),
        shown=next((across(i) for i, run in enumerate(runs) if run.id == shown), None),
        times=time_ticks([run.created_at for run in runs], across),
        ticks=tuple(Tick(up(value), fmt_value(value)) for value in values),
    )


def _bands(up: Scale, top: float) -> tuple[SeverityBand, ...]:
    floors = {Severity.LOW: 0.0, **EFFECT_THRESHOLDS}
    ends = [*list(floors.values())[1:], top]
    return tuple(
        SeverityBand(up(end), up(floor) - up(end), severity)
        for (severity, floor), end in zip(floors.items(), ends, strict=True)
    )


def _in_words(run: TableRun) -> str:
    when = f"{fmt_day(run.created_at)} {fmt_clock(run.created_at)}"
    if run.severity is None:
        return f"{when}: {severity_label(None)}."
    effect = "no column drifted" if run.max_effect is None else f"largest effect {fmt_effect(run.max_effect)}"
    return f"{when}: {severity_label(run.severity)}, {effect}, {fmt_percent(run.drift_rate)} of columns drifted."
