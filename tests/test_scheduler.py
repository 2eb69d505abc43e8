"""What happens by itself: ticks that go on whatever they meet, and end when the app does."""

import logging
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
import time_machine

from driftium_core import monitor, scheduler
from driftium_core.errors import StorageError
from driftium_core.scheduler import Scheduler
from driftium_core.services import Services

TICK_S = 0.01


class Ticks:
    """In place of the verbs: each tick is put into a queue, and does what the test says."""

    def __init__(self) -> None:
        self.seen: queue.Queue[int] = queue.Queue()
        self.act: Callable[[int], object] = lambda _number: None
        self._number = 0

    def __call__(self, *_args: object, **_options: object) -> None:
        self._number += 1
        self.seen.put(self._number)
        self.act(self._number)

    def wait(self, count: int) -> None:
        """Until it has ticked so often from now."""
        while not self.seen.empty():
            self.seen.get()
        for _ in range(count):
            self.seen.get(timeout=30)


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> Ticks:
    ticks = Ticks()
    monkeypatch.setattr(monitor, "run_due_tasks", ticks)
    return ticks


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> Ticks:
    ticks = Ticks()
    monkeypatch.setattr(monitor, "process_alerts", lambda _services: 0)
    monkeypatch.setattr(monitor, "send_due_messages", ticks)
    return ticks


@pytest.fixture(autouse=True)
def watches(monkeypatch: pytest.MonkeyPatch) -> Ticks:
    ticks = Ticks()
    monkeypatch.setattr(monitor, "check_watched_answers", ticks)
    return ticks


@pytest.fixture
def started(tasks: Ticks, messages: Ticks) -> Iterator[Scheduler]:
    assert tasks is not messages
    made = Scheduler(lambda: cast(Services, None), tick_s=TICK_S)
    yield made
    made.stop()


def test_it_ticks_until_it_is_stopped(started: Scheduler, tasks: Ticks, messages: Ticks) -> None:
    started.start()
    started.start()
    tasks.wait(3)
    messages.wait(3)
    started.stop()
    n_ticks = tasks._number
    threading.Event().wait(20 * TICK_S)
    assert tasks._number == n_ticks
    assert [thread.name for thread in threading.enumerate() if "APScheduler" in thread.name] == []


def test_answers_that_rules_look_at_are_looked_after_again_and_again(started: Scheduler, watches: Ticks) -> None:
    started.start()
    watches.wait(2)


def test_what_was_stopped_before_its_start_never_ticks(started: Scheduler, tasks: Ticks) -> None:
    started.stop()
    started.start()
    threading.Event().wait(20 * TICK_S)
    assert tasks._number == 0


def test_failures_are_logged_once_per_kind_and_the_next_tick_comes(
    started: Scheduler, tasks: Ticks, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(number: int) -> None:
        if number <= 5:
            raise StorageError("The database is busy.")
        if number <= 8:
            raise ZeroDivisionError
        if number == 10:
            raise StorageError("The database is busy.")

    tasks.act = fail
    with caplog.at_level(logging.WARNING):
        started.start()
        while tasks.seen.get(timeout=30) < 11:
            pass
        started.stop()
    assert [record.getMessage() for record in caplog.records] == [
        "What is due (tasks and alerts) could not be done: The database is busy.",
        "What is due (tasks and alerts) could not be done: ZeroDivisionError",
        "What is due (tasks and alerts) could not be done: The database is busy.",
    ]
    assert caplog.records[1].exc_info is not None


def test_a_message_that_hangs_holds_up_no_task(started: Scheduler, tasks: Ticks, messages: Ticks) -> None:
    hanging, release = threading.Event(), threading.Event()

    def hang(_number: int) -> None:
        hanging.set()
        release.wait(60)

    messages.act = hang
    started.start()
    assert hanging.wait(30)
    tasks.wait(10)
    assert messages._number == 1, "one at a time"
    before = time.monotonic()
    started.stop(timeout_s=0.2)
    assert time.monotonic() - before < 30
    release.set()


@pytest.mark.parametrize("jump", [timedelta(days=-30), timedelta(days=400)])
def test_a_clock_that_jumps_stops_no_tick(started: Scheduler, tasks: Ticks, jump: timedelta) -> None:
    started.start()
    tasks.wait(2)
    with time_machine.travel(datetime.now(UTC) + jump):
        tasks.wait(5)
    tasks.wait(5)


def test_services_that_cannot_be_opened_are_asked_for_again(
    tasks: Ticks, messages: Ticks, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[int] = []

    def get() -> Services:
        asked.append(1)
        if len(asked) < 5:
            raise StorageError("The database cannot be opened.")
        return cast(Services, None)

    made = Scheduler(get, tick_s=TICK_S)
    made.start()
    tasks.wait(1)
    messages.wait(1)
    made.stop()
    assert {record.getMessage().partition(": ")[2] for record in caplog.records} == {"The database cannot be opened."}


def test_alerts_are_looked_at_although_a_task_failed(
    started: Scheduler, tasks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = threading.Event()
    monkeypatch.setattr(monitor, "process_alerts", lambda _services: looked.set())

    def fail(_number: int) -> None:
        raise StorageError("No.")

    tasks.act = fail
    started.start()
    assert looked.wait(30)


def test_apscheduler_is_loaded_when_it_starts() -> None:
    code = "import sys, driftium_core.scheduler; raise SystemExit('apscheduler' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_tick_is_shorter_than_the_shortest_interval() -> None:
    from driftium_core.schedule import SHORTEST_S

    assert 2 * scheduler.TICK_S <= SHORTEST_S
