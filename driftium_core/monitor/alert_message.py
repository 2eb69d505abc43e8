"""What is said of an incident: verdict, effect, the strongest evidence and the first thing to do, by rules alone."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from driftium_core.formats import fmt_count, fmt_excerpt, fmt_moment, fmt_name, fmt_span
from driftium_core.monitor.alert_facts import Told, tell_calculation, tell_run
from driftium_core.monitor.links import page_link, report_link
from driftium_core.notify.message import Message
from driftium_core.services import Services
from driftium_core.severity import Severity
from driftium_core.store.alert_records import ANSWERS

if TYPE_CHECKING:
    from driftium_core.store.alert_records import Incident, IncidentEvent

__all__ = ["alert_message", "monitor_words", "test_message", "title_words"]

_LONGEST_NAME = 60
_LONGEST_VERDICT = 700
_LONGEST_EFFECT = 400
_LONGEST_SENTENCE = 300


def alert_message(services: Services, incident: Incident, event: IncidentEvent, *, at: datetime) -> Message:
    """The message about an incident, of at most about 2,500 characters; no model is asked.

    Where the report is not stored any more, or cannot be read, the message holds what the record of the check says.

    Parameters
    ----------
    at : datetime
        Of the check, or of the reminder, UTC.

    Raises
    ------
    StorageError
        The database cannot be read.
    """
    tell = tell_run if incident.report_kind == "table" else tell_calculation
    told = tell(services, incident.report_id) if incident.report_id else Told()
    resolved = event == "resolved"
    verdict, effect = _resolved(incident, told, at) if resolved else _open(incident, told, event)
    return Message(
        event=event,
        incident_id=incident.id,
        project=incident.project,
        monitor=incident.monitor,
        rule=incident.rule_name,
        severity=incident.severity,
        at=at,
        title=_title(incident, event),
        verdict=_cut(verdict, _LONGEST_VERDICT),
        effect=_cut(effect, _LONGEST_EFFECT),
        evidence=() if resolved else tuple(_cut(text) for text in told.evidence),
        action="" if resolved else _cut(told.action),
        link=report_link(
            services, incident.report_kind, incident.report_id if told.checked_at else "", incident.project
        ),
    )


def test_message(services: Services, project: str) -> Message:
    """What a channel is tried with."""
    return Message(
        event="test",
        incident_id=f"test-{uuid.uuid4().hex}",
        project=project,
        monitor="",
        rule="",
        severity=None,
        at=datetime.now(UTC),
        title=f"Test message of Driftium (project {fmt_name(project, limit=_LONGEST_NAME)})",
        verdict="This channel works: messages of alert rules arrive here.",
        effect="Nothing has drifted; somebody asked for a test.",
        link=page_link(services, "settings", project),
    )


def monitor_words(monitor: str) -> str:
    """A monitor in words: ``"“bank_full”"`` for a table, ``"answers"`` for the pools."""
    return ANSWERS if monitor == ANSWERS else f"“{fmt_name(monitor.removeprefix('table:'), limit=_LONGEST_NAME)}”"


def title_words(event: IncidentEvent, monitor: str, severity: Severity) -> str:
    """What happened to a monitor that is this severe now; also when drift that is too mild for the rule is left."""
    ended = "Resolved" if severity == Severity.LOW else f"Over for this rule, still {severity}"
    words = {"worsened": f"Worse, now {severity}", "reminder": f"Still {severity}", "resolved": ended}
    return f"{words.get(event, f'{severity} drift')}: {monitor_words(monitor)}"


def _title(incident: Incident, event: IncidentEvent) -> str:
    project = fmt_name(incident.project, limit=_LONGEST_NAME)
    return f"{title_words(event, incident.monitor, incident.severity)} (project {project})"


def _open(incident: Incident, told: Told, event: IncidentEvent) -> tuple[str, str]:
    verdict = told.verdict or f"The check found {incident.severity} drift."
    since = ""
    if incident.n_checks > 1:
        worst = f", {incident.worst} at worst" if incident.worst is not incident.severity else ""
        since = f" {fmt_count(incident.n_checks, 'check')} in a row by now{worst}."
    if event == "reminder":
        checked = f", last checked on {fmt_moment(told.checked_at)}" if told.checked_at else ""
        since += f" Open since {fmt_moment(incident.opened_at)}{checked}."
    return f"{verdict}{_lost(told)}", f"{told.effect}{since}".strip()


def _resolved(incident: Incident, told: Told, at: datetime) -> tuple[str, str]:
    lasted = fmt_span((incident.resolved_at or at) - incident.opened_at)
    checks = fmt_count(incident.n_checks, "check")
    verdict = f"It lasted {lasted} over {checks}, {incident.worst} at worst."
    if incident.severity != Severity.LOW:
        verdict += f" The newest check is {incident.severity}, which is milder than the rule asks for."
    return verdict, f"Newest check: {told.verdict}{_lost(told)}" if told.verdict else ""


def _lost(told: Told) -> str:
    return f" {told.lost}" if told.lost else ""


def _cut(text: str, limit: int = _LONGEST_SENTENCE) -> str:
    """One line, cut between words."""
    return fmt_excerpt(" ".join(text.split("\n")), limit=limit, lines=1)
