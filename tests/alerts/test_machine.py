"""Which checks open, worsen and end an incident; rows of checks made by hand, and any row at all."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftium_core.alerts.machine import Change, Check, Ongoing, Terms, Watch, step
from driftium_core.alerts.replay import replay
from driftium_core.severity import Severity

BEGAN = datetime(2026, 11, 2, 9, tzinfo=UTC)
LETTERS = {"L": Severity.LOW, "M": Severity.MEDIUM, "H": Severity.HIGH, "C": Severity.CRITICAL, "?": None}


def checks_of(row: str, against: str = "") -> list[Check]:
    """One check an hour, by the first letters of the severities; ``?`` is inconclusive."""
    return [
        Check(
            seq=place + 1,
            at=BEGAN + timedelta(hours=place),
            severity=LETTERS[letter],
            report_id=f"r{place}",
            against=against[place] if against else "",
        )
        for place, letter in enumerate(row)
    ]


def followed(checks: Sequence[Check], terms: Terms) -> list[tuple[int, Change, Ongoing]]:
    """Place of the check, what it changed, and the incident after it."""
    watch, found = Watch(), []
    for place, check in enumerate(checks):
        done = step(watch, check, terms)
        watch = done.watch
        if done.change:
            assert done.incident is not None
            found.append((place, done.change, done.incident))
    return found


@pytest.mark.parametrize(
    ("row", "severity", "consecutive", "told"),
    [
        ("LLL", "CRITICAL", 1, []),
        ("LCL", "CRITICAL", 1, ["1 opened", "2 resolved"]),
        ("HHCHL", "CRITICAL", 1, ["2 opened", "3 resolved"]),
        ("MHCHCL", "MEDIUM", 1, ["0 opened", "1 worsened", "2 worsened", "5 resolved"]),
        ("C?L", "CRITICAL", 1, ["0 opened", "2 resolved"]),
        ("C???", "CRITICAL", 1, ["0 opened"]),
        ("???", "MEDIUM", 1, []),
        ("CCLCCC", "CRITICAL", 3, ["5 opened"]),
        ("C?C?C", "CRITICAL", 3, ["4 opened"]),
        ("HCHC", "HIGH", 1, ["0 opened", "1 worsened"]),
        ("CCCLCCCL", "CRITICAL", 2, ["1 opened", "3 resolved", "5 opened", "7 resolved"]),
        ("CHM", "HIGH", 1, ["0 opened", "2 resolved"]),
    ],
)
def test_a_row_of_checks_tells_what_it_is_worth(row: str, severity: str, consecutive: int, told: list[str]) -> None:
    found = followed(checks_of(row), Terms(Severity(severity), consecutive))
    assert [f"{place} {change}" for place, change, _ in found] == told


def test_an_incident_knows_its_worst_and_how_long_it_lasted() -> None:
    opened, worsened, resolved = (item for *_, item in followed(checks_of("LHHCH?L"), Terms(Severity.HIGH, 2)))
    assert (opened.n_checks, opened.severity, opened.worst) == (2, Severity.HIGH, Severity.HIGH)
    assert opened.opened_at == BEGAN + timedelta(hours=2)
    assert (worsened.n_checks, worsened.worst, worsened.report_id) == (3, Severity.CRITICAL, "r3")
    assert (resolved.n_checks, resolved.worst, resolved.severity) == (4, Severity.CRITICAL, Severity.LOW)
    assert (resolved.report_id, resolved.opened_at) == ("r6", opened.opened_at)


def test_against_another_baseline_counting_begins_anew() -> None:
    terms = Terms(Severity.CRITICAL, 3)
    assert followed(checks_of("CCCC", "aabb"), terms) == []
    assert [item[:2] for item in followed(checks_of("CCCCC", "aabbb"), terms)] == [(4, "opened")]


def test_an_incident_outlives_its_baseline_until_a_check_is_well() -> None:
    found = followed(checks_of("CC?CL", "aabbb"), Terms(Severity.CRITICAL))
    assert [item[:2] for item in found] == [(0, "opened"), (4, "resolved")]


def test_a_check_that_an_open_incident_has_counted_is_not_counted_again() -> None:
    check = checks_of("C")[0]
    first = step(Watch(), check, Terms(Severity.CRITICAL))
    again = step(first.watch, check, Terms(Severity.CRITICAL))
    assert (again.change, again.watch.ongoing) == (None, first.incident)
    assert step(first.watch, check, Terms(Severity.CRITICAL, 5)).change is None


ROWS = st.text("LMHC?", max_size=40)
TERMS = st.builds(Terms, st.sampled_from([Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL]), st.integers(1, 4))


@settings(deadline=None)
@given(ROWS, TERMS)
def test_nothing_is_told_without_a_check_that_severe(row: str, terms: Terms) -> None:
    for place, change, incident in followed(checks_of(row), terms):
        severity = LETTERS[row[place]]
        assert severity is not None
        if change == "resolved":
            assert severity.rank < terms.min_severity.rank <= incident.worst.rank
        else:
            assert severity.rank >= terms.min_severity.rank


@settings(deadline=None)
@given(ROWS, TERMS)
def test_events_of_a_monitor_alternate_and_at_most_the_last_incident_is_open(row: str, terms: Terms) -> None:
    changes = [change for _, change, _ in followed(checks_of(row), terms) if change != "worsened"]
    assert changes == ["opened", "resolved"] * (len(changes) // 2) + ["opened"] * (len(changes) % 2)


@settings(deadline=None)
@given(ROWS, TERMS)
def test_an_incident_worsens_at_most_twice_and_only_upwards(row: str, terms: Terms) -> None:
    worst: list[int] = []
    for _, change, incident in followed(checks_of(row), terms):
        if change == "opened":
            worst = [incident.worst.rank]
        elif change == "worsened":
            assert incident.worst.rank > worst[-1]
            worst.append(incident.worst.rank)


@settings(deadline=None)
@given(ROWS, TERMS, st.integers(0, 40))
def test_inconclusive_checks_change_nothing_wherever_they_stand(row: str, terms: Terms, place: int) -> None:
    """Times and reports aside, what is told is the same without them."""

    def told(text: str) -> list[tuple[Change, int, Severity]]:
        return [(change, item.n_checks, item.worst) for _, change, item in followed(checks_of(text), terms)]

    assert told(row[:place] + "?" + row[place:]) == told(row) == told(row.replace("?", ""))


@settings(deadline=None)
@given(ROWS, TERMS, st.sampled_from([None, 1.0, 5.0]))
def test_a_replay_tells_what_the_machine_does_and_reminds_only_while_open(
    row: str, terms: Terms, after_h: float | None
) -> None:
    checks = checks_of(row)
    until = BEGAN + timedelta(hours=len(row) + 10)
    told = list(replay(checks, terms, until=until, remind_after_h=after_h))
    assert [(t.event, t.incident) for t in told if t.event != "reminder"] == [
        (change, incident) for _, change, incident in followed(checks, terms)
    ]
    assert [t.at for t in told] == sorted(t.at for t in told)
    open_now = False
    for item in told:
        assert item.event != "reminder" or open_now
        open_now = item.event != "resolved"
    assert after_h is not None or all(t.event != "reminder" for t in told)


def test_a_replay_reminds_from_the_last_message_on() -> None:
    told = replay(checks_of("CCCCCCL"), Terms(Severity.CRITICAL), until=BEGAN + timedelta(days=9), remind_after_h=2.5)
    hours = [((item.at - BEGAN) / timedelta(hours=1), item.event) for item in told]
    assert hours == [(0, "opened"), (2.5, "reminder"), (5, "reminder"), (6, "resolved")]
