"""Scheduled work is run: when it is due, or when somebody asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from driftium_core.errors import CancelledError, ConflictError
from driftium_core.formats import fmt_name
from driftium_core.monitor.task_holders import holder_of, is_gone
from driftium_core.monitor.task_work import run_claimed
from driftium_core.services import Services
from driftium_core.store.records import DEFAULT_PROJECT
from driftium_core.store.task_rows import lapsed

if TYPE_CHECKING:
    from driftium_core.jobs import Job, Progress
    from driftium_core.store.task_records import RunCause, TaskRun, TaskTurn

__all__ = ["latest_runs", "run_due_tasks", "run_task", "stop_task", "task_job", "task_runs"]

LATE = timedelta(seconds=60)
"""A run that begins later than this after its time was missed, and is caught up. Clocks that differ by less are taken
for the same: those of two machines, or one before and after it was set."""


def run_task(services: Services, task_id: str) -> Job[TaskRun]:
    """Run a task now, in the background; joins the run that is in progress in this process.

    The job is done however the run ended: its result says so. It fails, or is cancelled, only when there is no run.

    Raises
    ------
    NotFoundError
        The task is not stored.
    ConflictError
        Another process runs it.
    """
    turn = services.store.tasks.turn(task_id)
    running = task_job(services, task_id)
    if running is None and turn.run_id is not None and not _is_over(services, turn):
        raise ConflictError(f"“{fmt_name(turn.name)}” is being run by another process. Wait for its end.")
    return running or _start(services, turn, "manual")


def task_job(services: Services, task_id: str) -> Job[TaskRun] | None:
    """The run in progress in this process, or None."""
    return services.collecting.working_on(_about(task_id))


def stop_task(services: Services, task_id: str) -> None:
    """Ask the run in progress in this process to stop, also while it waits for its source; without one, do nothing."""
    job = task_job(services, task_id)
    if job is not None:
        job.cancel()


def task_runs(services: Services, task_id: str, *, limit: int | None = 50) -> list[TaskRun]:
    """The newest runs of a task, newest first; all that are kept for None."""
    return services.store.task_runs.newest(task_id, limit=limit)


def latest_runs(services: Services, *, project: str | None = DEFAULT_PROJECT) -> dict[str, TaskRun]:
    """The newest run of each task of a project, or of all projects for None, by the task's id."""
    return services.store.task_runs.latest(project=project)


def run_due_tasks(services: Services, *, now: datetime | None = None) -> list[Job[TaskRun]]:
    """Start every task that is due and that nobody runs; called by the scheduler every few seconds.

    Runs whose process is gone are recorded as interrupted. What was missed is run once. One task that cannot be looked
    at holds up no other one; its error is raised at the end.
    """
    now = now or datetime.now(UTC)
    started: list[Job[TaskRun]] = []
    failed: Exception | None = None
    for turn in services.store.tasks.turns():
        try:
            job = _look(services, turn, now)
        except Exception as error:  # noqa: BLE001 - raised below
            failed = failed or error
            continue
        if job is not None:
            started.append(job)
    if failed is not None:
        raise failed
    return started


def _look(services: Services, turn: TaskTurn, now: datetime) -> Job[TaskRun] | None:
    """Start a task if it is due."""
    if turn.run_id is not None:
        if task_job(services, turn.id) is not None or not _is_over(services, turn):
            return None
        services.store.task_runs.interrupt(turn)
        turn, now = services.store.tasks.turn(turn.id), max(now, datetime.now(UTC))  # it may go on at once
    if turn.next_run_at is None or turn.run_id is not None:
        return None
    if turn.next_run_at <= now:
        return None if task_job(services, turn.id) else _start(services, turn, _cause(turn.next_run_at, now), now=now)
    if _was_put_back(turn, now) and (soonest := turn.schedule.next_after(now)):
        services.store.tasks.bring_forward(turn.id, soonest)
    return None


def _was_put_back(turn: TaskTurn, now: datetime) -> bool:
    """Whether the clock was, as a task waits for longer than its schedule ever does."""
    latest = turn.schedule.next_after(now + LATE)
    return latest is not None and turn.next_run_at is not None and latest < turn.next_run_at


def _is_over(services: Services, turn: TaskTurn) -> bool:
    """Whether a run that is said to be in progress can be no more; asked when it is not in progress here."""
    return lapsed(turn.leased_until, datetime.now(UTC)) or is_gone(turn.holder or "", services)


def _cause(due: datetime, now: datetime) -> RunCause:
    return "catch_up" if now - due > LATE else "schedule"


def _start(services: Services, turn: TaskTurn, cause: RunCause, *, now: datetime | None = None) -> Job[TaskRun]:
    """Begin a run, or join the one that somebody else has just begun; ``now`` is when it was found to be due."""
    with services.starting:
        running = task_job(services, turn.id)
        return running or services.collecting.start(
            lambda progress: _run(services, turn, cause, now, progress), title=turn.name, about=_about(turn.id)
        )


def _run(services: Services, turn: TaskTurn, cause: RunCause, now: datetime | None, progress: Progress) -> TaskRun:
    claim = services.store.task_runs.claim(
        turn.id,
        holder=holder_of(services),
        gone=lambda holder: is_gone(holder, services),
        cause=cause,
        due=turn.next_run_at if now else None,
        next_run_at=_next(turn, now) if now else None,
    )
    if claim is None:
        raise CancelledError(f"“{fmt_name(turn.name)}” was run by another process, or paused, in the meantime.")
    return run_claimed(services, claim, progress)


def _next(turn: TaskTurn, now: datetime) -> datetime | None:
    """The next run on the grid of the last ones, or, when that was missed, as seen from now."""
    found = turn.schedule.next_after(turn.next_run_at or now)
    return found if found is None or found > now else turn.schedule.next_after(now)


def _about(task_id: str) -> str:
    return f"task:{task_id}"
