"""Slack gets messages in blocks that hold to its limits and mention nobody."""

import re

import pytest

from driftium_core.errors import DeliveryError, InputError
from driftium_core.notify.message import Message
from driftium_core.notify.port import channel_address, masked, send
from tests.notify.forms import check_slack
from tests.notify.messages import BARE, NASTY, PLAIN
from tests.notify.receivers import Receiver

ADDRESS = "https://hooks.slack.com/services/T012AB3CD/B045EF6GH/x7Yz8AbCdEfGhIjKlMnOpQrS"


@pytest.mark.parametrize("message", [PLAIN, BARE, *NASTY])
def test_every_message_is_a_valid_one(receiver: Receiver, routed: list[str], message: Message) -> None:
    send("slack", ADDRESS, message)
    assert routed == ["https://hooks.slack.com"]
    assert receiver.last.path == "/services/T012AB3CD/B045EF6GH/x7Yz8AbCdEfGhIjKlMnOpQrS"
    assert receiver.last.headers["content-type"].startswith("application/json")
    check_slack(receiver.last.json)


@pytest.mark.usefixtures("routed")
def test_the_message_says_all_in_order(receiver: Receiver) -> None:
    send("slack", ADDRESS, PLAIN)
    payload = receiver.last.json
    assert payload["text"].startswith("CRITICAL drift: “bank_full” (project support-bot) 2 of 3 columns drifted")
    header, *sections, context = payload["blocks"]
    assert header["text"]["text"] == PLAIN.title
    texts = [section["text"]["text"] for section in sections]
    assert texts[0] == f"{PLAIN.verdict}\n{PLAIN.effect}".replace("<", "&lt;")
    assert texts[1] == f"*What was found*\n• {PLAIN.evidence[0]}\n• {PLAIN.evidence[1]}"
    assert texts[2] == f"*First*\n{PLAIN.action}"
    assert texts[3] == f"<{PLAIN.link.replace('&', '&amp;')}|Open in Driftium>"
    assert "Project: support-bot · Monitor: table bank_full · Rule: Anything critical" in context["elements"][0]["text"]


@pytest.mark.usefixtures("routed")
def test_the_government_cloud_has_its_own_host(receiver: Receiver) -> None:
    send("slack", ADDRESS.replace("slack.com", "slack-gov.com"), PLAIN)
    assert len(receiver.requests) == 1


@pytest.mark.usefixtures("routed")
@pytest.mark.parametrize(
    ("status", "text", "said", "permanent"),
    [
        (404, "no_service", "Slack answered 404: the webhook is disabled or was removed. Check the channel.", True),
        (403, "action_prohibited", "an administrator does not allow messages there", True),
        (410, "channel_is_archived", "the channel of the webhook is archived", True),
        (400, "invalid_payload", "Slack answered 400: it does not accept the message", True),
        (429, "rate_limited", "Slack answered 429: too many messages in a short time.", False),
        (500, "rollup_error", "Slack answered 500: Slack has a fault.", False),
        (503, "<html>upstream at 10.0.0.7</html>", "Slack answered 503: the service has a fault.", False),
    ],
)
def test_slacks_own_reasons_are_told(receiver: Receiver, status: int, text: str, said: str, permanent: bool) -> None:
    receiver.answer(status, text)
    with pytest.raises(DeliveryError, match=re.escape(said)) as caught:
        send("slack", ADDRESS, PLAIN)
    assert caught.value.permanent is permanent
    assert "10.0.0.7" not in str(caught.value)


def test_an_address_is_the_webhooks_url() -> None:
    assert channel_address("slack", f" {ADDRESS}\n") == ADDRESS
    assert channel_address("slack", "${DRIFTIUM_SECRET_SLACK}") == "${DRIFTIUM_SECRET_SLACK}"
    for wrong in (
        "",
        "#alerts",
        "http://hooks.slack.com/services/T0/B0/x",
        "https://hooks.slack.com.evil.example/services/T0/B0/x",
        "https://user@hooks.slack.com/services/T0/B0/x",
        "https://hooks.slack.com/services/T0/B0",
        f"{ADDRESS}?template=/etc/passwd",
    ):
        with pytest.raises(InputError, match=r"Paste the URL of an incoming webhook"):
            channel_address("slack", wrong)
    with pytest.raises(InputError, match="starts a Slack workflow"):
        channel_address("slack", "https://hooks.slack.com/triggers/T0/123/abc")


def test_what_is_shown_sends_nothing() -> None:
    assert masked("slack", ADDRESS) == "hooks.slack.com/services/T0…/…/…"
    assert masked("slack", "${DRIFTIUM_SECRET_SLACK}") == "Slack webhook"
