"""All projects read at once: what every database must do."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from driftium_core.errors import StorageError
from driftium_core.severity import Severity
from driftium_core.store import Store
from tests.store.make import new_calculation, new_look, new_responses, new_run

DAY = timedelta(days=1)


def promoted(store: Store, name: str = "week 1", project: str = "default") -> str:
    """The id of a new baseline, in force."""
    store.responses.add(new_responses(1, prefix=name), project=project)
    return store.baselines.promote(name, project=project).id


def check(
    store: Store, name: str, severity: Severity | None = Severity.HIGH, project: str = "default", **facts: object
):
    verdict = {None: "inconclusive", Severity.LOW: "no_drift"}.get(severity, "drift")
    new = new_calculation(name, severity=severity, verdict=verdict, **facts)
    return store.calculations.add(new, project=project)


def alarm(store: Store, monitor: str, baseline_id: str, *, blocks: int = 1, project: str = "default") -> None:
    """Blocks of which each adds 3 to a score with its line at 5."""
    counted = store.alarms.state(monitor, baseline_id, threshold=5.0, project=project).looks
    for block in range(counted, counted + blocks):
        store.alarms.look(
            new_look(block, after_seq=block, last_seq=block + 1),
            monitor=monitor,
            baseline_id=baseline_id,
            threshold=5.0,
            accumulate=lambda evidence, e_value: evidence + e_value,
            project=project,
        )


def test_every_project_is_told_with_what_it_holds(store: Store) -> None:
    store.create_project("bot")
    store.create_project("empty")
    store.responses.add(new_responses(3), project="bot")
    first = store.baselines.promote("week 1", project="bot")
    store.responses.add(new_responses(2, prefix="new"), project="bot")
    store.responses.add(new_responses(1), project="default")
    default, bot, empty = store.survey.newest(limit=5).pools
    assert (default.project, default.baseline, default.n_current) == ("default", None, 1)
    assert (bot.baseline, bot.n_current) == (first, 2)
    assert bot.newest_at == store.responses.current(project="bot")[-1].stored_at
    assert (empty.n_current, empty.newest_at) == (0, None)


def test_the_newest_checks_of_each_monitor_are_read(store: Store) -> None:
    store.create_project("bot")
    of_default, of_bot = promoted(store), promoted(store, project="bot")
    for number in range(4):
        check(store, f"c{number}", baseline_id=of_default)
        check(store, f"another {number}", Severity.CRITICAL)
        store.runs.add(new_run(f"march {number}"))
        store.runs.add(new_run(f"simulated {number}", simulated="age < 35"), project="bot")
    newest = check(store, "b", None, "bot", pvalue=None, effect_size=None, baseline_id=of_bot)
    store.runs.add(new_run("may", reference_name="may.csv"), project="bot")
    found = store.survey.newest(limit=2)
    assert [(c.project, c.severity) for c in found.checks] == [("default", "HIGH"), ("default", "HIGH"), ("bot", None)]
    assert [c.id for c in found.checks[:2]] == [
        c.id for c in store.calculations.newest(baseline_id=of_default, limit=2)
    ]
    assert (found.checks[2].id, found.checks[2].pvalue) == (newest.id, None)
    assert [(r.project, r.reference_name, r.simulated) for r in found.runs] == [
        ("bot", "may.csv", None),
        ("bot", "march.csv", "age < 35"),
        ("default", "march.csv", None),
        ("bot", "march.csv", "age < 35"),
        ("default", "march.csv", None),
    ]


def test_drift_began_with_the_first_check_of_the_unbroken_row(store: Store) -> None:
    store.create_project("calm")
    against = {"baseline_id": promoted(store)}
    check(store, "old", **against)
    check(store, "calm", Severity.LOW, **against)
    began = check(store, "c1", Severity.MEDIUM, **against)
    check(store, "c2", Severity.CRITICAL, **against)
    check(store, "elsewhere", project="calm")
    assert store.survey.pools_drift_since(["default", "calm"]) == {"default": began.created_at}
    check(store, "another baseline", Severity.LOW)
    check(store, "c3", **against)
    assert store.survey.pools_drift_since(["default"]) == {"default": began.created_at}, "others do not end the row"
    check(store, "cannot tell", None, **against)
    assert store.survey.pools_drift_since(["default"]) == {}


def test_a_tables_drift_began_likewise_and_simulations_do_not_count(store: Store) -> None:
    low = {"severity": Severity.LOW, "status": "no_drift"}
    store.runs.add(new_run("calm", **low))
    began = store.runs.add(new_run("r1"))
    store.runs.add(new_run("simulated", simulated="age < 35", **low))
    store.runs.add(new_run("r2"))
    may = store.runs.add(new_run("may", reference_name="may.csv"))
    store.runs.add(new_run("june", reference_name="june.csv", **low))
    since = store.survey.tables_drift_since(["default"])
    assert since == {("default", "march.csv"): began.created_at, ("default", "may.csv"): may.created_at}
    assert store.survey.tables_drift_since(["another"]) == {}


def test_a_turn_is_a_check_with_another_severity_than_the_one_before(store: Store) -> None:
    store.create_project("bot")
    of_default, of_bot = ({"baseline_id": promoted(store, project=project)} for project in ("default", "bot"))
    first = check(store, "c1", Severity.LOW, **of_default)
    check(store, "c2", Severity.LOW, **of_default)
    bots = check(store, "b1", Severity.HIGH, "bot", **of_bot)
    opened = check(store, "c3", Severity.HIGH, **of_default)
    check(store, "b2", Severity.HIGH, "bot", **of_bot)
    unclear = check(store, "c4", None, **of_default)
    turns = store.survey.happenings(limit=9).turns
    assert [turn.result.id for turn in turns] == [unclear.id, opened.id, bots.id, first.id]
    assert [(turn.was, turn.first) for turn in turns] == [("HIGH", False), ("LOW", False), (None, True), (None, True)]
    again = check(store, "c5", Severity.LOW, **of_default)
    (newest,) = store.survey.happenings(limit=1).turns
    assert (newest.result.id, newest.was, newest.first) == (again.id, None, False), "after one that could not tell"
    assert len(store.survey.happenings(limit=2).turns) == 2


def test_a_look_at_another_baseline_is_no_turn(store: Store) -> None:
    older = promoted(store, "week 1")
    then = check(store, "c1", Severity.HIGH, baseline_id=older)
    newer = promoted(store, "week 2")
    now = check(store, "c2", Severity.LOW, baseline_id=newer)
    check(store, "c3", Severity.CRITICAL, baseline_id=older)
    check(store, "c4", Severity.LOW, baseline_id=newer)
    assert [turn.result.id for turn in store.survey.happenings(limit=9).turns] == [now.id, then.id]
    store.baselines.restore(older)
    assert "CRITICAL" in [turn.result.severity for turn in store.survey.happenings(limit=9).turns]


def test_runs_of_real_tables_and_new_baselines_happened(store: Store) -> None:
    run = store.runs.add(new_run("real"))
    store.runs.add(new_run("simulated", simulated="age < 35"))
    store.responses.add(new_responses(1))
    baseline = store.baselines.promote("week 1")
    found = store.survey.happenings(limit=9)
    assert [item.id for item in found.runs] == [run.id]
    assert list(found.baselines) == [baseline]


def test_an_alarm_is_open_for_the_baseline_in_force_and_for_saved_references(store: Store) -> None:
    store.responses.add(new_responses(2))
    baseline = store.baselines.promote("week 1").id
    reference = store.references.add("March", b"", rows=1, columns=("x",), content_hash="h").id
    alarm(store, "llm", baseline)
    assert store.survey.newest(limit=1).alarms == {}, "3 is below the line of 5"
    alarm(store, "llm", baseline, blocks=2)
    promoted(store, "week 2")
    for monitor, of in ((f"table:{reference}", reference), ("table:gone", "gone")):
        alarm(store, monitor, of, blocks=3)
    found = store.survey.newest(limit=1).alarms
    assert {key: state.alarmed_at_block for key, state in found.items()} == {("default", "March"): 1}
    store.alarms.dismiss(f"table:{reference}", reference)
    assert store.survey.newest(limit=1).alarms == {}
    raised = store.survey.happenings(limit=9).alarms
    assert {(item.reference_name, item.block) for item in raised} == {(None, 1), ("March", 1)}


def test_a_deleted_reference_takes_its_alarm_along(store: Store) -> None:
    reference = store.references.add("March", b"", rows=1, columns=("x",), content_hash="h").id
    alarm(store, f"table:{reference}", reference, blocks=3)
    before = store.survey.version()
    store.references.delete(reference)
    assert store.survey.version() != before, "open pages follow"
    assert store.survey.newest(limit=1).alarms == {}
    assert store.survey.happenings(limit=9).alarms == ()
    assert store.alarms.looks(f"table:{reference}", reference) == []
    assert store.alarms.state(f"table:{reference}", reference, threshold=5.0).looks == 0


def test_a_day_is_counted_from_what_is_stored(store: Store) -> None:
    store.create_project("bot")
    store.responses.add(new_responses(2, prefix="old"))
    store.runs.add(new_run("old", current_rows=1000))
    old = (datetime.now(UTC) - 2 * DAY).replace(tzinfo=None)
    with store.session(write=True) as session:
        session.execute(text("UPDATE responses SET stored_at = :old"), {"old": old})
        session.execute(text("UPDATE table_runs SET created_at = :old"), {"old": old})
    assert store.survey.counts(since=datetime.now(UTC) - DAY).responses == 0
    store.responses.add(new_responses(3), project="bot")
    store.runs.add(new_run("new", current_rows=30))
    store.runs.add(new_run("simulated", current_rows=7, simulated="age < 35"))
    counts = store.survey.counts(since=datetime.now(UTC) - DAY)
    assert (counts.responses, counts.rows) == (3, 30)
    counts = store.survey.counts(since=datetime.now(UTC) - 3 * DAY)
    assert (counts.responses, counts.rows) == (5, 1030)


def test_the_version_changes_with_everything_that_is_told(store: Store) -> None:
    seen = [store.survey.version()]

    def changed() -> bool:
        seen.append(store.survey.version())
        return seen[-1] != seen[-2]

    assert not changed()
    store.create_project("bot")
    assert changed()
    store.responses.add(new_responses(2), project="bot")
    assert changed()
    baseline = store.baselines.promote("week 1", project="bot").id
    assert changed()
    check(store, "c")
    assert changed()
    run = store.runs.add(new_run("r"))
    assert changed()
    store.runs.delete(run.id)
    assert changed()
    alarm(store, "llm", baseline, blocks=2, project="bot")
    assert changed()
    store.alarms.dismiss("llm", baseline, project="bot")
    assert changed()
    assert not changed()


@pytest.mark.parametrize("table", ["calculations", "table_runs"])
def test_a_record_that_cannot_be_read_is_told_in_a_sentence(store: Store, table: str) -> None:
    check(store, "c", baseline_id=promoted(store))
    store.runs.add(new_run("r"))
    with store.session(write=True) as session:
        session.execute(text(f"UPDATE {table} SET severity = 'EXTREME'"))
    for ask in (store.survey.newest, store.survey.happenings):
        with pytest.raises(StorageError, match=r"holds a record that this version of Driftium cannot read.*EXTREME"):
            ask(limit=5)
