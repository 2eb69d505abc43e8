"""A project's two pools, read at one moment."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from driftium_core.errors import NotFoundError
from driftium_core.store.projects import project_key
from driftium_core.store.records import Baseline, Pools, Standing, Version
from driftium_core.store.response_rows import read_responses
from driftium_core.store.schema import BaselineRow, CalculationRow, ProjectRow, ResponseRow, TableRunRow

__all__ = ["baseline_record", "read_pools", "read_standing", "read_version"]


def read_pools(session: Session, name: str) -> Pools:
    """Both pools as this transaction sees them; `NotFoundError` when there is no such project."""
    key, revision, baseline = _head(session, name)
    of_project = ResponseRow.project_id == key
    of_baseline = read_responses(session, of_project, ResponseRow.baseline_id == baseline.id) if baseline else []
    return Pools(
        project=name,
        baseline=baseline,
        baseline_responses=tuple(of_baseline),
        current_responses=tuple(read_responses(session, of_project, ResponseRow.baseline_id.is_(None))),
        revision=revision,
    )


def read_standing(session: Session, name: str) -> Standing:
    """What the pools hold, without their responses; `NotFoundError` when there is no such project."""
    key, revision, baseline = _head(session, name)
    current = select(func.count()).where(ResponseRow.project_id == key, ResponseRow.baseline_id.is_(None))
    return Standing(baseline=baseline, n_current=session.scalar(current) or 0, revision=revision)


def read_version(session: Session, name: str) -> Version:
    """What every page polls: one statement, answered from indexes."""
    newest = select(func.max(CalculationRow.seq)).where(CalculationRow.project_id == ProjectRow.id)
    newest_run = select(func.max(TableRunRow.seq)).where(TableRunRow.project_id == ProjectRow.id)
    n_runs = select(func.count()).select_from(TableRunRow).where(TableRunRow.project_id == ProjectRow.id)
    found = session.execute(
        select(
            ProjectRow.revision,
            ProjectRow.playground_revision,
            newest.scalar_subquery(),
            newest_run.scalar_subquery(),
            n_runs.scalar_subquery(),
        ).where(ProjectRow.name == name)
    ).first()
    if found is None:
        raise NotFoundError(f"There is no project called {name!r}.")
    return Version(pools=found[0], playground=found[1], calculations=found[2] or 0, runs=(found[3] or 0, found[4]))


def _head(session: Session, name: str) -> tuple[int, int, Baseline | None]:
    """Key, revision and active baseline of a project."""
    key = project_key(session, name)
    query = select(ProjectRow.revision, ProjectRow.active_baseline_id).where(ProjectRow.id == key)
    revision, active = session.execute(query).one()
    row = session.scalar(select(BaselineRow).where(BaselineRow.id == active)) if active else None
    return key, revision, None if row is None else baseline_record(row, name, active=active)


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
