"""The forms of messages as the services document them, checked strictly."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

SLACK_LINK = re.compile(r"<https?://[^|<>\s]+\|[^|<>]+>")


def check_slack(payload: dict[str, Any]) -> None:
    """https://docs.slack.dev/reference/block-kit/blocks and …/messaging/formatting-message-text."""
    assert set(payload) <= {"text", "blocks", "unfurl_links", "unfurl_media"}
    assert 0 < len(payload["text"]) <= 40_000
    _check_slack_text(payload["text"])
    assert 0 < len(payload["blocks"]) <= 50
    for block in payload["blocks"]:
        match block["type"]:
            case "header":
                assert set(block) == {"type", "text"}
                assert block["text"]["type"] == "plain_text"
                assert 0 < len(block["text"]["text"]) <= 150
                _check_slack_text(block["text"]["text"])
            case "section":
                assert set(block) == {"type", "text"}
                _check_slack_object(block["text"])
            case "context":
                assert 0 < len(block["elements"]) <= 10
                for element in block["elements"]:
                    _check_slack_object(element)
            case other:
                raise AssertionError(f"a block of type {other}")


def _check_slack_object(item: dict[str, Any]) -> None:
    assert item["type"] == "mrkdwn"
    assert item["verbatim"] is True  # no mention, channel or URL is looked for
    assert 0 < len(item["text"]) <= 3000
    _check_slack_text(item["text"])


def _check_slack_text(text: str) -> None:
    """Outside of links with words, the three signs are entities: nothing else is a link or a mention."""
    rest = SLACK_LINK.sub("", text)
    assert not set("<>") & set(rest)
    assert re.fullmatch(r"([^&]|&(amp|lt|gt);)*", rest, re.DOTALL)


def check_workflow(payload: dict[str, Any], size: int) -> None:
    """https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference, card 1.4."""
    assert size <= 28 * 1024
    assert payload["type"] == "message"
    (attachment,) = payload["attachments"]
    assert set(attachment) == {"contentType", "contentUrl", "content"}
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["contentUrl"] is None
    card = attachment["content"]
    assert card["$schema"] == "http://adaptivecards.io/schemas/adaptive-card.json"
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert card["body"]
    for block in card["body"]:
        assert block["type"] == "RichTextBlock"  # reads no Markdown
        for run in block["inlines"]:
            assert run["type"] == "TextRun"
            assert isinstance(run["text"], str)
            assert run["text"]
            assert run["size"] in {"default", "small", "medium", "large", "extraLarge"}
            assert run["weight"] in {"default", "lighter", "bolder"}
            assert run["color"] in {"default", "dark", "light", "accent", "good", "warning", "attention"}
    for action in card.get("actions", ()):
        assert action["type"] == "Action.OpenUrl"
        assert action["title"]
        assert urlsplit(action["url"]).scheme in ("http", "https")


def check_message_card(payload: dict[str, Any], size: int) -> None:
    """https://learn.microsoft.com/outlook/actionable-messages/message-card-reference."""
    assert size <= 28 * 1024
    assert payload["@type"] == "MessageCard"
    assert payload["@context"] in ("http://schema.org/extensions", "https://schema.org/extensions")
    assert payload["summary"]
    assert re.fullmatch(r"[0-9A-F]{6}", payload["themeColor"])
    assert len(payload["sections"]) <= 10
    texts = [payload["title"], payload["summary"]]
    for section in payload["sections"]:
        assert set(section) <= {"title", "text", "facts", "markdown"}
        assert section["markdown"] is False
        texts.append(section.get("text", ""))
        for fact in section.get("facts", ()):
            assert set(fact) == {"name", "value"}
            texts.append(fact["value"])
    assert not any(re.search(r"<[A-Za-z/!?]", text) for text in texts)
    for action in payload.get("potentialAction", ()):
        assert action["@type"] == "OpenUri"
        assert action["name"]
        (target,) = action["targets"]
        assert target["os"] in ("default", "windows", "iOS", "android")
        assert urlsplit(target["uri"]).scheme in ("http", "https")


def check_pagerduty(event: dict[str, Any], size: int) -> None:
    """https://developer.pagerduty.com/docs/send-alert-event."""
    assert size <= 512 * 1024
    assert set(event) <= {
        *("routing_key", "event_action", "dedup_key", "payload", "images", "links", "client", "client_url")
    }
    assert len(event["routing_key"]) == 32
    assert event["event_action"] in ("trigger", "acknowledge", "resolve")
    assert 0 < len(event["dedup_key"]) <= 255
    if event["event_action"] != "trigger":
        assert "payload" not in event
        return
    payload = event["payload"]
    assert set(payload) <= {
        *("summary", "source", "severity", "timestamp", "component", "group", "class", "custom_details")
    }
    assert 0 < len(payload["summary"]) <= 1024
    assert payload["source"]
    assert payload["severity"] in ("critical", "error", "warning", "info")
    assert datetime.fromisoformat(payload["timestamp"]).utcoffset() is not None
    assert isinstance(payload["custom_details"], dict)
    for link in event["links"]:
        assert set(link) == {"href", "text"}
