"""Channels, rules, incidents and deliveries, as they go into the store and come out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from driftium_core.severity import Severity
from driftium_core.store.investigation_records import ReportKind

__all__ = [
    "ANSWERS",
    "EVERY_MONITOR",
    "AlertRule",
    "Channel",
    "Delivery",
    "DeliveryState",
    "Incident",
    "IncidentEvent",
    "NewRule",
    "table_monitor",
]

ANSWERS = "answers"
"""The monitor of a project's pools."""

EVERY_MONITOR = ""
"""In a rule: whatever the project monitors."""

IncidentEvent = Literal["opened", "worsened", "resolved", "reminder", "test"]
DeliveryState = Literal["waiting", "held", "sent", "failed", "dropped"]
"""``waiting`` for its (next) attempt, ``held`` by quiet hours, ``failed`` for good, ``dropped`` as the channel or rule
is gone, the rule tells the channel no more, or a newer message of the incident said it all."""


def table_monitor(reference_name: str) -> str:
    """The monitor of all tables checked against a reference; simulations belong to none."""
    return f"table:{reference_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where messages go. Its address is a secret and is not here; ``shown`` is it with the secret parts left out.

    Attributes
    ----------
    kind : str
        One of `driftium_core.notify.port.CHANNEL_KINDS`.
    last_sent_at, last_error : datetime or None, str
        The last delivery that arrived, and why the newest attempt failed; empty when it did not.
    """

    id: str
    project: str
    name: str
    kind: str
    shown: str
    created_at: datetime
    last_sent_at: datetime | None = None
    last_error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRule:
    """When to tell whom, about to be stored.

    Attributes
    ----------
    monitor : str
        `ANSWERS`, a `table_monitor`, or `EVERY_MONITOR`.
    min_severity : Severity
        The mildest that opens an incident.
    consecutive : int
        Checks in a row, of changed data, that must reach it.
    quiet_from, quiet_to : str
        Hours, such as ``"22:00"`` and ``"07:00"``, in which nothing is sent; both empty for none.
    timezone : str
        IANA name of the zone of the quiet hours.
    remind_after_h : float or None
        Hours after which an open incident is told again; None never does.
    tell_resolved : bool
        Whether its end is told.
    channel_ids : tuple of str
    """

    name: str
    monitor: str = EVERY_MONITOR
    min_severity: Severity = Severity.CRITICAL
    consecutive: int = 1
    quiet_from: str = ""
    quiet_to: str = ""
    timezone: str = "UTC"
    remind_after_h: float | None = 24.0
    tell_resolved: bool = True
    channel_ids: tuple[str, ...] = ()
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule(NewRule):
    """A stored rule."""

    id: str
    project: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One stretch in which a monitor was as bad as a rule asks, from its opening to its end. Times are UTC.

    Attributes
    ----------
    rule_id : str
        Of the rule, which may be gone; ``rule_name`` stays.
    severity, worst : Severity
        Of the newest check that was not inconclusive, and the highest so far.
    n_checks : int
        Checks it has lasted.
    resolved_at : datetime or None
    acknowledged_at : datetime or None
        Somebody has seen it: no more reminders.
    report_kind, report_id
        The newest check that was not inconclusive.
    """

    id: str
    project: str
    rule_id: str
    rule_name: str
    monitor: str
    severity: Severity
    worst: Severity
    opened_at: datetime
    n_checks: int
    report_kind: ReportKind
    report_id: str
    resolved_at: datetime | None = None
    acknowledged_at: datetime | None = None

    @property
    def lasted(self) -> timedelta:
        """From its opening to its end, or to now."""
        return (self.resolved_at or datetime.now(UTC)) - self.opened_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message of an incident to one channel.

    Attributes
    ----------
    title : str
        Of the message.
    n_attempts : int
    next_attempt_at : datetime or None
        None when no attempt will follow.
    error : str
        Why the newest attempt failed; empty when it did not.
    """

    id: str
    project: str
    incident_id: str | None
    channel_id: str
    channel_name: str
    event: IncidentEvent
    title: str
    state: DeliveryState
    created_at: datetime
    sent_at: datetime | None
    n_attempts: int
    next_attempt_at: datetime | None
    error: str
