"""PagerDuty gets events that open, keep and resolve one incident of its own."""

from dataclasses import replace
from typing import get_args

import pytest

from driftium_core.errors import DeliveryError, InputError
from driftium_core.notify.message import Message, MessageEvent
from driftium_core.notify.port import channel_address, masked, send
from driftium_core.severity import Severity
from tests.notify.forms import check_pagerduty
from tests.notify.messages import BARE, NASTY, PLAIN
from tests.notify.receivers import Receiver

KEY = "0123456789abcdef0123456789ab1f3a"
TAKEN = '{"status":"success","message":"Event processed","dedup_key":"8c1e5f0a2b"}'


@pytest.mark.parametrize("message", [PLAIN, BARE, *NASTY])
def test_every_message_is_a_valid_event(receiver: Receiver, routed: list[str], message: Message) -> None:
    receiver.answer(202, TAKEN)
    send("pagerduty", KEY, message)
    assert set(routed) == {"https://events.pagerduty.com"}
    for request in receiver.requests:
        assert request.path == "/v2/enqueue"
        assert "authorization" not in request.headers
        check_pagerduty(request.json, len(request.body))


@pytest.mark.usefixtures("routed")
@pytest.mark.parametrize("event", get_args(MessageEvent))
def test_events_of_an_incident_share_a_key(receiver: Receiver, event: MessageEvent) -> None:
    receiver.answer(202, TAKEN)
    send("pagerduty", KEY, replace(PLAIN, event=event))
    actions = [request.json["event_action"] for request in receiver.requests]
    wanted = {"resolved": ["resolve"], "test": ["trigger", "resolve"]}
    assert actions == wanted.get(event, ["trigger"])
    assert {request.json["dedup_key"] for request in receiver.requests} == {PLAIN.incident_id}


@pytest.mark.usefixtures("routed")
def test_an_incident_that_was_over_before_it_was_told_leaves_a_trace_and_pages_nobody_for_long(
    receiver: Receiver,
) -> None:
    receiver.answer(202, TAKEN)
    send("pagerduty", KEY, replace(PLAIN, event="resolved", severity=Severity.LOW, is_first=True))
    triggered, resolved = [request.json for request in receiver.requests]
    assert (triggered["event_action"], triggered["payload"]["severity"]) == ("trigger", "info")
    assert resolved["event_action"] == "resolve"
    assert triggered["dedup_key"] == resolved["dedup_key"]


@pytest.mark.usefixtures("routed")
@pytest.mark.parametrize(
    ("severity", "theirs"),
    [
        (Severity.CRITICAL, "critical"),
        (Severity.HIGH, "error"),
        (Severity.MEDIUM, "warning"),
        (Severity.LOW, "info"),
        (None, "info"),
    ],
)
def test_severities_are_those_of_pagerduty(receiver: Receiver, severity: Severity | None, theirs: str) -> None:
    receiver.answer(202, TAKEN)
    send("pagerduty", KEY, replace(PLAIN, severity=severity))
    assert receiver.last.json["payload"]["severity"] == theirs


@pytest.mark.usefixtures("routed")
def test_the_event_holds_everything(receiver: Receiver) -> None:
    receiver.answer(202, TAKEN)
    send("pagerduty", KEY, PLAIN)
    event = receiver.last.json
    assert event["payload"]["summary"] == PLAIN.title
    assert event["payload"]["custom_details"] == {
        "verdict": PLAIN.verdict,
        "effect": PLAIN.effect,
        "evidence": list(PLAIN.evidence),
        "action": PLAIN.action,
        "rule": PLAIN.rule,
        "event": "opened",
    }
    assert event["links"] == [{"href": PLAIN.link, "text": "Open in Driftium"}]
    assert event["payload"]["timestamp"] == "2026-11-02T14:02:11.000+00:00"


@pytest.mark.usefixtures("receiver")
def test_accounts_in_the_eu_have_their_own_host(receiver: Receiver, routed: list[str]) -> None:
    receiver.answer(202, TAKEN)
    send("pagerduty", f"{KEY}?region=eu", PLAIN)
    assert routed == ["https://events.eu.pagerduty.com"]
    assert receiver.last.json["routing_key"] == KEY


@pytest.mark.usefixtures("routed")
def test_an_unknown_key_is_for_good(receiver: Receiver) -> None:
    receiver.answer(
        400, '{"status":"invalid event","message":"Event object is invalid","errors":["Invalid routing key"]}'
    )
    with pytest.raises(DeliveryError, match="PagerDuty answered 400: it does not know the integration key") as caught:
        send("pagerduty", KEY, PLAIN)
    assert caught.value.permanent


def test_an_address_is_an_integration_key() -> None:
    assert channel_address("pagerduty", f" {KEY}?region=eu ") == f"{KEY}?region=eu"
    for wrong in ("", "short", KEY + "0", f"{KEY}?region=mars", f"https://events.pagerduty.com/{KEY}"):
        with pytest.raises(InputError, match="Give the integration key"):
            channel_address("pagerduty", wrong)


def test_what_is_shown_is_the_keys_end() -> None:
    assert masked("pagerduty", KEY) == "PagerDuty key …1f3a"
    assert masked("pagerduty", f"{KEY}?region=eu") == "PagerDuty key …1f3a (EU)"
    assert masked("pagerduty", "${DRIFTIUM_SECRET_PAGER}") == "PagerDuty key"
