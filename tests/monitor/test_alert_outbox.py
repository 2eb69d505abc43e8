"""Messages leave the outbox once, in order, are tried again when they do not arrive, and show why they did not."""

import json
import logging
import threading
import traceback
import zlib
from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import text

from driftium_core import monitor
from driftium_core.errors import ConflictError, DeliveryError, DriftiumError, InputError, NotFoundError, SettingsError
from driftium_core.notify import port
from driftium_core.notify.message import Message
from driftium_core.services import Services
from driftium_core.settings import Settings
from driftium_core.store.alert_records import Delivery
from tests.monitor.alerting import NOW, SECRET, Sender, add_channel, add_rule, check_tables, take_over
from tests.monitor.conftest import open_with_words

MINUTE = timedelta(minutes=1)


@pytest.fixture
def sender(monkeypatch: pytest.MonkeyPatch) -> Sender:
    return take_over(monkeypatch)


def queue(services: Services, row: str = "C", *, reference: str = "march.csv") -> None:
    """One evaluation per check of the row."""
    for letter in row:
        check_tables(services, letter, reference=reference)
        monitor.process_alerts(services, now=NOW)


def newest(services: Services) -> Delivery:
    return monitor.deliveries(services)[0]


def down(_address: str, _message: Message) -> DeliveryError:
    return DeliveryError("The webhook answered 500.")


def test_a_failure_is_shown_and_tried_again_with_growing_waits(services: Services, sender: Sender) -> None:
    add_rule(services, add_channel(services))
    queue(services)
    sender.fail = down
    at, waits = NOW, []
    for n_attempts in range(1, 4):
        assert monitor.send_due_messages(services, now=at) == 0
        failed = newest(services)
        assert (failed.state, failed.n_attempts, failed.error) == ("waiting", n_attempts, "The webhook answered 500.")
        assert failed.next_attempt_at is not None
        waits.append(failed.next_attempt_at - at)
        assert monitor.send_due_messages(services, now=failed.next_attempt_at - timedelta(seconds=1)) == 0
        assert newest(services).n_attempts == n_attempts
        at = failed.next_attempt_at
    assert waits == sorted(waits)
    assert monitor.find_channel(services, "ops").last_error == "The webhook answered 500."
    sender.fail = lambda _address, _message: None
    assert monitor.send_due_messages(services, now=at) == 1
    sent, channel = newest(services), monitor.find_channel(services, "ops")
    assert (sent.state, sent.error, sent.next_attempt_at, channel.last_error) == ("sent", "", None, "")
    assert sent.sent_at == channel.last_sent_at
    assert sent.sent_at is not None
    assert at <= sent.sent_at < at + MINUTE


def test_a_message_that_never_arrives_fails_in_the_open_and_can_be_tried_again(
    services: Services, sender: Sender
) -> None:
    add_rule(services, add_channel(services))
    queue(services)
    sender.fail = down
    at = NOW
    for _ in range(20):
        monitor.send_due_messages(services, now=at)
        at = newest(services).next_attempt_at or at
    failed = newest(services)
    assert (failed.state, failed.n_attempts, failed.next_attempt_at) == ("failed", 11, None)
    assert timedelta(days=2) < at - NOW < timedelta(days=4)
    sender.fail = lambda _address, _message: None
    assert monitor.send_due_messages(services, now=at + timedelta(days=99)) == 0
    assert monitor.retry_delivery(services, failed.id).state == "waiting"
    assert monitor.send_due_messages(services) == 1
    assert sender.told == ["opened"]


def test_what_cannot_ever_arrive_fails_at_once(services: Services, sender: Sender) -> None:
    add_rule(services, add_channel(services))
    queue(services)
    sender.fail = lambda _address, _message: DeliveryError("There is no such webhook.", permanent=True)
    monitor.send_due_messages(services, now=NOW)
    assert (newest(services).state, newest(services).n_attempts) == ("failed", 1)


