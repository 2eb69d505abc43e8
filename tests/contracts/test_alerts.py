"""Channels, rules, evaluations and the outbox: what every database must do."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from driftium_core.errors import InputError, NotFoundError, StorageError
from driftium_core.severity import Severity
from driftium_core.store import Store
from driftium_core.store.alert_records import ANSWERS, AlertRule, Channel, Incident, NewRule, table_monitor
from driftium_core.store.alert_turn_records import Decision, MonitorState, NewMessage, OpenIncident, RuleTurn
from tests.store.make import new_calculation, new_responses, new_run

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
MARCH = table_monitor("march.csv")


@pytest.fixture
def channel(store: Store) -> Channel:
    return store.channels.add("ops", "webhook", "http://secret", "webhook …")


@pytest.fixture
def rule(store: Store, channel: Channel) -> AlertRule:
    return store.alert_rules.save(NewRule(name="critical", channel_ids=(channel.id,)))


def turn_of(store: Store, rule: AlertRule) -> RuleTurn:
    turn = store.alert_turns.read(rule.id, NOW)
    assert turn is not None
    return turn


def opened(turn: RuleTurn, *, incident_id: str = "i1", monitor: str = MARCH) -> Decision:
    """A decision that opens an incident and tells the rule's channels."""
    incident = Incident(
        id=incident_id,
        project=turn.rule.project,
        rule_id=turn.rule.id,
        rule_name=turn.rule.name,
        monitor=monitor,
        severity=Severity.CRITICAL,
        worst=Severity.CRITICAL,
        opened_at=NOW,
        n_checks=1,
        report_kind="table",
        report_id="r1",
    )
    messages = tuple(
        NewMessage(
            incident_id=incident_id,
            channel_id=channel_id,
            occasion="opened",
            event="opened",
            title="Größe \x00 moved",
            message={"title": "Größe \x00 moved"},
            held_until=None,
        )
        for channel_id in turn.rule.channel_ids
    )
    return Decision(
        turn=turn,
        states={monitor: MonitorState(streak=0, against="", last_seq=7)},
        incidents=(OpenIncident(incident=incident, remind_at=NOW + timedelta(days=1), is_new=True),),
        messages=messages,
        dropped=frozenset(),
    )


def claim(store: Store, channel: Channel, at: datetime = NOW, *, until: datetime | None = None) -> str | None:
    claimed = store.deliveries.claim(channel.id, at, held_until=lambda *_: until)
    return claimed.id if claimed else None


def test_a_channel_comes_back_without_its_address(store: Store, channel: Channel) -> None:
    assert store.channels.all() == [channel] == [store.channels.get(channel.id)]
    assert (channel.name, channel.kind, channel.shown) == ("ops", "webhook", "webhook …")
    assert "http://secret" not in repr(channel)
    assert store.channels.address(channel.id) == "http://secret"
    store.channels.note_attempt(channel.id, NOW, error="500")
    store.channels.note_attempt("gone", NOW)
    assert store.channels.get(channel.id).last_error == "500"
    store.channels.note_attempt(channel.id, NOW)
    assert (store.channels.get(channel.id).last_sent_at, store.channels.get(channel.id).last_error) == (NOW, "")


def test_a_rule_comes_back_as_it_went_in(store: Store, channel: Channel) -> None:
    second = store.channels.add("second", "slack", "s", "slack …")
    new = NewRule(
        name=" night \u00a0shift ",
        monitor=table_monitor("half \ud83d"),
        min_severity=Severity.HIGH,
        consecutive=3,
        quiet_from="22:00",
        quiet_to="07:00",
        timezone="Europe/Berlin",
        remind_after_h=1.5,
        tell_resolved=False,
        channel_ids=(second.id, channel.id, second.id),
        paused=True,
    )
    saved = store.alert_rules.save(new)
    assert store.alert_rules.all() == [saved] == [store.alert_rules.get(saved.id)]
    assert (saved.name, saved.channel_ids) == ("night \u00a0shift", (second.id, channel.id))
    assert {name: getattr(saved, name) for name in ("monitor", "quiet_from", "timezone", "remind_after_h")} == {
        name: getattr(new, name) for name in ("monitor", "quiet_from", "timezone", "remind_after_h")
    }
    changed = store.alert_rules.save(NewRule(name="day", channel_ids=()), rule_id=saved.id)
    assert (changed.id, changed.name, changed.channel_ids, changed.paused) == (saved.id, "day", (), False)
    with pytest.raises(NotFoundError, match="Rule nope is not stored"):
        store.alert_rules.save(NewRule(name="x"), rule_id="nope")
    with pytest.raises(NotFoundError, match="Channel nope is not stored"):
        store.alert_rules.save(NewRule(name="x", channel_ids=("nope",)))
    with pytest.raises(InputError, match="a rule called day already"):
        store.alert_rules.save(NewRule(name="day"))


