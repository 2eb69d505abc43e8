"""Teams gets an Adaptive Card by a workflow, or a message card by a webhook of old; neither reads Markdown."""

import re

import pytest

from driftium_core.errors import DeliveryError, InputError
from driftium_core.notify.message import Message
from driftium_core.notify.port import channel_address, masked, send
from tests.notify.forms import check_message_card, check_workflow
from tests.notify.messages import BARE, NASTY, PLAIN
from tests.notify.receivers import Receiver

LOGIC = (
    "https://prod-12.westus.logic.azure.com:443/workflows/0123456789abcdef/triggers/manual/paths/invoke"
    "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=AbC-dEf_123"
)
POWER = (
    "https://default0123.45.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/"
    "0123456789abcdef/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=AbC-dEf_123"
)
OLD = (
    "https://contoso.webhook.office.com/webhookb2/11111111-2222-3333-4444-555555555555@66666666-7777-8888-9999-"
    "000000000000/IncomingWebhook/0123456789abcdef0123456789abcdef/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
)


@pytest.mark.parametrize("address", [LOGIC, POWER])
@pytest.mark.parametrize("message", [PLAIN, BARE, *NASTY])
def test_a_workflow_gets_one_card(receiver: Receiver, routed: list[str], address: str, message: Message) -> None:
    receiver.answer(202)
    send("teams", address, message)
    assert address == routed[0] + receiver.last.path  # with every parameter as it was given
    check_workflow(receiver.last.json, len(receiver.last.body))


@pytest.mark.usefixtures("routed")
def test_the_card_says_all_in_order(receiver: Receiver) -> None:
    receiver.answer(202)
    send("teams", POWER, PLAIN)
    card = receiver.last.json["attachments"][0]["content"]
    texts = [block["inlines"][0]["text"] for block in card["body"]]
    assert texts[:3] == [PLAIN.title, PLAIN.verdict, PLAIN.effect]
    assert texts[3:6] == [f"• {PLAIN.evidence[0]}", f"• {PLAIN.evidence[1]}", f"First: {PLAIN.action}"]
    assert card["body"][0]["inlines"][0]["color"] == "attention"
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open in Driftium", "url": PLAIN.link}]


@pytest.mark.usefixtures("routed")
@pytest.mark.parametrize("message", [PLAIN, BARE, *NASTY])
def test_a_webhook_of_old_gets_a_message_card(receiver: Receiver, message: Message) -> None:
    receiver.answer(200, "1")
    send("teams", OLD, message)
    check_message_card(receiver.last.json, len(receiver.last.body))


@pytest.mark.usefixtures("routed")
@pytest.mark.parametrize(
    ("text", "said", "permanent"),
    [
        (
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with "
            "ContextId tcid=0,server=XYZ",
            "Microsoft Teams answered 429: too many messages in a short time.",
            False,
        ),
        (
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 403 with",
            "Microsoft Teams answered 403",
            True,
        ),
        ("Webhook message delivery failed with error: unknown", "could not deliver it", False),
    ],
)
def test_a_webhook_of_old_says_success_and_means_failure(
    receiver: Receiver, text: str, said: str, permanent: bool
) -> None:
    receiver.answer(200, text)
    with pytest.raises(DeliveryError, match=re.escape(said)) as caught:
        send("teams", OLD, PLAIN)
    assert caught.value.permanent is permanent


def test_an_address_is_one_of_teams() -> None:
    for address in (LOGIC, POWER, OLD):
        assert channel_address("teams", f"{address} ") == address
    for wrong in (
        "",
        "https://teams.microsoft.com/l/channel/19",
        LOGIC.replace("https", "http"),
        LOGIC.partition("&sig")[0],
        LOGIC.replace("logic.azure.com", "logic.azure.com.evil.example"),
        OLD.replace(".webhook.office.com", ".evil.example"),
        OLD.replace("https", "http"),
    ):
        with pytest.raises(InputError, match=r"This is not a webhook of Microsoft Teams. Paste the URL"):
            channel_address("teams", wrong)


def test_what_is_shown_sends_nothing() -> None:
    assert masked("teams", LOGIC) == "prod-12.westus.logic.azure.com/workflows/…"
    assert masked("teams", OLD) == "contoso.webhook.office.com/webhookb2/…"
    assert masked("teams", "${DRIFTIUM_SECRET_TEAMS}") == "Teams webhook"
