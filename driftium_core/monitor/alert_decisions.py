"""What the checks that a rule has not seen mean for its incidents, and which messages are worth sending."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from driftium_core.alerts.machine import Check, Ongoing, Terms, Watch, step
from driftium_core.alerts.quiet import quiet_hours
from driftium_core.alerts.telling import Event, next_reminder, to_tell
from driftium_core.errors import InputError
from driftium_core.monitor.queued_messages import message_document, queued_message
from driftium_core.services import Services
from driftium_core.store.alert_records import AlertRule, Incident
from driftium_core.store.alert_turn_records import (
    LONGEST_REMINDER,
    Decision,
    MonitorState,
    NewMessage,
    OpenIncident,
    RuleTurn,
    SeenCheck,
)

if TYPE_CHECKING:
    from driftium_core.notify.message import Message

__all__ = ["as_check", "decide", "held_until"]


@dataclass(slots=True)
class _Story:
    """An incident, what happened to it in this turn, and when the last of that was."""

    item: OpenIncident
    events: list[Event] = field(default_factory=list)
    at: datetime | None = None


def decide(services: Services, turn: RuleTurn, at: datetime) -> Decision:
    """Look at the checks of a turn; nothing is stored."""
    by_monitor: dict[str, list[SeenCheck]] = {monitor: [] for monitor in turn.incidents}
    for check in turn.checks:
        by_monitor.setdefault(check.monitor, []).append(check)
    states: dict[str, MonitorState] = {}
    stories: list[_Story] = []
    for monitor, checks in by_monitor.items():
        state, of_monitor = _followed(turn, monitor, checks, at)
        stories += of_monitor
        if state != turn.states.get(monitor):
            states[monitor] = state
    for story in stories:
        _remind(story, turn.rule, at)
    messages: list[NewMessage] = []
    dropped: set[str] = set()
    for story in stories:
        if story.events:
            _tell(services, turn, story, at, messages, dropped)
    known = list(turn.incidents.values())
    return Decision(
        turn=turn,
        states=states,
        incidents=tuple(story.item for story in stories if story.item not in known),
        messages=tuple(messages),
        dropped=frozenset(dropped),
    )


def held_until(start: str, end: str, timezone: str, at: datetime) -> datetime | None:
    """When the quiet hours end that are now; None when none are, or when this machine does not know their zone."""
    try:
        quiet = quiet_hours(start, end, timezone)
    except InputError:  # told late is better than never, and told in the night better than late
        return None
    return quiet.until(at) if quiet else None


def as_check(seen: SeenCheck) -> Check:
    """A stored check as the rules of `driftium_core.alerts` take it."""
    return Check(seq=seen.seq, at=seen.at, severity=seen.severity, report_id=seen.report_id, against=seen.against)


def _followed(
    turn: RuleTurn, monitor: str, checks: Sequence[SeenCheck], at: datetime
) -> tuple[MonitorState, list[_Story]]:
    """What is remembered of a monitor after its checks, and the incidents that were open in between."""
    rule, before = turn.rule, turn.states.get(monitor, MonitorState(streak=0, against="", last_seq=0))
    item = turn.incidents.get(monitor)
    watch = Watch(
        streak=before.streak,
        against=before.against,
        last_seq=before.last_seq,
        ongoing=_ongoing(item.incident) if item else None,
    )
    story = _Story(item) if item else None
    stories = [story] if story else []
    for check in checks:
        done = step(watch, as_check(check), Terms(rule.min_severity, rule.consecutive))
        watch, facts = done.watch, done.incident or done.watch.ongoing
        if facts is None:
            continue
        if done.change == "opened":
            story = _Story(OpenIncident(incident=_opened(rule, check, facts), remind_at=None, is_new=True))
            stories.append(story)
        if story is None:
            continue
        story.item = _updated(story.item, facts, check)
        if done.change:
            _happened(story, done.change, check, rule, at)
        if done.change == "resolved":
            story = None
    return MonitorState(streak=watch.streak, against=watch.against, last_seq=watch.last_seq), stories


def _ongoing(incident: Incident) -> Ongoing:
    return Ongoing(
        opened_at=incident.opened_at,
        severity=incident.severity,
        worst=incident.worst,
        n_checks=incident.n_checks,
        report_id=incident.report_id,
    )


def _opened(rule: AlertRule, check: SeenCheck, facts: Ongoing) -> Incident:
    return Incident(
        id=secrets.token_hex(5),
        project=rule.project,
        rule_id=rule.id,
        rule_name=rule.name,
        monitor=check.monitor,
        severity=facts.severity,
        worst=facts.worst,
        opened_at=facts.opened_at,
        n_checks=facts.n_checks,
        report_kind=check.kind,
        report_id=facts.report_id,
    )


def _updated(item: OpenIncident, facts: Ongoing, check: SeenCheck) -> OpenIncident:
    incident = replace(
        item.incident,
        severity=facts.severity,
        worst=facts.worst,
        n_checks=facts.n_checks,
        report_id=facts.report_id,
        report_kind=check.kind,
    )
    return replace(item, incident=incident)


def _happened(story: _Story, change: Event, check: SeenCheck, rule: AlertRule, at: datetime) -> None:
    story.events.append(change)
    story.at = check.at
    if change == "resolved":
        story.item = replace(story.item, incident=replace(story.item.incident, resolved_at=check.at), remind_at=None)
    elif not story.item.incident.acknowledged_at:
        story.item = replace(story.item, remind_at=next_reminder(at, rule.remind_after_h))


def _remind(story: _Story, rule: AlertRule, at: datetime) -> None:
    """Add a reminder when its time has come; one, however long nobody looked."""
    due = story.item.remind_at
    if story.events or due is None or at < due <= at + LONGEST_REMINDER:
        return
    story.item = replace(story.item, remind_at=next_reminder(at, rule.remind_after_h))
    if due <= at:
        story.events.append("reminder")
        story.item = replace(story.item, n_reminders=story.item.n_reminders + 1)


def _tell(
    services: Services,
    turn: RuleTurn,
    story: _Story,
    at: datetime,
    messages: list[NewMessage],
    dropped: set[str],
) -> None:
    """Queue one message per channel that takes the place of those that wait."""
    incident, rule = story.item.incident, turn.rule
    worded: dict[tuple[Event, bool], Message] = {}
    held = held_until(rule.quiet_from, rule.quiet_to, rule.timezone, at)
    for channel_id in rule.channel_ids:
        unsent = [item for item in turn.unsent if (item.incident_id, item.channel_id) == (incident.id, channel_id)]
        waiting: list[Event] = [item.event for item in unsent if item.event != "test"]
        event = to_tell(waiting, story.events, tell_resolved=rule.tell_resolved)
        if event or "resolved" in story.events:
            dropped.update(item.id for item in unsent)
        if event is None:
            continue
        first = "opened" in (*waiting, *story.events)
        message = worded.get((event, first))
        if message is None:  # a report is read once, however many channels hear of it
            message = worded[event, first] = queued_message(services, incident, event, story.at or at, first=first)
        messages.append(
            NewMessage(
                incident_id=incident.id,
                channel_id=channel_id,
                occasion=_occasion(story),
                event=event,
                title=message.title,
                message=message_document(message),
                held_until=held,
            )
        )


def _occasion(story: _Story) -> str:
    """What is told once to a channel: severities of an incident only rise, and its reminders are counted."""
    last = story.events[-1]
    if last == "worsened":
        return f"worsened {story.item.incident.worst}"
    return f"reminder {story.item.n_reminders}" if last == "reminder" else last
