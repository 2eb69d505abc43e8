"""The list of all monitors: what each row, the line above them and the events say."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from driftium_core import monitor
from driftium_core.errors import StorageError
from driftium_core.monitor import MonitorRow, Totals, overview_headline, overview_totals
from driftium_core.services import Services
from driftium_core.severity import Severity
from driftium_core.store.records import AlarmState
from driftium_core.tabular.table import Table
from tests.monitor.answers import answers
from tests.monitor.conftest import settle
from tests.store.make import new_calculation, new_response, new_responses, new_run

DRIFT = {"severity": Severity.HIGH, "verdict": "drift"}
CALM = {"severity": Severity.LOW, "verdict": "no_drift", "effect_size": 0.02, "pvalue": 0.4}
ALARM = AlarmState(
    monitor="llm",
    baseline_id="b",
    evidence=950.0,
    looks=5,
    last_block=4,
    last_seq=80,
    threshold=900.0,
    alarmed_at_block=3,
)


def watched(services: Services, project: str, *, n_current: int = 2) -> str:
    """A project with a baseline of 3 and current answers; returns the baseline's id."""
    if project != "default":
        monitor.create_project(services, project)
    services.store.responses.add(new_responses(3, prefix="usual"), project=project)
    baseline = services.store.baselines.promote("week 1", project=project)
    services.store.responses.add(new_responses(n_current), project=project)
    return baseline.id


def calculated(services: Services, name: str, baseline_id: str, project: str = "default", **facts: object) -> str:
    sizes = {"baseline_id": baseline_id, "n_baseline": 3, "n_current": 2}
    return services.store.calculations.add(new_calculation(name, **sizes | facts), project=project).id


def row(services: Services, name: str = "default") -> MonitorRow:
    (found,) = (row for row in monitor.overview(services) if row.name == name)
    return found


def made(name: str = "bot", severity: Severity | None = Severity.LOW, **facts: object) -> MonitorRow:
    """A row as `overview` makes them, for what is said of several."""
    outcome = {None: "inconclusive", Severity.LOW: "no_drift"}.get(severity, "drift")
    values = {"project": name, "kind": "llm", "name": name, "outcome": outcome, "severity": severity}
    return MonitorRow(**values | {"finding": "found", "next_step": "Nothing now"} | facts)


def test_an_empty_install_has_no_rows_and_no_events(services: Services) -> None:
    monitor.create_project(services, "empty")
    assert monitor.overview(services) == ()
    assert monitor.recent_events(services) == ()


def test_pools_wait_until_there_is_something_to_compare(services: Services) -> None:
    services.store.responses.add(new_responses(128))
    assert (row(services).finding, row(services).next_step) == (
        "waits for a baseline: 128 answers",
        "Promote or import a baseline",
    )
    monitor.promote(services, "week 1")
    assert row(services).finding == "waits for answers: baseline “week 1” holds 128"
    assert row(services).next_step == "Generate or import answers"
    services.store.responses.add([new_response("one")])
    assert row(services).finding == "not compared yet: 1 answer with the 128 of “week 1”"
    assert (row(services).outcome, row(services).severity, row(services).trend) == ("waiting", None, ())


def test_a_row_tells_the_newest_check_against_the_baseline_in_force(services: Services) -> None:
    older = watched(services, "default")
    calculated(services, "c1", older, effect_size=0.9, **{"severity": Severity.CRITICAL})
    services.store.responses.add(new_responses(1, prefix="later"))
    baseline = monitor.promote(services, "week 2").id
    services.store.responses.add(new_responses(2, prefix="newest"))
    assert row(services).outcome == "waiting", "what was found against another baseline is not the verdict"
    calculated(services, "c2", baseline, **CALM)
    newest = calculated(services, "c3", baseline, effect_size=0.31, health_index=61.5, **DRIFT)
    found = row(services)
    assert (found.outcome, found.severity, found.health, found.pvalue) == ("drift", "HIGH", 61.5, 0.001)
    assert (found.trend, found.calculation_id, found.changed) == ((0.02, 0.31), newest, False)
    assert (found.finding, found.next_step) == ("answers differ, effect 0.31", "Open what changed")


