"""Incidents as they are shown: listed, and acknowledged."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from driftium_core.errors import NotFoundError
from driftium_core.formats import fmt_name
from driftium_core.severity import Severity
from driftium_core.store.alert_records import Incident
from driftium_core.store.alert_schema import AlertRuleRow, DeliveryRow, IncidentRow
from driftium_core.store.outbox_rows import drop_unsent
from driftium_core.store.projects import change_alerts, lock_project_of, project_key, project_names
from driftium_core.store.records import DEFAULT_PROJECT

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["IncidentRepository", "incident_record"]


class IncidentRepository:
    """The incidents of all projects. Thread-safe as its store is."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def newest(
        self, *, project: str | None = DEFAULT_PROJECT, open_only: bool = False, limit: int | None = None
    ) -> list[Incident]:
        """The incidents of a project, or of all for None, newest first."""
        with self._store.session() as session:
            names = project_names(session)
            query = select(IncidentRow).order_by(IncidentRow.seq.desc()).limit(limit)
            if project is not None:
                query = query.where(IncidentRow.project_id == project_key(session, project))
            if open_only:
                query = query.where(IncidentRow.resolved_at.is_(None))
            return [incident_record(row, names[row.project_id]) for row in session.scalars(query)]

    def get(self, incident_id: str) -> Incident:
        """One incident; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            row = _row(session, incident_id)
            return incident_record(row, project_names(session)[row.project_id])

    def acknowledge(self, incident_id: str, at: datetime) -> Incident:
        """Keep when somebody first said to have seen it, and drop the reminders that wait."""
        with self._store.session(write=True) as session:
            lock_project_of(session, IncidentRow, incident_id)
            row = _row(session, incident_id)
            if row.acknowledged_at is None:
                row.acknowledged_at, row.remind_at = at, None
                # A reminder that is being decided on now is one too many.
                turned = update(AlertRuleRow).where(AlertRuleRow.id == row.rule_id)
                session.execute(turned.values(turn=AlertRuleRow.turn + 1))
                drop_unsent(session, DeliveryRow.incident_id == row.id, DeliveryRow.event == "reminder")
                change_alerts(session, row.project_id)
            return incident_record(row, project_names(session)[row.project_id])


def incident_record(row: IncidentRow, project: str) -> Incident:
    """An incident's row as a record."""
    return Incident(
        id=row.id,
        project=project,
        rule_id=row.rule_id,
        rule_name=row.rule_name,
        monitor=row.monitor,
        severity=Severity(row.severity),
        worst=Severity(row.worst),
        opened_at=row.opened_at,
        n_checks=row.n_checks,
        report_kind=cast(Literal["table", "text"], row.report_kind),
        report_id=row.report_id,
        resolved_at=row.resolved_at,
        acknowledged_at=row.acknowledged_at,
    )


def _row(session: Session, incident_id: str) -> IncidentRow:
    row = session.scalar(select(IncidentRow).where(IncidentRow.id == incident_id))
    if row is None:
        raise NotFoundError(
            f"Incident {fmt_name(incident_id)} is not stored, or no longer: it made room for newer ones."
        )
    return row