@pytest.mark.parametrize("content", [b"no JSON", b"{}", b"[]"])
def test_a_message_that_cannot_be_read_fails_in_the_open_and_holds_up_no_other(
    services: Services, sender: Sender, content: bytes
) -> None:
    add_rule(services, add_channel(services))
    queue(services)
    with services.store.session(write=True) as session:
        session.execute(text("UPDATE deliveries SET message = :content"), {"content": zlib.compress(content)})
    queue(services, reference="april.csv")
    monitor.send_due_messages(services, now=NOW)
    monitor.send_due_messages(services, now=NOW)
    second, first = monitor.deliveries(services)
    assert (first.state, second.state, sender.told) == ("failed", "sent", ["opened"])
    assert first.error == "The message was stored by another version of Driftium, or damaged, and cannot be read."


def test_messages_of_an_incident_arrive_in_their_order(services: Services, sender: Sender) -> None:
    add_rule(services, add_channel(services))
    queue(services)
    store = services.store.deliveries
    claimed = store.claim(newest(services).channel_id, NOW, held_until=lambda *_: None)
    assert claimed is not None
    queue(services, "L")  # while the first message is on its way: it can neither be dropped nor overtaken
    assert monitor.send_due_messages(services, now=NOW) == 0
    store.arrived(claimed, NOW)
    assert monitor.send_due_messages(services, now=NOW) == 1
    assert [f"{item.event} {item.state}" for item in monitor.deliveries(services)] == ["resolved sent", "opened sent"]
    assert sender.told == ["resolved"]


def test_a_message_that_waits_gives_way_to_a_newer_one(services: Services, sender: Sender) -> None:
    add_rule(services, add_channel(services))
    queue(services)
    sender.fail = down
    monitor.send_due_messages(services, now=NOW)
    sender.fail = lambda _address, _message: None
    queue(services, "L")
    assert monitor.send_due_messages(services, now=NOW) == 1
    assert "first message about it" in sender.messages[0][1].verdict
    assert [item.state for item in monitor.deliveries(services)] == ["sent", "dropped"]
    assert monitor.send_due_messages(services, now=NOW + timedelta(days=9)) == 0


def test_two_threads_never_send_one_message_twice(services: Services, sender: Sender) -> None:
    for name in ("a", "b", "c"):
        add_rule(services, add_channel(services, name), name=name)
    queue(services)
    queue(services, reference="april.csv")
    begin = threading.Barrier(6)
    arrived: list[int] = []

    def send() -> None:
        begin.wait(30)
        arrived.append(monitor.send_due_messages(services, now=NOW))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (sum(arrived), len(sender.messages)) == (6, 6)
    assert len({(address, message.incident_id) for address, message in sender.messages}) == 6


def test_a_channel_that_hangs_does_not_hold_up_another(services: Services, sender: Sender) -> None:
    add_rule(services, add_channel(services, "hangs"), add_channel(services, "works"))
    queue(services)
    works = threading.Event()

    def hang(address: str, _message: Message) -> DeliveryError | None:
        if address.endswith("works"):
            works.set()
            return None
        assert works.wait(30), "the other channel had to wait"
        return DeliveryError("No answer within 15 s.")

    sender.fail = hang
    assert monitor.send_due_messages(services, now=NOW) == 1
    assert sorted(item.state for item in monitor.deliveries(services)) == ["sent", "waiting"]


def test_what_waits_is_sent_after_a_restart_and_tells_what_was_known_then(settings: Settings, sender: Sender) -> None:
    sender.fail = down
    with open_with_words(settings) as services:
        add_rule(services, add_channel(services))
        queue(services)
        monitor.send_due_messages(services, now=NOW)
        (incident,) = monitor.incidents(services)
        monitor.delete_run(services, incident.report_id)
    sender.fail = lambda _address, _message: None
    with open_with_words(settings) as services:
        assert monitor.send_due_messages(services, now=NOW + MINUTE) == 1
    ((_, message),) = sender.messages
    assert (message.incident_id, message.event, message.severity) == (incident.id, "opened", incident.severity)


