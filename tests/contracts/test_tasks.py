"""Scheduled work in the store: whoever claims, steps and finishes, and whenever, nothing is lost or doubled."""

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from driftium_core.errors import ConflictError, InputError, NotFoundError
from driftium_core.origin import FileOrigin, HttpOrigin, SqlOrigin
from driftium_core.schedule import Schedule
from driftium_core.store import Store
from driftium_core.store.alarms import NEXT_BLOCK, CountedBlock
from driftium_core.store.task_records import Claim, RunEnd, Task
from driftium_core.store.task_rows import LEASE_S
from tests.store.make import new_look, new_response, new_step, new_task

SOON = datetime(2026, 11, 27, 6, tzinfo=UTC)
LATER = SOON + timedelta(minutes=15)


def nobody(_holder: str) -> bool:
    return False


def added(store: Store, name: str = "chat log", *, due: datetime | None = SOON, **changes: Any) -> Task:
    return store.tasks.add(new_task(name, **changes), next_run_at=due)


def claimed(
    store: Store,
    task: Task,
    *,
    holder: str = "me",
    gone: Callable[[str], bool] = nobody,
    due: datetime | None = None,
    next_run_at: datetime | None = None,
) -> Claim:
    cause = "manual" if due is None else "schedule"
    claim = store.task_runs.claim(task.id, holder=holder, gone=gone, cause=cause, due=due, next_run_at=next_run_at)
    assert claim is not None
    return claim


@pytest.mark.parametrize(
    "origin",
    [
        FileOrigin(path="logs", pattern="*.jsonl"),
        SqlOrigin(url="postgresql://u:secret@db/logs", query="SELECT 1", watermark="id"),
        HttpOrigin(url="https://u:secret@host/x?key=secret", headers=(("Authorization", "secret"),), since="after"),
        None,
    ],
)
def test_a_task_comes_back_as_it_was_made(store: Store, origin: Any) -> None:
    new = new_task(
        "Größe 日本",
        kind="collect" if origin else "answers",
        origin=origin,
        columns={"response": "Antwort", "prompt": ""},
        schedule=Schedule(cron="0 6 * * 1-5", timezone="Europe/Berlin"),
        p_threshold=0.01,
    )
    task = store.tasks.add(new, next_run_at=SOON)
    assert store.tasks.all() == [task] == [store.tasks.get(task.id)]
    assert store.tasks.find("Größe 日本") == store.tasks.find(task.id) == task
    assert {name: getattr(task, name) for name in ("name", "kind", "origin", "columns", "schedule", "p_threshold")} == {
        name: getattr(new, name) for name in ("name", "kind", "origin", "columns", "schedule", "p_threshold")
    }
    assert (task.next_run_at, task.running, task.failures, task.project) == (SOON, False, 0, "default")
    assert "secret" not in repr(task)


def test_names_are_unique_in_a_project_and_found_by_name(store: Store) -> None:
    store.create_project("second")
    first = added(store, "b")
    other = store.tasks.add(new_task("b"), next_run_at=None, project="second")
    with pytest.raises(InputError, match="has a task called “b” already"):
        added(store, " b ")
    with pytest.raises(InputError, match="needs a name"):
        added(store, "  ")
    with pytest.raises(InputError, match="one line of printable"):
        added(store, "a\nb")
    with pytest.raises(NotFoundError, match="Project 'second' has no task called “c”"):
        store.tasks.find("c", project="second")
    with pytest.raises(NotFoundError, match="no project called 'third'"):
        store.tasks.all(project="third")
    assert [task.name for task in (added(store, "A"), first)] == ["A", "b"]
    assert [task.name for task in store.tasks.all()] == ["A", "b"]
    assert [(task.project, task.name) for task in store.tasks.all(project=None)] == [
        ("default", "A"),
        ("default", "b"),
        ("second", "b"),
    ]
    assert store.tasks.find("b", project="second") == other


def test_changing_and_removing(store: Store) -> None:
    task, other = added(store), added(store, "other")
    claim = claimed(store, task)
    store.task_runs.add_step(claim, new_step(3, 3), revision=0)
    store.task_runs.finish(claim, RunEnd(state="done"), revision=1)
    changed = store.tasks.change(task.id, name="renamed", schedule=Schedule(every_s=60), paused=True, next_run_at=None)
    assert changed == replace(task, name="renamed", schedule=Schedule(every_s=60), paused=True, next_run_at=None)
    assert store.tasks.change(task.id, paused=False, next_run_at=LATER).next_run_at == LATER
    with pytest.raises(InputError, match="called “other” already"):
        store.tasks.change(task.id, name="other", next_run_at=None)
    assert claimed(store, task).cursor == {"at": 3}
    store.tasks.delete(task.id)
    assert store.tasks.all() == [other]
    assert store.responses.count() == 3
    for gone in (store.tasks.get, store.tasks.delete, store.tasks.turn, store.task_runs.newest):
        with pytest.raises(NotFoundError, match="There is no task"):
            gone(task.id)


