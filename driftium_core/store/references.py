"""Reference tables that were saved under a name."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from driftium_core.errors import InputError, NotFoundError
from driftium_core.formats import fmt_name
from driftium_core.store.alert_records import table_monitor
from driftium_core.store.outbox_rows import forget_monitor
from driftium_core.store.projects import change_alerts, change_evidence, project_key
from driftium_core.store.records import DEFAULT_PROJECT
from driftium_core.store.schema import AlarmStateRow, ProjectRow, SavedReferenceRow
from driftium_core.store.table_records import SavedReference

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["ReferenceRepository"]


class ReferenceRepository:
    """The saved references of all projects. Thread-safe as its store is."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self,
        name: str,
        data: bytes,
        *,
        rows: int,
        columns: tuple[str, ...],
        content_hash: str,
        project: str = DEFAULT_PROJECT,
    ) -> SavedReference:
        """Store a table's Parquet bytes under a name.

        Raises
        ------
        InputError
            The name is empty, or the project has a reference of that name.
        """
        name = name.strip()
        if not name:
            raise InputError("A saved reference needs a name.")
        with self._store.session(write=True) as session:
            key = project_key(session, project, lock=True)
            taken = select(SavedReferenceRow.seq).where(
                SavedReferenceRow.project_id == key, SavedReferenceRow.name == name
            )
            if session.scalar(taken) is not None:
                raise InputError(f"There is a saved reference called {name!r} already; choose another name.")
            row = SavedReferenceRow(
                id=secrets.token_hex(5),
                project_id=key,
                name=name,
                created_at=datetime.now(UTC),
                rows=rows,
                columns=list(columns),
                content_hash=content_hash,
                size_bytes=len(data),
                data=data,
            )
            session.add(row)
            session.flush()
            return _record(row, project)

    def all(self, *, project: str = DEFAULT_PROJECT) -> list[SavedReference]:
        """The project's references by name, without their data."""
        with self._store.session() as session:
            key = project_key(session, project)
            query = (
                select(SavedReferenceRow).where(SavedReferenceRow.project_id == key).order_by(SavedReferenceRow.name)
            )
            return [_record(row, project) for row in session.scalars(query)]

    def get(self, reference_id: str) -> tuple[SavedReference, bytes]:
        """One reference with its Parquet bytes; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            row, project = _row(session, reference_id)
            return _record(row, project), row.data

    def delete(self, reference_id: str) -> None:
        """Remove one reference with its evidence and open incidents; `NotFoundError` when it is not stored."""
        with self._store.session(write=True) as session:
            row, project = _row(session, reference_id)
            key = project_key(session, project, lock=True)
            of_it = (AlarmStateRow.project_id == key, AlarmStateRow.baseline_id == reference_id)
            session.execute(delete(AlarmStateRow).where(*of_it))  # its looks go with it
            forget_monitor(session, key, table_monitor(row.name), datetime.now(UTC))
            session.delete(row)
            change_evidence(session, key)
            change_alerts(session, key)


def _row(session: Session, reference_id: str) -> tuple[SavedReferenceRow, str]:
    query = select(SavedReferenceRow, ProjectRow.name).join(ProjectRow).where(SavedReferenceRow.id == reference_id)
    found = session.execute(query).first()
    if found is None:
        raise NotFoundError(f"Saved reference {fmt_name(reference_id)} is not stored, or no longer.")
    return found[0], found[1]


def _record(row: SavedReferenceRow, project: str) -> SavedReference:
    return SavedReference(
        id=row.id,
        project=project,
        name=row.name,
        created_at=row.created_at,
        rows=row.rows,
        columns=tuple(row.columns),
        content_hash=row.content_hash,
        size_bytes=row.size_bytes,
    )
