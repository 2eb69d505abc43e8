"""Evaluations of rules: what each has to look at, and its decision, kept only if nothing changed meanwhile."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from driftium_core.store.alert_records import ANSWERS, EVERY_MONITOR, Incident, IncidentEvent
from driftium_core.store.alert_rules import channels_of, rule_record
from driftium_core.store.alert_schema import AlertRuleRow, ChannelRow, DeliveryRow, IncidentRow, WatchRow
from driftium_core.store.alert_turn_records import (
    LONGEST_REMINDER,
    Decision,
    MonitorState,
    NewMessage,
    OpenIncident,
    RuleTurn,
    UnsentMessage,
)
from driftium_core.store.incidents import incident_record
from driftium_core.store.outbox_rows import UNSENT, is_free, prune_outbox
from driftium_core.store.projects import change_alerts, lock_project_of
from driftium_core.store.schema import CalculationRow, ProjectRow, TableRunRow
from driftium_core.store.seen_checks import read_checks

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["TurnRepository"]


class TurnRepository:
    """The evaluations of all projects' rules. Thread-safe as its store is.

    A decision is made outside of any transaction, as messages are worded from reports, and kept in one: with it go the
    place up to which checks were looked at, the incidents and the messages. Of two decisions on one turn the second is
    refused, and so is one that was overtaken by a change to the rule, its channels or its messages; whoever is refused
    reads the turn again.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def due(self, at: datetime) -> list[str]:
        """Ids of the rules that have something to look at, or to remind of; one statement, from indexes."""
        with self._store.session() as session:
            return list(session.scalars(_due_rules(at)))

    def read(self, rule_id: str, at: datetime) -> RuleTurn | None:
        """What a rule has to look at; None when it is gone or paused."""
        with self._store.session() as session:
            query = select(AlertRuleRow, ProjectRow).join(ProjectRow, ProjectRow.id == AlertRuleRow.project_id)
            found = session.execute(query.where(AlertRuleRow.id == rule_id, AlertRuleRow.paused.is_(False))).first()
            if found is None:
                return None
            row, project = found
            seen = read_checks(session, row, active_baseline_id=project.active_baseline_id)
            of_rule = (IncidentRow.rule_id == rule_id, IncidentRow.resolved_at.is_(None))
            incidents = {item.monitor: item for item in session.scalars(select(IncidentRow).where(*of_rule))}
            return RuleTurn(
                rule=rule_record(row, project.name, channels_of(session, [rule_id]).get(rule_id, ())),
                turn=row.turn,
                fresh=row.fresh,
                checks_seen=(seen.runs_seen, seen.calculations_seen) != (row.runs_seen, row.calculations_seen),
                checks=seen.checks,
                runs_seen=seen.runs_seen,
                calculations_seen=seen.calculations_seen,
                states=_states(session, rule_id),
                incidents={monitor: _open(item, project.name) for monitor, item in incidents.items()},
                unsent=_unsent(session, [item.id for item in incidents.values()], at),
            )

    def keep(self, decision: Decision, at: datetime) -> bool:
        """Store a decision; False, and nothing is, when it was overtaken."""
        turn = decision.turn
        with self._store.session(write=True) as session:
            lock_project_of(session, AlertRuleRow, turn.rule.id)
            row = session.scalar(select(AlertRuleRow).where(AlertRuleRow.id == turn.rule.id))
            known = [item.incident.id for item in turn.incidents.values()]
            if row is None or row.turn != turn.turn or _unsent(session, known, at) != turn.unsent:
                return False
            row.turn, row.fresh = turn.turn + 1, False
            row.runs_seen, row.calculations_seen = turn.runs_seen, turn.calculations_seen
            for monitor, state in decision.states.items():
                session.merge(WatchRow(rule_id=row.id, monitor=monitor, **_values(state)))
            for item in decision.incidents:
                _keep_incident(session, item, row.project_id)
            session.flush()
            dropped = update(DeliveryRow).where(DeliveryRow.id.in_(decision.dropped))
            session.execute(dropped.values(state="dropped", next_attempt_at=None))
            for message in decision.messages:
                _queue(session, message, row, at)
            session.flush()
            if decision.incidents or decision.messages or decision.dropped:
                prune_outbox(session, row.project_id)
                change_alerts(session, row.project_id)
            return True