def test_answers_that_came_or_went_since_are_told(services: Services) -> None:
    baseline = watched(services, "default")
    calculated(services, "c1", baseline, **CALM)
    assert (row(services).finding, row(services).next_step) == ("no drift found", "Nothing now")
    (gone, _) = services.store.responses.current()
    services.store.responses.delete([gone.id])
    assert row(services).finding == "no drift found; answers changed since"
    services.store.responses.add([new_response("in its place")])
    assert row(services).changed, "as many as before, and other ones"
    assert row(services).next_step == "Open it to compare again"


def test_too_few_answers_are_inconclusive_and_never_low(services: Services) -> None:
    calculated(services, "c", watched(services, "default"), severity=None, verdict="inconclusive", effect_size=None)
    found = row(services)
    assert (found.outcome, found.severity, found.trend) == ("inconclusive", None, ())
    assert (found.finding, found.next_step) == ("2 against 3 answers are too few to tell", "Add at least 2 answers")


def test_a_model_that_only_fails_is_not_said_to_lack_answers(services: Services) -> None:
    services.store.responses.add([new_response(f"fine {i}") for i in range(8)])
    monitor.promote(services, "v1")
    services.store.responses.add([new_response("", error="timeout") for _ in range(6)])
    monitor.check_responses(services)
    found = row(services)
    assert (found.outcome, found.health) == ("inconclusive", None)
    assert found.finding == "6 current answers, of which each failed or is empty"
    assert found.next_step == "See the errors"


def test_drift_is_told_since_its_first_check_however_long_ago(services: Services) -> None:
    baseline = watched(services, "default")
    services.store.runs.add(new_run("calm", severity=Severity.LOW, status="no_drift", drifted=0))
    calculated(services, "calm", baseline, **CALM)
    for number in range(25):
        calculated(services, f"c{number}", baseline, **DRIFT)
        services.store.runs.add(new_run(f"r{number}"))
    first = services.store.calculations.newest()[24]
    first_run = services.store.runs.newest()[24]
    assert (row(services).since, len(row(services).trend)) == (first.created_at, 20)
    assert row(services, "march.csv").since == first_run.created_at
    calculated(services, "calm again", baseline, **CALM)
    assert row(services).since is None


def test_a_table_is_one_row_per_reference_and_a_simulation_another(services: Services) -> None:
    services.store.runs.add(new_run("r1", severity=Severity.LOW, status="no_drift", drifted=0, max_effect=None))
    newest = services.store.runs.add(new_run("r2"))
    services.store.runs.add(new_run("r3", simulated="age < 35", severity=Severity.CRITICAL))
    services.store.runs.add(new_run("few", reference_name="few.csv", severity=None, status="inconclusive", drifted=0))
    real, few, simulated = monitor.overview(services)
    assert (real.name, real.finding, real.trend, real.run_id) == (
        "march.csv",
        "2 of 9 columns drifted",
        (0.0, 0.27),
        newest.id,
    )
    assert (real.health, real.pvalue) == (None, None)
    assert (few.outcome, few.finding, few.next_step) == ("inconclusive", "128 rows: too few to tell", "Check more rows")
    assert (simulated.simulated, simulated.needs_attention, simulated.drifts) == (True, False, False)


def test_the_most_urgent_comes_first(services: Services) -> None:
    cases = {
        "calm": CALM,
        "critical": {"severity": Severity.CRITICAL},
        "unclear": {"severity": None, "verdict": "inconclusive"},
        "high": DRIFT,
    }
    for project, facts in cases.items():
        calculated(services, project, watched(services, project), project, **facts)
    watched(services, "waiting")
    services.store.runs.add(new_run("r", severity=Severity.MEDIUM))
    services.store.runs.add(new_run("s", severity=Severity.CRITICAL, simulated="age < 35"))
    names = [row.name for row in monitor.overview(services)]
    assert names == ["critical", "high", "march.csv", "unclear", "calm", "waiting", "march.csv"]


def test_what_is_being_computed_is_told_and_does_not_block(services: Services) -> None:
    services.store.responses.add(answers("bread", 12))
    monitor.promote(services, "week 1")
    services.store.responses.add(answers("bicycle", 12))
    with services.checking:  # holds the check back
        live = monitor.live_check(services)
        (found,) = monitor.overview(services, live={"default": live})
        assert (found.finding.startswith("comparing now"), found.next_step) == (True, "Nothing now")
    settle(services)
    (found,) = monitor.overview(services, live={"default": monitor.live_check(services)})
    assert (found.severity, found.changed, found.next_step) == ("CRITICAL", False, "Open what changed")
    services.store.responses.add([new_response("another one")])
    (found,) = monitor.overview(services, live={"default": monitor.live_check(services, start=False)})
    assert found.finding.endswith("; answers changed since, compared after this batch")


