"""Slack: an incoming webhook, and messages in blocks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from driftium_core.errors import DeliveryError, InputError
from driftium_core.notify import posting
from driftium_core.notify.message import Message
from driftium_core.notify.placeholders import has_placeholder
from driftium_core.notify.wording import cut, facts, line

__all__ = ["channel_address", "deliver", "masked", "payload"]

_URL = re.compile(r"https://hooks\.slack(?:-gov)?\.com/services/[A-Za-z0-9]+/[A-Za-z0-9]+/[A-Za-z0-9]+/?")
_EXPECTED = "Paste the URL of an incoming webhook as Slack shows it, https://hooks.slack.com/services/T…/B…/…"

_LONGEST_HEADER = 150
_LONGEST_SECTION = 3000
"""Slack's limits, counted after escaping; https://docs.slack.dev/reference/block-kit/blocks."""

_REASONS = {
    "invalid_token": "the webhook is not valid any more",
    "no_service": "the webhook is disabled or was removed",
    "no_service_id": "the webhook is disabled or was removed",
    "no_team": "the workspace is gone",
    "team_disabled": "the workspace is disabled",
    "channel_not_found": "the channel of the webhook is gone",
    "channel_is_archived": "the channel of the webhook is archived",
    "action_prohibited": "an administrator does not allow messages there",
    "posting_to_general_channel_denied": "messages to this channel are not allowed",
    "user_not_found": "the user of the webhook is gone",
    "rollup_error": "Slack has a fault",
}
"""https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling-errors."""


def channel_address(text: str) -> str:
    """The webhook's URL; `InputError` when it is none."""
    address = text.strip()
    if has_placeholder(address) or _URL.fullmatch(address):
        return address
    if re.match(r"https://hooks\.slack(-gov)?\.com/(workflows|triggers)/", address):
        raise InputError(f"This URL starts a Slack workflow, which takes no messages of ours. {_EXPECTED}.")
    raise InputError(f"This is not a Slack webhook. {_EXPECTED}.")


def masked(address: str) -> str:
    """``"hooks.slack.com/services/T0…/…/…"``."""
    if has_placeholder(address) or not _URL.fullmatch(address):
        return "Slack webhook"
    host, _, team = address.removeprefix("https://").split("/")[:3]
    return f"{host}/services/{team[:2]}…/…/…"


def deliver(address: str, message: Message, *, expand: Callable[[str], str], timeout_s: float) -> None:
    """Post a message; `DeliveryError` when Slack does not take it."""
    url = _url(expand(address))
    body = json.dumps(payload(message)).encode()
    posting.post_json(url, body, service="Slack", timeout_s=timeout_s, judge=_judge)


def _url(address: str) -> str:
    """Where Apprise says that Slack's webhooks are; what stands in a variable may be anything."""
    from apprise.plugins.slack import NotifySlack

    if not _URL.fullmatch(address):
        raise DeliveryError(f"This is not a Slack webhook. {_EXPECTED}.", permanent=True)
    gov = address.startswith("https://hooks.slack-gov.com/")
    base = NotifySlack.webhook_gov_url if gov else NotifySlack.webhook_url
    return "/".join([base, *address.rstrip("/").split("/")[-3:]])


def _judge(answer: posting.Answer) -> DeliveryError | None:
    if answer.taken:
        return None
    return posting.refusal("Slack", answer.status, why=_REASONS.get(answer.read().strip(), ""))


def payload(message: Message) -> dict[str, Any]:
    """The JSON of a message.

    Apprise's form is a text in an attachment, without a heading or a link with words; hence this one. Nothing of the
    message can mention anybody or become a link: ``verbatim`` keeps Slack from looking for either.
    """
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _escaped(message.title, _LONGEST_HEADER)}},
        _section(_paragraphs(message)),
    ]
    if message.evidence:
        found = "\n".join(f"• {_escaped(item, 500)}" for item in message.evidence[:5])
        blocks.append(_section(f"*What was found*\n{found}"))
    if message.action:
        blocks.append(_section(f"*First*\n{_escaped(message.action, 1000)}"))
    if message.link:
        blocks.append(_section(f"<{_link(message.link)}|Open in Driftium>"))
    small = " · ".join(f"{fact.name}: {_escaped(fact.value, 200)}" for fact in facts(message))
    blocks.append({"type": "context", "elements": [_text(small)]})
    summary = " ".join(filter(None, (message.title, message.verdict)))
    return {
        "text": _escaped(summary, 1000),  # in notifications, and where blocks cannot be shown
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _paragraphs(message: Message) -> str:
    verdict, effect = _escaped(message.verdict, 2000), _escaped(message.effect, 800)
    return "\n".join(filter(None, (verdict, effect))) or _escaped(message.title, 2000)


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _text(text)}


def _text(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _escaped(text: str, limit: int) -> str:
    """One line of at most so many characters with Slack's three signs escaped; no entity is cut in two."""
    room = limit
    while len(escaped := _escape(line(text, room))) > limit:
        room -= max(1, (len(escaped) - limit) // 5)
    return escaped


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _link(url: str) -> str:
    return cut(_escape(url).replace("|", "%7C"), _LONGEST_SECTION - 50)
