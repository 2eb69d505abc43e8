"""Whatever goes wrong, the secret of an address is in no sentence, log line or output."""

import logging
import traceback
from collections.abc import Callable

import pytest

from driftium_core.errors import DeliveryError, InputError
from driftium_core.notify.port import CHANNEL_KINDS, ChannelKind, channel_address, email_address, masked, send
from tests.notify.messages import PLAIN
from tests.notify.receivers import Receiver, free_port, receiving
from tests.notify.smtp_receiver import Mailbox

MARK = "MARKEDfFEEDbEEF0123"

ADDRESSES: list[tuple[ChannelKind, str]] = [
    ("slack", f"https://hooks.slack.com/services/T012AB3CD/B045EF6GH/{MARK}"),
    (
        "teams",
        "https://prod-12.westus.logic.azure.com:443/workflows/0123456789abcdef/triggers/manual/paths/invoke"
        f"?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={MARK}",
    ),
    ("teams", f"https://contoso.webhook.office.com/webhookb2/1@2/IncomingWebhook/{MARK}/3"),
    ("pagerduty", f"{MARK}0123456789abc"),
    ("webhook", f"http://user:{MARK}@127.0.0.1:PORT/{MARK}?token={MARK}#secret={MARK}"),
    ("apprise", f"json://user:{MARK}@127.0.0.1:PORT/{MARK}?-token={MARK}&+X-Token={MARK}"),
]

FAILURES = [
    *(("answer", 404), ("answer", 500), ("echo", 400), ("echo", 503), ("flood", 500), ("drip", 500), ("stall", 403)),
    *(("hang", 200), ("drip_headers", 200), ("close", 200), ("redirect", 307)),
]


@pytest.fixture
def leaks(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Callable[[BaseException], list[str]]:
    """Everything that was said so far, for a look at whether the mark is in it; logs are kept down to the last line."""
    caplog.set_level(1)
    for name in ("apprise", "urllib3", "urllib3.connectionpool", "requests"):
        logging.getLogger(name).addHandler(caplog.handler)

    def found(error: BaseException) -> list[str]:
        said = [str(error), repr(error), repr(error.__dict__), caplog.text, *capfd.readouterr()]
        said += [record.getMessage() + repr(record.args) for record in caplog.records]
        said += traceback.format_exception(error)
        chain: BaseException | None = error
        while chain := chain.__cause__ or chain.__context__:
            said += [str(chain), repr(chain)]
        return [text for text in said if MARK.lower() in text.lower()]

    return found


@pytest.mark.usefixtures("routed")
@pytest.mark.parametrize(("manner", "status"), FAILURES, ids=lambda value: str(value))
@pytest.mark.parametrize(("kind", "address"), ADDRESSES, ids=lambda value: str(value)[:12])
def test_no_failure_tells_it(
    receiver: Receiver,
    leaks: Callable[[BaseException], list[str]],
    kind: ChannelKind,
    address: str,
    manner: str,
    status: int,
) -> None:
    receiver.manner, receiver.status = manner, status
    waits = manner in ("hang", "drip_headers", "stall")
    assert MARK not in masked(kind, address)
    with receiving() as other:
        receiver.location = other.url
        with pytest.raises(DeliveryError) as caught:
            send(kind, address.replace("PORT", str(receiver.port)), PLAIN, timeout_s=1.0 if waits else 10.0)
        assert other.requests == []
    assert waits or receiver.requests
    assert str(caught.value).endswith(".")
    assert leaks(caught.value) == []


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("kind", ["webhook", "apprise"])
def test_nor_does_a_server_that_is_not_there(
    receiver: Receiver, leaks: Callable[[BaseException], list[str]], kind: ChannelKind, scheme: str
) -> None:
    apprise = {"http": "json", "https": "jsons"}[scheme]
    for port in (free_port(), receiver.port) if scheme == "https" else (free_port(),):
        address = f"{scheme if kind == 'webhook' else apprise}://user:{MARK}@127.0.0.1:{port}/{MARK}"
        with pytest.raises(DeliveryError) as caught:
            send(kind, address, PLAIN, timeout_s=5.0)
        assert leaks(caught.value) == []
        assert not caught.value.permanent
    assert receiver.requests == []


@pytest.mark.parametrize("manner", ["answer", "refuse", "hang", "drip", "close"])
def test_nor_does_a_mail_server(box: Mailbox, leaks: Callable[[BaseException], list[str]], manner: str) -> None:
    box.manner, box.refuse_login, box.data_code = manner, manner == "refuse", 550
    address = email_address(
        host="127.0.0.1", port=box.port, to="a@b.c", sender="d@e.f", user=MARK, password=MARK, security="none"
    )
    assert MARK not in masked("email", address)
    with pytest.raises(DeliveryError) as caught:
        send("email", address, PLAIN, timeout_s=1.0 if manner in ("hang", "drip") else 10.0)
    assert leaks(caught.value) == []


@pytest.mark.parametrize("kind", CHANNEL_KINDS)
def test_nor_does_an_address_that_cannot_be_meant(
    leaks: Callable[[BaseException], list[str]], kind: ChannelKind
) -> None:
    for wrong in (
        f"nonsense {MARK}",
        f"nonsense://{MARK}",
        f"https://{MARK}.example.org:99999/{MARK}#{MARK}",
        f"https://hooks.slack.com/triggers/{MARK} ?",
        f"slack://{MARK}",
        f"dbus://{MARK}",
        f"json://user:{MARK}@/",
        f"mailtos://{MARK}:{MARK}@/",
        f"https://[{MARK}",
    ):
        with pytest.raises(InputError) as caught:
            channel_address(kind, wrong)
        assert leaks(caught.value) == []
        with pytest.raises(DeliveryError) as late:
            send(kind, "${X}" if kind != "email" else wrong, PLAIN, expand=lambda _: wrong)  # noqa: B023 - at once
        assert leaks(late.value) == []
        assert late.value.permanent


def test_success_is_not_logged_either(receiver: Receiver, leaks: Callable[[BaseException], list[str]]) -> None:
    send("webhook", f"{receiver.url}/{MARK}#secret={MARK}", PLAIN)
    send("apprise", f"json://127.0.0.1:{receiver.port}/{MARK}", PLAIN)
    assert len(receiver.requests) == 2
    assert leaks(ValueError()) == []
