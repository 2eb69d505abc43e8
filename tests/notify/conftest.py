"""Receivers in place of the services, and messages to send to them."""

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

import pytest

from driftium_core.notify import posting
from tests.notify.receivers import Receiver, receiving
from tests.notify.smtp_receiver import Mailbox, mailbox


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as opened:
        yield opened


@pytest.fixture
def routed(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The services' hosts lead to the receiver; the list holds the hosts that were meant, paths are kept."""
    meant: list[str] = []
    post = posting.post_json

    def reroute(
        url: str,
        body: bytes,
        *,
        service: str,
        timeout_s: float,
        judge: Callable[[posting.Answer], None],
        headers: Mapping[str, str] | None = None,
    ) -> None:
        parts = urlsplit(url)
        meant.append(f"{parts.scheme}://{parts.netloc}")
        here = receiver.url + url.removeprefix(meant[-1])
        post(here, body, service=service, timeout_s=timeout_s, judge=judge, headers=headers)  # type: ignore[arg-type]

    monkeypatch.setattr(posting, "post_json", reroute)
    return meant