def test_the_revision_rises_with_every_change_that_can_be_seen(store: Store) -> None:
    store.create_project("second")
    seen = [store.tasks.revision()]

    def rose() -> bool:
        seen.append(store.tasks.revision())
        return seen[-1] > seen[-2]

    task = added(store)
    assert rose()
    store.tasks.change(task.id, paused=True, next_run_at=None)
    assert rose()
    claim = claimed(store, task)
    assert rose()
    store.task_runs.add_step(claim, new_step(1, 1), revision=0)
    assert rose()
    assert store.task_runs.renew(claim.run_id)
    assert not rose()
    store.task_runs.finish(claim, RunEnd(state="done"), revision=1)
    assert rose()
    store.tasks.delete(task.id)
    assert rose()
    assert store.tasks.revision(project="second") == 0
    with pytest.raises(NotFoundError, match="no project"):
        store.tasks.revision(project="third")


def test_a_run_from_claim_to_end(store: Store) -> None:
    task = added(store)
    claim = claimed(store, task, due=SOON, next_run_at=LATER)
    assert (claim.cursor, claim.revision, claim.task.id) == ({}, 0, task.id)
    held = store.tasks.get(task.id)
    assert (held.running, held.next_run_at) == (True, LATER)
    assert store.task_runs.latest()[task.id].state == "running"
    step = new_step(3, 3, n_read=5, skipped_counts=(("no response", 2),), reasons=("Line 2: no response.",))
    assert store.task_runs.add_step(claim, replace(step, notes=("The file was rotated.",)), revision=0)[0].known == 0
    added_, run = store.task_runs.add_step(claim, new_step(3, 4, skipped_counts=(("not JSON", 1),)), revision=1)
    assert (len(added_.stored), added_.known, run.n_read) == (1, 2, 8)
    done = store.task_runs.finish(claim, RunEnd(state="done", notes=("Read.",)), revision=2)
    assert (done.n_read, done.n_new, done.n_known, done.n_skipped) == (8, 4, 2, 3)
    assert done.skipped_text == "3 records were skipped: 2 no response, 1 not JSON."
    assert (done.reasons, done.notes) == (("Line 2: no response.",), ("The file was rotated.", "Read."))
    assert (done.cause, done.state, done.error, done.task_id) == ("schedule", "done", "", task.id)
    assert done.finished_at is not None
    assert done.finished_at >= done.started_at
    assert store.task_runs.newest(task.id) == [done] == list(store.task_runs.latest().values())
    assert not store.tasks.get(task.id).running
    assert claimed(store, task).cursor == {"at": 4}
    assert [item.content.key for item in store.responses.current()] == [f"line:{at}" for at in range(4)]


def test_one_of_many_claims_a_task(store: Store) -> None:
    task = added(store)
    barrier = threading.Barrier(6)

    def claim(number: int) -> bool:
        barrier.wait()
        try:
            return claimed(store, task, holder=str(number), due=SOON, next_run_at=LATER) is not None
        except ConflictError as error:
            assert str(error) == "“chat log” is being run by another process. Wait for its end."  # noqa: PT017
            return False

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(claim, range(6))) == 1
    assert len(store.task_runs.newest(task.id)) == 1


def test_what_somebody_else_has_run_or_paused_is_not_due_any_more(store: Store) -> None:
    task = added(store)
    store.task_runs.finish(claimed(store, task, due=SOON, next_run_at=LATER), RunEnd(state="done"), revision=0)
    again = {"holder": "b", "gone": nobody, "cause": "schedule", "due": SOON, "next_run_at": LATER}
    assert store.task_runs.claim(task.id, **again) is None
    store.tasks.change(task.id, paused=True, next_run_at=None)
    assert store.task_runs.claim(task.id, **again) is None
    manual = claimed(store, task)
    assert manual is not None
    store.task_runs.finish(manual, RunEnd(state="done"), revision=0)
    assert store.tasks.get(task.id).next_run_at is None


