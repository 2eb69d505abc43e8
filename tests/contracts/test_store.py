"""What every database must do for the store, whichever it is."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from driftium_core.errors import InputError, NotFoundError, StorageError
from driftium_core.severity import Severity
from driftium_core.store import Store, migrations, open_store
from driftium_core.store.projects import project_key
from tests.store.make import new_arm, new_calculation, new_look, new_responses, new_run


def test_a_run_comes_back_as_it_went_in(store: Store) -> None:
    before = datetime.now(UTC)
    added = store.runs.add(new_run("f1", simulated="age < 35", max_effect=None, drift_rate=None, severity=None))
    assert store.runs.get(added.id) == added
    assert (added.severity, added.max_effect, added.simulated) == (None, None, "age < 35")
    assert added.created_at.tzinfo is UTC
    assert before - timedelta(seconds=1) <= added.created_at <= datetime.now(UTC)
    assert store.runs.report(added.id) == new_run("f1").report
    assert store.runs.newest()[0].severity is None


def test_the_same_fingerprint_is_stored_once_per_project(store: Store) -> None:
    first = store.runs.add(new_run("f1"))
    assert store.runs.add(new_run("f1", current_name="other.csv")) == first
    store.create_project("second")
    other = store.runs.add(new_run("f1"), project="second")
    assert other.id != first.id
    assert store.runs.find("f1") == first
    assert store.runs.find("f1", project="second") == other
    assert store.runs.find("f2") is None


def test_a_check_of_now_makes_a_stored_run_the_newest_again(store: Store) -> None:
    first = store.runs.add(new_run("f1"))
    assert store.runs.add(new_run("f1"), renew=True) == first  # it is the newest already
    other = store.runs.add(new_run("f2"))
    assert store.runs.add(new_run("f1")) == first
    assert store.runs.newest() == [other, first]
    again = store.runs.add(new_run("f1"), renew=True)
    assert (again.id, again.created_at >= other.created_at) == (first.id, True)
    assert store.runs.newest() == [again, other]
    assert store.runs.report(first.id) == store.runs.report(other.id)


def test_simulations_and_other_references_are_not_between_two_checks(store: Store) -> None:
    first = store.runs.add(new_run("f1"))
    store.runs.add(new_run("f2", reference_name="another.csv"))
    store.runs.add(new_run("f3", simulated="age < 35"))
    assert store.runs.add(new_run("f1"), renew=True) == first
    real = store.runs.add(new_run("f3"), renew=True)  # what was a simulation came in as a table
    assert (real.simulated, store.runs.newest(limit=1)) == (None, [real])


def test_the_newest_runs_are_kept_and_listed_first(store: Store) -> None:
    ids = [store.runs.add(new_run(f"f{i}")).id for i in range(8)]
    assert [run.id for run in store.runs.newest()] == ids[:2:-1]
    assert [run.id for run in store.runs.newest(limit=2)] == ids[:5:-1]
    with pytest.raises(NotFoundError, match="not stored, or no longer: it was deleted, or made room for newer runs"):
        store.runs.get(ids[0])


def test_pruning_one_project_leaves_the_others_alone(store: Store) -> None:
    store.create_project("quiet")
    kept = store.runs.add(new_run("q"), project="quiet")
    for i in range(8):
        store.runs.add(new_run(f"f{i}"))
    assert store.runs.newest(project="quiet") == [kept]


def test_a_deleted_newest_run_does_not_confuse_the_order(store: Store) -> None:
    ids = [store.runs.add(new_run(f"f{i}")).id for i in range(3)]
    store.runs.delete(ids[2])
    newer = store.runs.add(new_run("f9")).id
    assert [run.id for run in store.runs.newest()] == [newer, ids[1], ids[0]]
    with pytest.raises(NotFoundError):
        store.runs.delete(ids[2])


@pytest.mark.parametrize(
    ("column", "value"),
    [("severity", "AWFUL"), ("created_at", "garbage"), ("drifted", "many"), ("max_effect", "x")],
)
def test_a_run_that_cannot_be_read_costs_no_other(tmp_path: Path, column: str, value: str) -> None:
    with open_store(f"sqlite:///{tmp_path / 'a.db'}") as store:
        first, bad, last = (store.runs.add(new_run(f"f{i}")) for i in range(3))
        with store.session(write=True) as session:
            session.execute(
                text(f"UPDATE table_runs SET {column} = :value WHERE id = :id"), {"value": value, "id": bad.id}
            )
        assert store.runs.newest(limit=1) == [last]
        assert store.runs.notice is None
        assert store.runs.newest() == store.runs.newest(reference="march.csv") == [last, first]
        assert "table checks of project “default” cannot be read" in str(store.runs.notice)
        assert store.runs.find("f1") is None
        with pytest.raises(StorageError, match=f"Run {bad.id} cannot be read from the database.*Run it again"):
            store.runs.get(bad.id)
        again = store.runs.add(new_run("f1"))  # the same tables checked again take the place of what was damaged
        assert store.runs.newest() == [again, last, first]


def test_a_run_that_cannot_be_read_can_be_deleted(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'a.db'}") as store:
        bad = store.runs.add(new_run("f1"))
        with store.session(write=True) as session:
            session.execute(text("UPDATE table_runs SET created_at = 'garbage', report = 'abc'"))
        with pytest.raises(StorageError, match=f"report of run {bad.id} is damaged"):
            store.runs.report(bad.id)
        store.runs.delete(bad.id)
        assert store.runs.count() == 0


def test_threads_never_lose_or_double_a_run(url: str) -> None:
    with open_store(url, history_limit=1000) as store:
        barrier = threading.Barrier(6)
        failures: list[BaseException] = []

        def write(worker: int) -> None:
            barrier.wait()
            try:
                for i in range(15):
                    store.runs.add(new_run(f"{worker}-{i}"))
                    store.runs.add(new_run(f"shared-{i}"))
                    store.runs.newest(limit=3)
            except BaseException as error:
                failures.append(error)
                raise

        threads = [threading.Thread(target=write, args=(worker,)) for worker in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert store.runs.count() == 6 * 15 + 15


def test_a_reference_comes_back_byte_for_byte(store: Store) -> None:
    data = bytes(range(256)) * 40
    saved = store.references.add("March", data, rows=3, columns=("a", "b, c"), content_hash="abc")
    assert store.references.get(saved.id) == (saved, data)
    assert store.references.all() == [saved]
    assert (saved.columns, saved.size_bytes, saved.created_at.tzinfo) == (("a", "b, c"), len(data), UTC)
    store.references.delete(saved.id)
    assert store.references.all() == []
    with pytest.raises(NotFoundError, match="Saved reference"):
        store.references.get(saved.id)


def test_reference_names_are_unique_per_project(store: Store) -> None:
    store.references.add("March", b"1", rows=1, columns=("a",), content_hash="x")
    with pytest.raises(InputError, match="'March' already; choose another name"):
        store.references.add(" March ", b"2", rows=1, columns=("a",), content_hash="y")
    with pytest.raises(InputError, match="needs a name"):
        store.references.add("  ", b"2", rows=1, columns=("a",), content_hash="y")
    store.create_project("second")
    store.references.add("March", b"2", rows=1, columns=("a",), content_hash="y", project="second")


def test_projects_are_listed_in_order_and_unique(store: Store) -> None:
    store.create_project("beta")
    store.create_project("alpha")
    assert store.projects() == ["default", "beta", "alpha"]
    with pytest.raises(InputError, match="'beta' already"):
        store.create_project("beta")
    with pytest.raises(NotFoundError, match="no project called 'nope'"):
        store.runs.newest(project="nope")


def test_project_names_are_of_a_length_that_can_be_shown(store: Store) -> None:
    store.create_project(f" {'x' * 80} ")
    assert store.projects() == ["default", "x" * 80]
    with pytest.raises(InputError, match="name of a project may have 80 characters, and this one has 81"):
        store.create_project("x" * 81)
    with pytest.raises(InputError, match="A project needs a name"):
        store.create_project(" \n")
    with pytest.raises(InputError, match="already; choose another name"):
        store.create_project("x" * 80)


@pytest.mark.parametrize(
    ("name", "sentence"), [(" ", "needs a name"), ("x" * 81, "may have 80 characters"), ("two\nlines", "one line")]
)
def test_a_project_has_a_name_that_fits_a_line(store: Store, name: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        store.create_project(name)
    assert store.projects() == ["default"]


def test_the_version_changes_with_everything_a_page_shows(store: Store) -> None:
    store.create_project("quiet")
    quiet, seen = store.version("quiet"), [store.version()]
    store.responses.add(new_responses(1))
    seen.append(store.version())
    store.baselines.promote("week 1")
    seen.append(store.version())
    store.calculations.add(new_calculation("f"))
    seen.append(store.version())
    store.prompt_sets.save("questions", ["Why?"])
    seen.append(store.version())
    older = store.runs.add(new_run("first"))
    seen.append(store.version())
    store.runs.add(new_run("second"))
    seen.append(store.version())
    store.runs.delete(older.id)
    seen.append(store.version())
    block: dict[str, Any] = {"monitor": "llm", "baseline_id": "b1", "threshold": 9.0, "accumulate": lambda *_: 0.0}
    store.alarms.look(new_look(0, 0, 64), **block)
    seen.append(store.version())
    store.alarms.look(new_look(0, 0, 64), **block)
    assert store.version() == seen[-1]  # it was counted before
    store.alarms.dismiss("llm", "b1")
    seen.append(store.version())
    assert len(set(seen)) == len(seen)
    assert store.version() == seen[-1]
    assert store.version("quiet") == quiet
    with pytest.raises(NotFoundError, match="no project called 'nope'"):
        store.version("nope")


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    def fail_after_writing() -> None:
        with store.session(write=True) as session:
            project = project_key(session, "default")
            session.execute(_insert_reference(project))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        fail_after_writing()
    assert store.references.all() == []


def _insert_reference(project_id: int):
    from sqlalchemy import insert

    from driftium_core.store.schema import SavedReferenceRow

    return insert(SavedReferenceRow).values(
        id="x", project_id=project_id, name="n", created_at=datetime.now(UTC), rows=1, columns=[], content_hash="",
        size_bytes=0, data=b"",
    )  # fmt: skip


def test_the_state_says_what_is_stored(store: Store) -> None:
    assert "nothing stored yet; writable" in store.state().detail
    store.runs.add(new_run("f1", severity=Severity.LOW))
    assert store.state().status == "ok"
    assert f"schema {migrations.HEAD}, 1 run stored; writable" in store.state().detail
    store.responses.add(new_responses(2))
    store.baselines.promote("first")
    assert "1 run, 2 responses and 1 baseline stored; writable" in store.state().detail
    store.prompt_sets.save("s", ["a"])
    store.prompt_sets.save("s", ["b"])
    store.prompt_runs.start("r", ["a"], [new_arm()], to_current=False)
    assert "1 baseline, 2 prompt set versions and 1 prompt run stored; writable" in store.state().detail
