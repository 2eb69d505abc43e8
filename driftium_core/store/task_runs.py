"""Runs of scheduled work: claimed by one process at a time, stored batch by batch, kept as a history."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, not_, or_, select, update
from sqlalchemy.orm import Session

from driftium_core.errors import ConflictError, InputError, NotFoundError
from driftium_core.formats import fmt_name
from driftium_core.response import Response
from driftium_core.store.alarms import CountedBlock, count_block
from driftium_core.store.projects import change_pools, change_tasks, lock_project_of, project_key
from driftium_core.store.records import DEFAULT_PROJECT, Added, LookResult
from driftium_core.store.response_rows import add_responses, n_changed, storable
from driftium_core.store.task_records import Claim, RunCause, RunEnd, RunStep, TaskRun, TaskTurn
from driftium_core.store.task_rows import LEASE_S, lapsed, read_task, run_record
from driftium_core.store.task_schema import TaskRow, TaskRunRow

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["TaskRunRepository"]

KEPT = 200
"""Runs of a task, and as many that did something: a source that is asked every 10 s has 200 empty runs in an hour."""

MOST_SENTENCES = 20
"""Reasons and notes of a run; more of them tell nothing new."""


class TaskRunRepository:
    """The runs of all tasks. Thread-safe as its store is.

    A run is claimed, and holds its task until it ends or its lease lapses. Every step is one transaction that looks
    whether the run still holds the task, and whether the cursor is where the run left it. So whatever happens to
    clocks and processes, nothing is stored twice and no cursor passes what was not stored.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def claim(
        self,
        task_id: str,
        *,
        holder: str,
        gone: Callable[[str], bool],
        cause: RunCause,
        due: datetime | None = None,
        next_run_at: datetime | None = None,
    ) -> Claim | None:
        """Make a task ours and begin its run; None when it is no longer due.

        Parameters
        ----------
        holder : str
            Who we are.
        gone : callable
            Whether a holder is known to be no more; its run is then recorded as interrupted, as after its lease.
        due : datetime, optional
            When the task said it would run; another value in the database means that somebody has run it. Without it
            the task runs whatever it said, and says the same afterwards.
        next_run_at : datetime, optional
            When it runs next, if it was due.

        Raises
        ------
        ConflictError
            Somebody else runs it.
        NotFoundError
            It is not stored.
        """
        with self._store.session(write=True) as session:
            lock_project_of(session, TaskRow, task_id)
            row, task = read_task(session, task_id)
            now = datetime.now(UTC)
            if row.run_id is not None:
                if not lapsed(row.leased_until, now) and not gone(row.holder or ""):
                    raise ConflictError(f"“{fmt_name(task.name)}” is being run by another process. Wait for its end.")
                _interrupt(session, row, now)
            if due is not None and (row.next_run_at != due or row.paused):
                return None
            run = TaskRunRow(id=secrets.token_hex(5), task_id=task_id, cause=cause, state="running", started_at=now)
            run.error, run.skipped_counts, run.reasons, run.notes = "", {}, [], []
            session.add(run)
            row.run_id, row.holder, row.leased_until = run.id, holder, now + timedelta(seconds=LEASE_S)
            if due is not None:
                row.next_run_at = next_run_at
            session.flush()
            _prune(session, task_id)
            change_tasks(session, row.project_id)
            return Claim(run_id=run.id, task=task, cursor=dict(row.cursor), revision=row.cursor_revision)

    def renew(self, run_id: str) -> bool:
        """Hold the task for longer; False when the run does not hold it any more."""
        until = datetime.now(UTC) + timedelta(seconds=LEASE_S)
        with self._store.session(write=True) as session:
            return n_changed(session, update(TaskRow).where(TaskRow.run_id == run_id).values(leased_until=until)) > 0

    def add_step(self, claim: Claim, step: RunStep, *, revision: int) -> tuple[Added, TaskRun]:
        """Store a batch, how far it reaches and what it counts, in one transaction.

        A response with a number that cannot be stored is skipped: it would hold up all that come after it.

        Raises
        ------
        ConflictError
            The run does not hold the task any more, or the cursor is not where it left it; nothing is stored.
        """
        with self._store.session(write=True) as session:
            row, run = _held(session, claim, revision)
            fine, refused = _storable(step.responses)
            added = add_responses(session, fine, project_id=row.project_id, project=claim.task.project)
            if added.stored:
                change_pools(session, row.project_id)
            _move(row, step.cursor)
            skipped = Counter(dict(step.skipped_counts)) + Counter({_REFUSED: len(refused)})
            run.n_read += step.n_read
            run.n_new += len(added.stored)
            run.n_known += added.known
            run.n_skipped += skipped.total()
            run.skipped_counts = dict(Counter(run.skipped_counts) + skipped)
            run.reasons = _more(run.reasons, (*step.reasons, *refused))
            run.notes = _more(run.notes, (*step.notes, *_reused(added.ids_reused)))
            change_tasks(session, row.project_id)
            session.flush()
            return added, run_record(run)

    def finish(
        self,
        claim: Claim,
        end: RunEnd,
        *,
        revision: int,
        block: CountedBlock | None = None,
        said: Callable[[LookResult], str] = lambda _result: "",
    ) -> TaskRun:
        """End a run and let go of its task.

        Parameters
        ----------
        block : CountedBlock, optional
            To be counted in the same transaction; ``said`` makes a note of what became of it.

        Raises
        ------
        ConflictError
            As in `add_step`.
        """
        with self._store.session(write=True) as session:
            row, run = _held(session, claim, revision)
            notes = end.notes
            if block is not None:
                notes = (*notes, said(count_block(session, row.project_id, block)))
            if end.cursor is not None:
                _move(row, end.cursor)
            row.run_id = row.holder = row.leased_until = None
            if end.state in ("done", "failed"):
                row.failures = row.failures + 1 if end.state == "failed" else 0
            if end.state == "interrupted":  # the process was asked to end: the rest is read when it starts again
                _go_on(row, datetime.now(UTC))
            run.state, run.error, run.finished_at = end.state, end.error, datetime.now(UTC)
            run.n_read += end.n_read
            run.notes = _more(run.notes, notes)
            run.report_kind, run.report_id = end.report_kind, end.report_id
            change_tasks(session, row.project_id)
            session.flush()
            return run_record(run)

    def interrupt(self, turn: TaskTurn) -> None:
        """Record that the run which holds a task has ended in the middle, unless it has ended otherwise meanwhile."""
        with self._store.session(write=True) as session:
            lock_project_of(session, TaskRow, turn.id)
            query = select(TaskRow).where(TaskRow.id == turn.id, TaskRow.run_id == turn.run_id)
            row = session.scalar(query.where(TaskRow.leased_until == turn.leased_until))
            if row is not None:
                _interrupt(session, row, datetime.now(UTC))
                change_tasks(session, row.project_id)

    def newest(self, task_id: str, *, limit: int | None = 50) -> list[TaskRun]:
        """The runs of a task, newest first; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            read_task(session, task_id)
            query = select(TaskRunRow).where(TaskRunRow.task_id == task_id).order_by(TaskRunRow.seq.desc())
            return [run_record(row) for row in session.scalars(query.limit(limit))]

    def latest(self, *, project: str | None = DEFAULT_PROJECT) -> dict[str, TaskRun]:
        """The newest run of each task of a project, or of all projects, by the task's id."""
        with self._store.session() as session:
            newest = select(func.max(TaskRunRow.seq)).join(TaskRow, TaskRow.id == TaskRunRow.task_id)
            if project is not None:
                newest = newest.where(TaskRow.project_id == project_key(session, project))
            query = select(TaskRunRow).where(TaskRunRow.seq.in_(newest.group_by(TaskRunRow.task_id)))
            return {row.task_id: run_record(row) for row in session.scalars(query)}

    def get(self, run_id: str) -> TaskRun:
        """One run; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            row = session.scalar(select(TaskRunRow).where(TaskRunRow.id == run_id))
            if row is None:
                raise NotFoundError(f"Run {fmt_name(run_id)} of a task is not stored, or no longer.")
            return run_record(row)


_REFUSED = "a number or time that cannot be stored"


def _held(session: Session, claim: Claim, revision: int) -> tuple[TaskRow, TaskRunRow]:
    """The rows of a run that holds its task, with the project locked; the lease is renewed."""
    lock_project_of(session, TaskRow, claim.task.id)
    row = session.scalar(select(TaskRow).where(TaskRow.id == claim.task.id))
    run = session.scalar(select(TaskRunRow).where(TaskRunRow.id == claim.run_id))
    if row is None or run is None or row.run_id != claim.run_id or row.cursor_revision != revision:
        raise ConflictError(
            f"“{fmt_name(claim.task.name)}” was removed, or taken over by another process. This run ended; what it had "
            "stored stands."
        )
    row.leased_until = datetime.now(UTC) + timedelta(seconds=LEASE_S)
    return row, run


def _move(row: TaskRow, cursor: dict[str, Any]) -> None:
    row.cursor = dict(cursor)
    row.cursor_revision += 1


def _interrupt(session: Session, row: TaskRow, now: datetime) -> None:
    run = session.scalar(select(TaskRunRow).where(TaskRunRow.id == row.run_id))
    if run is not None:
        seen = now if row.leased_until is None else row.leased_until - timedelta(seconds=LEASE_S)
        run.state, run.finished_at = "interrupted", max(run.started_at, min(seen, now))
    row.run_id = row.holder = row.leased_until = None
    if not row.failures:  # once: what ends the process each time must not do so in a row
        _go_on(row, now)
    row.failures += 1


def _go_on(row: TaskRow, now: datetime) -> None:
    """Let what was broken off go on at once, if it runs by itself."""
    if row.next_run_at is not None:
        row.next_run_at = min(row.next_run_at, now)


def _storable(responses: Sequence[Response]) -> tuple[list[Response], list[str]]:
    fine, refused = [], []
    for number, response in enumerate(responses, start=1):
        try:
            fine.append(storable(response, number))
        except InputError as error:
            refused.append(str(error))
    return fine, refused


def _reused(count: int) -> tuple[str, ...]:
    return ("Some new responses have an id that is stored with another content; both are kept.",) if count else ()


def _more(known: Sequence[str], new: Sequence[str]) -> list[str]:
    return list(dict.fromkeys((*known, *filter(None, new))))[:MOST_SENTENCES]


def _prune(session: Session, task_id: str) -> None:
    of_task, found = TaskRunRow.task_id == task_id, TaskRunRow.n_read + TaskRunRow.n_skipped > 0
    telling = or_(TaskRunRow.state != "done", found, TaskRunRow.report_id.is_not(None))  # not `TaskRun.quiet`
    for counted, dropped in ((of_task, not_(telling)), (telling, telling)):
        newest = select(TaskRunRow.seq).where(of_task, counted).order_by(TaskRunRow.seq.desc())
        seq = session.scalar(newest.offset(KEPT).limit(1))
        if seq is not None:
            session.execute(delete(TaskRunRow).where(of_task, dropped, TaskRunRow.seq <= seq))
