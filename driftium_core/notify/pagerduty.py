"""PagerDuty: events of the Events API v2, which open, keep and resolve one incident of PagerDuty's per incident."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC
from typing import Any, Literal

from driftium_core.errors import DeliveryError, InputError
from driftium_core.notify import posting
from driftium_core.notify.message import Message
from driftium_core.notify.placeholders import has_placeholder
from driftium_core.notify.wording import line
from driftium_core.severity import Severity

__all__ = ["channel_address", "deliver", "event", "masked"]

_ADDRESS = re.compile(r"(?P<key>[A-Za-z0-9]{32})(\?region=(?P<region>us|eu))?")
_EXPECTED = (
    "Give the integration key of an “Events API v2” integration, 32 letters and digits, followed by ?region=eu where "
    "the account is in the EU"
)

_SEVERITIES: dict[Severity | None, str] = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "info",
    None: "info",
}

Action = Literal["trigger", "resolve"]


def channel_address(text: str) -> str:
    """The key, with a region where there is one; `InputError` when it cannot be meant."""
    address = text.strip()
    if has_placeholder(address) or _ADDRESS.fullmatch(address):
        return address
    raise InputError(f"This is not an integration key of PagerDuty. {_EXPECTED}.")


def masked(address: str) -> str:
    """``"PagerDuty key …1f3a"``."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return "PagerDuty key"
    return f"PagerDuty key …{found['key'][-4:]}{' (EU)' if found['region'] == 'eu' else ''}"


def deliver(address: str, message: Message, *, expand: Callable[[str], str], timeout_s: float) -> None:
    """Send the event.

    A test, and the end of an incident that PagerDuty has not heard of, is triggered and resolved at once: to resolve
    what it does not know leaves no trace there, and nobody shall stay paged.

    Raises
    ------
    DeliveryError
        PagerDuty does not take it.
    """
    from apprise.plugins.pagerduty import PAGERDUTY_API_LOOKUP

    found = _ADDRESS.fullmatch(expand(address).strip())
    if found is None:
        raise DeliveryError(f"This is not an integration key of PagerDuty. {_EXPECTED}.", permanent=True)
    url = PAGERDUTY_API_LOOKUP[found["region"] or "us"]
    for action in _actions(message):
        body = json.dumps(event(message, action, routing_key=found["key"])).encode()
        posting.post_json(url, body, service="PagerDuty", timeout_s=timeout_s, judge=_judge)


def _actions(message: Message) -> tuple[Action, ...]:
    if message.event == "test" or (message.event == "resolved" and message.is_first):
        return "trigger", "resolve"
    return ("resolve",) if message.event == "resolved" else ("trigger",)


def _judge(answer: posting.Answer) -> DeliveryError | None:
    if answer.taken:
        return None
    why = "it does not know the integration key" if answer.status in (400, 401, 403) else ""
    return posting.refusal("PagerDuty", answer.status, why=why)


def event(message: Message, action: Action, *, routing_key: str) -> dict[str, Any]:
    """The JSON of an event.

    Apprise's plugin asks for a second key, which this API has no use for, makes one text of title and body, and has
    neither the time of the event nor lists in its details; so it gives the host, and the event is built here.
    """
    named = {"routing_key": routing_key, "event_action": action, "dedup_key": line(message.incident_id, 255)}
    if action == "resolve":
        return named
    details: dict[str, Any] = {
        "verdict": line(message.verdict, 2000),
        "effect": line(message.effect, 800),
        "evidence": [line(item, 600) for item in message.evidence[:5]],
        "action": line(message.action, 1000),
        "rule": line(message.rule, 200),
        "event": message.event,
    }
    content = {
        "summary": line(message.title, 1024),
        "source": f"driftium/{line(message.project, 200)}",
        "severity": _SEVERITIES[message.severity],
        "timestamp": message.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "component": line(message.monitor, 200),
        "group": line(message.project, 200),
        "class": "drift",
        "custom_details": {name: value for name, value in details.items() if value},
    }
    links = [{"href": message.link, "text": "Open in Driftium"}] if message.link else []
    client = {"client": "Driftium", **({"client_url": message.link} if message.link else {})}
    return {**named, "payload": content, **client, "links": links}
