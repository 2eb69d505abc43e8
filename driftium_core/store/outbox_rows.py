"""Rows of incidents and messages: ended, dropped and pruned within somebody's transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from driftium_core.store.alert_schema import AlertRuleRow, DeliveryRow, IncidentRow, WatchRow

__all__ = ["CLOCK_SLACK", "UNSENT", "drop_unsent", "end_incidents", "forget_monitor", "is_free", "prune_outbox"]

UNSENT = ("waiting", "held")

CLOCK_SLACK = timedelta(hours=26)
"""No time that is set for a message lies further ahead: one that does was set by a clock that has been put back."""

KEPT = 1000
"""Messages, and incidents, of a project; older ones make room once nothing more will become of them."""


def is_free(at: datetime) -> ColumnElement[bool]:
    """Nobody is sending the message now."""
    leased = DeliveryRow.leased_until
    return or_(leased.is_(None), leased <= at, leased > at + CLOCK_SLACK)


def drop_unsent(session: Session, *of: ColumnElement[bool]) -> None:
    """Send nothing of what waits and meets the conditions."""
    waiting = update(DeliveryRow).where(DeliveryRow.state.in_(UNSENT), *of)
    session.execute(waiting.values(state="dropped", next_attempt_at=None))


def end_incidents(session: Session, at: datetime, *of: ColumnElement[bool]) -> None:
    """End open incidents without a message, and drop those that wait."""
    ids = list(session.scalars(select(IncidentRow.id).where(IncidentRow.resolved_at.is_(None), *of)))
    session.execute(update(IncidentRow).where(IncidentRow.id.in_(ids)).values(resolved_at=at, remind_at=None))
    drop_unsent(session, DeliveryRow.incident_id.in_(ids))


def forget_monitor(session: Session, project_id: int, monitor: str, at: datetime) -> None:
    """End what is open about a monitor that is gone, and what rules remember of it."""
    rules = select(AlertRuleRow.id).where(AlertRuleRow.project_id == project_id)
    of_project = update(AlertRuleRow).where(AlertRuleRow.project_id == project_id)
    session.execute(of_project.values(turn=AlertRuleRow.turn + 1))
    session.execute(delete(WatchRow).where(WatchRow.monitor == monitor, WatchRow.rule_id.in_(rules)))
    end_incidents(session, at, IncidentRow.project_id == project_id, IncidentRow.monitor == monitor)


def prune_outbox(session: Session, project_id: int) -> None:
    """Keep the project's newest incidents and messages; what is open or unsent stays whatever its age."""
    for table, over in (
        (DeliveryRow, DeliveryRow.state.not_in(UNSENT)),
        (IncidentRow, IncidentRow.resolved_at.is_not(None)),
    ):
        newest_to_go = select(table.seq).where(table.project_id == project_id).order_by(table.seq.desc())
        seq = session.scalar(newest_to_go.offset(KEPT).limit(1))
        if seq is not None:
            session.execute(delete(table).where(table.project_id == project_id, table.seq <= seq, over))
