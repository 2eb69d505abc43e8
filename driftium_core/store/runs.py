"""Table checks: inserted once per fingerprint, pruned to the newest, listed without their reports."""

from __future__ import annotations

import secrets
import zlib
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from driftium_core.errors import NotFoundError, StorageError
from driftium_core.formats import fmt_name
from driftium_core.severity import Severity
from driftium_core.store.history import keep_newest
from driftium_core.store.projects import project_key
from driftium_core.store.records import DEFAULT_PROJECT
from driftium_core.store.schema import ProjectRow, TableRunRow
from driftium_core.store.table_records import NewRun, TableRun

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["RunRepository"]


class RunRepository:
    """The runs of all projects. Thread-safe as its store is."""

    def __init__(self, store: Store, *, history_limit: int) -> None:
        self._store = store
        self._limit = history_limit

    def add(self, run: NewRun, *, project: str = DEFAULT_PROJECT) -> TableRun:
        """Store a run and prune the project's oldest beyond the limit, in one transaction.

        A run with a fingerprint that is stored already is not stored again: the stored one is returned.
        """
        with self._store.session(write=True) as session:
            key = project_key(session, project, lock=True)
            known = _by_fingerprint(session, key, run.fingerprint)
            if known is not None:
                return _record(known, project)
            row = TableRunRow(**asdict(run), id=secrets.token_hex(5), project_id=key, created_at=datetime.now(UTC))
            session.add(row)
            session.flush()
            keep_newest(session, TableRunRow, key, limit=self._limit)
            return _record(row, project)

    def find(self, fingerprint: str, *, project: str = DEFAULT_PROJECT) -> TableRun | None:
        """The run of these tables and settings, if it is stored."""
        with self._store.session() as session:
            row = _by_fingerprint(session, project_key(session, project), fingerprint)
            return None if row is None else _record(row, project)

    def newest(
        self, *, project: str = DEFAULT_PROJECT, limit: int | None = None, reference: str | None = None
    ) -> list[TableRun]:
        """The project's runs, newest first, without their reports; only those against a reference when one is named."""
        with self._store.session() as session:
            key = project_key(session, project)
            query = select(TableRunRow).where(TableRunRow.project_id == key)
            if reference is not None:
                query = query.where(TableRunRow.reference_name == reference)
            query = query.order_by(TableRunRow.seq.desc()).limit(limit)
            return [_record(row, project) for row in session.scalars(query)]

    def count(self, *, project: str = DEFAULT_PROJECT) -> int:
        """How many runs the project has."""
        with self._store.session() as session:
            key = project_key(session, project)
            return session.scalar(select(func.count()).where(TableRunRow.project_id == key)) or 0

    def get(self, run_id: str) -> TableRun:
        """One run without its report; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            row, project = _row(session, run_id)
            return _record(row, project)

    def report(self, run_id: str) -> dict[str, Any]:
        """The report of one run as JSON values; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            row, _ = _row(session, run_id)
            try:
                report: dict[str, Any] = row.report
            except (zlib.error, ValueError) as error:
                raise StorageError(f"The report of run {run_id} is damaged in the database. Run it again.") from error
            return report

    def delete(self, run_id: str) -> None:
        """Remove one run; `NotFoundError` when it is not stored."""
        with self._store.session(write=True) as session:
            row, _ = _row(session, run_id)
            session.delete(row)


def _row(session: Session, run_id: str) -> tuple[TableRunRow, str]:
    found = session.execute(
        select(TableRunRow, ProjectRow.name).join(ProjectRow).where(TableRunRow.id == run_id)
    ).first()
    if found is None:
        raise NotFoundError(
            f"Run {fmt_name(run_id)} is not stored, or no longer: it was deleted, or made room for newer runs."
        )
    return found[0], found[1]


def _by_fingerprint(session: Session, project_id: int, fingerprint: str) -> TableRunRow | None:
    return session.scalar(
        select(TableRunRow).where(TableRunRow.project_id == project_id, TableRunRow.fingerprint == fingerprint)
    )


def _record(row: TableRunRow, project: str) -> TableRun:
    values = {f.name: getattr(row, f.name) for f in fields(TableRun) if f.name not in ("project", "severity")}
    return TableRun(**values, project=project, severity=Severity(row.severity) if row.severity else None)
