"""Monitors, rules and messages of alerts in plain words, for the Alerts section and the Overview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from driftium_core.formats import fmt_count, fmt_name, fmt_names, fmt_value
from driftium_core.severity import Severity
from driftium_core.store.alert_records import ANSWERS, EVERY_MONITOR, table_monitor
from pages.ui.settings_clock import local

if TYPE_CHECKING:
    from driftium_core.store.alert_records import Delivery, IncidentEvent, NewRule

__all__ = ["EVENTS", "deliveries_words", "delivery_words", "monitor_words", "rule_words"]

EVENTS: dict[IncidentEvent, str] = {
    "opened": "Opened",
    "worsened": "Worsened",
    "resolved": "Resolved",
    "reminder": "Reminder",
    "test": "Test",
}

TABLES = table_monitor("")


def monitor_words(monitor: str) -> str:
    """``"any monitor"``, ``"the answers"`` or ``"tables against “march.csv”"``, as plain text."""
    if monitor == EVERY_MONITOR:
        return "any monitor"
    if monitor == ANSWERS:
        return "the answers"
    return f"tables against “{fmt_name(monitor.removeprefix(TABLES), limit=80)}”"


def rule_words(rule: NewRule, names: Mapping[str, str]) -> str:
    """When it tells whom, in a sentence; ``names`` are those of the channels by their ids."""
    verb = "is" if rule.monitor == EVERY_MONITOR else "are"
    worse = "" if rule.min_severity is Severity.CRITICAL else " or worse"
    checks = f" at {fmt_count(rule.consecutive, 'check')} in a row" if rule.consecutive > 1 else ""
    told = [names[id_] for id_ in rule.channel_ids if id_ in names]
    parts = [
        f"When {monitor_words(rule.monitor)} {verb} {rule.min_severity}{worse}{checks}: "
        + (f"tell {fmt_names(told)}" if told else "record it, and tell nobody")
    ]
    if not told:
        return f"{parts[0]}."
    if rule.quiet_from:
        parts.append(f"quiet {rule.quiet_from} to {rule.quiet_to} {rule.timezone}")
    remind = rule.remind_after_h
    parts.append(f"reminder every {fmt_value(remind)} h until somebody acknowledges it" if remind else "no reminder")
    parts.append("a message when it is over" if rule.tell_resolved else "no message when it is over")
    return f"{'; '.join(parts)}."


def delivery_words(delivery: Delivery) -> str:
    """Where one message stands: delivered when, or what it waits for, or why it did not arrive."""
    event, name = EVENTS[delivery.event], f"`{fmt_name(delivery.channel_name)}`"
    tries = fmt_count(delivery.n_attempts, "attempt")
    following = f" Next attempt {local(delivery.next_attempt_at)}." if delivery.next_attempt_at else ""
    match delivery.state:
        case "sent":
            return f"{event}: told {name}{f' at {local(delivery.sent_at)}' if delivery.sent_at else ''}."
        case "held":
            until = f" until {local(delivery.next_attempt_at)}" if delivery.next_attempt_at else ""
            return f"{event}: held by quiet hours{until}, for {name}."
        case "failed":
            return f"{event}: did not reach {name} in {tries}. {delivery.error}".strip()
        case "dropped":
            why = delivery.error or "The channel or the rule is gone, or a newer message said it all."
            return f"{event}: not sent to {name}. {why}"
    if not delivery.n_attempts:
        return f"{event}: about to be sent to {name}."
    return f"{event}: has not reached {name} yet, after {tries}. {delivery.error}{following}"


def deliveries_words(deliveries: Sequence[Delivery]) -> str:
    """``"3 messages: 2 delivered, 1 waiting"``, or ``"2 messages delivered"`` when all stand alike."""
    labels = {"sent": "delivered", "held": "held by quiet hours", "dropped": "not sent"}
    counted = Counter(labels.get(delivery.state, delivery.state) for delivery in deliveries)
    messages = fmt_count(len(deliveries), "message")
    if len(counted) == 1:
        return f"{messages} {next(iter(counted))}"
    return f"{messages}: {', '.join(f'{n} {label}' for label, n in counted.items())}"