def test_a_claim_of_a_process_that_died_ends(services: Services, sender: Sender) -> None:
    add_rule(services, add_channel(services))
    queue(services)
    claimed = services.store.deliveries.claim(newest(services).channel_id, NOW, held_until=lambda *_: None)
    assert claimed is not None
    assert monitor.send_due_messages(services, now=NOW + MINUTE) == 0
    with pytest.raises(ConflictError, match="is being sent now"):
        services.store.deliveries.retry(claimed.id, NOW + MINUTE)
    assert monitor.send_due_messages(services, now=NOW + 4 * MINUTE) == 1
    services.store.deliveries.failed(claimed, NOW, error="too late to tell", next_attempt_at=NOW)
    assert (newest(services).state, newest(services).n_attempts, sender.told) == ("sent", 2, ["opened"])


def test_a_clock_that_is_put_back_sends_nothing_twice_and_keeps_nothing_waiting(
    services: Services, sender: Sender
) -> None:
    add_rule(services, add_channel(services))
    queue(services)
    assert monitor.send_due_messages(services, now=NOW) == 1
    assert monitor.send_due_messages(services, now=NOW - timedelta(days=900)) == 0
    check_tables(services, "LC")
    monitor.process_alerts(services, now=NOW + timedelta(days=4000))
    assert monitor.send_due_messages(services, now=NOW) == 2
    assert sender.told == ["opened", "resolved", "opened"]


def test_a_retry_in_quiet_hours_waits_for_their_end(services: Services, sender: Sender) -> None:
    add_rule(services, add_channel(services), quiet_from="12:01", quiet_to="14:00")
    queue(services)
    sender.fail = down
    monitor.send_due_messages(services, now=NOW)
    sender.fail = lambda _address, _message: None
    assert monitor.send_due_messages(services, now=NOW + 5 * MINUTE) == 0
    held = newest(services)
    assert (held.state, held.n_attempts, held.next_attempt_at) == ("held", 1, NOW + timedelta(hours=2))
    with pytest.raises(ConflictError, match="held until its rule's quiet hours end"):
        monitor.retry_delivery(services, held.id)
    assert monitor.send_due_messages(services, now=NOW + timedelta(hours=2)) == 1


def test_what_cannot_be_tried_again_says_why(services: Services, sender: Sender) -> None:  # noqa: ARG001
    channel = add_channel(services)
    add_rule(services, channel)
    queue(services)
    monitor.send_due_messages(services, now=NOW)
    with pytest.raises(ConflictError, match="cannot be tried again: it has arrived"):
        monitor.retry_delivery(services, newest(services).id)
    queue(services, "L")
    monitor.delete_channel(services, channel.id)
    with pytest.raises(ConflictError, match="cannot be tried again: it was dropped"):
        monitor.retry_delivery(services, newest(services).id)
    with pytest.raises(NotFoundError, match="Message nope is not stored"):
        monitor.retry_delivery(services, "nope")


