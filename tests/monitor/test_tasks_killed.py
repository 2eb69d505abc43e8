"""Tasks run by real processes: killed in the middle of a run, and two that go for the same task."""

import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import pytest

from driftium_core import monitor
from driftium_core.origin import FileOrigin
from driftium_core.schedule import Schedule
from driftium_core.store import open_store
from driftium_core.store.task_records import Task
from tests.monitor.conftest import open_with_words
from tests.monitor.task_worker import settings_of
from tests.store.make import new_task

ROOT = Path(__file__).parents[2]
N_LINES = 14_000
"""Seven batches."""


@pytest.fixture
def task(tmp_path: Path) -> Task:
    """A log that is due to be read."""
    log = tmp_path / "chat.jsonl"
    log.write_text("".join(json.dumps({"response": f"answer {number}"}) + "\n" for number in range(N_LINES)), "utf-8")
    new = new_task(origin=FileOrigin(path=str(log)), schedule=Schedule(every_s=86_400))
    with open_store(settings_of(tmp_path).database_url) as store:
        return store.tasks.add(new, next_run_at=datetime.now(UTC))


class Worker:
    """A process that looks for what is due whenever it is told to."""

    def __init__(self, folder: Path, *n_batches: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.monitor.task_worker", str(folder), *map(str, n_batches)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.read() == "ready"

    def look(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("look\n")
        self._process.stdin.flush()

    def read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def until_looked(self) -> list[str]:
        return list(iter(self.read, "looked"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        """kill -9."""
        self._process.kill()
        self._process.communicate()


@pytest.mark.slow
def test_killed_in_the_middle_of_runs_nothing_is_lost_or_doubled(tmp_path: Path, task: Task) -> None:
    for n_batches in (2, 1):
        with Worker(tmp_path, n_batches) as worker:
            worker.look()
            said = [worker.read().split()[0] for _ in range(n_batches + 1)]
            assert said == [*["stored"] * n_batches, "storing"]
    with open_with_words(settings_of(tmp_path)) as services:
        assert monitor.run_due_tasks(services) == [], "interrupted twice in a row, it waits for its time"
        interrupted = monitor.task_runs(services, task.id)
        assert [run.state for run in interrupted] == ["interrupted", "interrupted"]
        assert [run.n_new for run in interrupted] == [2000, 4000], "what was being stored does not count"
        assert monitor.count_current(services) == 6000
        assert not monitor.find_task(services, task.id).running
        job = monitor.run_task(services, task.id)
        assert job.wait(60)
        assert job.result is not None
        assert job.result.state == "done"
        assert job.result.n_known == 0, "it goes on exactly where the last stored batch ended"
        stored = Counter(item.content.response for item in services.store.responses.current())
    assert stored == Counter(f"answer {number}" for number in range(N_LINES))


@pytest.mark.slow
def test_of_two_processes_one_runs_what_is_due(tmp_path: Path, task: Task) -> None:
    with Worker(tmp_path) as first, Worker(tmp_path) as second:
        said = look_both(first, second)
        assert said.count("ended done") == 1
        assert "ended done" not in look_both(first, second)
    with open_store(settings_of(tmp_path).database_url) as store:
        (run,) = store.task_runs.newest(task.id)
        assert (run.state, run.n_new, run.n_known) == ("done", N_LINES, 0)
        assert store.responses.count() == N_LINES


def look_both(first: Worker, second: Worker) -> list[str]:
    for worker in (first, second):
        worker.look()
    return first.until_looked() + second.until_looked()
