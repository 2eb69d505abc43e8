"""One attempt, bounded in time and size, with certificates checked."""

import threading
from typing import Any

import pytest
import requests

from driftium_core.errors import DeliveryError, SettingsError
from driftium_core.notify import deadline, posting
from driftium_core.notify.deadline import within
from driftium_core.notify.port import ChannelKind, send
from tests.notify import test_pagerduty as pagerduty
from tests.notify import test_slack as slack
from tests.notify import test_teams as teams
from tests.notify.messages import PLAIN
from tests.notify.receivers import Receiver

ADDRESSES: list[tuple[ChannelKind, str]] = [
    ("slack", slack.ADDRESS),
    ("teams", teams.OLD),
    ("pagerduty", pagerduty.KEY),
]


@pytest.mark.parametrize("manner", ["hang", "drip_headers"])
@pytest.mark.parametrize("kind", ["webhook", "apprise"])
def test_a_server_that_keeps_us_waiting_is_left(receiver: Receiver, manner: str, kind: Any) -> None:
    receiver.manner = manner
    address = receiver.url if kind == "webhook" else f"json://127.0.0.1:{receiver.port}/"
    with pytest.raises(DeliveryError, match=r"did not take the message within 0.5 s|cannot be reached") as caught:
        send(kind, address, PLAIN, timeout_s=0.5)
    assert not caught.value.permanent


@pytest.mark.parametrize("manner", ["drip", "flood", "stall"])
@pytest.mark.parametrize("status", [500, 404, 200])
@pytest.mark.usefixtures("routed")
def test_the_status_counts_where_the_text_does_not_end(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, manner: str, status: int
) -> None:
    """A message that arrived must not be sent again."""
    monkeypatch.setattr(posting, "_LONGEST_TEXT_S", 0.2)
    receiver.manner, receiver.status = manner, status
    timeout_s = 2.0 if manner == "stall" else 30.0  # nothing comes from one that stalls: it is waited for all the time
    for kind, address in ADDRESSES:
        if status == 200:
            send(kind, address, PLAIN, timeout_s=timeout_s)
            continue
        with pytest.raises(DeliveryError, match=f"answered {status}") as caught:
            send(kind, address, PLAIN, timeout_s=timeout_s)
        assert caught.value.permanent is (status == 404)
    assert len(receiver.requests) == len(ADDRESSES)


def test_fifty_megabytes_of_success_are_a_success(receiver: Receiver) -> None:
    receiver.manner, receiver.status = "flood", 200
    send("webhook", receiver.url, PLAIN)


def test_certificates_are_checked_and_no_credentials_of_the_user_are_added(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []
    post = requests.adapters.HTTPAdapter.send

    def spy(self: Any, request: Any, **how: Any) -> Any:
        seen.append({**how, "authorization": request.headers.get("Authorization")})
        return post(self, request, **how)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", spy)
    monkeypatch.setattr(requests.sessions, "get_netrc_auth", lambda _url: ("user", "password"))
    send("webhook", receiver.url, PLAIN)
    (how,) = seen
    assert how["verify"]  # True, or the path of trusted certificates
    assert how["authorization"] is None


def test_threads_that_hang_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "_free", threading.BoundedSemaphore(1))
    over = threading.Event()

    def hang() -> None:
        over.wait()

    try:
        with pytest.raises(DeliveryError, match=r"Slack did not take the message within 0.05 s\."):
            within(0.05, "Slack", hang)
        with pytest.raises(DeliveryError, match="still hang at servers"):
            within(0.05, "Slack", hang)
    finally:
        over.set()
    for thread in threading.enumerate():
        if thread.name == "driftium-notify":
            thread.join()
    within(10, "Slack", lambda: None)


def test_a_fault_of_ours_is_an_error_too() -> None:
    def fail() -> None:
        raise RuntimeError("https://secret")

    with pytest.raises(DeliveryError, match=r"Slack could not be told: RuntimeError\.") as caught:
        within(10, "Slack", fail)
    assert caught.value.__context__ is None


def test_a_variable_that_is_not_set_is_told() -> None:
    def expand(_text: str) -> str:
        raise SettingsError("The environment variable DRIFTIUM_SECRET_X is not set.")

    with pytest.raises(DeliveryError, match="DRIFTIUM_SECRET_X is not set") as caught:
        send("webhook", "${DRIFTIUM_SECRET_X}", PLAIN, expand=expand)
    assert not caught.value.permanent
