"""How health and distance went over the calculations: what the trend shows, without its drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise

from driftium_core.formats import fmt_effect, fmt_n, fmt_statistic, fmt_time
from driftium_core.severity import severity_label
from driftium_core.store.records import Calculation

__all__ = ["StabilityPoint", "baseline_changes", "stability_points", "steps"]


@dataclass(frozen=True, slots=True)
class StabilityPoint:
    """One calculation in the trend.

    Attributes
    ----------
    when : str
        Written time.
    baseline : str
        Short name of the baseline it was compared with, e.g. ``"v3"``.
    """

    calculation: Calculation
    when: str
    baseline: str = ""

    @property
    def calculation_id(self) -> str:
        """What a click on the point opens."""
        return self.calculation.id

    @property
    def lines(self) -> tuple[str, ...]:
        """What hovering says, line by line, as plain text."""
        item, health, mmd = self.calculation, "no Health Index", "MMD² without a null range"
        if item.health_index is not None:
            health = f"Health {item.health_index:.0f}"
            if item.health_low is not None and item.health_high is not None:
                health += f", 95 % {item.health_low:.0f} to {item.health_high:.0f}"
        if item.mmd_score is not None and item.mmd_range is not None:
            null = " to ".join(map(fmt_statistic, item.mmd_range))
            mmd = f"MMD² {fmt_statistic(item.mmd_score)}; null range {null}"
        sizes = f"{fmt_n(item.n_current)} current, {fmt_n(item.n_baseline)} baseline"
        against = f" {self.baseline}" if self.baseline else ""
        first = f"{self.when} · {severity_label(item.severity)}"
        return first, health, mmd, f"effect {fmt_effect(item.effect_size)} · {sizes}{against}"


def stability_points(
    calculations: Sequence[Calculation], *, baselines: Mapping[str, str] | None = None, now: datetime | None = None
) -> list[StabilityPoint]:
    """Points of the trend, oldest first, from calculations in any order; ``baselines`` names them by their id."""
    names = baselines or {}
    return [
        StabilityPoint(item, fmt_time(item.created_at, now=now), names.get(item.baseline_id, ""))
        for item in sorted(calculations, key=lambda item: item.created_at)
    ]


def baseline_changes(points: Sequence[StabilityPoint]) -> list[tuple[int, str]]:
    """Position and name of every baseline that follows upon another one; unnamed ones are passed over."""
    named = [(position, point.baseline) for position, point in enumerate(points) if point.baseline]
    return [after for before, after in pairwise(named) if before[1] != after[1]]


def steps(bounds: Sequence[tuple[float, float] | None]) -> tuple[list[float | None], list[float | None]]:
    """Outline of a ribbon that is as wide as one calculation at each, with a hole where bounds are unknown.

    Returns
    -------
    tuple of list
        x and y of closed outlines, one for each unbroken stretch, parted by None.
    """
    x: list[float | None] = []
    y: list[float | None] = []
    for known, group in groupby(enumerate(bounds), key=lambda item: item[1] is not None):
        if not known:
            continue
        columns = [(position, bound) for position, bound in group if bound is not None]
        over = [(p + side, bound[1]) for p, bound in columns for side in (-0.5, 0.5)]
        under = [(p + side, bound[0]) for p, bound in reversed(columns) for side in (0.5, -0.5)]
        outline = [*over, *under, over[0]]
        x += [*(place for place, _ in outline), None]
        y += [*(value for _, value in outline), None]
    return x, y
