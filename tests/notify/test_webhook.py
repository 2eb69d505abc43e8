"""A webhook gets a document of a stable form, signed where its address carries a secret."""

import hashlib
import hmac
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from driftium_core.errors import DeliveryError, InputError
from driftium_core.notify.message import Message
from driftium_core.notify.port import channel_address, masked, send
from tests.notify.messages import BARE, NASTY, PLAIN
from tests.notify.receivers import Receiver, receiving

SECRET = "correct horse battery".replace(" ", "-")


def test_the_document_is_the_documented_one(receiver: Receiver) -> None:
    receiver.answer(204)
    send("webhook", f"{receiver.url}/hooks/drift?team=a", PLAIN)
    assert receiver.last.path == "/hooks/drift?team=a"
    assert receiver.last.headers["x-driftium-event"] == "opened"
    assert "x-driftium-signature" not in receiver.last.headers
    assert receiver.last.json == {
        "version": 1,
        "event": "opened",
        "incident": "8c1e5f0a2b",
        "project": "support-bot",
        "monitor": "table:bank_full",
        "rule": "Anything critical",
        "severity": "CRITICAL",
        "at": "2026-11-02T14:02:11Z",
        "title": PLAIN.title,
        "verdict": PLAIN.verdict,
        "effect": PLAIN.effect,
        "evidence": list(PLAIN.evidence),
        "action": PLAIN.action,
        "link": PLAIN.link,
    }


@pytest.mark.parametrize("message", [BARE, *NASTY])
def test_fields_and_their_types_are_always_the_same(receiver: Receiver, message: Message) -> None:
    send("webhook", f"{receiver.url}/", message)
    document = receiver.last.json
    assert len(document) == 14
    assert document["severity"] in (None, "LOW", "MEDIUM", "HIGH", "CRITICAL")
    assert isinstance(document["evidence"], list)
    rest = set(document) - {"version", "severity", "evidence"}
    assert all(isinstance(document[name], str) for name in rest)


def test_the_documentation_is_true(receiver: Receiver) -> None:
    text = (Path(__file__).parents[2] / "docs/webhook.md").read_text("utf-8")
    example, code = (re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)[0] for kind in ("json", "python"))
    receiving_side: dict[str, Any] = {}
    exec(code, receiving_side)  # the receiver that is shown there
    send("webhook", f"{receiver.url}/#secret={SECRET}", PLAIN)
    document, request = json.loads(example), receiver.last
    assert list(document) == list(request.json)
    assert {name: type(value) for name, value in document.items()} == {
        name: type(value) for name, value in request.json.items()
    }
    header = request.headers["x-driftium-signature"]
    assert receiving_side["is_genuine"](SECRET, header, request.body)
    assert not receiving_side["is_genuine"](SECRET, header, request.body + b" ")
    assert not receiving_side["is_genuine"](SECRET + "x", header, request.body)
    assert not receiving_side["is_genuine"](SECRET, header, request.body, -1)


def test_a_secret_signs_and_stays_here(receiver: Receiver) -> None:
    before = int(time.time())
    send("webhook", f"{receiver.url}/hook#secret={SECRET}", PLAIN)
    request = receiver.last
    assert request.path == "/hook"
    found = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", request.headers["x-driftium-signature"])
    assert found
    assert before <= int(found[1]) <= time.time()
    signed = f"{found[1]}.".encode() + request.body
    assert hmac.compare_digest(found[2], hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest())
    assert SECRET not in f"{request.headers} {request.body!r}"


def test_variables_are_filled_in_at_the_moment_of_use(receiver: Receiver) -> None:
    values = {"${DRIFTIUM_SECRET_HOOK}": SECRET}

    def expand(text: str) -> str:
        for name, value in values.items():
            text = text.replace(name, value)
        return text

    address = channel_address("webhook", f"{receiver.url}/a#secret=${{DRIFTIUM_SECRET_HOOK}}")
    assert "DRIFTIUM_SECRET_HOOK" in address
    send("webhook", address, PLAIN, expand=expand)
    assert "x-driftium-signature" in receiver.last.headers
    values["${DRIFTIUM_SECRET_HOOK}"] = f"{receiver.url}/whole"
    send("webhook", "${DRIFTIUM_SECRET_HOOK}", PLAIN, expand=expand)
    assert receiver.last.path == "/whole"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_success_is_delivered(receiver: Receiver, status: int) -> None:
    receiver.answer(status)
    send("webhook", receiver.url, PLAIN)


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        *((status, True) for status in (400, 401, 403, 404, 405, 410, 413)),
        *((status, False) for status in (408, 425, 429, 500, 502, 503, 504)),
    ],
)
def test_whether_trying_again_helps(receiver: Receiver, status: int, permanent: bool) -> None:
    receiver.answer(status, "why not")
    with pytest.raises(DeliveryError, match=f"The webhook at 127.0.0.1:{receiver.port} answered {status}: ") as caught:
        send("webhook", receiver.url, PLAIN)
    assert caught.value.permanent is permanent
    assert len(receiver.requests) == 1


def test_user_and_password_of_a_url_are_used(receiver: Receiver) -> None:
    send("webhook", f"http://user:pass@127.0.0.1:{receiver.port}/x", PLAIN)
    assert receiver.last.headers["authorization"].startswith("Basic ")


def test_nothing_is_sent_on_to_another_address(receiver: Receiver) -> None:
    with receiving() as other:
        receiver.manner, receiver.location = "redirect", other.url
        with pytest.raises(DeliveryError, match="answered 307: it sends on to another address") as caught:
            send("webhook", f"{receiver.url}/token", PLAIN)
        assert other.requests == []
    assert caught.value.permanent


def test_an_address_is_a_url() -> None:
    assert channel_address("webhook", " https://example.org/a?b=c ") == "https://example.org/a?b=c"
    for wrong in ("", "example.org/hook", "ftp://example.org", "https://", "https://example.org:99999/", "file:///etc"):
        with pytest.raises(InputError, match="This is not the URL of a webhook"):
            channel_address("webhook", wrong)
    with pytest.raises(InputError, match="no blanks"):
        channel_address("webhook", "https://example.org/a b")
    with pytest.raises(InputError, match="What follows the #"):
        channel_address("webhook", "https://example.org/#part")
    with pytest.raises(InputError, match="at least 16 characters"):
        channel_address("webhook", "https://example.org/#secret=short")


def test_what_is_shown_is_host_and_path() -> None:
    address = f"https://user:pass@example.org:8443/hooks/x7Yz8AbCdEfGhIjKlMnOpQrS/drift?token=abc#secret={SECRET}"
    assert masked("webhook", address) == "example.org:8443/hooks/x7…/drift"
    for token in ("s3cr3tT0ken", "Xk9pQ2", "4711", "QWERTYUIOPASDF"):  # short ones as well
        shown = masked("webhook", f"https://example.org/api/v1/{token}/drift-alerts")
        assert re.fullmatch(r"example\.org/api/v1/.{0,2}…/drift-alerts", shown)
    assert masked("webhook", "${DRIFTIUM_SECRET_HOOK}") == "JSON webhook"
