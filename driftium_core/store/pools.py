"""A project's two pools, read at one moment."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from driftium_core.errors import NotFoundError
from driftium_core.formats import fmt_name
from driftium_core.store.pool_records import Outline, PoolDigests, Pools, Standing, Version
from driftium_core.store.projects import project_key
from driftium_core.store.records import Baseline
from driftium_core.store.response_rows import read_responses
from driftium_core.store.schema import BaselineRow, CalculationRow, ProjectRow, ResponseRow, TableRunRow

__all__ = ["baseline_record", "read_outline", "read_pools", "read_standing", "read_version"]


def read_pools(session: Session, name: str, baseline_id: str | None = None) -> Pools:
    """Both pools as this transaction sees them.

    Parameters
    ----------
    baseline_id : str, optional
        Of the project's baseline that is wanted; the active one by default.

    Raises
    ------
    NotFoundError
        There is no such project, or it has no such baseline.
    """
    key, revision, baseline = _head(session, name, baseline_id)
    of_project = ResponseRow.project_id == key
    of_baseline = read_responses(session, of_project, ResponseRow.baseline_id == baseline.id) if baseline else []
    return Pools(
        project=name,
        baseline=baseline,
        baseline_responses=tuple(of_baseline),
        current_responses=tuple(read_responses(session, of_project, ResponseRow.baseline_id.is_(None))),
        revision=revision,
    )


def read_outline(session: Session, name: str, baseline_id: str | None = None) -> Outline:
    """What tells one state of the pools from another; much faster than `read_pools`, and raises the same."""
    key, revision, baseline = _head(session, name, baseline_id)
    return Outline(
        baseline=baseline,
        of_baseline=_digests(session, key, baseline.id) if baseline else PoolDigests(),
        of_current=_digests(session, key, None),
        revision=revision,
    )


def _digests(session: Session, project_id: int, baseline_id: str | None) -> PoolDigests:
    query = select(ResponseRow.id, ResponseRow.digest).where(
        ResponseRow.project_id == project_id, ResponseRow.baseline_id == baseline_id
    )
    rows = session.execute(query.order_by(ResponseRow.seq)).all()
    return PoolDigests(tuple(row[0] for row in rows), tuple(row[1] for row in rows))


def read_standing(session: Session, name: str, baseline_id: str | None = None) -> Standing:
    """What the pools hold, without their responses; raises the same as `read_pools`."""
    key, revision, baseline = _head(session, name, baseline_id)
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
            ProjectRow.evidence_revision,
            ProjectRow.investigation_revision,
            newest.scalar_subquery(),
            newest_run.scalar_subquery(),
            n_runs.scalar_subquery(),
        ).where(ProjectRow.name == name)
    ).first()
    if found is None:
        raise NotFoundError(f"There is no project called {name!r}.")
    pools, playground, evidence, investigations, calculation, run, n_found = found
    return Version(
        pools=pools,
        playground=playground,
        calculations=calculation or 0,
        runs=(run or 0, n_found),
        evidence=evidence,
        investigations=investigations,
    )


def _head(session: Session, name: str, baseline_id: str | None) -> tuple[int, int, Baseline | None]:
    """Key and revision of a project, and its active baseline or the one that was asked for."""
    key = project_key(session, name)
    query = select(ProjectRow.revision, ProjectRow.active_baseline_id).where(ProjectRow.id == key)
    revision, active = session.execute(query).one()
    wanted = baseline_id or active
    of_project = select(BaselineRow).where(BaselineRow.project_id == key, BaselineRow.id == wanted)
    row = session.scalar(of_project) if wanted else None
    if baseline_id and row is None:
        raise NotFoundError(
            f"Project {name!r} has no baseline {fmt_name(baseline_id)}, or no longer. Choose another one of its "
            "baselines."
        )
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