def test_names_are_of_a_project(store: Store, rule: AlertRule) -> None:
    store.create_project("other")
    other = store.alert_rules.save(NewRule(name=rule.name), project="other")
    assert [item.id for item in store.alert_rules.all(project="other")] == [other.id]
    with pytest.raises(NotFoundError, match=r"Rule .* is not stored"):
        store.alert_rules.save(NewRule(name="x"), project="other", rule_id=rule.id)
    with pytest.raises(NotFoundError, match="no project called 'third'"):
        store.alert_rules.save(NewRule(name="x"), project="third")


def test_a_turn_holds_the_newest_of_each_monitor_and_then_what_is_new(store: Store) -> None:
    store.responses.add(new_responses(2))
    active = store.baselines.promote("b")
    for name in ("a", "b", "a"):
        store.runs.add(new_run(f"{name}{store.runs.count()}", reference_name=name))
    for fingerprint in ("f1", "f2"):
        store.calculations.add(new_calculation(fingerprint, baseline_id=active.id))
    store.calculations.add(new_calculation("f3", baseline_id="another"))
    rule = store.alert_rules.save(NewRule(name="all"))
    newest = store.calculations.find("f2")
    turn = turn_of(store, rule)
    assert [check.monitor for check in turn.checks] == [table_monitor("b"), table_monitor("a"), ANSWERS]
    assert newest is not None
    assert (turn.checks[-1].report_id, turn.checks[-1].against, turn.fresh) == (newest.id, active.id, True)
    decision = Decision(turn=turn, states={}, incidents=(), messages=(), dropped=frozenset())
    assert store.alert_turns.due(NOW) == [rule.id]
    assert store.alert_turns.keep(decision, NOW)
    assert store.alert_turns.due(NOW) == []
    added = [store.runs.add(new_run(f"n{i}", severity=None)).id for i in range(2)]
    store.runs.add(new_run("s", simulated="age < 35"))
    assert store.alert_turns.due(NOW) == [rule.id]
    turn = turn_of(store, rule)
    assert [(check.report_id, check.severity) for check in turn.checks] == [(id_, None) for id_ in added]
    assert (turn.fresh, turn.checks_seen) == (False, True)


def test_of_two_decisions_on_one_turn_one_is_kept(store: Store, rule: AlertRule, channel: Channel) -> None:
    turn = turn_of(store, rule)
    assert store.alert_turns.keep(opened(turn), NOW)
    assert not store.alert_turns.keep(opened(turn, incident_id="i2"), NOW)
    assert [item.id for item in store.incidents.newest()] == ["i1"]
    assert [item.incident_id for item in store.deliveries.newest()] == ["i1"]
    after = turn_of(store, rule)
    assert after.states == {MARCH: MonitorState(streak=0, against="", last_seq=7)}
    assert after.incidents[MARCH].incident == store.incidents.get("i1")
    assert [(item.channel_id, item.event) for item in after.unsent] == [(channel.id, "opened")]


@pytest.mark.parametrize("act", ["rule", "channel", "acknowledge", "claim", "delete", "pause"])
def test_a_decision_that_was_overtaken_is_refused(store: Store, rule: AlertRule, channel: Channel, act: str) -> None:
    assert store.alert_turns.keep(opened(turn_of(store, rule)), NOW)
    turn = turn_of(store, rule)
    acts: dict[str, Callable[[], object]] = {
        "rule": lambda: store.alert_rules.save(NewRule(name="mild"), rule_id=rule.id),
        "channel": lambda: store.channels.delete(channel.id),
        "acknowledge": lambda: store.incidents.acknowledge("i1", NOW),
        "claim": lambda: claim(store, channel),
        "delete": lambda: store.alert_rules.delete(rule.id),
        "pause": lambda: store.alert_rules.save(NewRule(name="critical", paused=True), rule_id=rule.id),
    }
    acts[act]()
    assert not store.alert_turns.keep(opened(turn, incident_id="i2", monitor="table:b"), NOW)
    assert [item.id for item in store.incidents.newest()] == ["i1"]


def test_an_occasion_is_told_to_a_channel_once(store: Store, rule: AlertRule) -> None:
    assert store.alert_turns.keep(opened(turn_of(store, rule)), NOW)
    again = replace(opened(turn_of(store, rule)), incidents=())
    assert store.alert_turns.keep(again, NOW)
    assert len(store.deliveries.newest()) == 1
    with pytest.raises(StorageError), store.session(write=True) as session:
        session.execute(text(
            "INSERT INTO deliveries (id, project_id, incident_id, rule_id, channel_id, channel_name, occasion, event,"
            " title, state, created_at, n_attempts, error, message) SELECT 'again', project_id, incident_id, rule_id,"
            " channel_id, channel_name, occasion, event, title, state, created_at, 0, error, message FROM deliveries"
        ))  # fmt: skip


def test_at_most_one_incident_is_open_per_rule_and_monitor(store: Store, rule: AlertRule) -> None:
    assert store.alert_turns.keep(opened(turn_of(store, rule)), NOW)
    with pytest.raises(StorageError):
        store.alert_turns.keep(opened(turn_of(store, rule), incident_id="i2"), NOW)
    assert [item.id for item in store.incidents.newest(open_only=True)] == ["i1"]


