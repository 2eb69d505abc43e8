"""All projects at once: one statement per kind of record, however many projects there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from driftium_core.errors import StorageError
from driftium_core.severity import Severity
from driftium_core.store.alarms import alarm_record
from driftium_core.store.pools import baseline_record
from driftium_core.store.projects import project_names
from driftium_core.store.records import AlarmState
from driftium_core.store.schema import (
    AlarmStateRow,
    BaselineRow,
    CalculationRow,
    ProjectRow,
    ResponseRow,
    SavedReferenceRow,
    TableRunRow,
)
from driftium_core.store.survey_events import read_alarms_raised, read_baselines, read_runs, read_turns
from driftium_core.store.survey_records import Happenings, PoolResult, ProjectPools, RecentCounts, Survey, TableResult
from driftium_core.store.survey_rows import Names, columns, record, scalar
from driftium_core.store.task_records import FAILING_RUNS
from driftium_core.store.task_schema import TaskRow

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["SurveyRepository"]


class SurveyRepository:
    """What all projects hold. Thread-safe as its store is; nothing is written.

    Every method may raise `StorageError`, also for a record that this version cannot read.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def version(self) -> tuple[int, ...]:
        """Numbers that change whenever anything does that the other methods tell; one statement, from indexes."""
        query = select(
            scalar(func.count(ProjectRow.id)),
            scalar(func.sum(ProjectRow.revision)),
            scalar(func.sum(ProjectRow.evidence_revision)),
            scalar(func.sum(ProjectRow.alert_revision)),
            select(func.count(TaskRow.id)).where(TaskRow.failures >= FAILING_RUNS).scalar_subquery(),
            scalar(func.max(CalculationRow.seq)),
            scalar(func.max(TableRunRow.seq)),
            scalar(func.count(TableRunRow.seq)),
        )
        with self._read() as (session, _):
            return tuple(int(value or 0) for value in session.execute(query).one())

    def newest(self, *, limit: int) -> Survey:
        """Every project's pools and open alarms, and up to ``limit`` newest checks of each monitor."""
        with self._read() as (session, names):
            return Survey(
                pools=tuple(_pools(session)),
                checks=tuple(_newest_checks(session, names, limit)),
                runs=tuple(_newest_runs(session, names, limit)),
                alarms=_open_alarms(session, names),
            )

    def pools_drift_since(self, projects: Collection[str]) -> dict[str, datetime]:
        """When the unbroken row of checks with drift began, by project, for those whose newest check found drift."""
        other = aliased(CalculationRow)
        calm = select(func.max(other.seq)).where(_in_force(other), _calm(other.severity)).scalar_subquery()
        query = (
            select(ProjectRow.name, func.min(CalculationRow.created_at))
            .join(CalculationRow, CalculationRow.project_id == ProjectRow.id)
            .where(
                ProjectRow.name.in_(projects), _in_force(CalculationRow), CalculationRow.seq > func.coalesce(calm, 0)
            )
            .group_by(ProjectRow.name)
        )
        with self._read() as (session, _):
            return dict(session.execute(query).all())

    def tables_drift_since(self, projects: Collection[str]) -> dict[tuple[str, str], datetime]:
        """The same for tables, by project and reference; simulations are left out."""
        real = TableRunRow.simulated.is_(None)
        group = (TableRunRow.project_id, TableRunRow.reference_name)
        calm = (
            select(*group, func.max(TableRunRow.seq).label("seq"))
            .where(real, _calm(TableRunRow.severity))
            .group_by(*group)
            .subquery()
        )
        same = (calm.c.project_id == group[0]) & (calm.c.reference_name == group[1])
        query = (
            select(ProjectRow.name, TableRunRow.reference_name, func.min(TableRunRow.created_at))
            .join(TableRunRow, TableRunRow.project_id == ProjectRow.id)
            .outerjoin(calm, same)
            .where(real, ProjectRow.name.in_(projects), TableRunRow.seq > func.coalesce(calm.c.seq, 0))
            .group_by(ProjectRow.name, TableRunRow.reference_name)
        )
        with self._read() as (session, _):
            return {(project, name): since for project, name, since in session.execute(query)}

    def happenings(self, *, limit: int) -> Happenings:
        """The newest of what happened, up to ``limit`` of each kind."""
        with self._read() as (session, names):
            return Happenings(
                turns=tuple(read_turns(session, names, limit)),
                runs=tuple(read_runs(session, names, limit)),
                baselines=tuple(read_baselines(session, names, limit)),
                alarms=tuple(read_alarms_raised(session, names, limit)),
            )

    def counts(self, *, since: datetime) -> RecentCounts:
        """Responses stored and rows checked since then; walks back from the newest, so that an old store costs no more.

        What was stored while the clock stood wrong may be missed.
        """
        with self._read() as (session, _):
            responses = select(func.count(ResponseRow.seq)).where(
                ResponseRow.seq > _last_before(ResponseRow, ResponseRow.stored_at, since),
                ResponseRow.stored_at >= since,
            )
            rows = select(func.coalesce(func.sum(TableRunRow.current_rows), 0)).where(
                TableRunRow.seq > _last_before(TableRunRow, TableRunRow.created_at, since),
                TableRunRow.created_at >= since,
                TableRunRow.simulated.is_(None),
            )
            return RecentCounts(responses=session.scalar(responses) or 0, rows=session.scalar(rows) or 0)

    @contextmanager
    def _read(self) -> Iterator[tuple[Session, Names]]:
        """A transaction and the names of the projects in it; what cannot be read is told in a sentence."""
        with self._store.session() as session:
            try:
                yield session, project_names(session)
            except ValueError as error:
                raise StorageError(
                    f"The database {self._store.location} holds a record that this version of Driftium cannot read "
                    f"({error}). It was changed by hand or by another version."
                ) from error


