"""From stored checks to incidents and queued messages: each check once, whoever stored it, whatever happened."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

import pytest
import time_machine
from sqlalchemy import event

from driftium_core import monitor
from driftium_core.errors import InputError, NotFoundError
from driftium_core.services import Services
from driftium_core.settings import Settings
from driftium_core.severity import Severity
from driftium_core.store.alert_records import ANSWERS, AlertRule, Delivery, NewRule, table_monitor
from tests.monitor.alerting import NOW, Sender, add_channel, add_rule, check_answers, check_tables, take_over
from tests.monitor.answers import answers
from tests.monitor.conftest import open_with_words
from tests.store.make import new_run

MARCH = table_monitor("march.csv")


@pytest.fixture
def sender(monkeypatch: pytest.MonkeyPatch) -> Sender:
    return take_over(monkeypatch)


def process(services: Services, at: datetime = NOW) -> list[tuple[str, str]]:
    """Queue and send what is due; events and monitors of what was queued by it, oldest first."""
    before = {item.id for item in monitor.deliveries(services, project=None, limit=None)}
    n_queued = monitor.process_alerts(services, now=at)
    new = [item for item in monitor.deliveries(services, project=None, limit=None) if item.id not in before]
    assert len(new) == n_queued
    monitor.send_due_messages(services, now=at)
    return [(item.event, item.title) for item in reversed(new)]


def events(services: Services, at: datetime = NOW) -> list[str]:
    return [event for event, _ in process(services, at)]


def states(services: Services) -> list[str]:
    """Event and state of all messages, oldest first."""
    return [f"{item.event} {item.state}" for item in reversed(monitor.deliveries(services, limit=None))]


def test_an_incident_opens_worsens_and_ends_with_one_message_each(services: Services, sender: Sender) -> None:
    add_rule(services, add_channel(services), min_severity=Severity.HIGH)
    told = []
    for letter in "LHHC?CHL":
        check_tables(services, letter)
        told.append(events(services))
    assert told == [[], ["opened"], [], ["worsened"], [], [], [], ["resolved"]]
    assert sender.told == ["opened", "worsened", "resolved"]
    (incident,) = monitor.incidents(services)
    assert (incident.monitor, incident.worst, incident.severity) == (MARCH, Severity.CRITICAL, Severity.LOW)
    assert (incident.n_checks, incident.resolved_at is None) == (5, False)
    assert monitor.process_alerts(services, now=NOW) == 0


def test_a_new_rule_looks_at_the_newest_check_of_each_monitor_and_from_then_on(
    services: Services, sender: Sender
) -> None:
    check_tables(services, "CCL", reference="a")
    check_tables(services, "LC", reference="b")
    add_rule(services, add_channel(services))
    check_tables(services, "CL", reference="c")  # stored before anybody looked
    assert events(services) == ["opened", "resolved"]
    assert [item.monitor for item in monitor.incidents(services)] == [table_monitor("c"), table_monitor("b")]
    assert sender.told == ["opened", "resolved"]


def test_checks_that_came_while_nobody_looked_are_told_in_one_message(services: Services, sender: Sender) -> None:
    add_rule(services, add_channel(services), min_severity=Severity.HIGH)
    events(services)
    check_tables(services, "HC")
    assert events(services) == ["opened"]
    check_tables(services, "LCCL")
    assert events(services) == ["resolved", "resolved"]
    assert ("first message about it" in sender.messages[-1][1].verdict) is True
    assert ("first message about it" in sender.messages[-2][1].verdict) is False


def test_simulations_other_monitors_and_other_projects_are_left_out(services: Services, sender: Sender) -> None:
    monitor.create_project(services, "other")
    add_rule(services, add_channel(services), monitor=MARCH)
    check_tables(services, "C", simulated="age < 35")
    check_tables(services, "C", reference="april.csv")
    check_tables(services, "C", project="other")
    assert (events(services), monitor.incidents(services, project=None)) == ([], [])
    check_tables(services, "C")
    assert (events(services), sender.told) == (["opened"], ["opened"])


def test_a_rule_without_channels_records_and_sends_nothing(services: Services, sender: Sender) -> None:
    add_rule(services)
    check_tables(services, "C")
    assert (events(services), sender.told) == ([], [])
    assert [item.resolved_at for item in monitor.incidents(services, open_only=True)] == [None]


def test_every_channel_of_a_rule_is_told_and_every_rule_tells(services: Services, sender: Sender) -> None:
    first, second = add_channel(services, "first"), add_channel(services, "second")
    add_rule(services, first, second)
    add_rule(services, second, name="tables", monitor=MARCH)
    check_tables(services, "C")
    assert events(services) == ["opened"] * 3
    assert sorted(address.rpartition("/")[2] for address, _ in sender.messages) == ["first", "second", "second"]


class TestAnswers:
    """Checks of the pools count against the baseline in force."""

    @pytest.fixture
    def rule(self, services: Services, sender: Sender) -> AlertRule:  # noqa: ARG002 - takes the sender over first
        return add_rule(services, add_channel(services), monitor=ANSWERS)

    def promoted(self, services: Services, name: str, seed: int) -> str:
        services.store.responses.add(answers("bread", 5, seed=seed))
        return monitor.promote(services, name).id

    @pytest.mark.usefixtures("rule")
    def test_looks_at_other_baselines_do_not_alert(self, services: Services) -> None:
        former, active = self.promoted(services, "one", 1), self.promoted(services, "two", 2)
        check_answers(services, "C", baseline_id=former)
        assert (events(services), monitor.incidents(services)) == ([], [])
        check_answers(services, "C", baseline_id=active)
        assert events(services) == ["opened"]
        check_answers(services, "L", baseline_id=former)
        assert events(services) == []

    @pytest.mark.usefixtures("rule")
    def test_an_incident_ends_with_the_next_well_check_after_a_promotion(self, services: Services) -> None:
        first = self.promoted(services, "one", 1)
        check_answers(services, "C", baseline_id=first)
        assert events(services) == ["opened"]
        second = self.promoted(services, "two", 2)
        check_answers(services, "L", baseline_id=first)
        assert events(services) == []
        check_answers(services, "?", baseline_id=second)
        assert events(services) == []
        check_answers(services, "L", baseline_id=second)
        assert events(services) == ["resolved"]
        assert [item.resolved_at is None for item in monitor.incidents(services)] == [False]

    @pytest.mark.usefixtures("rule")
    def test_a_restored_baseline_is_looked_at_with_what_is_newer_than_all_that_was_seen(
        self, services: Services
    ) -> None:
        first, second = self.promoted(services, "one", 1), self.promoted(services, "two", 2)
        check_answers(services, "C", baseline_id=first)
        check_answers(services, "L", baseline_id=second)
        assert events(services) == []
        monitor.restore_baseline(services, first)
        assert events(services) == []  # older than the last check that was seen
        monitor.restore_baseline(services, second)
        check_answers(services, "C", baseline_id=first)
        assert events(services) == []
        monitor.restore_baseline(services, first)
        assert events(services) == ["opened"]


class TestChangedRules:
    """Rules that are changed, paused and deleted leave nothing behind."""

    @pytest.fixture
    def rule(self, services: Services, sender: Sender) -> AlertRule:  # noqa: ARG002 - takes the sender over first
        rule = add_rule(services, add_channel(services), min_severity=Severity.HIGH)
        check_tables(services, "H")
        assert events(services) == ["opened"]
        return rule

    def changed(self, services: Services, rule: AlertRule, **terms: object) -> AlertRule:
        values = {name: getattr(rule, name) for name in NewRule.__dataclass_fields__}
        return monitor.save_rule(services, NewRule(**(values | terms)), rule_id=rule.id)  # type: ignore[arg-type]

    def test_a_new_name_counts_nothing_again(self, services: Services, rule: AlertRule) -> None:
        changed = self.changed(services, rule, name="high", consecutive=1)
        assert (changed.id, changed.created_at) == (rule.id, rule.created_at)
        assert events(services) == []
        (incident,) = monitor.incidents(services)
        assert (incident.n_checks, incident.rule_name) == (1, "high")

    def test_terms_that_ask_for_less_look_at_the_newest_check_again(self, services: Services, rule: AlertRule) -> None:
        self.changed(services, rule, min_severity=Severity.MEDIUM)
        assert events(services) == []
        assert monitor.incidents(services)[0].n_checks == 1
        self.changed(services, rule, min_severity=Severity.CRITICAL)
        assert events(services) == ["resolved"]

    def test_counting_begins_anew_under_new_terms(self, services: Services, rule: AlertRule) -> None:
        check_tables(services, "LC")
        events(services)
        check_tables(services, "L")
        assert events(services) == ["resolved"]
        self.changed(services, rule, consecutive=2)
        check_tables(services, "C")
        assert events(services) == []
        self.changed(services, rule, consecutive=3)
        assert events(services) == []  # the newest is the first of three
        check_tables(services, "CC")
        assert events(services) == ["opened"]

    def test_another_monitor_ends_the_incident_in_silence(self, services: Services, rule: AlertRule) -> None:
        self.changed(services, rule, monitor=ANSWERS)
        assert (events(services), monitor.incidents(services, open_only=True)) == ([], [])

    def test_a_paused_rule_looks_at_nothing_and_then_at_the_newest(
        self, services: Services, rule: AlertRule, sender: Sender
    ) -> None:
        self.changed(services, rule, paused=True)
        check_tables(services, "LCL")
        assert (events(services), len(monitor.incidents(services, open_only=True))) == ([], 1)
        self.changed(services, rule, paused=False)
        assert events(services) == ["resolved"]
        assert sender.told == ["opened", "resolved"]

    def test_what_waits_for_a_channel_that_the_rule_tells_no_more_is_dropped(
        self, services: Services, rule: AlertRule, sender: Sender
    ) -> None:
        self.changed(services, rule, quiet_from="11:00", quiet_to="13:00")
        check_tables(services, "C")
        assert (events(services), states(services)) == (["worsened"], ["opened sent", "worsened held"])
        other = add_channel(services, "other")
        self.changed(services, rule, channel_ids=(other.id,))
        assert states(services) == ["opened sent", "worsened dropped"]
        check_tables(services, "L")
        assert events(services) == ["resolved"]
        monitor.send_due_messages(services, now=NOW + timedelta(hours=1))
        assert [(address.rpartition("/")[2], message.event) for address, message in sender.messages] == [
            ("ops", "opened"),
            ("other", "resolved"),
        ]

    def test_a_deleted_rule_ends_its_incidents_in_silence(self, services: Services, rule: AlertRule) -> None:
        monitor.delete_rule(services, rule.id)
        check_tables(services, "C")
        assert (events(services), monitor.incidents(services, open_only=True)) == ([], [])
        assert [item.rule_name for item in monitor.incidents(services)] == ["critical"]
        with pytest.raises(NotFoundError, match="not stored"):
            monitor.delete_rule(services, rule.id)

    def test_a_deleted_reference_ends_its_incidents_and_what_waits(self, services: Services, rule: AlertRule) -> None:
        self.changed(services, rule, quiet_from="11:00", quiet_to="13:00")
        saved = services.store.references.add("March", b"x", rows=1, columns=("a",), content_hash="h")
        check_tables(services, "C", reference="March")
        assert (events(services), states(services)) == (["opened"], ["opened sent", "opened held"])
        monitor.delete_reference(services, saved.id)
        assert [item.monitor for item in monitor.incidents(services, open_only=True)] == [MARCH]
        assert states(services) == ["opened sent", "opened dropped"]
        check_tables(services, "C", reference="March")
        assert events(services) == ["opened"]  # it is watched again as long as tables are checked against the name

    def test_a_deleted_channel_leaves_the_rule(self, services: Services, rule: AlertRule, sender: Sender) -> None:
        monitor.delete_channel(services, rule.channel_ids[0])
        assert monitor.find_rule(services, "critical").channel_ids == ()
        check_tables(services, "C")
        assert (events(services), sender.told) == ([], ["opened"])
        assert monitor.incidents(services)[0].worst == Severity.CRITICAL


class TestQuietHours:
    """Messages of quiet hours wait, and become one."""

    NIGHT: ClassVar = {"quiet_from": "22:00", "quiet_to": "07:00", "timezone": "Europe/Berlin"}
    LATE = datetime.fromisoformat("2026-03-28T23:30:00+01:00")  # the night in which the clocks are put forward
    MORNING = datetime.fromisoformat("2026-03-29T07:00:00+02:00")

    def test_what_opens_at_night_is_told_in_the_morning(self, services: Services, sender: Sender) -> None:
        add_rule(services, add_channel(services), **self.NIGHT)
        check_tables(services, "C")
        assert events(services, self.LATE) == ["opened"]
        (held,) = monitor.deliveries(services)
        assert (held.state, held.next_attempt_at) == ("held", self.MORNING)
        assert monitor.send_due_messages(services, now=self.MORNING - timedelta(seconds=1)) == 0
        assert (monitor.send_due_messages(services, now=self.MORNING), sender.told) == (1, ["opened"])

    def test_other_quiet_hours_hold_for_what_is_held_already(self, services: Services, sender: Sender) -> None:
        channel = add_channel(services)
        rule = add_rule(services, channel, **self.NIGHT)
        check_tables(services, "C")
        events(services, self.LATE)
        changed = NewRule(name="critical", channel_ids=(channel.id,))
        with time_machine.travel(self.LATE):
            monitor.save_rule(services, replace(changed, quiet_from="22:00", quiet_to="06:00"), rule_id=rule.id)
            assert (monitor.send_due_messages(services), states(services)) == (0, ["opened held"])
            monitor.save_rule(services, changed, rule_id=rule.id)
            assert (monitor.send_due_messages(services), sender.told) == (1, ["opened"])

    def test_what_opens_and_ends_at_night_is_one_message_that_says_both(
        self, services: Services, sender: Sender
    ) -> None:
        add_rule(services, add_channel(services), tell_resolved=False, **self.NIGHT)
        for letter in "CL":
            check_tables(services, letter)
            events(services, self.LATE)
        assert states(services) == ["opened dropped", "resolved held"]
        assert monitor.send_due_messages(services, now=self.MORNING) == 1
        ((_, message),) = sender.messages
        assert (message.event, "It opened on" in message.verdict, message.is_first) == ("resolved", True, True)

    def test_what_worsens_at_night_is_told_once_with_its_newest_state(self, services: Services, sender: Sender) -> None:
        add_rule(services, add_channel(services), min_severity=Severity.MEDIUM, **self.NIGHT)
        for letter in "MHC":
            check_tables(services, letter)
            events(services, self.LATE)
        assert states(services) == ["opened dropped", "opened dropped", "opened held"]
        monitor.send_due_messages(services, now=self.MORNING)
        assert [(message.event, message.severity) for _, message in sender.messages] == [("opened", Severity.CRITICAL)]

    def test_an_end_that_is_not_told_takes_back_what_waits(self, services: Services, sender: Sender) -> None:
        add_rule(services, add_channel(services), min_severity=Severity.HIGH, tell_resolved=False, **self.NIGHT)
        check_tables(services, "H")
        events(services, self.LATE - timedelta(hours=12))
        for letter in "CL":
            check_tables(services, letter)
            events(services, self.LATE)
        assert states(services) == ["opened sent", "worsened dropped"]
        assert (monitor.send_due_messages(services, now=self.MORNING), sender.told) == (0, ["opened"])


class TestReminders:
    """An open incident is told again until somebody acknowledges it."""

    @pytest.fixture(autouse=True)
    def _rule(self, services: Services, sender: Sender) -> None:  # takes the sender over first
        add_rule(services, add_channel(services), min_severity=Severity.HIGH, remind_after_h=24.0)
        check_tables(services, "H")
        assert events(services) == ["opened"]
        assert sender.told == ["opened"]

    def test_it_is_told_again_after_a_day_and_once_however_long_nobody_looked(self, services: Services) -> None:
        assert events(services, NOW + timedelta(hours=23)) == []
        assert events(services, NOW + timedelta(hours=24)) == ["reminder"]
        assert events(services, NOW + timedelta(hours=24, seconds=5)) == []
        assert events(services, NOW + timedelta(days=9)) == ["reminder"]
        assert events(services, NOW + timedelta(days=9, hours=1)) == []

    def test_a_message_puts_it_off(self, services: Services) -> None:
        check_tables(services, "C")
        assert events(services, NOW + timedelta(hours=20)) == ["worsened"]
        assert events(services, NOW + timedelta(hours=30)) == []
        assert events(services, NOW + timedelta(hours=44)) == ["reminder"]

    def test_an_acknowledged_incident_is_not_told_again_but_its_end_is(self, services: Services) -> None:
        (incident,) = monitor.incidents(services)
        acknowledged = monitor.acknowledge_incident(services, incident.id)
        assert acknowledged.acknowledged_at is not None
        assert monitor.acknowledge_incident(services, incident.id) == acknowledged
        assert events(services, NOW + timedelta(days=2)) == []
        check_tables(services, "C")
        assert events(services, NOW + timedelta(days=3)) == ["worsened"]
        assert events(services, NOW + timedelta(days=5)) == []
        check_tables(services, "L")
        assert events(services, NOW + timedelta(days=6)) == ["resolved"]
        with pytest.raises(NotFoundError, match="Incident nope is not stored"):
            monitor.acknowledge_incident(services, "nope")

    def test_another_reminder_time_reminds_nobody_of_what_is_acknowledged(self, services: Services) -> None:
        (incident,) = monitor.incidents(services)
        monitor.acknowledge_incident(services, incident.id)
        (rule,) = monitor.alert_rules(services)
        values = {name: getattr(rule, name) for name in NewRule.__dataclass_fields__}
        with time_machine.travel(NOW):
            monitor.save_rule(services, NewRule(**(values | {"remind_after_h": 1.0})), rule_id=rule.id)
        assert events(services, NOW + timedelta(days=2)) == []

    def test_a_clock_that_is_put_back_sends_nothing_again(self, services: Services, sender: Sender) -> None:
        assert events(services, NOW + timedelta(days=1)) == ["reminder"]
        for back in (timedelta(hours=1), timedelta(days=400)):
            assert events(services, NOW - back) == []
        assert sender.told == ["opened", "reminder"]

    def test_a_clock_that_was_years_ahead_does_not_silence_it(self, services: Services) -> None:
        assert events(services, NOW + timedelta(days=4000)) == ["reminder"]
        assert events(services, NOW + timedelta(days=1)) == []
        assert events(services, NOW + timedelta(days=2)) == ["reminder"]


def test_pruned_history_and_deleted_runs_break_nothing(settings: Settings, sender: Sender) -> None:
    with open_with_words(Settings(**{**settings.model_dump(), "history_limit": 3})) as services:
        add_rule(services, add_channel(services))
        (first,) = check_tables(services, "C")
        events(services)
        monitor.delete_run(services, first)
        check_tables(services, "CCCCCCL")
        assert events(services) == ["resolved"]
        assert sender.told == ["opened", "resolved"]
        assert monitor.incidents(services)[0].n_checks == 3  # what was pruned before anybody looked is gone


def test_data_that_went_back_to_what_it_was_is_looked_at_again(services: Services, sender: Sender) -> None:
    add_rule(services, add_channel(services))
    well, bad = new_run("well", severity=Severity.LOW), new_run("bad", severity=Severity.CRITICAL)
    for run, told in ((well, []), (bad, ["opened"]), (well, ["resolved"]), (well, []), (bad, ["opened"])):
        services.store.runs.add(run, renew=True)
        assert events(services) == told
    assert sender.told == ["opened", "resolved", "opened"]


def test_a_report_that_cannot_be_worded_costs_its_details_and_no_message(
    services: Services, sender: Sender, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise KeyError("nothing there")

    monkeypatch.setattr("driftium_core.monitor.queued_messages.alert_message", broken)
    add_rule(services, add_channel(services))
    check_tables(services, "C")
    assert events(services) == ["opened"]
    assert (sender.messages[0][1].severity, sender.messages[0][1].rule) == (Severity.CRITICAL, "critical")
    assert "has no details: KeyError" in caplog.text


def test_nothing_new_costs_one_statement(services: Services, sender: Sender) -> None:  # noqa: ARG001
    add_rule(services, add_channel(services))
    check_tables(services, "CLC")
    check_tables(services, "CC", simulated="age < 35")
    events(services)
    statements: list[str] = []
    event.listen(services.store.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    assert (monitor.process_alerts(services, now=NOW), monitor.send_due_messages(services, now=NOW)) == (0, 0)
    assert [statement.split()[0] for statement in statements] == ["BEGIN", "SELECT"] * 2


def test_the_version_changes_with_everything_that_is_shown(services: Services, sender: Sender) -> None:  # noqa: ARG001
    monitor.create_project(services, "other")
    seen = [monitor.alerts_version(services)]
    overview = monitor.overview_version(services)

    def changed() -> bool:
        seen.append(monitor.alerts_version(services))
        return seen[-1] != seen[-2]

    channel = add_channel(services)
    assert changed()
    add_rule(services, channel)
    assert changed()
    check_tables(services, "C")
    monitor.process_alerts(services, now=NOW)
    assert changed()
    monitor.send_due_messages(services, now=NOW)
    assert changed()
    monitor.acknowledge_incident(services, monitor.incidents(services)[0].id)
    assert changed()
    monitor.process_alerts(services, now=NOW)
    monitor.send_due_messages(services, now=NOW)
    assert not changed()
    assert monitor.alerts_version(services, project="other") == seen[0]
    assert monitor.overview_version(services) != overview
    with pytest.raises(NotFoundError, match="no project called 'none'"):
        monitor.alerts_version(services, project="none")


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"name": " "}, "A rule needs a name"),
        ({"min_severity": Severity.LOW}, "LOW is what every check that is well has"),
        ({"consecutive": 0}, "from 1 to 100 checks in a row, not 0"),
        ({"monitor": "tables"}, "tables is no monitor"),
        ({"monitor": "table:"}, "names their reference"),
        ({"remind_after_h": 0.0}, "Reminders come after"),
        ({"remind_after_h": float("nan")}, "Reminders come after"),
        ({"quiet_from": "22:00"}, "need both"),
        ({"timezone": "Mars/Base"}, "no time zone Mars/Base"),
        ({"name": "taken"}, "a rule called taken already"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(services: Services, terms: dict[str, object], says: str) -> None:
    monitor.save_rule(services, NewRule(name="taken"))
    with pytest.raises(InputError, match=says):
        monitor.save_rule(services, NewRule(**({"name": "new"} | terms)))  # type: ignore[arg-type]
    assert len(monitor.alert_rules(services)) == 1


def test_a_rule_and_a_channel_are_found_by_name_or_id(services: Services, sender: Sender) -> None:  # noqa: ARG001
    channel = add_channel(services)
    rule = add_rule(services, channel)
    for asked in ("critical", rule.id):
        assert monitor.find_rule(services, asked) == rule
    for asked in ("ops", channel.id):
        assert monitor.find_channel(services, asked) == channel
    with pytest.raises(NotFoundError, match=r"has no rule mild\. There is `critical`"):
        monitor.find_rule(services, "mild")
    monitor.create_project(services, "other")
    with pytest.raises(NotFoundError, match=r"has no channel ops\. It has none yet"):
        monitor.find_channel(services, "ops", project="other")
    with pytest.raises(NotFoundError, match="is not stored"):
        add_rule(services, channel, name="of another project", project="other")


def test_the_monitors_of_a_project_are_what_was_checked_or_can_be(services: Services) -> None:
    check_tables(services, "L", reference="b")
    check_tables(services, "L", reference="simulated", simulated="age < 35")
    services.store.references.add("a", b"x", rows=1, columns=("a",), content_hash="h")
    assert monitor.monitors_of(services) == [ANSWERS, table_monitor("a"), table_monitor("b")]


def test_messages_are_listed_by_incident_and_state(services: Services, sender: Sender) -> None:  # noqa: ARG001
    add_rule(services, add_channel(services))
    check_tables(services, "C", reference="a")
    check_tables(services, "C", reference="b")
    events(services)
    newest, first = monitor.incidents(services)
    found: list[Delivery] = monitor.deliveries(services, incident_id=first.id)
    assert [(item.incident_id, item.channel_name, item.state) for item in found] == [(first.id, "ops", "sent")]
    assert monitor.deliveries(services, state="failed") == []
    assert monitor.deliveries(services, limit=1)[0].incident_id == newest.id
