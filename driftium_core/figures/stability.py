"""How health and distance went over the calculations: what the trend shows, without its drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise

from driftium_core.formats import UNKNOWN, fmt_effect, fmt_n, fmt_statistic, fmt_time
from driftium_core.severity import Severity, severity_label
from driftium_core.store.records import Calculation

__all__ = ["SeverityRun", "StabilityPoint", "baseline_changes", "severity_runs", "stability_points", "steps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StabilityPoint:
    """One calculation in the trend.

    Attributes
    ----------
    when : str
        Written time; severity None is inconclusive.
    health, health_low, health_high : float or None
        Health Index and its 95 % interval; None without prompts.
    mmd, mmd_low, mmd_high : float or None
        MMD² and its own 95 % null range: what it is at these very sizes when nothing changed.
    note : str
        Plain text for the hover, e.g. why a calculation is inconclusive.
    baseline : str
        Short name of the baseline it was compared with, e.g. ``"v3"``.
    """

    calculation_id: str
    when: str
    severity: Severity | None
    health: float | None = None
    health_low: float | None = None
    health_high: float | None = None
    mmd: float | None = None
    mmd_low: float | None = None
    mmd_high: float | None = None
    effect: float | None = None
    n_current: int = 0
    n_baseline: int = 0
    note: str = ""
    baseline: str = ""

    @classmethod
    def of(
        cls, calculation: Calculation, *, baseline: str = "", note: str = "", now: datetime | None = None
    ) -> StabilityPoint:
        """Read the point off a stored calculation."""
        return cls(
            calculation_id=calculation.id,
            when=fmt_time(calculation.created_at, now=now),
            severity=calculation.severity,
            health=calculation.health_index,
            health_low=calculation.health_low,
            health_high=calculation.health_high,
            mmd=calculation.mmd_score,
            mmd_low=calculation.mmd_low,
            mmd_high=calculation.mmd_high,
            effect=calculation.effect_size,
            n_current=calculation.n_current,
            n_baseline=calculation.n_baseline,
            note=note,
            baseline=baseline,
        )

    @property
    def shown_health(self) -> float | None:
        """The index where it is drawn; an inconclusive calculation is a gap."""
        return None if self.severity is None else self.health

    @property
    def shown_mmd(self) -> float | None:
        """The statistic where it is drawn: never for an inconclusive calculation, never without its null range."""
        return None if self.severity is None or self.mmd_low is None or self.mmd_high is None else self.mmd

    @property
    def lines(self) -> tuple[str, ...]:
        """What hovering says, line by line, as plain text."""
        health = "no Health Index"
        if self.health is not None:
            health = f"Health {self.health:.0f}"
            if self.health_low is not None and self.health_high is not None:
                health += f", 95 % {self.health_low:.0f} to {self.health_high:.0f}"
        mmd = "MMD² without a null range"
        if self.mmd is not None and self.mmd_low is not None and self.mmd_high is not None:
            null = f"{fmt_statistic(self.mmd_low)} to {fmt_statistic(self.mmd_high)}"
            mmd = f"MMD² {fmt_statistic(self.mmd)}; null range {null}"
        sizes = f"{fmt_n(self.n_current)} current, {fmt_n(self.n_baseline)} baseline"
        effect = f"effect {fmt_effect(self.effect)}" if self.effect is not None else f"effect {UNKNOWN}"
        against = f" {self.baseline}" if self.baseline else ""
        first = f"{self.when} · {severity_label(self.severity)}"
        return tuple(filter(None, (first, health, mmd, f"{effect} · {sizes}{against}", self.note)))


@dataclass(frozen=True, slots=True)
class SeverityRun:
    """Neighbouring calculations of one severity: positions of the first and the last."""

    severity: Severity | None
    first: int
    last: int


def stability_points(
    calculations: Sequence[Calculation], *, baselines: Mapping[str, str] | None = None, now: datetime | None = None
) -> list[StabilityPoint]:
    """Points of the trend, oldest first, from calculations in any order; ``baselines`` names them by their id."""
    names = baselines or {}
    ordered = sorted(calculations, key=lambda calculation: calculation.created_at)
    return [StabilityPoint.of(each, baseline=names.get(each.baseline_id, ""), now=now) for each in ordered]


def severity_runs(points: Sequence[StabilityPoint]) -> list[SeverityRun]:
    """Merge neighbours of one severity, which share a band."""
    runs = []
    for severity, group in groupby(enumerate(points), key=lambda item: item[1].severity):
        positions = [position for position, _ in group]
        runs.append(SeverityRun(severity, positions[0], positions[-1]))
    return runs


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
