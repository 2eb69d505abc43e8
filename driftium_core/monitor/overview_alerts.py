"""What the overview tells of alerts: open incidents, messages that did not arrive, and where nobody would be told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from driftium_core.monitor.alert_rules import alert_rules
from driftium_core.monitor.channels import channels
from driftium_core.monitor.incidents import deliveries, incidents
from driftium_core.monitor.monitor_row import MonitorRow
from driftium_core.services import Services
from driftium_core.severity import Severity
from driftium_core.store.alert_records import ANSWERS, table_monitor

if TYPE_CHECKING:
    from driftium_core.store.alert_records import Delivery, Incident

__all__ = ["Undelivered", "monitor_of", "undelivered", "untold_projects", "with_incidents"]

FAILING_ATTEMPTS = 3
"""A message that waits after so many attempts is worth a word; a first failure often passes by itself."""

TOLD_FOR = timedelta(days=7)
"""A message that failed for good is old news after this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """Messages of a project that one channel did not take.

    Attributes
    ----------
    gave_up : bool
        For one of them no attempt will follow.
    since : datetime
        When the oldest of them was written.
    error : str
        Why the newest did not arrive.
    """

    project: str
    channel_name: str
    n_messages: int
    gave_up: bool
    since: datetime
    error: str


def monitor_of(row: MonitorRow) -> str:
    """The name of a row in rules and incidents."""
    return ANSWERS if row.kind == "llm" else table_monitor(row.name)


def with_incidents(services: Services, rows: Iterable[MonitorRow]) -> Iterable[MonitorRow]:
    """The rows with the open incidents of their monitors, the worst first; a simulation has none."""
    of_monitor: dict[tuple[str, str], list[Incident]] = {}
    for incident in incidents(services, project=None, open_only=True, limit=None):
        of_monitor.setdefault((incident.project, incident.monitor), []).append(incident)
    for row in rows:
        found = [] if row.simulated else of_monitor.get((row.project, monitor_of(row)), [])
        found.sort(key=lambda incident: (-incident.severity.rank, incident.opened_at))
        yield replace(row, incidents=tuple(found)) if found else row


def untold_projects(services: Services, rows: Sequence[MonitorRow]) -> list[str]:
    """Projects in which something is CRITICAL and that have no rule, in the order of the rows."""
    critical = [row.project for row in rows if row.severity is Severity.CRITICAL and not row.simulated]
    return [project for project in dict.fromkeys(critical) if not alert_rules(services, project=project)]


def undelivered(services: Services, *, now: datetime | None = None) -> list[Undelivered]:
    """By channel, messages that failed for good or keep failing, the newest first.

    What failed before the channel's last delivery does not count: somebody has repaired it since.
    """
    now = now or datetime.now(UTC)
    failed = deliveries(services, project=None, state="failed")
    failing = [
        delivery
        for delivery in deliveries(services, project=None, state="waiting")
        if delivery.n_attempts >= FAILING_ATTEMPTS
    ]
    recent = [delivery for delivery in failed if now - delivery.created_at <= TOLD_FOR]
    arrived = _last_arrivals(services, {delivery.project for delivery in recent})
    of_channel: dict[tuple[str, str], list[Delivery]] = {}
    for delivery in (*recent, *failing):
        last = arrived.get(delivery.channel_id)
        if delivery.state == "waiting" or last is None or last < delivery.created_at:
            of_channel.setdefault((delivery.project, delivery.channel_id), []).append(delivery)
    told = [_told(messages) for messages in of_channel.values()]
    return sorted(told, key=lambda item: item.since, reverse=True)


def _last_arrivals(services: Services, projects: Iterable[str]) -> dict[str, datetime]:
    found = (channel for project in sorted(projects) for channel in channels(services, project=project))
    return {channel.id: channel.last_sent_at for channel in found if channel.last_sent_at}


def _told(messages: Sequence[Delivery]) -> Undelivered:
    newest = max(messages, key=lambda delivery: delivery.created_at)
    return Undelivered(
        project=newest.project,
        channel_name=newest.channel_name,
        n_messages=len(messages),
        gave_up=any(delivery.state == "failed" for delivery in messages),
        since=min(delivery.created_at for delivery in messages),
        error=newest.error,
    )
