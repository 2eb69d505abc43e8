"""Rules: when to tell whom."""

from __future__ import annotations

import math
from dataclasses import replace

from driftium_core.alerts.quiet import quiet_hours
from driftium_core.errors import InputError, NotFoundError
from driftium_core.formats import fmt_name, fmt_names
from driftium_core.services import Services
from driftium_core.severity import Severity
from driftium_core.store.alert_records import ANSWERS, EVERY_MONITOR, AlertRule, NewRule, table_monitor
from driftium_core.store.records import DEFAULT_PROJECT

__all__ = ["alert_rules", "checked_terms", "delete_rule", "find_rule", "monitors_of", "save_rule"]

MOST_CONSECUTIVE = 100
LONGEST_REMINDER_H = 30 * 24.0
SHORTEST_REMINDER_H = 0.25


def alert_rules(services: Services, *, project: str = DEFAULT_PROJECT) -> list[AlertRule]:
    """The rules of a project by name."""
    return services.store.alert_rules.all(project=project)


def find_rule(services: Services, name_or_id: str, *, project: str = DEFAULT_PROJECT) -> AlertRule:
    """One rule by its name in the project, or by its id; `NotFoundError` when there is none."""
    found = alert_rules(services, project=project)
    for rule in found:
        if rule.name == name_or_id.strip():
            return rule
    for rule in found:
        if rule.id == name_or_id:
            return rule
    there = fmt_names([rule.name for rule in found])
    raise NotFoundError(
        f"Project {project!r} has no rule {fmt_name(name_or_id)}. "
        + (f"There is {there}." if len(found) == 1 else f"There are {there}." if found else "It has none yet.")
    )


def save_rule(
    services: Services, new: NewRule, *, project: str = DEFAULT_PROJECT, rule_id: str | None = None
) -> AlertRule:
    """Store a rule, or change one. It looks at checks from now on, beginning with the newest of each monitor.

    A changed rule begins anew only when it counts other checks than before, or was paused. While it is paused it looks
    at nothing and reminds of nothing; what it has queued is sent. What waits for a channel that it no longer tells is
    dropped, but for ends. Without channels its incidents are recorded and shown, and nothing is sent.

    Raises
    ------
    InputError
        Its name is taken, or one of its terms cannot be used.
    NotFoundError
        There is no such rule, or no such channel.
    """
    return services.store.alert_rules.save(checked_terms(new), project=project, rule_id=rule_id)


def delete_rule(services: Services, rule_id: str) -> None:
    """Remove a rule; its open incidents end without a message."""
    services.store.alert_rules.delete(rule_id)


def monitors_of(services: Services, *, project: str = DEFAULT_PROJECT) -> list[str]:
    """What a rule of the project can be about: `ANSWERS`, and a `table_monitor` per reference that was checked or is
    saved."""
    checked = {run.reference_name for run in services.store.runs.newest(project=project) if run.simulated is None}
    saved = {reference.name for reference in services.store.references.all(project=project)}
    return [ANSWERS, *(table_monitor(name) for name in sorted(checked | saved))]


def checked_terms(new: NewRule) -> NewRule:
    """A rule with its quiet hours written alike; `InputError` when one of its terms cannot be used."""
    if new.monitor not in (EVERY_MONITOR, ANSWERS) and not new.monitor.removeprefix(table_monitor("")).strip():
        raise InputError("A rule about tables names their reference.")
    if new.monitor not in (EVERY_MONITOR, ANSWERS) and not new.monitor.startswith(table_monitor("")):
        raise InputError(
            f"{fmt_name(new.monitor)} is no monitor: it is {ANSWERS}, {table_monitor('')} with the name of a "
            "reference, or empty for all."
        )
    if new.min_severity == Severity.LOW:
        raise InputError("A rule begins at MEDIUM, HIGH or CRITICAL: LOW is what every check that is well has.")
    if not 1 <= new.consecutive <= MOST_CONSECUTIVE:
        raise InputError(f"A rule counts from 1 to {MOST_CONSECUTIVE} checks in a row, not {new.consecutive}.")
    remind = new.remind_after_h
    if remind is not None and not (math.isfinite(remind) and SHORTEST_REMINDER_H <= remind <= LONGEST_REMINDER_H):
        raise InputError(
            f"Reminders come after {SHORTEST_REMINDER_H} to {LONGEST_REMINDER_H:.0f} hours, or never; not after "
            f"{remind}."
        )
    quiet = quiet_hours(new.quiet_from.strip(), new.quiet_to.strip(), new.timezone.strip())
    return replace(
        new,
        min_severity=Severity(new.min_severity),
        quiet_from=f"{quiet.start:%H:%M}" if quiet else "",
        quiet_to=f"{quiet.end:%H:%M}" if quiet else "",
        timezone=new.timezone.strip(),
    )
