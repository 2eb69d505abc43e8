"""Checks of two pools: one record per changed state, pruned to the newest, listed without their reports."""

from __future__ import annotations

import secrets
import zlib
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from driftium_core.errors import NotFoundError, StorageError
from driftium_core.severity import Severity
from driftium_core.store.history import keep_newest
from driftium_core.store.projects import project_key
from driftium_core.store.records import DEFAULT_PROJECT, Calculation, NewCalculation
from driftium_core.store.schema import CalculationRow, ProjectRow

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["CalculationRepository"]


class CalculationRepository:
    """The calculations of all projects. Thread-safe as its store is."""

    def __init__(self, store: Store, *, history_limit: int) -> None:
        self._store = store
        self._limit = history_limit

    def add(self, calculation: NewCalculation, *, project: str = DEFAULT_PROJECT) -> Calculation:
        """Store a calculation and prune the project's oldest beyond the limit, in one transaction.

        When the project's newest one against the same baseline has the same fingerprint nothing is stored: that one
        is returned.
        """
        with self._store.session(write=True) as session:
            key = project_key(session, project, lock=True)
            newest = session.scalar(_newest_first(key, calculation.baseline_id).limit(1))
            if newest is not None and newest.fingerprint == calculation.fingerprint:
                return _record(newest, project)
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
            row = session.scalar(query.where(CalculationRow.fingerprint == fingerprint).limit(1))
            return None if row is None else _record(row, project)

    def newest(
        self, *, project: str = DEFAULT_PROJECT, baseline_id: str | None = None, limit: int | None = None
    ) -> list[Calculation]:
        """The project's calculations, or those against one baseline, newest first, without their reports."""
        with self._store.session() as session:
            query = _newest_first(project_key(session, project), baseline_id).limit(limit)
            return [_record(row, project) for row in session.scalars(query)]

    def count(self, *, project: str = DEFAULT_PROJECT) -> int:
        """How many calculations the project has."""
        with self._store.session() as session:
            key = project_key(session, project)
            return session.scalar(select(func.count()).where(CalculationRow.project_id == key)) or 0

    def get(self, calculation_id: str) -> Calculation:
        """One calculation without its report; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            row, project = _row(session, calculation_id)
            return _record(row, project)

    def report(self, calculation_id: str) -> dict[str, Any]:
        """The report of one calculation as JSON values; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            row, _ = _row(session, calculation_id)
            try:
                report: dict[str, Any] = row.report
            except (zlib.error, ValueError) as error:
                raise StorageError(
                    f"The report of calculation {calculation_id} is damaged in the database. Check the pools again."
                ) from error
            return report


def _newest_first(project_id: int, baseline_id: str | None) -> Any:
    query = select(CalculationRow).where(CalculationRow.project_id == project_id)
    if baseline_id is not None:
        query = query.where(CalculationRow.baseline_id == baseline_id)
    return query.order_by(CalculationRow.seq.desc())


def _row(session: Session, calculation_id: str) -> tuple[CalculationRow, str]:
    query = (
        select(CalculationRow, ProjectRow.name)
        .join(ProjectRow, ProjectRow.id == CalculationRow.project_id)
        .where(CalculationRow.id == calculation_id)
    )
    found = session.execute(query).first()
    if found is None:
        raise NotFoundError(
            f"Calculation {calculation_id} is not stored, or no longer: it made room for newer calculations."
        )
    return found[0], found[1]


def _record(row: CalculationRow, project: str) -> Calculation:
    values = {f.name: getattr(row, f.name) for f in fields(Calculation) if f.name not in ("project", "severity")}
    return Calculation(**values, project=project, severity=Severity(row.severity) if row.severity else None)
