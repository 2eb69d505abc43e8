"""A project's two pools, read at one moment."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from driftium_core.store.projects import project_key
from driftium_core.store.records import Baseline, Pools
from driftium_core.store.response_rows import read_responses
from driftium_core.store.schema import BaselineRow, ProjectRow, ResponseRow

__all__ = ["baseline_record", "read_pools"]


def read_pools(session: Session, name: str) -> Pools:
    """Both pools as this transaction sees them; `NotFoundError` when there is no such project."""
    key = project_key(session, name)
    query = select(ProjectRow.revision, ProjectRow.active_baseline_id).where(ProjectRow.id == key)
    revision, active = session.execute(query).one()
    row = session.scalar(select(BaselineRow).where(BaselineRow.id == active)) if active else None
    of_project = ResponseRow.project_id == key
    of_baseline = read_responses(session, of_project, ResponseRow.baseline_id == active) if active else []
    return Pools(
        project=name,
        baseline=None if row is None else baseline_record(row, name, active=active),
        baseline_responses=tuple(of_baseline),
        current_responses=tuple(read_responses(session, of_project, ResponseRow.baseline_id.is_(None))),
        revision=revision,
    )


def baseline_record(row: BaselineRow, project: str, *, active: str | None) -> Baseline:
    """A baseline's row as a record; ``active`` is the id of the project's active one."""
    return Baseline(
        id=row.id,
        project=project,
        name=row.name,
        version=row.version,
        note=row.note,
        created_at=row.created_at,
        size=row.size,
        active=row.id == active,
    )
