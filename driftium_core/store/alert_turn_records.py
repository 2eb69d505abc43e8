"""One evaluation of a rule: what it is made from, and what it decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from driftium_core.severity import Severity
from driftium_core.store.alert_records import AlertRule, Incident, IncidentEvent
from driftium_core.store.investigation_records import ReportKind

__all__ = [
    "LONGEST_REMINDER",
    "Decision",
    "MonitorState",
    "NewMessage",
    "OpenIncident",
    "RuleTurn",
    "SeenCheck",
    "UnsentMessage",
]

LONGEST_REMINDER = timedelta(days=31)
"""No reminder is set further ahead: one that is was set by a clock that has been put back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCheck:
    """A stored check as rules look at it; ``against`` is the baseline of answers, and empty for tables."""

    monitor: str
    kind: ReportKind
    seq: int
    at: datetime
    severity: Severity | None
    report_id: str
    against: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorState:
    """What a rule remembers of a monitor besides the open incident."""

    streak: int
    against: str
    last_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncident:
    """An incident as evaluations change it; ``is_new`` when it is yet to be stored."""

    incident: Incident
    remind_at: datetime | None
    n_reminders: int = 0
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsentMessage:
    """A message that waits and that nobody is sending now."""

    id: str
    incident_id: str
    channel_id: str
    event: IncidentEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTurn:
    """What a rule has to look at.

    Attributes
    ----------
    turn : int
        Of the rule when this was read.
    checks : tuple of SeenCheck
        In the order of each kind; only of monitors that the rule is about.
    fresh : bool
        The rule has yet to begin.
    checks_seen : bool
        There is a check, of any monitor, that the rule had not seen.
    runs_seen, calculations_seen : int
        Numbers of the newest checks that are seen once these are.
    states, incidents : dict
        By monitor.
    """

    rule: AlertRule
    turn: int
    fresh: bool
    checks_seen: bool
    checks: tuple[SeenCheck, ...]
    runs_seen: int
    calculations_seen: int
    states: dict[str, MonitorState]
    incidents: dict[str, OpenIncident]
    unsent: tuple[UnsentMessage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message about to be queued.

    Attributes
    ----------
    occasion : str
        What tells it from the other messages of its incident to its channel.
    message : dict
        All that will be sent, as JSON values: reports may be pruned before it is.
    held_until : datetime or None
        The end of the quiet hours that are now.
    """

    incident_id: str
    channel_id: str
    occasion: str
    event: IncidentEvent
    title: str
    message: dict[str, Any]
    held_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What came of a turn; ``dropped`` are the ids of messages that these say better, or that are no longer true."""

    turn: RuleTurn
    states: dict[str, MonitorState]
    incidents: tuple[OpenIncident, ...]
    messages: tuple[NewMessage, ...]
    dropped: frozenset[str]
