"""Rows of scheduled work and its runs as records, and origins as JSON."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from driftium_core.errors import NotFoundError, StorageError
from driftium_core.formats import fmt_count, fmt_n, fmt_name
from driftium_core.origin import FileOrigin, HttpOrigin, Origin, SqlOrigin
from driftium_core.schedule import Schedule
from driftium_core.store.schema import ProjectRow, SavedReferenceRow
from driftium_core.store.task_records import Task, TaskRun
from driftium_core.store.task_schema import TaskRow, TaskRunRow

__all__ = [
    "LEASE_S",
    "lapsed",
    "missing_task",
    "origin_json",
    "read_task",
    "run_record",
    "schedule_of",
    "task_record",
    "task_rows",
]

LEASE_S = 60
"""How long a claim holds unless it is renewed: longer than a busy machine keeps a thread waiting."""

_KINDS: Mapping[str, type[FileOrigin | SqlOrigin | HttpOrigin]] = {
    "file": FileOrigin,
    "sql": SqlOrigin,
    "http": HttpOrigin,
}


def lapsed(leased_until: datetime | None, now: datetime) -> bool:
    """Whether a claim holds no more; one that reaches further than any can is from before the clock was put back."""
    return leased_until is None or not now < leased_until <= now + timedelta(seconds=2 * LEASE_S)


def origin_json(origin: Origin | None) -> dict[str, Any] | None:
    """An origin as JSON values, secrets and all."""
    if origin is None:
        return None
    return {"kind": next(kind for kind, made in _KINDS.items() if made is type(origin)), **asdict(origin)}


def _origin(stored: dict[str, Any] | None) -> Origin | None:
    if stored is None:
        return None
    made, values = _KINDS[stored["kind"]], {name: value for name, value in stored.items() if name != "kind"}
    if made is HttpOrigin:
        values["headers"] = tuple((name, value) for name, value in values["headers"])
    return made(**values)


def schedule_of(row: TaskRow) -> Schedule:
    """When it is due."""
    return Schedule(every_s=row.every_s, cron=row.cron, timezone=row.timezone)


def task_rows() -> Select[TaskRow, str, str]:
    """Rows of tasks with the names of their projects and references."""
    return (
        select(TaskRow, ProjectRow.name, SavedReferenceRow.name)
        .join(ProjectRow, ProjectRow.id == TaskRow.project_id)
        .outerjoin(SavedReferenceRow, SavedReferenceRow.id == TaskRow.reference_id)
    )


def read_task(session: Session, task_id: str) -> tuple[TaskRow, Task]:
    """One task; `NotFoundError` when it is not stored."""
    try:
        found = session.execute(task_rows().where(TaskRow.id == task_id)).first()
    except (ValueError, TypeError, zlib.error) as error:
        raise _damaged(task_id) from error
    if found is None:
        raise missing_task(task_id)
    return found[0], task_record(*found)


def task_record(row: TaskRow, project: str, reference_name: str | None) -> Task:
    """A task's row as a record; `StorageError` when it was changed by hand, or by another version."""
    try:
        return Task(
            id=row.id,
            project=project,
            name=row.name,
            kind=row.kind,  # type: ignore[arg-type]
            origin=_origin(row.origin),
            columns=dict(row.columns),
            reference_id=row.reference_id,
            reference_name=reference_name,
            p_threshold=row.p_threshold,
            schedule=schedule_of(row),
            paused=row.paused,
            created_at=row.created_at,
            next_run_at=row.next_run_at,
            running=not lapsed(row.leased_until, datetime.now(UTC)),
            failures=row.failures,
        )
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(row.id) from error


def run_record(row: TaskRunRow) -> TaskRun:
    """A run's row as a record."""
    plain = ("skipped_text", "reasons", "notes")
    values = {f.name: getattr(row, f.name) for f in fields(TaskRun) if f.name not in plain}
    counts = row.skipped_counts
    return TaskRun(**values, skipped_text=_skipped_text(counts), reasons=tuple(row.reasons), notes=tuple(row.notes))


def _skipped_text(counts: Mapping[str, int]) -> str:
    """``"3 records were skipped: 2 not a JSON object, 1 no response and no error."``."""
    total = sum(counts.values())
    if not total:
        return ""
    most_first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    reasons = ", ".join(f"{fmt_n(count)} {reason}" for reason, count in most_first)
    return f"{fmt_count(total, 'record')} {'was' if total == 1 else 'were'} skipped: {reasons}."


def missing_task(task_id: str) -> NotFoundError:
    """For a task that is gone, or never was."""
    return NotFoundError(f"There is no task {fmt_name(task_id)}, or no longer.")


def _damaged(task_id: str) -> StorageError:
    return StorageError(
        f"Task {fmt_name(task_id)} cannot be read from the database: it is damaged, or was changed by hand or by "
        "another version of Driftium. Remove it and make it anew."
    )