def test_an_open_alarm_is_told_although_no_drift_is_found(services: Services) -> None:
    services.store.responses.add(answers("bread", 80, seed=1, prompts=False))
    baseline = monitor.promote(services, "bread")
    services.store.responses.add(answers("bicycle", 60, seed=2, prompts=False))
    monitor.update_evidence(services)
    calculated(services, "c", baseline.id, n_baseline=80, n_current=60, **CALM)
    found = row(services)
    assert found.alarm is not None
    assert (found.alarm.alarmed_at_block, found.needs_attention) == (1, True)
    assert found.next_step == "Look into the alarm, then dismiss it"
    raised = [event for event in monitor.recent_events(services) if event.kind == "alarm"]
    assert [event.text for event in raised] == ["The evidence score crossed its line at block 2"]
    monitor.dismiss_alarm(services)
    assert row(services).alarm is None


def test_a_table_that_is_a_saved_reference_has_its_alarm(services: Services) -> None:
    sample = monitor.sample_table(services, 4_000)
    reference = monitor.save_reference(services, sample, name="march.csv")
    services.store.runs.add(new_run("r"))
    new = monitor.sample_table(services, 800, seed=5)
    shifted = new.frame.assign(age=new.frame["age"] + 15)
    for number in range(2):
        monitor.count_table(services, reference, Table(f"{number}", shifted.iloc[number:], content_hash=f"{number}"))
    found = row(services, "march.csv")
    assert found.alarm is not None
    assert found.alarm.monitor == f"table:{reference.id}"
    (event,) = (event for event in monitor.recent_events(services) if event.kind == "alarm")
    assert event.text == "The evidence score of “march.csv” crossed its line at block 2"
    assert found.next_step == "Look into the alarm, then dismiss it"
    monitor.delete_reference(services, reference.id)
    assert row(services, "march.csv").alarm is None
    assert [event.kind for event in monitor.recent_events(services)] == ["table"]


def test_an_alarm_of_a_reference_without_a_check_has_a_row(services: Services) -> None:
    sample = monitor.sample_table(services, 4_000)
    reference = monitor.save_reference(services, sample, name="march.csv")
    shifted = (new := monitor.sample_table(services, 800, seed=5)).frame.assign(age=new.frame["age"] + 15)
    for number in range(2):
        monitor.count_table(services, reference, Table(f"{number}", shifted.iloc[number:], content_hash=f"{number}"))
    found = row(services, "march.csv")
    assert (found.outcome, found.needs_attention) == ("waiting", True)
    assert (found.finding, found.next_step) == (
        "no check is stored; 2 blocks counted",
        "Look into the alarm, then dismiss it",
    )
    assert overview_headline([found]).detail == "1 alarm open."


@pytest.mark.parametrize(
    ("severity", "answers_step", "table_step"),
    [
        (Severity.CRITICAL, "Open what changed", "Open what drifted"),
        (Severity.MEDIUM, "Watch the next answers", "Watch the next rows"),
        (Severity.LOW, "Nothing now", "Nothing now"),
    ],
)
def test_the_next_step_follows_the_severity(
    services: Services, severity: Severity, answers_step: str, table_step: str
) -> None:
    verdict = {"severity": severity, "verdict": "no_drift" if severity is Severity.LOW else "drift"}
    calculated(services, "c", watched(services, "default"), **verdict)
    services.store.runs.add(new_run("r", severity=severity))
    assert row(services).next_step == answers_step
    assert row(services, "march.csv").next_step == table_step


def test_monitors_are_counted_without_simulations() -> None:
    rows = [
        made("a", Severity.CRITICAL, alarm=ALARM),
        made("b", alarm=ALARM),
        made("c", Severity.MEDIUM, kind="tabular"),
        made("d", Severity.CRITICAL, kind="tabular", simulated=True),
    ]
    assert overview_totals(rows) == Totals(monitors=3, llm=2, tabular=1, need_attention=2, open_alarms=2)


