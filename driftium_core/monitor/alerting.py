"""Alerts: channels, rules, the incidents they open, and the messages about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from driftium_core.services import Services
from driftium_core.severity import Severity
from driftium_core.store.records import DEFAULT_PROJECT

if TYPE_CHECKING:
    from driftium_core.notify.port import ChannelKind
    from driftium_core.store.alert_records import (
        AlertRule,
        Channel,
        Delivery,
        DeliveryState,
        Incident,
        IncidentEvent,
        NewRule,
    )

__all__ = [
    "Backtest",
    "Firing",
    "acknowledge_incident",
    "add_channel",
    "alert_rules",
    "alerts_version",
    "backtest_rule",
    "channels",
    "delete_channel",
    "delete_rule",
    "deliveries",
    "find_channel",
    "find_rule",
    "incidents",
    "monitors_of",
    "process_alerts",
    "retry_delivery",
    "save_rule",
    "send_due_messages",
    "send_test",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """One message that a rule would have sent."""

    at: datetime
    monitor: str
    event: IncidentEvent
    severity: Severity
    title: str
    report_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """A rule replayed over the stored history.

    Attributes
    ----------
    n_checks : int
        Checks of its monitors that are stored.
    since : datetime or None
        Of the oldest of them.
    n_incidents : int
    firings : tuple of Firing
        Oldest first; quiet hours only move a message, so they are not left out.
    text : str
        The result in a sentence.
    """

    n_checks: int
    since: datetime | None
    n_incidents: int
    firings: tuple[Firing, ...]
    text: str


def channels(services: Services, *, project: str = DEFAULT_PROJECT) -> list[Channel]:
    """The channels of a project by name."""
    raise NotImplementedError


def find_channel(services: Services, name_or_id: str, *, project: str = DEFAULT_PROJECT) -> Channel:
    """One channel by its name in the project, or by its id; `NotFoundError` when there is none."""
    raise NotImplementedError


def add_channel(
    services: Services, kind: ChannelKind, address: str, *, name: str, project: str = DEFAULT_PROJECT
) -> Channel:
    """Store a channel; nothing is sent.

    Raises
    ------
    InputError
        Its name is taken, or its address cannot be meant.
    """
    raise NotImplementedError


def delete_channel(services: Services, channel_id: str) -> None:
    """Remove a channel from the project and from its rules; messages that wait for it are dropped."""
    raise NotImplementedError


def send_test(services: Services, channel_id: str) -> None:
    """Send a test message at once, and wait for the answer.

    Raises
    ------
    DeliveryError
        It did not arrive; the sentence says why.
    """
    raise NotImplementedError


def alert_rules(services: Services, *, project: str = DEFAULT_PROJECT) -> list[AlertRule]:
    """The rules of a project by name."""
    raise NotImplementedError


def find_rule(services: Services, name_or_id: str, *, project: str = DEFAULT_PROJECT) -> AlertRule:
    """One rule by its name in the project, or by its id; `NotFoundError` when there is none."""
    raise NotImplementedError


def save_rule(
    services: Services, new: NewRule, *, project: str = DEFAULT_PROJECT, rule_id: str | None = None
) -> AlertRule:
    """Store a rule, or change one. It looks at checks from now on, beginning with the newest of each monitor.

    Raises
    ------
    InputError
        Its name is taken, or one of its terms cannot be used.
    """
    raise NotImplementedError


def delete_rule(services: Services, rule_id: str) -> None:
    """Remove a rule; its open incidents end without a message."""
    raise NotImplementedError


def monitors_of(services: Services, *, project: str = DEFAULT_PROJECT) -> list[str]:
    """What a rule of the project can be about: `ANSWERS`, and a `table_monitor` per reference that was checked or is
    saved."""
    raise NotImplementedError


def incidents(
    services: Services, *, project: str | None = DEFAULT_PROJECT, open_only: bool = False, limit: int | None = 100
) -> list[Incident]:
    """Incidents of a project, or of all for None, newest first."""
    raise NotImplementedError


def acknowledge_incident(services: Services, incident_id: str) -> Incident:
    """Say that somebody has seen it: no more reminders. It stays open until a check is well."""
    raise NotImplementedError


def deliveries(
    services: Services,
    *,
    project: str | None = DEFAULT_PROJECT,
    incident_id: str | None = None,
    state: DeliveryState | None = None,
    limit: int | None = 100,
) -> list[Delivery]:
    """Messages, newest first."""
    raise NotImplementedError


def retry_delivery(services: Services, delivery_id: str) -> Delivery:
    """Let a failed or waiting message be tried again at once."""
    raise NotImplementedError


def backtest_rule(services: Services, new: NewRule, *, project: str = DEFAULT_PROJECT) -> Backtest:
    """Replay a rule, which need not be stored, over the history of its monitors; sends and stores nothing."""
    raise NotImplementedError


def process_alerts(services: Services, *, now: datetime | None = None) -> int:
    """Look at the checks that were stored since the last time, and queue the messages they are worth.

    Cheap when nothing is new; whichever process stored a check, it is looked at once. Returns the number of messages
    queued.
    """
    raise NotImplementedError


def send_due_messages(services: Services, *, now: datetime | None = None) -> int:
    """Try every message whose time has come; returns how many arrived. A failure is recorded and tried later."""
    raise NotImplementedError


def alerts_version(services: Services, *, project: str = DEFAULT_PROJECT) -> object:
    """Changes whenever a channel, rule, incident or message of the project does; one statement."""
    raise NotImplementedError