@pytest.mark.parametrize(
    ("moved", "gone", "taken"),
    [
        (timedelta(seconds=LEASE_S - 1), False, False),
        (timedelta(seconds=LEASE_S + 1), False, True),
        (timedelta(0), True, True),
        (timedelta(hours=-1), False, True),  # a claim that reaches an hour ahead is from before the clock was put back
    ],
)
def test_a_claim_holds_as_long_as_its_lease_and_its_holder(
    store: Store, moved: timedelta, gone: bool, taken: bool
) -> None:
    with time_machine.travel(SOON, tick=False):
        task = added(store)
        first = claimed(store, task, due=SOON, next_run_at=LATER)
        store.task_runs.add_step(first, new_step(2, 2), revision=0)
    with time_machine.travel(SOON + moved, tick=False):
        assert store.tasks.get(task.id).running == (gone or not taken)
        if not taken:
            with pytest.raises(ConflictError, match="another process"):
                claimed(store, task, holder="you")
            return
        second = claimed(store, task, holder="you", gone=lambda holder: gone and holder == "me")
        newest, before = store.task_runs.newest(task.id)
        assert (newest.state, before.state, before.n_new) == ("running", "interrupted", 2)
        assert before.finished_at is not None
        assert second.cursor == {"at": 2}
        for late in (
            lambda: store.task_runs.add_step(first, new_step(2, 4), revision=1),
            lambda: store.task_runs.finish(first, RunEnd(state="done"), revision=1),
        ):
            with pytest.raises(ConflictError, match="taken over by another process"):
                late()
        assert not store.task_runs.renew(first.run_id)
        store.task_runs.add_step(second, new_step(2, 4), revision=1)
        assert store.responses.count() == 4


def test_renewing_keeps_others_out(store: Store) -> None:
    with time_machine.travel(SOON, tick=False) as clock:
        task = added(store)
        claim = claimed(store, task)
        for _ in range(5):
            clock.shift(LEASE_S - 1)
            assert store.task_runs.renew(claim.run_id)
        with pytest.raises(ConflictError):
            claimed(store, task, holder="you")


def test_a_step_from_another_place_of_the_cursor_stores_nothing(store: Store) -> None:
    claim = claimed(store, added(store))
    store.task_runs.add_step(claim, new_step(2, 2), revision=0)
    with pytest.raises(ConflictError):
        store.task_runs.add_step(claim, new_step(2, 4), revision=0)
    with pytest.raises(ConflictError):
        store.task_runs.finish(claim, RunEnd(state="done", cursor={"at": 9}), revision=0)
    assert store.responses.count() == 2
    assert store.task_runs.newest(claim.task.id)[0].n_read == 2


def test_a_number_that_cannot_be_stored_costs_only_its_response(store: Store) -> None:
    claim = claimed(store, added(store))
    bad = new_response("bad", key="line:7", tokens=2**80)
    step = new_step(1, 1)
    added_, run = store.task_runs.add_step(claim, replace(step, responses=(bad, *step.responses)), revision=0)
    assert [item.content.response for item in added_.stored] == ["answer 0"]
    assert (run.n_skipped, run.skipped_text) == (
        1,
        "1 record was skipped: 1 a number or time that cannot be stored.",
    )
    assert re.match(r"Response 1 has \d+ as tokens", run.reasons[0])


def test_failures_in_a_row_are_counted(store: Store) -> None:
    task = added(store)
    states = ["failed", "failed", "stopped", "done", "failed"]
    seen = []
    for state in states:
        run = store.task_runs.finish(claimed(store, task), RunEnd(state=state, error="Why."), revision=0)  # type: ignore[arg-type]
        assert run.error == "Why."
        seen.append(store.tasks.get(task.id).failures)
    assert seen == [1, 2, 2, 0, 1]


def test_an_interrupted_run_goes_on_at_once_but_not_again_and_again(store: Store) -> None:
    now = datetime.now(UTC)
    task = added(store, due=now)
    claimed(store, task, due=now, next_run_at=now + timedelta(days=1))
    store.task_runs.interrupt(store.tasks.turn(task.id))
    first = store.tasks.get(task.id)
    assert first.failures == 1
    assert first.next_run_at is not None
    assert now <= first.next_run_at <= datetime.now(UTC)
    claimed(store, task, due=first.next_run_at, next_run_at=now + timedelta(days=1))
    turn = store.tasks.turn(task.id)
    store.task_runs.interrupt(turn)
    store.task_runs.interrupt(turn)  # seen by two: once
    second = store.tasks.get(task.id)
    assert (second.failures, second.next_run_at) == (2, now + timedelta(days=1))
    assert [run.state for run in store.task_runs.newest(task.id)] == ["interrupted"] * 2


def test_a_run_that_was_renewed_meanwhile_is_not_interrupted(store: Store) -> None:
    with time_machine.travel(SOON, tick=False) as clock:
        task = added(store)
        claim = claimed(store, task)
        turn = store.tasks.turn(task.id)
        clock.shift(5)
        store.task_runs.renew(claim.run_id)
        store.task_runs.interrupt(turn)
        assert store.tasks.get(task.id).running