def _pools(session: Session) -> Iterator[ProjectPools]:
    of_pool = (ResponseRow.project_id == ProjectRow.id, ResponseRow.baseline_id.is_(None))
    n_current = select(func.count(ResponseRow.seq)).where(*of_pool).scalar_subquery()
    newest_at = select(ResponseRow.stored_at).where(*of_pool).order_by(ResponseRow.seq.desc()).limit(1)
    has_checks = select(CalculationRow.seq).where(CalculationRow.project_id == ProjectRow.id).exists()
    query = (
        select(ProjectRow.name, BaselineRow, n_current, newest_at.scalar_subquery(), has_checks)
        .outerjoin(BaselineRow, BaselineRow.id == ProjectRow.active_baseline_id)
        .order_by(ProjectRow.id)
    )
    for name, row, count, at, checked in session.execute(query):
        baseline = None if row is None else baseline_record(row, name, active=row.id)
        yield ProjectPools(project=name, baseline=baseline, n_current=count, newest_at=at, has_checks=checked)


def _newest_checks(session: Session, names: Names, limit: int) -> Iterator[PoolResult]:
    older = aliased(CalculationRow)
    oldest = (
        select(older.seq)
        .where(_in_force(older))
        .order_by(older.seq.desc())
        .limit(1)
        .offset(limit - 1)
        .scalar_subquery()
    )
    query = (
        select(*columns(CalculationRow, PoolResult))
        .select_from(ProjectRow)
        .join(CalculationRow, CalculationRow.project_id == ProjectRow.id)
        .where(_in_force(CalculationRow), CalculationRow.seq >= func.coalesce(oldest, 0))
        .order_by(ProjectRow.id, CalculationRow.seq.desc())  # by seq alone SQLite reads them all
    )
    return (record(PoolResult, tuple(row), names) for row in session.execute(query))


def _newest_runs(session: Session, names: Names, limit: int) -> Iterator[TableResult]:
    # The project not first: SQLite would then read the rows by an index, one by one, instead of straight through.
    group = (TableRunRow.reference_name, TableRunRow.project_id, TableRunRow.simulated.is_(None))
    place = func.row_number().over(partition_by=group, order_by=TableRunRow.seq.desc()).label("place")
    placed = select(TableRunRow.seq, place).subquery()
    query = (
        select(*columns(TableRunRow, TableResult))
        .join(placed, placed.c.seq == TableRunRow.seq)
        .where(placed.c.place <= limit)
        .order_by(TableRunRow.seq.desc())
    )
    return (record(TableResult, tuple(row), names) for row in session.execute(query))


def _open_alarms(session: Session, names: Names) -> dict[tuple[str, str], AlarmState]:
    query = (
        select(AlarmStateRow, SavedReferenceRow.name)
        .join(ProjectRow, ProjectRow.id == AlarmStateRow.project_id)
        .outerjoin(SavedReferenceRow, SavedReferenceRow.id == AlarmStateRow.baseline_id)
        .where(AlarmStateRow.alarmed_at_block.is_not(None))
        .where(or_(SavedReferenceRow.id.is_not(None), AlarmStateRow.baseline_id == ProjectRow.active_baseline_id))
    )
    return {(names[row.project_id], name or ""): alarm_record(row) for row, name in session.execute(query)}


def _in_force(checks: Any) -> ColumnElement[bool]:
    """Of the project's pools against its active baseline; people look at others as well."""
    return and_(checks.project_id == ProjectRow.id, checks.baseline_id == ProjectRow.active_baseline_id)


def _calm(severity: Any) -> ColumnElement[bool]:
    """No drift, or a check that could not tell."""
    return or_(severity.is_(None), severity == Severity.LOW.value)


def _last_before(table: Any, moment: Any, since: datetime) -> Any:
    last = select(table.seq).where(moment < since).order_by(table.seq.desc()).limit(1).scalar_subquery()
    return func.coalesce(last, 0)
