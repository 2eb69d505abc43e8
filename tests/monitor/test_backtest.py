"""A rule replayed over the stored history says what it would have told, and does not touch anything."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from driftium_core import monitor
from driftium_core.errors import InputError
from driftium_core.services import Services
from driftium_core.severity import Severity
from driftium_core.store.alert_records import ANSWERS, NewRule, table_monitor
from tests.monitor.alerting import check_answers, check_tables
from tests.monitor.answers import answers

BEGAN = datetime(2025, 10, 3, 9, tzinfo=UTC)
RULE = NewRule(name="", remind_after_h=None, channel_ids=("c",))


def hourly(services: Services, row: str, reference: str = "march.csv") -> None:
    """A check an hour from the third of October on."""
    for place, letter in enumerate(row):
        with time_machine.travel(BEGAN + timedelta(hours=place), tick=False):
            check_tables(services, letter, reference=reference)


def test_an_empty_history_is_said(services: Services) -> None:
    tested = monitor.backtest_rule(services, RULE)
    assert tested.text == "No check is stored yet, so there is nothing to try the rule on."
    assert (tested.n_checks, tested.since, tested.firings) == (0, None, ())
    of_answers = monitor.backtest_rule(services, replace(RULE, monitor=ANSWERS))
    assert of_answers.text == "No check of answers is stored yet, so there is nothing to try the rule on."


def test_it_says_how_often_the_rule_would_have_spoken(services: Services) -> None:
    hourly(services, "LCLLHCL")
    with time_machine.travel(BEGAN + timedelta(days=1), tick=False):
        check_tables(services, "C", simulated="age < 35")
        tested = monitor.backtest_rule(services, RULE)
    assert tested.text == "Over 7 checks since 3 Oct 2025 it would have sent 4 messages about 2 incidents."
    assert [(item.event, item.severity, item.at.hour) for item in tested.firings] == [
        ("opened", Severity.CRITICAL, 10),
        ("resolved", Severity.LOW, 11),
        ("opened", Severity.CRITICAL, 14),
        ("resolved", Severity.LOW, 15),
    ]
    assert tested.firings[0].title == "CRITICAL drift: “march.csv”"
    assert monitor.incidents(services) == []
    fewer = monitor.backtest_rule(services, replace(RULE, tell_resolved=False))
    assert "2 messages about 2 incidents" in fewer.text
    none = monitor.backtest_rule(services, replace(RULE, consecutive=2))
    assert none.text == "Over 7 checks since 3 Oct 2025 it would have found no incident, and sent nothing."
    nobody = monitor.backtest_rule(services, replace(RULE, channel_ids=()))
    assert nobody.text.endswith("it would have recorded 2 incidents, and sent nothing, as it has no channel.")
    both = monitor.backtest_rule(services, replace(RULE, channel_ids=("c", "d")))
    assert "4 messages to each channel about 2 incidents" in both.text


def test_reminders_are_counted_as_if_nobody_acknowledged(services: Services) -> None:
    hourly(services, "C")
    with time_machine.travel(BEGAN + timedelta(days=3, hours=1), tick=False):
        tested = monitor.backtest_rule(services, replace(RULE, remind_after_h=24.0))
    assert tested.text == (
        "Over 1 check since 3 Oct 2025 it would have sent 4 messages about 1 incident, of which 3 are reminders; "
        "there are fewer when somebody acknowledges."
    )


def test_quiet_hours_are_said_to_make_fewer_messages(services: Services) -> None:
    hourly(services, "CL")
    tested = monitor.backtest_rule(services, replace(RULE, quiet_from="22:00", quiet_to="07:00"))
    assert tested.text.endswith("would have sent 2 messages about 1 incident; quiet hours draw several into one.")


def test_monitors_are_replayed_each_for_itself(services: Services) -> None:
    hourly(services, "CLC", reference="a")
    hourly(services, "LCC", reference="b")
    tested = monitor.backtest_rule(services, RULE)
    assert (tested.n_checks, tested.n_incidents) == (6, 3)
    assert [item.at for item in tested.firings] == sorted(item.at for item in tested.firings)
    one = monitor.backtest_rule(services, replace(RULE, monitor=table_monitor("b")))
    assert (one.n_checks, one.n_incidents, {item.monitor for item in one.firings}) == (3, 1, {table_monitor("b")})


def test_answers_are_replayed_against_the_baselines_of_their_time(services: Services) -> None:
    services.store.responses.add(answers("bread", 5, seed=1))
    first = monitor.promote(services, "one").id
    check_answers(services, "LC", baseline_id=first)
    services.store.responses.add(answers("bread", 5, seed=2))
    second = monitor.promote(services, "two").id
    check_answers(services, "C", baseline_id=first)  # a look back at a baseline that was no longer in force
    check_answers(services, "LC", baseline_id=second)
    tested = monitor.backtest_rule(services, replace(RULE, monitor=ANSWERS))
    assert (tested.n_checks, tested.n_incidents) == (4, 2)
    assert [item.event for item in tested.firings] == ["opened", "resolved", "opened"]


def test_the_replay_is_what_the_rule_does(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.monitor.alerting import add_channel, add_rule, take_over

    take_over(monkeypatch)
    rule = add_rule(services, add_channel(services), min_severity=Severity.HIGH, consecutive=2)
    monitor.process_alerts(services)
    for letter in "HHCL?HLHH?CCLH":
        check_tables(services, letter)
        monitor.process_alerts(services)
        monitor.send_due_messages(services)
    told = [item.event for item in reversed(monitor.deliveries(services)) if item.state == "sent"]
    assert told == [item.event for item in monitor.backtest_rule(services, rule).firings]


def test_terms_that_cannot_be_meant_are_refused(services: Services) -> None:
    with pytest.raises(InputError, match="from 1 to 100 checks"):
        monitor.backtest_rule(services, replace(RULE, consecutive=0))
