"""Scheduled work and its runs, as they go into the store and come out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from driftium_core.origin import Origin
from driftium_core.response import Response
from driftium_core.schedule import Schedule
from driftium_core.store.investigation_records import ReportKind

__all__ = [
    "FAILING_RUNS",
    "Claim",
    "NewTask",
    "RunCause",
    "RunEnd",
    "RunState",
    "RunStep",
    "Task",
    "TaskKind",
    "TaskRun",
    "TaskTurn",
]

TaskKind = Literal["collect", "table", "answers"]
"""Collect responses from an origin, check a table from an origin against a saved reference, or check the answers."""

FAILING_RUNS = 3
"""Runs that fail in a row before a task is called failing; a single failure often passes by itself."""

RunCause = Literal["schedule", "catch_up", "manual"]
RunState = Literal["running", "done", "failed", "stopped", "interrupted"]
"""``interrupted`` is a run whose process ended in the middle; what it had committed stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """Work to be done on a schedule, about to be stored.

    Attributes
    ----------
    name : str
        Unique in its project.
    origin : Origin or None
        None for ``answers``, which reads the project's own pools.
    columns : dict of str to str
        Roles of `LogColumns` that the user chose, for ``collect``.
    reference_id : str or None
        Saved reference, for ``table``.
    p_threshold : float
        For ``table``.
    """

    name: str
    kind: TaskKind
    origin: Origin | None = None
    columns: dict[str, str] = field(default_factory=dict)
    reference_id: str | None = None
    p_threshold: float = 0.05
    schedule: Schedule = field(default_factory=Schedule)
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(NewTask):
    """Stored work. Times are UTC. Its origin may hold secrets: what people see of it is `monitor.describe_task`.

    Attributes
    ----------
    next_run_at : datetime or None
        None when it is paused or only runs by hand.
    running : bool
        Whether some process holds it now.
    failures : int
        Runs in a row that failed or were interrupted, up to the newest that ended.
    reference_name : str or None
        Of the saved reference, for ``table``; None when that was deleted.
    """

    id: str
    project: str
    created_at: datetime
    next_run_at: datetime | None
    running: bool = False
    failures: int = 0
    reference_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRun:
    """One run of a task.

    Attributes
    ----------
    finished_at : datetime or None
        None while it runs.
    n_read, n_new, n_known, n_skipped : int
        Records read; new in the store; stored before; no responses.
    skipped_text : str
        How many were skipped for which reason; empty when none was.
    reasons : tuple of str
        Why the first of them were, with their places.
    notes : tuple of str
    error : str
        Why it failed, as a sentence; empty otherwise.
    report_kind, report_id : {"table", "text"} or None, str or None
        The check that it made, if it made one.
    """

    id: str
    task_id: str
    cause: RunCause
    state: RunState
    started_at: datetime
    finished_at: datetime | None
    n_read: int = 0
    n_new: int = 0
    n_known: int = 0
    n_skipped: int = 0
    skipped_text: str = ""
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    error: str = ""
    report_kind: ReportKind | None = None
    report_id: str | None = None

    @property
    def duration_ms(self) -> float | None:
        """How long it took; None while it runs."""
        return None if self.finished_at is None else (self.finished_at - self.started_at).total_seconds() * 1000

    @property
    def quiet(self) -> bool:
        """Whether it ended well without anything to do, as most runs of a source that is asked often."""
        return self.state == "done" and not self.n_read and not self.n_skipped and self.report_id is None


@dataclass(frozen=True, slots=True)
class TaskTurn:
    """When a task is due, and who runs it, if somebody does: ``holder`` until ``leased_until``."""

    id: str
    name: str
    next_run_at: datetime | None
    run_id: str | None
    holder: str | None
    leased_until: datetime | None
    schedule: Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A task that is ours to run.

    Attributes
    ----------
    cursor, revision : dict, int
        How far its origin was read, and the number that tells whether that is still so; it rises by 1 with each step.
    """

    run_id: str
    task: Task
    cursor: dict[str, Any] = field(repr=False)
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStep:
    """What one batch brought: responses to store, how far they reach, and what goes into the run's record."""

    responses: tuple[Response, ...]
    n_read: int
    skipped_counts: tuple[tuple[str, int], ...] = ()
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cursor: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """How a run ended.

    Attributes
    ----------
    n_read : int
        Rows read besides those of its steps.
    cursor : dict or None
        How far its origin was read; None leaves it where it is.
    """

    state: RunState
    error: str = ""
    n_read: int = 0
    notes: tuple[str, ...] = ()
    report_kind: ReportKind | None = None
    report_id: str | None = None
    cursor: dict[str, Any] | None = None
