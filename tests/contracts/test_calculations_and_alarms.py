"""Checks of pools, and their evidence: what every database must do."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from driftium_core.errors import InputError, NotFoundError, StorageError
from driftium_core.store import Store, open_store
from driftium_core.store.records import AlarmState, LookResult, NewLook
from driftium_core.store.schema import CalculationRow
from tests.store.make import new_calculation, new_look, new_responses


def test_a_calculation_comes_back_as_it_went_in(store: Store) -> None:
    before = datetime.now(UTC)
    scores = ["severity", "pvalue", "effect_size", "centroid_score", "mmd_score", "health_index"]
    empty = dict.fromkeys([*scores, "mmd_low", "mmd_high", "health_low", "health_high"])
    full, bare = store.calculations.add(new_calculation("f1")), store.calculations.add(new_calculation("f2", **empty))
    assert store.calculations.get(full.id) == full
    assert store.calculations.newest() == [bare, full]
    assert (full.pvalue, full.seed, bare.severity, bare.health_index) == (0.001, 2**40, None, None)
    assert (full.mmd_low, full.mmd_high, full.health_low, full.health_high) == (0.002, 0.009, 96.0, 98.5)
    assert before - timedelta(seconds=1) <= full.created_at <= datetime.now(UTC)
    assert full.created_at.tzinfo is UTC
    assert store.calculations.report(full.id) == new_calculation("f1").report


def test_an_unchanged_state_is_one_record_and_one_that_returns_is_another(store: Store) -> None:
    first = store.calculations.add(new_calculation("f1"))
    assert store.calculations.add(new_calculation("f1", duration_ms=99.0)) == first
    assert store.calculations.count() == 1
    store.calculations.add(new_calculation("f2"))
    third = store.calculations.add(new_calculation("f1"))
    assert store.calculations.count() == 3
    assert store.calculations.find("f1") == third
    assert store.calculations.find("f3") is None
    store.create_project("second")
    assert store.calculations.find("f1", project="second") is None
    assert store.calculations.add(new_calculation("f1"), project="second").id not in (first.id, third.id)


def test_the_same_state_in_another_format_takes_the_place_of_its_record(store: Store) -> None:
    first = store.calculations.add(new_calculation("1:abc"))
    again = store.calculations.add(new_calculation("2:abc", health_index=12.5, report={"more": 1}))
    assert (again.id, again.created_at, again.health_index) == (first.id, first.created_at, 12.5)
    assert store.calculations.newest() == [again]
    assert store.calculations.report(first.id) == {"more": 1}
    other = store.calculations.add(new_calculation("2:def"))
    assert store.calculations.newest() == [other, again]


def test_looking_at_two_baselines_in_turn_adds_two_records(store: Store) -> None:
    first, second = (store.calculations.add(new_calculation(f"f{b}", baseline_id=b)) for b in ("b1", "b2"))
    for _ in range(3):
        assert store.calculations.add(new_calculation("fb1", baseline_id="b1")) == first
        assert store.calculations.add(new_calculation("fb2", baseline_id="b2")) == second
    assert store.calculations.newest() == [second, first]
    assert store.calculations.newest(baseline_id="b1", limit=5) == [first]
    assert store.calculations.newest(baseline_id="b3") == []
    assert [store.calculations.count(baseline_id=id_) for id_ in (None, "b1", "b3")] == [2, 1, 0]
    same = store.calculations.add(new_calculation("fb1", baseline_id="b2"))  # two versions of the same content
    assert store.calculations.find("fb1") == store.calculations.find("fb1", baseline_id="b2") == same
    assert store.calculations.find("fb1", baseline_id="b1") == first


def test_the_newest_calculations_are_kept_per_project(store: Store) -> None:
    store.create_project("quiet")
    kept = store.calculations.add(new_calculation("q"), project="quiet")
    ids = [store.calculations.add(new_calculation(f"f{i}")).id for i in range(8)]
    assert [calculation.id for calculation in store.calculations.newest()] == ids[:2:-1]
    assert [calculation.id for calculation in store.calculations.newest(limit=2)] == ids[:5:-1]
    assert store.calculations.newest(project="quiet") == [kept]
    for ask in (store.calculations.get, store.calculations.report):
        with pytest.raises(NotFoundError, match="not stored, or no longer: it made room"):
            ask(ids[0])


def test_an_unbroken_row_of_drifts_begins_where_it_began_whatever_the_clock_said(store: Store) -> None:
    verdicts = {"calm": "no_drift", "first": "drift", "other": "no_drift", "second": "drift", "unclear": "inconclusive"}
    kept = {
        name: store.calculations.add(
            new_calculation(name, verdict=verdict, baseline_id="b2" if name == "other" else "b1")
        )
        for name, verdict in verdicts.items()
    }
    with store.session(write=True) as session:  # the clock jumped back two days after the first drift
        session.execute(
            update(CalculationRow)
            .where(CalculationRow.id == kept["second"].id)
            .values(created_at=datetime(2020, 1, 1, tzinfo=UTC))
        )
    second = store.calculations.get(kept["second"].id)
    assert store.calculations.drift_since(second) == kept["first"]
    assert store.calculations.drift_since(kept["first"]) == kept["first"]
    for name in ("calm", "unclear"):
        assert store.calculations.drift_since(kept[name]) == kept[name]
    gone = replace(second, id="gone")
    assert store.calculations.drift_since(gone) == gone


@pytest.mark.parametrize(
    ("column", "value"),
    [("severity", "BOGUS"), ("created_at", "garbage"), ("pvalue", "abc"), ("health_index", "x"), ("n_current", "many")],
)
def test_a_record_that_cannot_be_read_costs_no_other_one(tmp_path: Path, column: str, value: str) -> None:
    with open_store(f"sqlite:///{tmp_path / 'a.db'}") as store:
        first, bad, last = (store.calculations.add(new_calculation(f"f{i}")) for i in range(3))
        with store.session(write=True) as session:
            session.execute(
                text(f"UPDATE calculations SET {column} = :value WHERE id = :id"), {"value": value, "id": bad.id}
            )
        assert store.calculations.newest(limit=1) == [last]
        assert store.calculations.notice is None
        assert store.calculations.newest() == [last, first]
        assert "calculations of project “default” cannot be read" in str(store.calculations.notice)
        assert store.calculations.newest(limit=2) == [last, first]
        assert store.calculations.find("f1") is None
        assert store.calculations.drift_since(last) == first
        with pytest.raises(StorageError, match=f"Calculation {bad.id} cannot be read .*Check the pools again"):
            store.calculations.get(bad.id)
        with store.session(write=True) as session:
            session.execute(text("DELETE FROM calculations WHERE id = :id"), {"id": last.id})
        again = store.calculations.add(new_calculation("f1"))
        assert store.calculations.newest() == [again, first]


def test_a_report_that_is_no_report_is_told(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'a.db'}") as store:
        kept = store.calculations.add(new_calculation("f"))
        with store.session(write=True) as session:
            session.execute(text("UPDATE calculations SET report = 'abc'"))
        with pytest.raises(StorageError, match=f"report of calculation {kept.id} is damaged"):
            store.calculations.report(kept.id)


def test_an_id_that_is_no_id_is_told_in_a_line(store: Store) -> None:
    for ask in (store.calculations.get, store.calculations.report, store.runs.get, store.prompt_runs.get,
                store.prompt_sets.get, store.baselines.get, store.references.get, store.responses.get):  # fmt: skip
        with pytest.raises(NotFoundError) as told:
            ask("\x1b[31m\n" + "x" * 5_000)
        assert len(str(told.value)) < 200
        assert str(told.value).isprintable()


def look(store: Store, new: NewLook, *, monitor: str = "llm", baseline_id: str = "b1") -> LookResult:
    """Count a block against a line of 10; the score adds up as in an e-detector of Shiryaev–Roberts."""
    return store.alarms.look(
        new,
        monitor=monitor,
        baseline_id=baseline_id,
        threshold=10.0,
        accumulate=lambda evidence, e_value: (evidence + 1) * e_value,
    )


def state(store: Store, *, monitor: str = "llm", baseline_id: str = "b1") -> AlarmState:
    return store.alarms.state(monitor, baseline_id, threshold=10.0)


FRESH = AlarmState(
    monitor="llm",
    baseline_id="b1",
    evidence=0.0,
    looks=0,
    last_block=-1,
    last_seq=0,
    threshold=10.0,
    alarmed_at_block=None,
)


def test_blocks_add_up_and_the_alarm_stays(store: Store) -> None:
    assert state(store) == FRESH
    assert look(store, new_look(0, 0, 64)).counted  # (0 + 1) · 3 = 3
    second = look(store, new_look(1, 64, 128))  # (3 + 1) · 3 = 12, over the line
    assert (second.state.evidence, second.state.alarmed_at_block) == (12.0, 1)
    third = look(store, new_look(2, 128, 192, e_value=0.1, pvalue=0.9, effect_size=0.01)).state
    assert third.evidence == pytest.approx(1.3)
    assert (third.looks, third.last_block, third.last_seq, third.alarmed_at_block) == (3, 2, 192, 1)
    assert state(store) == third
    looks = store.alarms.looks("llm", "b1")
    assert [a.block for a in looks] == [2, 1, 0]
    assert [(a.evidence, a.e_value) for a in looks] == [(third.evidence, 0.1), (12.0, 3.0), (3.0, 3.0)]
    assert (looks[0].fingerprint, looks[0].pvalue, looks[0].effect_size) == ("block 2", 0.9, 0.01)
    assert looks[0].created_at.tzinfo is UTC
    assert store.alarms.looks("llm", "b1", limit=1) == looks[:1]


@pytest.mark.parametrize(
    "again",
    [
        new_look(0, 0, 64, fingerprint="other"),
        new_look(1, 0, 64, fingerprint="other"),
        new_look(2, 64, 128, fingerprint="other"),
        new_look(1, 64, 128, fingerprint="block 0"),
    ],
    ids=["its number", "its cursor", "a gap", "its content"],
)
def test_a_block_counts_once(store: Store, again: NewLook) -> None:
    first = look(store, new_look(0, 0, 64)).state
    assert look(store, again) == LookResult(first, counted=False)
    assert state(store) == first
    assert len(store.alarms.looks("llm", "b1")) == 1


def test_a_look_that_does_not_follow_a_fresh_state_stores_nothing(store: Store) -> None:
    assert look(store, new_look(3, 64, 128)) == LookResult(FRESH, counted=False)
    assert store.alarms.looks("llm", "b1") == []
    with pytest.raises(NotFoundError, match="'llm' has counted nothing against baseline b1 yet"):
        store.alarms.dismiss("llm", "b1")


def test_scores_are_apart_by_monitor_baseline_and_project(store: Store) -> None:
    look(store, new_look(0, 0, 64))
    assert state(store, baseline_id="b2").looks == 0
    assert state(store, monitor="table:March").looks == 0
    store.create_project("second")
    assert store.alarms.state("llm", "b1", threshold=1.0, project="second").looks == 0
    assert look(store, new_look(0), monitor="table:March").counted
    assert look(store, new_look(1, fingerprint="May"), monitor="table:March").counted
    assert state(store).looks == 1


def test_a_dismissal_zeroes_and_keeps_the_cursor(store: Store) -> None:
    look(store, new_look(0, 0, 64, e_value=50.0))
    dismissed = store.alarms.dismiss("llm", "b1")
    assert (dismissed.evidence, dismissed.alarmed_at_block) == (0.0, None)
    assert (dismissed.last_block, dismissed.last_seq) == (0, 64)
    assert state(store) == dismissed
    assert not look(store, new_look(0, 0, 64, e_value=50.0)).counted
    after = look(store, new_look(1, 64, 128, e_value=50.0)).state
    assert (after.evidence, after.alarmed_at_block, after.looks) == (50.0, 1, 2)


def test_the_line_stays_where_it_was_drawn(store: Store) -> None:
    look(store, new_look(0, 0, 64))
    assert store.alarms.state("llm", "b1", threshold=99.0).threshold == 10.0


def test_a_failing_score_changes_nothing(store: Store) -> None:
    def fail(_evidence: float, _e_value: float) -> float:
        raise InputError("no such thing")

    with pytest.raises(InputError, match="no such thing"):
        store.alarms.look(new_look(0, 0, 64), monitor="llm", baseline_id="b1", threshold=10.0, accumulate=fail)
    assert state(store) == FRESH


def test_eight_threads_count_every_block_once(url: str) -> None:
    with open_store(url) as store:
        barrier = threading.Barrier(8)
        counted: list[int] = []

        def count_all() -> None:
            barrier.wait()
            while (now := state(store)).looks < 12:
                block = now.last_block + 1
                if look(store, new_look(block, now.last_seq, now.last_seq + 64, e_value=1.0)).counted:
                    counted.append(block)

        threads = [threading.Thread(target=count_all) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # One that read the state just before the twelfth block counts a thirteenth at most.
        assert sorted(counted) == list(range(len(counted)))
        assert state(store).looks == state(store).evidence == len(counted) == len(store.alarms.looks("llm", "b1"))


def test_the_evidence_goes_with_its_baseline(store: Store) -> None:
    store.responses.add(new_responses(1))
    old = store.baselines.promote("b").id
    look(store, new_look(0, 0, 64), baseline_id=old)
    store.responses.add(new_responses(1))
    new = store.baselines.promote("b").id
    look(store, new_look(0, 0, 64), baseline_id=new)
    store.baselines.delete(old)
    assert state(store, baseline_id=old).looks == 0
    assert store.alarms.looks("llm", old) == []
    assert state(store, baseline_id=new).looks == 1
