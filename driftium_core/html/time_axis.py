"""What trends share: places in time, marks of severity, and lines with gaps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from driftium_core.formats import fmt_clock, fmt_day
from driftium_core.severity import Severity

__all__ = ["Mark", "TimeTick", "gapped_line", "time_ticks"]


@dataclass(frozen=True, slots=True)
class Mark:
    """One finished comparison in the drawing."""

    x: float
    y: float
    severity: Severity | None


@dataclass(frozen=True, slots=True)
class TimeTick:
    """Day and time below a comparison."""

    at: float
    day: str
    clock: str


def time_ticks(moments: Sequence[datetime], across: Callable[[float], float]) -> tuple[TimeTick, ...]:
    """Up to five, counted from the newest; of those within one minute the first."""
    shown = range(len(moments) - 1, -1, -max(1, -(-len(moments) // 5)))[::-1]
    ticks = [TimeTick(across(i), fmt_day(moments[i]), fmt_clock(moments[i])) for i in shown]
    return tuple(next(alike) for _, alike in groupby(ticks, key=lambda tick: (tick.day, tick.clock)))


def gapped_line(values: Sequence[float | None], across: Callable[[float], float], up: Callable[[float], float]) -> str:
    """Path data with a gap at each None."""
    path, pen_down = [], False
    for i, value in enumerate(values):
        if value is None:
            pen_down = False
            continue
        path.append(f"{'L' if pen_down else 'M'}{across(i):.1f} {up(value):.1f}")
        pen_down = True
    return "".join(path)