def _due_rules(at: datetime) -> Any:
    of_project = TableRunRow.project_id == AlertRuleRow.project_id
    runs = select(TableRunRow.seq).where(
        of_project, TableRunRow.seq > AlertRuleRow.runs_seen, TableRunRow.simulated.is_(None)
    )
    calculations = select(CalculationRow.seq).where(
        CalculationRow.project_id == AlertRuleRow.project_id,
        CalculationRow.baseline_id == ProjectRow.active_baseline_id,
        CalculationRow.seq > AlertRuleRow.calculations_seen,
    )
    reminders = select(IncidentRow.seq).where(
        IncidentRow.rule_id == AlertRuleRow.id,
        IncidentRow.resolved_at.is_(None),
        or_(IncidentRow.remind_at <= at, IncidentRow.remind_at > at + LONGEST_REMINDER),
    )
    about_tables = AlertRuleRow.monitor != ANSWERS
    about_answers = AlertRuleRow.monitor.in_((ANSWERS, EVERY_MONITOR))
    return (
        select(AlertRuleRow.id)
        .join(ProjectRow, ProjectRow.id == AlertRuleRow.project_id)
        .where(
            AlertRuleRow.paused.is_(False),
            or_(
                AlertRuleRow.fresh,
                about_tables & runs.exists(),
                about_answers & calculations.exists(),
                reminders.exists(),
            ),
        )
        .order_by(AlertRuleRow.seq)
    )


def _states(session: Session, rule_id: str) -> dict[str, MonitorState]:
    rows = session.scalars(select(WatchRow).where(WatchRow.rule_id == rule_id))
    return {row.monitor: MonitorState(streak=row.streak, against=row.against, last_seq=row.last_seq) for row in rows}


def _open(row: IncidentRow, project: str) -> OpenIncident:
    return OpenIncident(incident=incident_record(row, project), remind_at=row.remind_at, n_reminders=row.n_reminders)


def _unsent(session: Session, incident_ids: Sequence[str], at: datetime) -> tuple[UnsentMessage, ...]:
    query = select(DeliveryRow).where(
        DeliveryRow.incident_id.in_(incident_ids), DeliveryRow.state.in_(UNSENT), is_free(at)
    )
    return tuple(
        UnsentMessage(
            id=row.id,
            incident_id=row.incident_id or "",
            channel_id=row.channel_id,
            event=cast(IncidentEvent, row.event),
        )
        for row in session.scalars(query.order_by(DeliveryRow.seq))
    )


def _values(record: Any) -> dict[str, Any]:
    return {item.name: getattr(record, item.name) for item in fields(record)}


def _keep_incident(session: Session, item: OpenIncident, project_id: int) -> None:
    incident: Incident = item.incident
    changing = {
        "severity": incident.severity.value,
        "worst": incident.worst.value,
        "n_checks": incident.n_checks,
        "report_id": incident.report_id,
        "resolved_at": incident.resolved_at,
        "remind_at": None if incident.resolved_at else item.remind_at,
        "n_reminders": item.n_reminders,
    }
    if not item.is_new:
        session.execute(update(IncidentRow).where(IncidentRow.id == incident.id).values(**changing))
        return
    fixed = {name: getattr(incident, name) for name in ("id", "rule_id", "rule_name", "monitor", "opened_at")}
    session.add(IncidentRow(**fixed, **changing, project_id=project_id, report_kind=incident.report_kind))


def _queue(session: Session, new: NewMessage, rule: AlertRuleRow, at: datetime) -> None:
    """Queue a message, unless its channel is gone, or was told of this occasion before."""
    name = session.scalar(select(ChannelRow.name).where(ChannelRow.id == new.channel_id))
    told = select(DeliveryRow.seq).where(
        DeliveryRow.incident_id == new.incident_id,
        DeliveryRow.channel_id == new.channel_id,
        DeliveryRow.occasion == new.occasion,
    )
    if name is None or session.scalar(told) is not None:
        return
    session.add(
        DeliveryRow(
            id=secrets.token_hex(5),
            project_id=rule.project_id,
            incident_id=new.incident_id,
            rule_id=rule.id,
            channel_id=new.channel_id,
            channel_name=name,
            occasion=new.occasion,
            event=new.event,
            title=new.title,
            state="held" if new.held_until else "waiting",
            created_at=at,
            n_attempts=0,
            next_attempt_at=new.held_until or at,
            error="",
            message=new.message,
        )
    )
