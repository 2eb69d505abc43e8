"""Investigations: any number per report, pruned to the newest, listed without their documents."""

from __future__ import annotations

import secrets
import zlib
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from driftium_core.errors import NotFoundError, StorageError
from driftium_core.formats import fmt_name
from driftium_core.severity import Severity
from driftium_core.store.history import keep_newest, read_records
from driftium_core.store.investigation_records import Investigation, NewInvestigation, ReportKind
from driftium_core.store.projects import change_investigations, project_key
from driftium_core.store.records import DEFAULT_PROJECT
from driftium_core.store.schema import InvestigationRow, ProjectRow

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["InvestigationRepository"]


class InvestigationRepository:
    """The investigations of all projects. Thread-safe as its store is.

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

    def add(self, investigation: NewInvestigation, *, project: str = DEFAULT_PROJECT) -> Investigation:
        """Store an investigation and prune the project's oldest beyond the limit, in one transaction."""
        with self._store.session(write=True) as session:
            key = project_key(session, project, lock=True)
            row = InvestigationRow(
                **asdict(investigation), id=secrets.token_hex(5), project_id=key, created_at=datetime.now(UTC), done=[]
            )
            session.add(row)
            session.flush()
            keep_newest(session, InvestigationRow, key, limit=self._limit)
            change_investigations(session, key)
            return _record(row, project)

    def newest(
        self,
        *,
        project: str = DEFAULT_PROJECT,
        kind: ReportKind | None = None,
        report_id: str | None = None,
        limit: int | None = None,
    ) -> list[Investigation]:
        """The project's investigations, of one kind or report where it is named, newest first, without documents."""
        with self._store.session() as session:
            query = select(InvestigationRow).where(InvestigationRow.project_id == project_key(session, project))
            if kind is not None:
                query = query.where(InvestigationRow.kind == kind)
            if report_id is not None:
                query = query.where(InvestigationRow.report_id == report_id)
            query = query.order_by(InvestigationRow.seq.desc())
            found, left_out = read_records(
                session, InvestigationRow, query, lambda row: _record(row, project), limit=limit
            )
            if left_out:
                self.notice = (
                    f"Some investigations of project “{project}” cannot be read from the database and are left out: "
                    "they were changed by hand, or by another version of Driftium."
                )
            return found

    def count(self, *, project: str = DEFAULT_PROJECT) -> int:
        """How many investigations the project has; those that cannot be read as well."""
        with self._store.session() as session:
            key = project_key(session, project)
            return session.scalar(select(func.count()).where(InvestigationRow.project_id == key)) or 0

    def get(self, investigation_id: str) -> Investigation:
        """One investigation without its document; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            return _readable(session, investigation_id)[1]

    def document(self, investigation_id: str) -> dict[str, Any]:
        """The document of one investigation as JSON values; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            try:
                document: dict[str, Any] = _row(session, investigation_id)[0].document
            except (zlib.error, ValueError, TypeError) as error:
                raise _damaged(investigation_id) from error
            return document

    def tick(self, investigation_id: str, position: int, *, done: bool) -> Investigation:
        """Tick the action at a position, or take the tick away; `NotFoundError` when it is not stored."""
        with self._store.session(write=True) as session:
            _lock(session, investigation_id)
            row, record = _readable(session, investigation_id)
            ticked = {*record.done, position} if done else {*record.done} - {position}
            row.done = sorted(ticked)
            change_investigations(session, row.project_id)
            session.flush()
            return _record(row, record.project)

    def delete(self, investigation_id: str) -> None:
        """Remove one investigation, also one that cannot be read; `NotFoundError` when it is not stored."""
        with self._store.session(write=True) as session:
            key = _lock(session, investigation_id)
            session.execute(delete(InvestigationRow).where(InvestigationRow.id == investigation_id))
            change_investigations(session, key)


def _lock(session: Session, investigation_id: str) -> int:
    """Lock the investigation's project, so that two who tick at once do not undo each other; the project's key."""
    query = select(InvestigationRow.project_id).where(InvestigationRow.id == investigation_id)
    key = session.scalar(query)
    if key is None:
        raise _missing(investigation_id)
    session.execute(select(ProjectRow.id).where(ProjectRow.id == key).with_for_update(key_share=True))
    return key


def _row(session: Session, investigation_id: str) -> tuple[InvestigationRow, str]:
    query = select(InvestigationRow, ProjectRow.name).join(ProjectRow, ProjectRow.id == InvestigationRow.project_id)
    found = session.execute(query.where(InvestigationRow.id == investigation_id)).first()
    if found is None:
        raise _missing(investigation_id)
    return found[0], found[1]


def _readable(session: Session, investigation_id: str) -> tuple[InvestigationRow, Investigation]:
    try:
        row, project = _row(session, investigation_id)
        return row, _record(row, project)
    except (zlib.error, ValueError, TypeError) as error:
        raise _damaged(investigation_id) from error


def _missing(investigation_id: str) -> NotFoundError:
    return NotFoundError(
        f"Investigation {fmt_name(investigation_id)} is not stored, or no longer: it was deleted, or made room for "
        "newer ones."
    )


def _damaged(investigation_id: str) -> StorageError:
    return StorageError(
        f"Investigation {fmt_name(investigation_id)} cannot be read from the database: it is damaged, or was changed "
        "by hand or by another version of Driftium. Investigate the report again."
    )


def _record(row: InvestigationRow, project: str) -> Investigation:
    others = ("project", "severity", "n_actions", "done")
    values = {f.name: getattr(row, f.name) for f in fields(Investigation) if f.name not in others}
    for name, value in values.items():  # SQLite stores anything in any column
        if name != "created_at" and not (isinstance(value, str) or (name == "model" and value is None)):
            raise ValueError(f"{name} is no text")
    if row.kind not in get_args(ReportKind):
        raise ValueError(f"{row.kind!r} is no kind of report")
    if not isinstance(row.done, list) or not all(type(position) is int for position in row.done):
        raise ValueError("the ticked actions are no list of positions")
    if not isinstance(row.n_actions, int):
        raise ValueError("the number of actions is no number")
    severity = Severity(row.severity) if row.severity else None
    done = tuple(row.done)
    return Investigation(**values, project=project, severity=severity, n_actions=row.n_actions, done=done)
