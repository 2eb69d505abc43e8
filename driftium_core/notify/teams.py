"""Microsoft Teams: a workflow of Power Automate that takes an Adaptive Card, or an incoming webhook of old."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from driftium_core.errors import DeliveryError, InputError
from driftium_core.notify import posting
from driftium_core.notify.message import Message
from driftium_core.notify.placeholders import has_placeholder
from driftium_core.notify.quiet import quiet
from driftium_core.notify.wording import facts, line
from driftium_core.severity import Severity

__all__ = ["channel_address", "deliver", "masked", "message_card", "workflow_payload"]

_OLD = re.compile(r"https://[a-z0-9.-]+\.webhook\.office\.com/webhookb2/[\w@./-]+/IncomingWebhook/[\w./-]+", re.I)
"""Of connectors, which Microsoft retires; Apprise has left them out, so they are posted to by us."""

_EXPECTED = (
    "Paste the URL that Teams shows for the workflow “Send webhook alerts to a channel”, https://….logic.azure.com/… "
    "or https://….powerplatform.com/…, or that of an incoming webhook, https://….webhook.office.com/…"
)

_COLOURS: dict[Severity | None, tuple[str, str]] = {
    Severity.CRITICAL: ("attention", "B3261E"),
    Severity.HIGH: ("attention", "C4561A"),
    Severity.MEDIUM: ("warning", "B58900"),
    Severity.LOW: ("good", "2E7D32"),
    None: ("default", "5F6368"),
}
"""Of the title of a card, and of the line beside an old one."""


def channel_address(text: str) -> str:
    """The URL; `InputError` when it is none of Teams'."""
    address = text.strip()
    if has_placeholder(address) or _is_old(address) or _is_workflow(address):
        return address
    raise InputError(f"This is not a webhook of Microsoft Teams. {_EXPECTED}.")


def _is_old(address: str) -> bool:
    return bool(_OLD.fullmatch(address))


def _is_workflow(address: str) -> bool:
    """Whether Apprise knows it as the URL of a workflow, with its signature."""
    from apprise.plugins.workflows import NotifyWorkflows

    if not address.startswith("https://") or any(sign.isspace() for sign in address):
        return False
    with quiet():
        found = NotifyWorkflows.parse_native_url(address)  # type: ignore[no-untyped-call]
    return bool(found and found.get("signature"))


def masked(address: str) -> str:
    """The host: ``"prod-12.westus.logic.azure.com/workflows/…"``."""
    if has_placeholder(address):
        return "Teams webhook"
    if _is_old(address):
        return f"{urlsplit(address).hostname}/webhookb2/…"
    try:
        host = urlsplit(address).hostname
    except ValueError:
        host = None
    return f"{host}/workflows/…" if host else "Teams webhook"


def deliver(address: str, message: Message, *, expand: Callable[[str], str], timeout_s: float) -> None:
    """Post a message; `DeliveryError` when Teams does not take it."""
    url = expand(address).strip()
    if _is_old(url):
        content, judge = message_card(message), _judge_old
    elif _is_workflow(url):
        content, judge = workflow_payload(message), _judge
    else:
        raise DeliveryError(f"This is not a webhook of Microsoft Teams. {_EXPECTED}.", permanent=True)
    # To the very URL: Apprise's plugin builds it anew from its parts, and leaves parameters out that it does not know.
    posting.post_json(
        url,
        json.dumps(content, ensure_ascii=False).encode(),
        service="Microsoft Teams",
        timeout_s=timeout_s,
        judge=judge,
    )


def _judge(answer: posting.Answer) -> DeliveryError | None:
    return None if answer.taken else posting.refusal("Microsoft Teams", answer.status)


def _judge_old(answer: posting.Answer) -> DeliveryError | None:
    """A webhook of old answers 200 to nearly everything, and 1 when the message is there."""
    if not answer.taken:
        return _judge(answer)
    text = answer.read()
    if inner := re.search(r"returned HTTP error (\d{3})", text):
        return posting.refusal("Microsoft Teams", int(inner[1]))
    if "message delivery failed" in text.lower():
        return DeliveryError("Microsoft Teams took the message, and could not deliver it.")
    return None


def workflow_payload(message: Message) -> dict[str, Any]:
    """The JSON for a workflow: one Adaptive Card, shorter than the 28 KB that Teams takes, whatever the signs.

    Texts are runs of rich text: unlike the text blocks that Apprise makes, these read no Markdown, so that nothing in
    them becomes a link or a mention.
    """
    colour, _ = _COLOURS[message.severity]
    body = [
        _rich(message.title, size="large", weight="bolder", color=colour, limit=200),
        _rich(message.verdict, limit=1500),
        _rich(message.effect, limit=500),
        *(_rich(f"• {item}", limit=400) for item in message.evidence[:5]),
        _rich(f"First: {message.action}" if message.action else "", weight="bolder", limit=600),
        _rich(_small(message), size="small", subtle=True, limit=500),
    ]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": line(message.title, 200),
        "body": [block for block in body if block],
        "msteams": {"width": "full"},
    }
    if message.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open in Driftium", "url": message.link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _rich(
    text: str,
    *,
    limit: int,
    size: str = "default",
    weight: str = "default",
    color: str = "default",
    subtle: bool = False,
) -> dict[str, Any] | None:
    if not text:
        return None
    run = {"type": "TextRun", "text": line(text, limit), "size": size, "weight": weight, "color": color}
    return {"type": "RichTextBlock", "inlines": [{**run, "isSubtle": subtle}]}


def _small(message: Message) -> str:
    return " · ".join(f"{fact.name}: {fact.value}" for fact in facts(message))


def message_card(message: Message) -> dict[str, Any]:
    """The JSON for an incoming webhook of old: a message card, with Markdown switched off."""
    _, colour = _COLOURS[message.severity]
    found = [
        {"name": str(number), "value": _harmless(item, 400)} for number, item in enumerate(message.evidence[:5], 1)
    ]
    sections: list[dict[str, Any]] = [
        {"text": _harmless(text, 1200), "markdown": False} for text in (message.verdict, message.effect) if text
    ]
    if found:
        sections.append({"title": "What was found", "facts": found, "markdown": False})
    if message.action:
        sections.append({"title": "First", "text": _harmless(message.action, 600), "markdown": False})
    small = [{"name": fact.name, "value": _harmless(fact.value, 120)} for fact in facts(message)]
    sections.append({"facts": small, "markdown": False})
    card: dict[str, Any] = {
        "@type": "MessageCard",
        "@context": "https://schema.org/extensions",
        "summary": _harmless(message.title, 200),
        "themeColor": colour,
        "title": _harmless(message.title, 200),
        "sections": sections,
    }
    if message.link:
        targets = [{"os": "default", "uri": message.link}]
        card["potentialAction"] = [{"@type": "OpenUri", "name": "Open in Driftium", "targets": targets}]
    return card


def _harmless(text: str, limit: int) -> str:
    """Plain text in which nothing is a tag: cards of old read some HTML, whether or not Markdown is on."""
    return re.sub(r"<(?=[A-Za-z/!?])", "‹", line(text, limit))
