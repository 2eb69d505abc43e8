"""Scheduled work as people see it: made, due, paused, and what it brings."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from driftium_core import monitor
from driftium_core.errors import InputError, NotFoundError
from driftium_core.schedule import Schedule, parse_schedule
from driftium_core.services import Services
from driftium_core.tabular.table import Table
from tests.monitor.answers import answers
from tests.monitor.conftest import settle
from tests.monitor.scheduled import due, made, ran
from tests.monitor.sources import ScriptedSource, source

__all__ = ["source"]


def test_a_new_task_runs_at_once_and_then_as_scheduled(services: Services, source: ScriptedSource) -> None:
    source.lines = [f"answer {number}" for number in range(25)]
    task = made(services)
    (run,) = due(services)
    assert (run.state, run.cause, run.n_read, run.n_new) == ("done", "schedule", 25, 25)
    assert monitor.count_current(services) == 25
    assert due(services) == []
    first = task.next_run_at
    assert first is not None
    assert monitor.find_task(services, "chat").next_run_at == first + timedelta(minutes=15)
    source.lines += ["one more", None]
    (run,) = due(services, first + timedelta(minutes=15, seconds=4))
    assert (run.n_read, run.n_new, run.n_skipped) == (2, 1, 1)
    assert (run.skipped_text, run.reasons) == ("1 record was skipped: 1 no response.", ("Line 27: no response.",))
    assert monitor.find_task(services, "chat").next_run_at == first + timedelta(minutes=30)
    assert [each.n_new for each in monitor.task_runs(services, task.id)] == [1, 25]
    assert monitor.latest_runs(services) == {task.id: run}


def test_a_task_that_runs_by_hand_or_is_paused_is_never_due(services: Services, source: ScriptedSource) -> None:
    source.lines = ["a"]
    by_hand, paused = made(services, "by hand", schedule=Schedule()), made(services, "paused", paused=True)
    assert due(services, datetime.now(UTC) + timedelta(days=400)) == []
    assert (by_hand.next_run_at, paused.next_run_at) == (None, None)
    assert ran(services, by_hand).n_new == 1
    run = ran(services, paused)
    assert (run.cause, run.state, run.n_known) == ("manual", "done", 1)
    assert monitor.find_task(services, "paused").next_run_at is None


@pytest.mark.usefixtures("source")
def test_pausing_and_resuming(services: Services) -> None:
    task = made(services)
    assert monitor.change_task(services, task.id, paused=True).next_run_at is None
    resumed = monitor.change_task(services, task.id, paused=False)
    assert len(due(services)) == 1, "it had never run"
    monitor.change_task(services, task.id, paused=True)
    before = datetime.now(UTC)
    resumed = monitor.change_task(services, task.id, paused=False)
    assert resumed.next_run_at is not None
    assert resumed.next_run_at >= before + timedelta(minutes=15), "what was missed while it was paused is not made up"
    renamed = monitor.change_task(services, task.id, name="renamed")
    assert (renamed.name, renamed.next_run_at) == ("renamed", resumed.next_run_at)
    hourly = monitor.change_task(services, task.id, schedule=parse_schedule("1h"))
    assert hourly.next_run_at is not None
    assert hourly.next_run_at >= before + timedelta(hours=1)
    assert monitor.change_task(services, task.id, schedule=Schedule()).next_run_at is None


def test_new_answers_are_checked_and_get_their_vectors(services: Services, source: ScriptedSource) -> None:
    services.store.responses.add(answers("bread", 60))
    monitor.promote(services, "first")
    source.lines = [item.response for item in answers("bicycle", 60)]
    ran(services, made(services))
    settle(services)
    (calculation,) = monitor.pool_history(services)
    assert (calculation.n_baseline, calculation.n_current) == (60, 60)
    assert services.vectors.count("current") == 60
    source.lines = []
    ran(services, monitor.find_task(services, "chat"))
    settle(services)
    assert len(monitor.pool_history(services)) == 1


def test_answers_are_checked_on_a_schedule(services: Services) -> None:
    task = made(services, kind="answers", origin=None)
    (run,) = due(services)
    assert (run.state, run.report_id) == ("done", None)
    assert run.notes[0] == monitor.pool_status(services).message
    services.store.responses.add(answers("bread", 60))
    monitor.promote(services, "first")
    services.store.responses.add(answers("bicycle", 70, seed=1))
    run = ran(services, task)
    assert (run.report_kind, run.n_read) == ("text", 70)
    assert [calculation.id for calculation in monitor.pool_history(services)] == [run.report_id]
    state = monitor.evidence_state(services)
    assert state is not None
    assert state.looks > 0


def table(seed: int, rows: int = 500, shift: float = 0.0) -> Table:
    values = np.random.default_rng(seed).normal(shift, 1, rows)
    return Table(f"batch {seed}", pd.DataFrame({"x": values}), content_hash=f"{seed} {shift}")


@pytest.fixture
def reference(services: Services) -> str:
    return monitor.save_reference(services, table(0, 2000), name="March").id


def test_a_table_is_checked_and_counted_when_its_rows_are_new(
    services: Services, source: ScriptedSource, reference: str
) -> None:
    source.tables = [table(1), table(2, shift=2.0), table(3, rows=5)]
    task = made(services, "sales", kind="table", reference_id=reference)
    runs = [ran(services, task) for _ in range(4)]
    assert [(run.state, run.n_read, run.report_kind) for run in runs] == [
        ("done", 500, "table"),
        ("done", 500, "table"),
        ("done", 5, "table"),
        ("done", 0, None),
    ]
    assert [run.id for run in monitor.table_runs(services)] == [run.report_id for run in runs[2::-1]]
    assert monitor.open_run(services, runs[1].report_id or "")[1].summary.status == "drift"
    assert runs[0].notes == ("Its rows are new, so they count as block 1 of the evidence score.",)
    assert "needs" in runs[2].notes[0]
    assert "was not counted" in runs[2].notes[0]
    assert runs[3].notes == ("Nothing is new.",)
    state = monitor.evidence_state(services, reference="March")
    assert state is not None
    assert state.looks == 2


def test_a_table_that_went_back_to_what_it_was_is_the_newest_check_again(
    services: Services, source: ScriptedSource, reference: str
) -> None:
    source.only_new = False
    source.tables = [table(1), table(2, shift=2.0), table(1)]
    task = made(services, "sales", kind="table", reference_id=reference)
    first, second, third = (ran(services, task).report_id for _ in range(3))
    assert first == third != second
    assert [run.id for run in monitor.table_runs(services)] == [first, second]
    assert monitor.evidence_looks(services, reference="March") == []


def test_a_deleted_reference_is_a_clear_failure(services: Services, source: ScriptedSource, reference: str) -> None:
    source.tables = [table(1)]
    task = made(services, "sales", kind="table", reference_id=reference)
    monitor.delete_reference(services, reference)
    run = ran(services, task)
    assert (run.state, run.error) == (
        "failed",
        "The saved reference that this task compares with was deleted. Save it again and make a new task with it.",
    )


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"origin": None}, "Say where to read from"),
        ({"kind": "answers"}, "takes no origin"),
        ({"columns": {"reply": "x"}}, "`reply` is no role of a column. There are `prompt`, `response`"),
        ({"kind": "table", "reference_id": "gone"}, "has no saved reference to check this table against. Save one"),
        ({"kind": "table"}, "has no saved reference"),
        ({"reference_id": "r"}, "Only the check of a table"),
        ({"kind": "answers", "origin": None, "columns": {"response": "x"}}, "Columns can only be chosen"),
        ({"p_threshold": 0.0}, "between 0 and 1"),
        ({"name": " "}, "needs a name"),
    ],
)
def test_a_task_that_cannot_be_meant_is_refused(services: Services, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        made(services, **changes)
    assert monitor.tasks(services) == []


@pytest.mark.usefixtures("source")
def test_the_version_changes_with_tasks_and_runs(services: Services) -> None:
    before = monitor.tasks_version(services)
    task = made(services)
    made_ = monitor.tasks_version(services)
    ran(services, task)
    assert len({before, made_, monitor.tasks_version(services)}) == 3
    assert monitor.tasks_version(services) == monitor.tasks_version(services)
    with pytest.raises(NotFoundError):
        monitor.tasks_version(services, project="none")
