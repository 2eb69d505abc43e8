"""Table checks: inserted once per fingerprint, pruned to the newest, listed without their reports."""

from __future__ import annotations

import secrets
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from driftium_core.errors import NotFoundError, StorageError
from driftium_core.formats import fmt_name
from driftium_core.severity import Severity
from driftium_core.store.history import UNREADABLE, keep_newest, read_records
from driftium_core.store.projects import project_key
from driftium_core.store.records import DEFAULT_PROJECT
from driftium_core.store.schema import ProjectRow, TableRunRow
from driftium_core.store.table_records import NewRun, TableRun

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["RunRepository"]


class RunRepository:
    """The runs of all projects. Thread-safe as its store is.

    A record that this version cannot read costs no other one, as in `CalculationRepository`.

    Attributes
    ----------
    notice : str or None
        That records were left out since the start, as a sentence.
    """

    def __init__(self, store: Store, *, history_limit: int) -> None:
        self._store = store
        self._limit = history_limit
        self.notice: str | None = None

    def add(self, run: NewRun, *, project: str = DEFAULT_PROJECT, renew: bool = False) -> TableRun:
        """Store a run and prune the project's oldest beyond the limit, in one transaction.

        A run with a fingerprint that is stored already is not stored again: the stored one is returned, unless it
        cannot be read and makes room for this one. With ``renew``, a stored one that other checks of real tables
        against that reference came after becomes the newest, under its id: data that went back to what it was is
        news.
        """
        with self._store.session(write=True) as session:
            key = project_key(session, project, lock=True)
            known = self._records(session, _with_fingerprint(key, run.fingerprint), project, 1)
            if known and not (renew and _is_past(session, key, run)):
                return known[0]
            run_id = known[0].id if known else secrets.token_hex(5)
            session.execute(delete(TableRunRow).where(*_with_fingerprint(key, run.fingerprint)))
            row = TableRunRow(**asdict(run), id=run_id, project_id=key, created_at=datetime.now(UTC))
            session.add(row)
            session.flush()
            keep_newest(session, TableRunRow, key, limit=self._limit)
            return _record(row, project)

    def find(self, fingerprint: str, *, project: str = DEFAULT_PROJECT) -> TableRun | None:
        """The run of these tables and settings, if it is stored."""
        with self._store.session() as session:
            key = project_key(session, project)
            known = self._records(session, _with_fingerprint(key, fingerprint), project, 1)
            return known[0] if known else None

    def newest(
        self, *, project: str = DEFAULT_PROJECT, limit: int | None = None, reference: str | None = None
    ) -> list[TableRun]:
        """The project's runs, newest first, without their reports; only those against a reference when one is named."""
        with self._store.session() as session:
            of = [TableRunRow.project_id == project_key(session, project)]
            if reference is not None:
                of.append(TableRunRow.reference_name == reference)
            return self._records(session, of, project, limit)

    def count(self, *, project: str = DEFAULT_PROJECT) -> int:
        """How many runs the project has; those that cannot be read as well."""
        with self._store.session() as session:
            key = project_key(session, project)
            return session.scalar(select(func.count()).where(TableRunRow.project_id == key)) or 0

    def get(self, run_id: str) -> TableRun:
        """One run without its report; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            try:
                return _record(*_row(session, run_id))
            except UNREADABLE as error:
                raise StorageError(
                    f"Run {fmt_name(run_id)} cannot be read from the database: it is damaged, or was changed by hand "
                    "or by another version of Driftium. Run it again."
                ) from error

    def report(self, run_id: str) -> dict[str, Any]:
        """The report of one run as JSON values; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            try:
                report: dict[str, Any] = _row(session, run_id)[0].report
            except UNREADABLE as error:
                raise StorageError(
                    f"The report of run {fmt_name(run_id)} is damaged in the database. Run it again."
                ) from error
            return report

    def delete(self, run_id: str) -> None:
        """Remove one run, also one that cannot be read; `NotFoundError` when it is not stored."""
        with self._store.session(write=True) as session:
            seq = session.scalar(select(TableRunRow.seq).where(TableRunRow.id == run_id))
            if seq is None:
                raise _missing(run_id)
            session.execute(delete(TableRunRow).where(TableRunRow.seq == seq))

    def _records(
        self, session: Session, of: list[ColumnElement[bool]], project: str, limit: int | None
    ) -> list[TableRun]:
        """The newest that can be read."""
        query = select(TableRunRow).where(*of).order_by(TableRunRow.seq.desc())
        found, left_out = read_records(session, TableRunRow, query, lambda row: _record(row, project), limit=limit)
        if left_out:
            self.notice = (
                f"Some table checks of project “{project}” cannot be read from the database and are left out: they "
                "were changed by hand, or by another version of Driftium."
            )
        return found


def _row(session: Session, run_id: str) -> tuple[TableRunRow, str]:
    found = session.execute(
        select(TableRunRow, ProjectRow.name).join(ProjectRow).where(TableRunRow.id == run_id)
    ).first()
    if found is None:
        raise _missing(run_id)
    return found[0], found[1]


def _missing(run_id: str) -> NotFoundError:
    return NotFoundError(
        f"Run {fmt_name(run_id)} is not stored, or no longer: it was deleted, or made room for newer runs."
    )


def _with_fingerprint(project_id: int, fingerprint: str) -> list[ColumnElement[bool]]:
    return [TableRunRow.project_id == project_id, TableRunRow.fingerprint == fingerprint]


def _is_past(session: Session, project_id: int, run: NewRun) -> bool:
    """Whether the newest check of a real table against the run's reference is another one."""
    query = (
        select(TableRunRow.fingerprint)
        .where(
            TableRunRow.project_id == project_id,
            TableRunRow.reference_name == run.reference_name,
            TableRunRow.simulated.is_(None),
        )
        .order_by(TableRunRow.seq.desc())
        .limit(1)
    )
    return session.scalar(query) != run.fingerprint


_OPTIONAL = ("drift_rate", "max_effect")
_NUMBERS = tuple(f.name for f in fields(TableRun) if str(f.type).startswith(("float", "int")))


def _record(row: TableRunRow, project: str) -> TableRun:
    values = {f.name: getattr(row, f.name) for f in fields(TableRun) if f.name not in ("project", "severity")}
    for name in _NUMBERS:  # SQLite stores anything in any column
        if not (isinstance(values[name], int | float) or (name in _OPTIONAL and values[name] is None)):
            raise ValueError(f"{name} is no number")
    return TableRun(**values, project=project, severity=Severity(row.severity) if row.severity else None)
