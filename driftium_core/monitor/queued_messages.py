"""The content of a message as it is queued: what was known of the check then, whatever becomes of its report."""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from driftium_core.formats import fmt_moment, fmt_name
from driftium_core.monitor.alert_message import alert_message
from driftium_core.services import Services
from driftium_core.severity import Severity
from driftium_core.store.alert_records import Incident, IncidentEvent

if TYPE_CHECKING:
    from driftium_core.notify.message import Message

__all__ = ["message_document", "queued_message", "read_message"]

_log = logging.getLogger(__name__)


def queued_message(
    services: Services, incident: Incident, event: IncidentEvent, at: datetime, *, first: bool
) -> Message:
    """What will be sent. A report that cannot be read, or worded, costs its details and no message.

    Parameters
    ----------
    first : bool
        No message about the incident has been sent; one of its end then tells that it was.
    """
    try:
        message = alert_message(services, incident, event, at=at)
    except Exception as error:  # noqa: BLE001 - an alert without details is worth more than none
        _log.error("A message about incident %s has no details: %s", incident.id, type(error).__name__)
        message = _bare_message(incident, event, at)
    message = replace(message, is_first=first)
    if not (first and event == "resolved" and incident.resolved_at):
        return message
    opened = f"It opened on {fmt_moment(incident.opened_at)}, and this is the first message about it."
    return replace(message, verdict=f"{opened} {message.verdict}".strip())


def _bare_message(incident: Incident, event: IncidentEvent, at: datetime) -> Message:
    from driftium_core.notify.message import Message

    return Message(
        event=event,
        incident_id=incident.id,
        project=incident.project,
        monitor=incident.monitor,
        rule=incident.rule_name,
        severity=incident.severity,
        at=at,
        title=f"{incident.severity}: {fmt_name(incident.monitor)} of project {fmt_name(incident.project)}, {event}",
        verdict=f"Rule “{fmt_name(incident.rule_name)}” has an incident of severity {incident.severity}.",
        effect="The report could not be read; open the app to see it.",
    )


def message_document(message: Message) -> dict[str, Any]:
    """A message as JSON values; there is no secret in it."""
    return {**asdict(message), "at": message.at.isoformat(), "evidence": list(message.evidence)}


def read_message(document: dict[str, Any]) -> Message:
    """A message from its JSON values."""
    from driftium_core.notify.message import Message

    severity = document["severity"]
    values = {
        **document,
        "severity": Severity(severity) if severity else None,
        "at": datetime.fromisoformat(document["at"]),
        "evidence": tuple(document["evidence"]),
    }
    return Message(**values)
