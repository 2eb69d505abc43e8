"""From a table that is checked to a webhook that is told: the words, the link, and no secret but where it belongs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from driftium_core import monitor
from driftium_core.notify import port
from driftium_core.notify.message import Message
from driftium_core.services import Services
from driftium_core.settings import Settings
from driftium_core.store.alert_records import NewRule
from driftium_core.tabular.read import read_table
from driftium_core.tabular.table import Table
from tests.monitor.conftest import open_with_words
from tests.notify.receivers import Receiver, receiving

SECRET = "hunter2-is-secret"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


def table(name: str, ages: range) -> Table:
    frame = pd.DataFrame({"age": [*ages] * 40, "job": ["admin", "technician"] * (20 * len(ages))})
    return read_table(frame.to_csv(index=False).encode(), name=f"{name}.csv")


def check(services: Services, ages: range) -> str:
    """Check a table against the reference; whoever looks then tells it."""
    found = monitor.check_table(services, table("march", range(20, 70)), table("april", ages), renew=True)
    monitor.process_alerts(services)
    assert found.run_id is not None
    return found.run_id


def test_a_drifting_table_is_told_with_its_words_and_a_link(
    settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DRIFTIUM_SECRET_HOOK", SECRET)
    with open_with_words(Settings(**{**settings.model_dump(), "public_url": "https://drift.example.org"})) as services:
        address = f"{receiver.url}/hooks/${{DRIFTIUM_SECRET_HOOK}}"
        channel = monitor.add_channel(services, "webhook", address, name="ops")
        monitor.save_rule(services, NewRule(name="critical", channel_ids=(channel.id,)))
        run_id = check(services, range(20, 35))
        assert monitor.send_due_messages(services) == 1
        told = receiver.last
        assert told.path == f"/hooks/{SECRET}"
        for words in ("opened", "CRITICAL", "march.csv", "age", f"https://drift.example.org/tabular?run={run_id}"):
            assert words in told.body.decode()
        check(services, range(20, 70))
        receiver.answer(500, "down")
        assert monitor.send_due_messages(services) == 0
        (waiting,) = monitor.deliveries(services, state="waiting")
        assert "500" in waiting.error
        receiver.answer(200)
        assert monitor.send_due_messages(services, now=datetime.now(UTC) + timedelta(minutes=1)) == 1
        assert "resolved" in receiver.last.body.decode()
        check(services, range(20, 35))  # the same bad table once more is news
        assert monitor.send_due_messages(services) == 1
        assert len(receiver.requests) == 4
        shown = repr([*monitor.channels(services), *monitor.deliveries(services)]) + waiting.error + caplog.text
    assert SECRET not in shown
    assert all(SECRET not in request.body.decode() for request in receiver.requests)


def test_a_webhook_that_hangs_is_given_up_and_holds_up_no_other(
    services: Services, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = port.send

    def send_hastily(kind: port.ChannelKind, address: str, message: Message, **options: Any) -> None:
        send(kind, address, message, **options | ({"timeout_s": 0.5} if address.startswith(receiver.url) else {}))

    monkeypatch.setattr(port, "send", send_hastily)
    with receiving() as other:
        receiver.manner = "hang"
        ids = tuple(
            monitor.add_channel(services, "webhook", f"{at.url}/hook", name=name).id
            for name, at in (("hangs", receiver), ("works", other))
        )
        monitor.save_rule(services, NewRule(name="critical", channel_ids=ids))
        check(services, range(20, 35))
        assert monitor.send_due_messages(services) == 1
        assert len(other.requests) == 1
    (waiting,) = monitor.deliveries(services, state="waiting")
    assert (waiting.channel_name, waiting.n_attempts, bool(waiting.error)) == ("hangs", 1, True)