def test_the_history_keeps_the_newest_two_hundred(store: Store) -> None:
    task, other = added(store), added(store, "other")
    store.task_runs.finish(claimed(store, other), RunEnd(state="done"), revision=0)
    for number in range(203):
        store.task_runs.finish(claimed(store, task), RunEnd(state="done", notes=(str(number),)), revision=0)
    runs = store.task_runs.newest(task.id, limit=None)
    assert (len(runs), runs[0].notes, runs[-1].notes) == (200, ("202",), ("3",))
    assert len(store.task_runs.newest(task.id, limit=7)) == 7
    assert len(store.task_runs.newest(other.id)) == 1


def test_runs_without_work_do_not_push_out_a_failure_of_the_night(store: Store) -> None:
    task = added(store)
    failed = claimed(store, task)
    store.task_runs.finish(failed, RunEnd(state="failed", error="The file is gone."), revision=0)
    for _ in range(203):
        store.task_runs.finish(claimed(store, task), RunEnd(state="done"), revision=0)
    runs = store.task_runs.newest(task.id, limit=None)
    assert (len(runs), runs[-1].id, runs[-1].quiet) == (201, failed.run_id, False)
    assert all(run.quiet for run in runs[:-1])
    for _ in range(200):
        store.task_runs.finish(claimed(store, task), RunEnd(state="failed"), revision=0)
    assert failed.run_id not in {run.id for run in store.task_runs.newest(task.id, limit=None)}


def test_a_block_counts_together_with_how_far_was_read(store: Store) -> None:
    task = added(store)
    block = CountedBlock(
        look=new_look(NEXT_BLOCK, fingerprint="f"),
        monitor="table:r",
        baseline_id="r",
        threshold=10.0,
        accumulate=lambda evidence, value: evidence + value,
    )
    claim = claimed(store, task)
    end = RunEnd(state="done", n_read=500, cursor={"at": 500}, report_kind="table", report_id="t1")
    with pytest.raises(ConflictError):
        store.task_runs.finish(claim, end, revision=3, block=block)
    assert store.alarms.looks("table:r", "r") == []
    run = store.task_runs.finish(claim, end, revision=0, block=block, said=lambda result: f"counted {result.counted}")
    assert (run.n_read, run.report_kind, run.report_id, run.notes) == (500, "table", "t1", ("counted True",))
    again = claimed(store, task)
    assert again.cursor == {"at": 500}
    run = store.task_runs.finish(again, end, revision=1, block=block, said=lambda result: f"counted {result.counted}")
    assert run.notes == ("counted False",)
    assert [look.block for look in store.alarms.looks("table:r", "r")] == [0]


def test_turns_are_what_may_be_due_or_is_held(store: Store) -> None:
    added(store, "by hand", due=None)
    late, soon = added(store, "late", due=LATER), added(store, "soon")
    held = added(store, "held", due=None)
    claim = claimed(store, held, holder="somebody")
    turns = {turn.name: turn for turn in store.tasks.turns()}
    assert sorted(turns) == ["held", "late", "soon"]
    assert [turn.id for turn in store.tasks.turns() if turn.next_run_at] == [soon.id, late.id]
    assert (turns["held"].run_id, turns["held"].holder) == (claim.run_id, "somebody")
    assert turns["late"].schedule == Schedule(every_s=900)
    assert all(store.tasks.turn(turn.id) == turn for turn in turns.values())


def test_a_run_is_brought_forward_only(store: Store) -> None:
    task, by_hand = added(store, due=LATER), added(store, "by hand", due=None)
    for moment in (SOON, LATER):
        store.tasks.bring_forward(task.id, moment)
        assert store.tasks.get(task.id).next_run_at == SOON
    store.tasks.bring_forward(by_hand.id, SOON)
    assert store.tasks.get(by_hand.id).next_run_at is None


def test_a_project_has_two_hundred_tasks_at_most(store: Store) -> None:
    for number in range(200):
        added(store, str(number))
    with pytest.raises(InputError, match="can have 200 tasks"):
        added(store, "one more")


def test_a_table_task_tells_the_name_of_its_reference(store: Store) -> None:
    saved = store.references.add("March", b"data", rows=1, columns=("a",), content_hash="h")
    task = added(store, kind="table", reference_id=saved.id)
    assert (task.reference_id, task.reference_name) == (saved.id, "March")
    store.references.delete(saved.id)
    assert store.tasks.get(task.id).reference_name is None