def test_the_newest_messages_and_incidents_are_kept(
    services: Services, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("driftium_core.store.outbox_rows.KEPT", 4)
    channel = add_channel(services)
    add_rule(services, channel)
    queue(services, reference="stays open")
    for _ in range(5):
        queue(services, "CL")
        monitor.send_due_messages(services, now=NOW)
    assert len(sender.told) == 6  # what opened and ended before anything was sent is one message
    assert len(monitor.deliveries(services)) == 4
    found = monitor.incidents(services)
    assert (len(found), found[-1].monitor, found[-1].resolved_at) == (5, "table:stays open", None)


class TestSecrets:
    """The address of a channel goes to the sender, and nowhere else."""

    def test_no_list_document_repr_or_log_holds_an_address(
        self, services: Services, sender: Sender, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        channel = add_channel(services)
        rule = add_rule(services, channel)
        queue(services)
        sender.fail = down
        monitor.send_due_messages(services, now=NOW)
        claimed = services.store.deliveries.claim(channel.id, NOW + 9 * MINUTE, held_until=lambda *_: None)
        records = [*monitor.channels(services), rule, *monitor.deliveries(services), *monitor.incidents(services)]
        said = [repr(records), repr(claimed), caplog.text, json.dumps([asdict(item) for item in records], default=str)]
        assert claimed is not None
        assert SECRET in claimed.address
        assert [SECRET in text for text in said] == [False] * len(said)

    def test_a_bug_of_the_sender_prints_no_address(
        self, services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, sender: Sender
    ) -> None:
        def broken(_kind: str, address: str, *_arguments: object, **_options: object) -> None:
            raise ValueError(f"cannot parse {address}")

        channel = add_channel(services)
        add_rule(services, channel)
        queue(services)
        monkeypatch.setattr(port, "send", broken)
        assert monitor.send_due_messages(services, now=NOW) == 0
        with pytest.raises(DeliveryError, match="unexpected ValueError") as failed:
            monitor.send_test(services, channel.id)
        said = newest(services).error, caplog.text, "".join(traceback.format_exception(failed.value))
        assert [SECRET in text for text in said] == [False] * 3
        assert (newest(services).state, sender.told) == ("waiting", [])

    def test_an_error_of_the_database_prints_no_address(self, services: Services, sender: Sender) -> None:  # noqa: ARG002
        services.store.channels.add("ops", "webhook", SECRET, "webhook …")
        with services.store.session(write=True) as session:
            session.connection().exec_driver_sql("CREATE TRIGGER no BEFORE INSERT ON alert_channels "
                                                 "BEGIN SELECT RAISE(ABORT, 'refused'); END")  # fmt: skip
        with pytest.raises(DriftiumError) as failed:
            add_channel(services, "second")
        assert SECRET not in "".join(traceback.format_exception(failed.value))


class TestChannels:
    """Channels are made and tried out."""

    def test_a_test_is_sent_at_once_and_its_outcome_kept(self, services: Services, sender: Sender) -> None:
        channel = add_channel(services)
        monitor.send_test(services, channel.id)
        assert sender.told == ["test"]
        assert monitor.find_channel(services, "ops").last_sent_at is not None
        sender.fail = down
        with pytest.raises(DeliveryError, match="answered 500"):
            monitor.send_test(services, channel.id)
        assert monitor.find_channel(services, "ops").last_error == "The webhook answered 500."
        assert monitor.deliveries(services) == []

    def test_a_setting_that_is_missing_is_said_and_tried_again(
        self, services: Services, monkeypatch: pytest.MonkeyPatch, sender: Sender
    ) -> None:
        def unset(*_arguments: object, **_options: object) -> None:
            raise SettingsError("The environment variable DRIFTIUM_SECRET_HOOK is not set.")

        add_rule(services, add_channel(services))
        queue(services)
        monkeypatch.setattr(port, "send", unset)
        monitor.send_due_messages(services, now=NOW)
        assert (newest(services).state, "DRIFTIUM_SECRET_HOOK is not set" in newest(services).error) == (
            "waiting",
            True,
        )
        monkeypatch.setattr(port, "send", sender)
        assert monitor.send_due_messages(services, now=NOW + MINUTE) == 1

    def test_names_are_unique_in_a_project(self, services: Services, sender: Sender) -> None:  # noqa: ARG002
        monitor.create_project(services, "other")
        add_channel(services)
        add_channel(services, project="other")
        with pytest.raises(InputError, match="a channel called ops already"):
            add_channel(services, " ops ")
        with pytest.raises(InputError, match="A channel needs a name"):
            add_channel(services, " ")
        with pytest.raises(InputError, match=r"pigeon is no kind of channel; there are slack, teams"):
            monitor.add_channel(services, "pigeon", "coo", name="p")  # type: ignore[arg-type]
        assert [item.name for item in monitor.channels(services)] == ["ops"]

    def test_a_channel_that_is_gone_is_said(self, services: Services) -> None:
        for act in (monitor.delete_channel, monitor.send_test):
            with pytest.raises(NotFoundError, match="Channel nope is not stored"):
                act(services, "nope")
