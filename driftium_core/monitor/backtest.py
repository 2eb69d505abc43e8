"""A rule replayed over the stored history: how often it would have spoken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from driftium_core.alerts.machine import Check, Terms
from driftium_core.alerts.replay import Told, replay
from driftium_core.formats import fmt_count, fmt_day
from driftium_core.monitor.alert_message import monitor_words, title_words
from driftium_core.monitor.alert_rules import checked_terms
from driftium_core.services import Services
from driftium_core.severity import Severity
from driftium_core.store.alert_records import ANSWERS, EVERY_MONITOR, IncidentEvent, NewRule, table_monitor
from driftium_core.store.records import DEFAULT_PROJECT, Baseline, Calculation

__all__ = ["Backtest", "Firing", "backtest_rule"]


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
        Oldest first; as many as there would have been without quiet hours, which make one message of several, and if
        nobody had acknowledged anything.
    text : str
        The result in a sentence.
    """

    n_checks: int
    since: datetime | None
    n_incidents: int
    firings: tuple[Firing, ...]
    text: str


def backtest_rule(services: Services, new: NewRule, *, project: str = DEFAULT_PROJECT) -> Backtest:
    """Replay a rule, which need not be stored, over the history of its monitors; sends and stores nothing.

    Raises
    ------
    InputError
        One of its terms cannot be used; it needs no name yet.
    """
    rule, now = checked_terms(new), datetime.now(UTC)
    history = _history(services, rule.monitor, project)
    told = [
        (monitor, item)
        for monitor, checks in history.items()
        for item in replay(
            checks,
            Terms(rule.min_severity, rule.consecutive),
            until=now,
            remind_after_h=rule.remind_after_h,
        )
    ]
    told.sort(key=lambda found: found[1].at)
    n_checks = sum(map(len, history.values()))
    since = min((check.at for checks in history.values() for check in checks), default=None)
    n_incidents = sum(item.event == "opened" for _, item in told)
    firings = tuple(_firing(monitor, item) for monitor, item in told if item.event != "resolved" or rule.tell_resolved)
    tested = Backtest(n_checks=n_checks, since=since, n_incidents=n_incidents, firings=firings, text="")
    return replace(tested, text=_text(tested, rule))


def _history(services: Services, monitor: str, project: str) -> dict[str, list[Check]]:
    """The stored checks of a rule's monitors, oldest first; simulations, and looks at other baselines, left out."""
    found: dict[str, list[Check]] = {}
    if monitor in (EVERY_MONITOR, ANSWERS):
        checks = list(_of_answers(services, project))
        if checks:
            found[ANSWERS] = checks
    if monitor != ANSWERS:
        for seq, run in enumerate(reversed(services.store.runs.newest(project=project)), 1):
            name = table_monitor(run.reference_name)
            if run.simulated is None and monitor in (EVERY_MONITOR, name):
                check = Check(seq=seq, at=run.created_at, severity=run.severity, report_id=run.id)
                found.setdefault(name, []).append(check)
    return found


def _of_answers(services: Services, project: str) -> Iterator[Check]:
    """Those against the baseline that was in force: which one that was is not recorded, so the active one counts, and
    whichever was the newest at the time."""
    baselines = services.store.baselines.all(project=project)
    for seq, item in enumerate(reversed(services.store.calculations.newest(project=project)), 1):
        if _was_in_force(item, baselines):
            yield Check(
                seq=seq,
                at=item.created_at,
                severity=item.severity,
                report_id=item.id,
                against=item.baseline_id,
            )


def _was_in_force(calculation: Calculation, baselines: list[Baseline]) -> bool:
    newest = next((item for item in baselines if item.created_at <= calculation.created_at), None)
    active = next((item for item in baselines if item.active), None)
    return calculation.baseline_id in {item.id for item in (newest, active) if item}


def _firing(monitor: str, told: Told) -> Firing:
    severity = told.incident.severity
    return Firing(
        at=told.at,
        monitor=monitor,
        event=told.event,
        severity=severity,
        title=title_words(told.event, monitor, severity),
        report_id=told.incident.report_id,
    )


def _text(tested: Backtest, rule: NewRule) -> str:
    """The result in a sentence or two."""
    if not tested.n_checks or tested.since is None:
        about = "" if rule.monitor == EVERY_MONITOR else f" of {monitor_words(rule.monitor)}"
        return f"No check{about} is stored yet, so there is nothing to try the rule on."
    over = f"Over {fmt_count(tested.n_checks, 'check')} since {fmt_day(tested.since)}"
    if not tested.n_incidents:
        return f"{over} it would have found no incident, and sent nothing."
    about = fmt_count(tested.n_incidents, "incident")
    if not rule.channel_ids:
        return f"{over} it would have recorded {about}, and sent nothing, as it has no channel."
    n_reminders = sum(firing.event == "reminder" for firing in tested.firings)
    reminders = ""
    if n_reminders:
        are = "is a reminder" if n_reminders == 1 else "are reminders"
        reminders = f", of which {n_reminders} {are}; there are fewer when somebody acknowledges"
    if rule.quiet_from and len(tested.firings) > 1:
        reminders += "; quiet hours draw several into one"
    each = " to each channel" if len(rule.channel_ids) > 1 else ""
    return f"{over} it would have sent {fmt_count(len(tested.firings), 'message')}{each} about {about}{reminders}."
