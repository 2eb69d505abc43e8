"""What is read of all projects at once: as little of each record as a list of monitors needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from driftium_core.severity import Severity
from driftium_core.store.records import AlarmState, Baseline

__all__ = [
    "AlarmRaised",
    "Happenings",
    "PoolResult",
    "PoolTurn",
    "ProjectPools",
    "RecentCounts",
    "Survey",
    "TableResult",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectPools:
    """How much the pools of a project hold.

    Attributes
    ----------
    newest_at : datetime or None
        When the last current response was stored.
    has_checks : bool
        Whether history has a check of the project, against whichever baseline.
    """

    project: str
    baseline: Baseline | None
    n_current: int
    newest_at: datetime | None
    has_checks: bool


@dataclass(frozen=True, slots=True)
class PoolResult:
    """What a check of two pools found, without its report and scores; sizes as in `CalculationFacts`."""

    id: str
    project: str
    created_at: datetime
    verdict: str
    severity: Severity | None
    pvalue: float | None
    effect_size: float | None
    health_index: float | None
    n_baseline: int
    n_current: int
    current_size: int


@dataclass(frozen=True, slots=True)
class TableResult:
    """What a check of two tables found, without its report; ``simulated`` as in `TableRun`."""

    id: str
    project: str
    reference_name: str
    current_name: str
    current_rows: int
    created_at: datetime
    status: str
    severity: Severity | None
    drifted: int
    monitored: int
    max_effect: float | None
    simulated: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolTurn:
    """A check whose severity is not that of the check before it against the same baseline, or that is the first.

    Attributes
    ----------
    first : bool
        There is no check before it.
    was : Severity or None
        What the check before it found; None when that was inconclusive, and for the first.
    baseline : str or None
        The baseline's name; None when it is stored no more.
    """

    result: PoolResult
    first: bool
    was: Severity | None
    baseline: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised:
    """The block at which an evidence score crossed its line.

    Attributes
    ----------
    reference_name : str or None
        The saved reference whose score it is; None for the pools'.
    block : int
        Counted from 0.
    """

    project: str
    reference_name: str | None
    block: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentCounts:
    """Responses stored, and rows of real tables checked, in some span of time."""

    responses: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """All projects as they were at one moment.

    Attributes
    ----------
    pools : tuple of ProjectPools
        One per project, the oldest first.
    checks : tuple of PoolResult
        The newest checks of each project's pools against its active baseline, by project and newest first.
    runs : tuple of TableResult
        The newest checks against each reference, newest first; simulations are counted apart.
    alarms : mapping of (project, name) to AlarmState
        Open alarms; the name is that of the saved reference, or empty for the pools and their active baseline.
    """

    pools: tuple[ProjectPools, ...]
    checks: tuple[PoolResult, ...]
    runs: tuple[TableResult, ...]
    alarms: dict[tuple[str, str], AlarmState]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happenings:
    """What happened lately in all projects, each kind newest first; ``runs`` are of real tables."""

    turns: tuple[PoolTurn, ...]
    runs: tuple[TableResult, ...]
    baselines: tuple[Baseline, ...]
    alarms: tuple[AlarmRaised, ...]
