"""Scheduled work: made, found, changed and removed, and what of it may be due."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from driftium_core.errors import InputError, NotFoundError
from driftium_core.formats import fmt_name
from driftium_core.schedule import Schedule
from driftium_core.store.names import checked_name
from driftium_core.store.projects import change_tasks, lock_project_of, project_key
from driftium_core.store.records import DEFAULT_PROJECT
from driftium_core.store.response_rows import n_changed
from driftium_core.store.schema import ProjectRow
from driftium_core.store.task_records import NewTask, Task, TaskTurn
from driftium_core.store.task_rows import missing_task, origin_json, read_task, schedule_of, task_record, task_rows
from driftium_core.store.task_schema import TaskRow

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["TaskRepository"]

LONGEST_NAME = 80
MOST = 200
"""Tasks of a project: each is looked at every few seconds."""


class TaskRepository:
    """The scheduled work of all projects. Thread-safe as its store is. What its runs do is in `TaskRunRepository`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, new: NewTask, *, next_run_at: datetime | None, project: str = DEFAULT_PROJECT) -> Task:
        """Store a task.

        Raises
        ------
        InputError
            Its name is no name, or taken, or the project has 200 tasks.
        """
        with self._store.session(write=True) as session:
            key = project_key(session, project, lock=True)
            name = _free_name(session, key, new.name)
            if (session.scalar(select(func.count()).where(TaskRow.project_id == key)) or 0) >= MOST:
                raise InputError(f"A project can have {MOST} tasks. Remove one that is no longer needed.")
            row = TaskRow(
                id=secrets.token_hex(5),
                project_id=key,
                name=name,
                kind=new.kind,
                created_at=datetime.now(UTC),
                reference_id=new.reference_id,
                p_threshold=new.p_threshold,
                every_s=new.schedule.every_s,
                cron=new.schedule.cron,
                timezone=new.schedule.timezone,
                paused=new.paused,
                next_run_at=next_run_at,
                failures=0,
                cursor_revision=0,
                origin=origin_json(new.origin),
                columns=dict(new.columns),
                cursor={},
            )
            session.add(row)
            session.flush()
            change_tasks(session, key)
            return read_task(session, row.id)[1]

    def all(self, *, project: str | None = DEFAULT_PROJECT) -> list[Task]:
        """The tasks of a project by name, or those of all projects."""
        query = task_rows().order_by(ProjectRow.id, func.lower(TaskRow.name), TaskRow.seq)
        with self._store.session() as session:
            if project is not None:
                query = query.where(TaskRow.project_id == project_key(session, project))
            return [task_record(*row) for row in session.execute(query)]

    def get(self, task_id: str) -> Task:
        """One task; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            return read_task(session, task_id)[1]

    def find(self, name_or_id: str, *, project: str = DEFAULT_PROJECT) -> Task:
        """One task by its name in the project, else by its id in any; `NotFoundError` when there is none."""
        with self._store.session() as session:
            key = project_key(session, project)
            query = select(TaskRow.id).where(TaskRow.project_id == key, TaskRow.name == name_or_id.strip())
            task_id = session.scalar(query) or session.scalar(select(TaskRow.id).where(TaskRow.id == name_or_id))
            if task_id is None:
                raise NotFoundError(f"Project {project!r} has no task called “{fmt_name(name_or_id)}”.")
            return read_task(session, task_id)[1]

    def change(
        self,
        task_id: str,
        *,
        name: str | None = None,
        schedule: Schedule | None = None,
        paused: bool | None = None,
        next_run_at: datetime | None,
    ) -> Task:
        """Change what is named, and when it runs next.

        Raises
        ------
        InputError
            The name is no name, or taken.
        NotFoundError
            The task is not stored.
        """
        with self._store.session(write=True) as session:
            lock_project_of(session, TaskRow, task_id)
            row, _ = read_task(session, task_id)
            if name is not None and name.strip() != row.name:
                row.name = _free_name(session, row.project_id, name)
            if schedule is not None:
                row.every_s, row.cron, row.timezone = schedule.every_s, schedule.cron, schedule.timezone
            if paused is not None:
                row.paused = paused
            row.next_run_at = next_run_at
            change_tasks(session, row.project_id)
            session.flush()
            return read_task(session, task_id)[1]

    def delete(self, task_id: str) -> None:
        """Remove a task with its history, also one that cannot be read; `NotFoundError` when it is not stored."""
        with self._store.session(write=True) as session:
            lock_project_of(session, TaskRow, task_id)
            key = session.scalar(select(TaskRow.project_id).where(TaskRow.id == task_id))
            if key is None:
                raise missing_task(task_id)
            session.execute(delete(TaskRow).where(TaskRow.id == task_id))
            change_tasks(session, key)

    def turns(self) -> list[TaskTurn]:
        """What may be due, or is held by somebody, soonest first; one statement, which reads no origin."""
        wanted = or_(TaskRow.next_run_at.is_not(None), TaskRow.run_id.is_not(None))
        columns = (TaskRow.id, TaskRow.name, TaskRow.next_run_at, TaskRow.run_id, TaskRow.holder, TaskRow.leased_until)
        query = select(*columns, TaskRow.every_s, TaskRow.cron, TaskRow.timezone).where(wanted)
        with self._store.session() as session:
            return [
                TaskTurn(*row[:6], Schedule(every_s=row.every_s, cron=row.cron, timezone=row.timezone))
                for row in session.execute(query.order_by(TaskRow.next_run_at, TaskRow.seq))
            ]

    def turn(self, task_id: str) -> TaskTurn:
        """The same of one task; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            row, task = read_task(session, task_id)
            holding = (row.run_id, row.holder, row.leased_until)
            return TaskTurn(task.id, task.name, task.next_run_at, *holding, schedule_of(row))

    def bring_forward(self, task_id: str, next_run_at: datetime) -> None:
        """Let a task run earlier than it says; later or paused it stays."""
        with self._store.session(write=True) as session:
            lock_project_of(session, TaskRow, task_id)
            later = update(TaskRow).where(TaskRow.id == task_id, TaskRow.next_run_at > next_run_at)
            key = session.scalar(select(TaskRow.project_id).where(TaskRow.id == task_id))
            if key is not None and n_changed(session, later.values(next_run_at=next_run_at)):
                change_tasks(session, key)

    def revision(self, *, project: str = DEFAULT_PROJECT) -> int:
        """A number that rises with every change to the project's tasks or their runs; one statement."""
        with self._store.session() as session:
            revision = session.scalar(select(ProjectRow.task_revision).where(ProjectRow.name == project))
            if revision is None:
                raise NotFoundError(f"There is no project called {project!r}.")
            return revision


def _free_name(session: Session, key: int, name: str) -> str:
    name = checked_name(name, "a task", longest=LONGEST_NAME)
    if not name.isprintable():
        raise InputError("A task's name is one line of printable characters.")
    if session.scalar(select(TaskRow.seq).where(TaskRow.project_id == key, TaskRow.name == name)) is not None:
        raise InputError(f"The project has a task called “{fmt_name(name)}” already; choose another name.")
    return name
