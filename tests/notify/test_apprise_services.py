"""Apprise's other services: sent to as its URLs say, but never to this machine itself."""

import importlib
import inspect
import re

import pytest

from driftium_core.errors import DeliveryError, InputError
from driftium_core.notify.apprise_services import LOCAL_SCHEMES
from driftium_core.notify.port import channel_address, masked, send
from tests.notify.messages import NASTY, PLAIN
from tests.notify.receivers import Receiver, free_port, receiving


def test_a_message_arrives_whole(receiver: Receiver) -> None:
    send("apprise", channel_address("apprise", f"json://127.0.0.1:{receiver.port}/hook"), PLAIN)
    document = receiver.last.json
    assert document["title"] == PLAIN.title
    assert document["type"] == "failure"
    for part in (PLAIN.verdict, PLAIN.effect, *PLAIN.evidence, PLAIN.action, PLAIN.link):
        assert part in document["message"]


@pytest.mark.parametrize("message", NASTY)
def test_nobody_is_mentioned(receiver: Receiver, message: object) -> None:
    send("apprise", f"json://127.0.0.1:{receiver.port}/", message)  # type: ignore[arg-type]
    document = receiver.last.json
    assert not re.search(r"@\w", f"{document['title']} {document['message'].replace(PLAIN.link, '')}")
    assert len(document["message"]) <= 4000


@pytest.mark.parametrize(("status", "permanent"), [(403, True), (404, True), (429, False), (500, False)])
def test_the_status_that_apprise_only_logs_is_told(receiver: Receiver, status: int, permanent: bool) -> None:
    receiver.answer(status)
    with pytest.raises(DeliveryError, match=f"JSON answered {status}: ") as caught:
        send("apprise", f"json://127.0.0.1:{receiver.port}/", PLAIN)
    assert caught.value.permanent is permanent


def test_nothing_is_sent_on_even_where_the_url_asks_for_it(receiver: Receiver) -> None:
    with receiving() as other:
        receiver.manner, receiver.location = "redirect", other.url
        with pytest.raises(DeliveryError, match="answered 307"):
            send("apprise", f"json://127.0.0.1:{receiver.port}/?redirect=yes", PLAIN)
        assert other.requests == []


@pytest.mark.parametrize("asked", ["optional=yes", "retry=3&wait=0.1"])
def test_a_url_cannot_make_a_failure_a_success_or_try_again(receiver: Receiver, asked: str) -> None:
    receiver.answer(500)
    with pytest.raises(DeliveryError, match="answered 500"):
        send("apprise", f"json://127.0.0.1:{receiver.port}/?{asked}", PLAIN)
    assert len(receiver.requests) == 1


def test_a_service_that_is_down_is_tried_again() -> None:
    with pytest.raises(DeliveryError, match="JSON cannot be reached, or hung up") as caught:
        send("apprise", f"json://127.0.0.1:{free_port()}/", PLAIN)
    assert not caught.value.permanent


@pytest.mark.parametrize("scheme", sorted(LOCAL_SCHEMES))
def test_services_of_this_machine_are_refused(scheme: str) -> None:
    for spelt in (scheme, scheme.upper()):
        with pytest.raises(InputError, match="is a service of the machine that Driftium runs on"):
            channel_address("apprise", f"{spelt}://")
        with pytest.raises(DeliveryError, match="of the machine that Driftium runs on"):
            send("apprise", "${X}", PLAIN, expand=lambda _: f"{spelt}://x")  # noqa: B023 - called at once


def test_whatever_of_apprise_runs_programs_or_drives_devices_is_refused() -> None:
    """Of every plugin there is: a new one that does so fails here until somebody has decided."""
    from apprise.manager_plugins import NotificationManager

    manager = NotificationManager()
    manager.load_modules()
    signs = re.compile(
        r"\bsubprocess\b|os\.system|\bPopen\b|\bctypes\b|import dbus|\bgi\.repository|win32|\bsyslog\.|/dev/hid"
    )
    found = set()
    for scheme in manager.schemas():
        module = importlib.import_module(manager[scheme].__module__)
        if signs.search(inspect.getsource(module)):
            found.add(scheme)
    assert found - {"rsyslog"} <= LOCAL_SCHEMES


@pytest.mark.parametrize(
    "url",
    [
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7/?template=/etc/passwd",
        "discord://1234567890/abcdefghij?TEMPLATE=/etc/passwd",
        "mailtos://user:pass@gmail.com?pgp=sign&pgpprv=/etc/key",
        "fcm://project@apikey/device?keyfile=/etc/key",
        "workflows://host.example/abc/def?template=file:///etc/passwd",
    ],
)
def test_files_of_this_machine_are_not_read(url: str) -> None:
    with pytest.raises(InputError, match=r"names a file of the machine|cannot use this URL"):
        channel_address("apprise", url)


def test_certificates_are_always_checked() -> None:
    with pytest.raises(InputError, match="`verify=no` in an Apprise URL"):
        channel_address("apprise", "jsons://example.org/?verify=no")


@pytest.mark.parametrize("url", ["", "ops@example.org", "nonsense://x", "discord://", "exec://rm", "file:///tmp/x.py"])
def test_what_apprise_cannot_use_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="Give an Apprise URL"):
        channel_address("apprise", url)


def test_what_is_shown_sends_nothing() -> None:
    assert masked("apprise", "discord://1234567890/abcdefghij") == "discord://…"
    assert masked("apprise", "tgram://123456:ABC-def/chat") == "tgram://…"
    assert masked("apprise", "ntfys://user:pass@ntfy.example.org/topic?x=y") == "ntfys://ntfy.example.org/…"
    assert masked("apprise", "https://discord.com/api/webhooks/123/abc") == "https://discord.com/…"
    assert masked("apprise", "ntfy://topic-that-is-a-secret") == "ntfy://…"
    assert masked("apprise", "${DRIFTIUM_SECRET_X}") == "Apprise URL"
