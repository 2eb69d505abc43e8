"""Checks of two pools: one record per changed state, pruned to the newest, listed without their reports."""

from __future__ import annotations

import secrets
import zlib
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from driftium_core.errors import NotFoundError, StorageError
from driftium_core.formats import fmt_name
from driftium_core.severity import Severity
from driftium_core.store.history import keep_newest, read_records
from driftium_core.store.projects import project_key
from driftium_core.store.records import DEFAULT_PROJECT, Calculation, NewCalculation
from driftium_core.store.schema import CalculationRow, ProjectRow

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["CalculationRepository"]


class CalculationRepository:
    """The calculations of all projects. Thread-safe as its store is.

    A record that this version cannot read, as it was changed by hand or by another version, costs no other one: lists
    leave it out, and `notice` says so. Who asks for it by its id is told.

    Attributes
    ----------
    notice : str or None
        That records were left out since the start, as a sentence.
    """

    def __init__(self, store: Store, *, history_limit: int) -> None:
        self._store = store
        self._limit = history_limit
        self.notice: str | None = None

    def add(self, calculation: NewCalculation, *, project: str = DEFAULT_PROJECT) -> Calculation:
        """Store a calculation and prune the project's oldest beyond the limit, in one transaction.

        When the project's newest one against the same baseline has the same fingerprint nothing is stored: that one
        is returned. When it is of the same state in another format, it keeps its id and time, and is overwritten: a
        release that computes more is no event of the pools.
        """
        with self._store.session(write=True) as session:
            key = project_key(session, project, lock=True)
            newest = next(iter(self._records(session, _newest_first(key, calculation.baseline_id), project, 1)), None)
            if newest is not None and newest.fingerprint == calculation.fingerprint:
                return newest
            if newest is not None and _state(newest) == _state(calculation):
                row, _ = _row(session, newest.id)
                for name, value in asdict(calculation).items():
                    setattr(row, name, value)
                session.flush()
                return _record(row, project)
            row = CalculationRow(
                **asdict(calculation), id=secrets.token_hex(5), project_id=key, created_at=datetime.now(UTC)
            )
            session.add(row)
            session.flush()
            keep_newest(session, CalculationRow, key, limit=self._limit)
            return _record(row, project)

    def find(
        self, fingerprint: str, *, project: str = DEFAULT_PROJECT, baseline_id: str | None = None
    ) -> Calculation | None:
        """The newest calculation of these pools, encoder and settings, if one is stored."""
        with self._store.session() as session:
            query = _newest_first(project_key(session, project), baseline_id)
            found = self._records(session, query.where(CalculationRow.fingerprint == fingerprint), project, 1)
            return found[0] if found else None

    def newest(
        self, *, project: str = DEFAULT_PROJECT, baseline_id: str | None = None, limit: int | None = None
    ) -> list[Calculation]:
        """The project's calculations, or those against one baseline, newest first, without their reports."""
        with self._store.session() as session:
            return self._records(session, _newest_first(project_key(session, project), baseline_id), project, limit)

    def drift_since(self, calculation: Calculation) -> Calculation:
        """The oldest of the unbroken row of drifts against its baseline that a calculation ends; at worst itself."""
        with self._store.session() as session:
            last = select(CalculationRow.seq).where(CalculationRow.id == calculation.id).scalar_subquery()
            earlier = _newest_first(project_key(session, calculation.project), calculation.baseline_id)
            earlier = earlier.where(CalculationRow.seq <= last)
            calm = earlier.where(CalculationRow.verdict != "drift").limit(1).with_only_columns(CalculationRow.seq)
            since = earlier.where(CalculationRow.seq > func.coalesce(calm.scalar_subquery(), 0))
            oldest_first = since.order_by(None).order_by(CalculationRow.seq)
            return next(iter(self._records(session, oldest_first, calculation.project, 1)), calculation)

    def count(self, *, project: str = DEFAULT_PROJECT, baseline_id: str | None = None) -> int:
        """How many calculations the project has, or against one baseline; those that cannot be read as well."""
        with self._store.session() as session:
            key = project_key(session, project)
            return session.scalar(select(func.count()).where(*_of(key, baseline_id))) or 0

    def get(self, calculation_id: str) -> Calculation:
        """One calculation without its report; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            try:
                return _record(*_row(session, calculation_id))
            except (ValueError, TypeError) as error:
                raise StorageError(
                    f"Calculation {fmt_name(calculation_id)} cannot be read from the database ({error}): it was "
                    "changed by hand or by another version of Driftium. Check the pools again."
                ) from error

    def report(self, calculation_id: str) -> dict[str, Any]:
        """The report of one calculation as JSON values; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            try:
                row, _ = _row(session, calculation_id)
                report: dict[str, Any] = row.report
            except (zlib.error, ValueError, TypeError) as error:
                raise StorageError(
                    f"The report of calculation {fmt_name(calculation_id)} is damaged in the database. Check the pools "
                    "again."
                ) from error
            return report

    def _records(self, session: Session, query: Any, project: str, limit: int | None) -> list[Calculation]:
        """The first of a query that can be read."""
        found, left_out = read_records(session, CalculationRow, query, lambda row: _record(row, project), limit=limit)
        if left_out:
            self.notice = (
                f"Some calculations of project “{project}” cannot be read from the database and are left out: they "
                "were changed by hand, or by another version of Driftium."
            )
        return found


def _state(calculation: Calculation | NewCalculation) -> str:
    """What was compared and how, whatever the format of the report."""
    return calculation.fingerprint.rpartition(":")[2]


def _newest_first(project_id: int, baseline_id: str | None) -> Any:
    return select(CalculationRow).where(*_of(project_id, baseline_id)).order_by(CalculationRow.seq.desc())


def _of(project_id: int, baseline_id: str | None) -> list[ColumnElement[bool]]:
    """Of a project, and of one of its baselines when asked."""
    against = [] if baseline_id is None else [CalculationRow.baseline_id == baseline_id]
    return [CalculationRow.project_id == project_id, *against]


def _row(session: Session, calculation_id: str) -> tuple[CalculationRow, str]:
    query = (
        select(CalculationRow, ProjectRow.name)
        .join(ProjectRow, ProjectRow.id == CalculationRow.project_id)
        .where(CalculationRow.id == calculation_id)
    )
    found = session.execute(query).first()
    if found is None:
        raise NotFoundError(
            f"Calculation {fmt_name(calculation_id)} is not stored, or no longer: it made room for newer calculations."
        )
    return found[0], found[1]


_NUMBERS = tuple(f.name for f in fields(Calculation) if str(f.type).startswith(("float", "int")))


def _record(row: CalculationRow, project: str) -> Calculation:
    values = {f.name: getattr(row, f.name) for f in fields(Calculation) if f.name not in ("project", "severity")}
    for name in _NUMBERS:  # SQLite stores anything in any column
        if not isinstance(values[name], int | float | None):
            raise ValueError(f"{name} is no number")
    return Calculation(**values, project=project, severity=Severity(row.severity) if row.severity else None)
