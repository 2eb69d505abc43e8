"""Rules: when to tell whom. What they look at, and how far they have, is another module's."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from driftium_core.errors import InputError, NotFoundError
from driftium_core.formats import fmt_name
from driftium_core.severity import Severity
from driftium_core.store.alert_records import EVERY_MONITOR, AlertRule, NewRule
from driftium_core.store.alert_schema import (
    AlertRuleRow,
    ChannelRow,
    DeliveryRow,
    IncidentRow,
    RuleChannelRow,
    WatchRow,
)
from driftium_core.store.names import checked_name
from driftium_core.store.outbox_rows import drop_unsent, end_incidents
from driftium_core.store.projects import change_alerts, lock_project_of, project_key
from driftium_core.store.records import DEFAULT_PROJECT
from driftium_core.store.schema import CalculationRow, ProjectRow, TableRunRow

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["RuleRepository", "channels_of", "rule_record"]

_TERMS = ("monitor", "min_severity", "consecutive")
"""What decides which checks count: when one changes, counting begins anew."""

_QUIET = ("quiet_from", "quiet_to", "timezone")


class RuleRepository:
    """The rules of all projects. Thread-safe as its store is."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def save(self, new: NewRule, *, project: str = DEFAULT_PROJECT, rule_id: str | None = None) -> AlertRule:
        """Store a rule, or change one.

        A new one, one that counts other checks than before, and one that is no longer paused, look at the newest check
        of each monitor and go on from there. Open incidents of monitors that it is no longer about end without a
        message. What waits for a channel that it no longer tells is dropped, but for ends.

        Raises
        ------
        InputError
            The name is empty, too long, or taken in the project.
        NotFoundError
            There is no such rule, or the project has no such channel.
        """
        name = checked_name(new.name, "a rule")
        with self._store.session(write=True) as session:
            key = project_key(session, project, lock=True)
            row = None if rule_id is None else _row(session, rule_id, key)
            _require_free(session, key, name, rule_id)
            _require_channels(session, key, new.channel_ids)
            values = {item.name: getattr(new, item.name) for item in fields(NewRule) if item.name != "channel_ids"}
            values |= {"name": name, "min_severity": new.min_severity.value}
            if row is None:
                row = _added(session, key, values)
            else:
                _change(session, row, values)
            session.flush()
            _set_channels(session, row.id, new.channel_ids)
            change_alerts(session, key)
            return rule_record(row, project, channels_of(session, [row.id]).get(row.id, ()))

    def all(self, *, project: str = DEFAULT_PROJECT) -> list[AlertRule]:
        """The project's rules by name."""
        with self._store.session() as session:
            key = project_key(session, project)
            query = select(AlertRuleRow).where(AlertRuleRow.project_id == key).order_by(AlertRuleRow.name)
            rows = list(session.scalars(query))
            told = channels_of(session, [row.id for row in rows])
            return [rule_record(row, project, told.get(row.id, ())) for row in rows]

    def get(self, rule_id: str) -> AlertRule:
        """One rule; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            row = _row(session, rule_id)
            project = session.scalars(select(ProjectRow.name).where(ProjectRow.id == row.project_id)).one()
            return rule_record(row, project, channels_of(session, [row.id]).get(row.id, ()))

    def delete(self, rule_id: str) -> None:
        """Remove a rule; its open incidents end without a message, and those that wait are dropped."""
        with self._store.session(write=True) as session:
            lock_project_of(session, AlertRuleRow, rule_id)
            key = _row(session, rule_id).project_id
            end_incidents(session, datetime.now(UTC), IncidentRow.rule_id == rule_id)
            session.execute(delete(AlertRuleRow).where(AlertRuleRow.id == rule_id))
            change_alerts(session, key)


def _added(session: Session, project_id: int, values: dict[str, Any]) -> AlertRuleRow:
    row = AlertRuleRow(
        **values, id=secrets.token_hex(5), project_id=project_id, created_at=datetime.now(UTC), turn=0, fresh=True,
        runs_seen=0, calculations_seen=0,
    )  # fmt: skip
    _start(session, row)
    session.add(row)
    return row


def _change(session: Session, row: AlertRuleRow, values: dict[str, Any]) -> None:
    anew = any(getattr(row, name) != values[name] for name in _TERMS) or (row.paused and not values["paused"])
    reminded = row.remind_after_h != values["remind_after_h"]
    quiet = any(getattr(row, name) != values[name] for name in _QUIET)
    for name, value in values.items():
        setattr(row, name, value)
    row.turn += 1
    now = datetime.now(UTC)
    if row.monitor != EVERY_MONITOR:
        end_incidents(session, now, IncidentRow.rule_id == row.id, IncidentRow.monitor != row.monitor)
    still_open = (IncidentRow.rule_id == row.id, IncidentRow.resolved_at.is_(None))
    session.execute(update(IncidentRow).where(*still_open).values(rule_name=row.name))
    if reminded:
        remind_at = None if row.remind_after_h is None else now + timedelta(hours=row.remind_after_h)
        unseen = update(IncidentRow).where(*still_open, IncidentRow.acknowledged_at.is_(None))
        session.execute(unseen.values(remind_at=remind_at))
    if quiet:  # what is held is looked at anew, and held again where it must be
        held = update(DeliveryRow).where(DeliveryRow.rule_id == row.id, DeliveryRow.state == "held")
        session.execute(held.values(next_attempt_at=now))
    if anew:
        monitors = select(IncidentRow.monitor).where(*still_open)
        session.execute(delete(WatchRow).where(WatchRow.rule_id == row.id, WatchRow.monitor.not_in(monitors)))
        _start(session, row)


def _start(session: Session, row: AlertRuleRow) -> None:
    """Let a rule look at the newest check of each monitor, and at what is stored from now on."""
    row.fresh = True
    for name, table in (("runs_seen", TableRunRow), ("calculations_seen", CalculationRow)):
        newest = select(func.max(table.seq)).where(table.project_id == row.project_id)
        setattr(row, name, session.scalar(newest) or 0)


def _require_free(session: Session, project_id: int, name: str, rule_id: str | None) -> None:
    taken = select(AlertRuleRow.id).where(AlertRuleRow.project_id == project_id, AlertRuleRow.name == name)
    if session.scalar(taken) not in (None, rule_id):
        raise InputError(f"There is a rule called {fmt_name(name)} already; choose another name.")


def _require_channels(session: Session, project_id: int, channel_ids: Sequence[str]) -> None:
    known = set(session.scalars(select(ChannelRow.id).where(ChannelRow.project_id == project_id)))
    for channel_id in channel_ids:
        if channel_id not in known:
            raise NotFoundError(f"Channel {fmt_name(channel_id)} is not stored, or no longer. Choose another one.")


def _set_channels(session: Session, rule_id: str, channel_ids: Sequence[str]) -> None:
    session.execute(delete(RuleChannelRow).where(RuleChannelRow.rule_id == rule_id))
    for position, channel_id in enumerate(dict.fromkeys(channel_ids)):
        session.add(RuleChannelRow(rule_id=rule_id, channel_id=channel_id, position=position))
    session.flush()
    # A channel that hears no more of an incident must not be told that it is open: nobody would take that back there.
    not_told = (DeliveryRow.rule_id == rule_id, DeliveryRow.channel_id.not_in(channel_ids))
    drop_unsent(session, *not_told, DeliveryRow.event != "resolved")


def channels_of(session: Session, rule_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Ids of the channels that rules tell, by rule."""
    query = select(RuleChannelRow).where(RuleChannelRow.rule_id.in_(rule_ids)).order_by(RuleChannelRow.position)
    found: dict[str, tuple[str, ...]] = {}
    for row in session.scalars(query):
        found[row.rule_id] = (*found.get(row.rule_id, ()), row.channel_id)
    return found


def rule_record(row: AlertRuleRow, project: str, channel_ids: tuple[str, ...]) -> AlertRule:
    """A rule's row as a record."""
    kept = {item.name for item in fields(AlertRule)} - {"project", "channel_ids", "min_severity"}
    values = {name: getattr(row, name) for name in kept}
    return AlertRule(**values, project=project, channel_ids=channel_ids, min_severity=Severity(row.min_severity))


def _row(session: Session, rule_id: str, project_id: int | None = None) -> AlertRuleRow:
    row = session.scalar(select(AlertRuleRow).where(AlertRuleRow.id == rule_id))
    if row is None or project_id not in (None, row.project_id):
        raise NotFoundError(f"Rule {fmt_name(rule_id)} is not stored, or no longer.")
    return row