def test_a_message_is_claimed_once_and_again_after_its_lease(store: Store, rule: AlertRule, channel: Channel) -> None:
    store.alert_turns.keep(opened(turn_of(store, rule)), NOW)
    (message,) = store.deliveries.newest()
    assert (message.state, message.title, message.next_attempt_at) == ("waiting", "Größe \x00 moved", NOW)
    assert store.deliveries.due_channels(NOW - timedelta(seconds=1)) == []
    assert store.deliveries.due_channels(NOW) == [channel.id]
    claimed = store.deliveries.claim(channel.id, NOW, held_until=lambda *_: None)
    assert claimed is not None
    assert (claimed.id, claimed.address, claimed.n_attempts) == (message.id, "http://secret", 1)
    assert claimed.message == {"title": "Größe \x00 moved"}
    assert "http://secret" not in repr(claimed)
    assert (claim(store, channel), store.deliveries.due_channels(NOW)) == (None, [])
    assert claim(store, channel, NOW + timedelta(minutes=4)) == message.id
    store.deliveries.arrived(claimed, NOW)  # whose claim is over
    assert store.deliveries.newest()[0].state == "waiting"


def test_of_many_who_claim_at_once_one_does(store: Store, rule: AlertRule, channel: Channel) -> None:
    store.alert_turns.keep(opened(turn_of(store, rule)), NOW)
    begin, claimed = threading.Barrier(8), []

    def take() -> None:
        begin.wait(30)
        claimed.append(claim(store, channel))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(item is not None for item in claimed) == [False] * 7 + [True]


def test_of_many_who_decide_at_once_one_does(store: Store, rule: AlertRule) -> None:
    begin, kept = threading.Barrier(6), []

    def decide(number: int) -> None:
        turn = turn_of(store, rule)
        begin.wait(30)
        kept.append(store.alert_turns.keep(opened(turn, incident_id=f"i{number}"), NOW))

    threads = [threading.Thread(target=decide, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(kept) == [False] * 5 + [True]
    assert (len(store.incidents.newest()), len(store.deliveries.newest())) == (1, 1)


def test_quiet_hours_hold_a_message_at_its_attempt(store: Store, rule: AlertRule, channel: Channel) -> None:
    store.alert_turns.keep(opened(turn_of(store, rule)), NOW)
    until = NOW + timedelta(hours=8)
    assert claim(store, channel, until=until) is None
    (held,) = store.deliveries.newest(state="held")
    assert (held.next_attempt_at, held.n_attempts) == (until, 0)
    assert claim(store, channel, until) == held.id


def test_a_deleted_channel_drops_what_waits_for_it(store: Store, rule: AlertRule, channel: Channel) -> None:
    store.alert_turns.keep(opened(turn_of(store, rule)), NOW)
    store.channels.delete(channel.id)
    (dropped,) = store.deliveries.newest()
    assert (dropped.state, dropped.channel_name, dropped.next_attempt_at) == ("dropped", "ops", None)
    assert (store.alert_rules.get(rule.id).channel_ids, store.channels.all()) == ((), [])
    with pytest.raises(NotFoundError, match=r"Channel .* is not stored"):
        store.channels.delete(channel.id)


def test_incidents_of_all_projects_are_listed_and_the_open_ones_alone(store: Store, rule: AlertRule) -> None:
    store.create_project("other")
    other = store.alert_rules.save(NewRule(name="critical"), project="other")
    store.alert_turns.keep(opened(turn_of(store, rule)), NOW)
    store.alert_turns.keep(opened(turn_of(store, other), incident_id="i2"), NOW)
    assert [(item.id, item.project) for item in store.incidents.newest(project=None)] == [
        ("i2", "other"),
        ("i1", "default"),
    ]
    store.alert_rules.delete(other.id)
    assert [item.id for item in store.incidents.newest(project=None, open_only=True)] == ["i1"]
    assert store.incidents.get("i2").resolved_at is not None
    assert [item.id for item in store.incidents.newest(project=None, limit=1)] == ["i2"]


def test_a_reminder_is_due_when_its_time_has_come(store: Store, rule: AlertRule) -> None:
    store.alert_turns.keep(opened(turn_of(store, rule)), NOW)
    assert store.alert_turns.due(NOW + timedelta(hours=23)) == []
    assert store.alert_turns.due(NOW + timedelta(hours=24)) == [rule.id]
    store.incidents.acknowledge("i1", NOW)
    assert store.alert_turns.due(NOW + timedelta(hours=24)) == []


def test_a_check_that_was_changed_by_hand_counts_as_inconclusive(store: Store, rule: AlertRule) -> None:
    run = store.runs.add(new_run("f1"))
    with store.session(write=True) as session:
        session.execute(text("UPDATE table_runs SET severity = 'AWFUL' WHERE id = :id"), {"id": run.id})
    assert [check.severity for check in turn_of(store, rule).checks] == [None]