@pytest.mark.parametrize(
    ("rows", "headline", "sentence"),
    [
        ([made(severity=Severity.CRITICAL)], "✕ The only monitor is CRITICAL.", "`bot`: found."),
        (
            [made("a", Severity.CRITICAL), made("b", Severity.HIGH), made("c", None), made("d")],
            "✕ 1 of 4 monitors is CRITICAL.",
            "1 HIGH, 1 inconclusive, 1 LOW. `a` needs you first: found.",
        ),
        (
            [made("a", Severity.MEDIUM, kind="tabular", project="bank"), made("b", Severity.MEDIUM)],
            "◆ Both monitors are MEDIUM.",
            "`a` in `bank` needs you first: found.",
        ),
        (
            [made("a"), made("b", outcome="waiting", severity=None)],
            "● No drift in 1 of 2 monitors.",
            "1 waiting for data.",
        ),
        (
            [made("a", alarm=ALARM), made("b")],
            "● No drift in both monitors.",
            "`a` has an open alarm: small changes added up.",
        ),
        (
            [made("a", None), made("b", outcome="waiting", severity=None)],
            "○ No verdict yet.",
            "1 inconclusive, 1 waiting for data.",
        ),
        (
            [made(severity=Severity.CRITICAL, simulated=True)],
            "○ Only simulations so far.",
            "Check a file of yours, or let a model answer, to watch it here.",
        ),
    ],
)
def test_one_line_speaks_of_all_monitors(rows: list[MonitorRow], headline: str, sentence: str) -> None:
    line = overview_headline(rows)
    assert (line.headline, line.sentence) == (headline, sentence)


def test_the_line_tells_the_newest_check_the_alarms_and_the_oldest_drift() -> None:
    now = datetime.now(UTC).replace(hour=14, minute=2)
    before = datetime(2019, 11, 22, 9, tzinfo=UTC)
    rows = [
        made("a", Severity.HIGH, checked_at=now, since=now, alarm=ALARM),
        made("b", Severity.HIGH, checked_at=before, since=before),
        made("c", Severity.HIGH, simulated=True, checked_at=now + timedelta(minutes=1), since=before - timedelta(1)),
    ]
    assert overview_headline(rows).detail == (
        "Newest check 14:02. 1 alarm open. The oldest drift began 22 Nov 2019 09:00."
    )


def test_events_are_what_changed_and_nothing_else(services: Services) -> None:
    baseline = watched(services, "default")
    for number, facts in enumerate(
        [
            CALM,
            CALM,
            {"severity": Severity.HIGH, "effect_size": 0.26},
            {"severity": Severity.CRITICAL},
            {"severity": Severity.CRITICAL},
            {"severity": Severity.MEDIUM},
            CALM,
            {"severity": None, "verdict": "inconclusive"},
        ]
    ):
        calculated(services, f"c{number}", baseline, **facts)
    calculated(services, "other baseline", "another", **DRIFT)
    run = services.store.runs.add(new_run("r"))
    services.store.runs.add(new_run("simulated", simulated="age < 35"))
    events = monitor.recent_events(services)
    assert [event.text.replace("\xa0", " ") for event in events] == [
        "2 of 9 columns drifted in “april.csv”",
        "Too few answers to tell any more",
        "Resolved: no drift found any more",
        "Drift eased from CRITICAL to MEDIUM",
        "Drift rose from HIGH to CRITICAL",
        "Drift found: effect 0.26, p = 0.001",
        "First check against “week 1”: no drift found",
        "Baseline “week 1” (version 1) made of 3 answers",
    ]
    assert events[0].run_id == run.id
    assert events[1].calculation_id == services.store.calculations.newest()[1].id
    assert len(monitor.recent_events(services, limit=3)) == 3


def test_a_history_that_cannot_be_read_is_told(services: Services) -> None:
    services.store.runs.add(new_run("r"))
    with services.store.session(write=True) as session:
        session.execute(text("UPDATE table_runs SET created_at = 'yesterday'"))
    with pytest.raises(StorageError, match="cannot read"):
        monitor.overview(services)


def test_a_day_is_counted_over_all_projects(services: Services) -> None:
    watched(services, "default")
    watched(services, "bot")
    services.store.runs.add(new_run("r", current_rows=40))
    counts = monitor.counts_of_a_day(services)
    assert (counts.responses, counts.rows) == (10, 40)
