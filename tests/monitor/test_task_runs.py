"""Runs of scheduled work: missed, stopped, failed, interrupted, and met by others and by other clocks."""

import logging
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from driftium_core import monitor
from driftium_core.errors import ConflictError, SourceError
from driftium_core.monitor import task_holders
from driftium_core.schedule import Schedule, parse_schedule
from driftium_core.services import Services
from driftium_core.settings import Settings
from tests.monitor.conftest import open_with_words
from tests.monitor.scheduled import due, ended, made, ran
from tests.monitor.sources import ScriptedSource, source

__all__ = ["source"]


@pytest.mark.usefixtures("source")
def test_missed_runs_are_caught_up_once(services: Services) -> None:
    start = datetime(2026, 11, 27, 6, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        task = made(services, schedule=parse_schedule("0 6 * * *", timezone="UTC"))
        assert [run.cause for run in due(services)] == ["schedule"]
        clock.move_to(start + timedelta(days=5, hours=3))  # the machine was asleep
        assert [run.cause for run in due(services)] == ["catch_up"]
        assert due(services) == []
        assert monitor.find_task(services, task.id).next_run_at == start + timedelta(days=6)
    assert [run.cause for run in monitor.task_runs(services, task.id)] == ["catch_up", "schedule"]


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize(
    ("schedule", "latest"),
    [("15m", timedelta(minutes=15)), ("0 6 * * *", timedelta(hours=23)), ("0 * * * *", timedelta(hours=1))],
)
def test_a_clock_that_is_put_back_delays_no_run(services: Services, schedule: str, latest: timedelta) -> None:
    start = datetime(2026, 11, 27, 7, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        task = made(services, schedule=parse_schedule(schedule, timezone="UTC"))
        due(services)
        clock.move_to(start - timedelta(days=365))
        assert due(services) == []
        again = monitor.find_task(services, task.id)
        assert again.next_run_at == start - timedelta(days=365) + latest
        assert not again.running


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize("schedule", ["0 6 * * *", "*/5 * * * *", "15m"])
def test_a_clock_that_is_a_little_behind_runs_nothing_twice(services: Services, schedule: str) -> None:
    start = datetime(2026, 11, 27, 6, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        task = made(services, schedule=parse_schedule(schedule, timezone="UTC"))
        assert len(due(services)) == 1
        for behind_s in (0.01, 5, 50):  # set by a time server, or that of another machine
            clock.move_to(start - timedelta(seconds=behind_s))
            assert due(services) == []
            clock.move_to(start + timedelta(seconds=1))
            assert due(services) == []
    assert len(monitor.task_runs(services, task.id)) == 1


def test_a_clock_that_jumps_during_a_run_doubles_nothing(services: Services, source: ScriptedSource) -> None:
    source.lines = [f"answer {number}" for number in range(30)]
    source.gate.clear()
    task = made(services)
    (job,) = monitor.run_due_tasks(services)
    assert source.reached.wait(60)
    for jump in (timedelta(hours=5), timedelta(hours=-5)):
        with time_machine.travel(datetime.now(UTC) + jump, tick=False):
            assert monitor.run_due_tasks(services) == []
    source.gate.set()
    assert ended(job).state == "done"
    assert monitor.count_current(services) == 30
    assert len(monitor.task_runs(services, task.id)) == 1


def test_one_run_at_a_time_in_a_process(services: Services, source: ScriptedSource) -> None:
    source.lines = [f"answer {number}" for number in range(20)]
    source.gate.clear()
    task = made(services)
    job = monitor.run_task(services, task.id)
    assert source.reached.wait(60)
    assert monitor.run_task(services, task.id) is job is monitor.task_job(services, task.id)
    assert monitor.run_due_tasks(services) == []
    assert monitor.find_task(services, task.id).running
    source.gate.set()
    assert ended(job).n_new == 20
    assert monitor.task_job(services, task.id) is None


def test_another_process_is_waited_for(settings: Settings, services: Services, source: ScriptedSource) -> None:
    source.lines = [f"answer {number}" for number in range(20)]
    source.gate.clear()
    task = made(services)
    with open_with_words(settings) as others:
        job = monitor.run_task(others, task.id)
        assert source.reached.wait(60)
        with pytest.raises(ConflictError, match="“chat” is being run by another process"):
            monitor.run_task(services, task.id)
        assert monitor.run_due_tasks(services) == []
        source.gate.set()
        assert ended(job).state == "done"
    assert len(due(services)) == 1
    assert len(monitor.task_runs(services, task.id)) == 2


def test_stopping_keeps_what_was_stored_and_the_next_run_goes_on(services: Services, source: ScriptedSource) -> None:
    source.lines = [f"answer {number}" for number in range(30)]
    source.gate.clear()
    task = made(services)
    job = monitor.run_task(services, task.id)
    assert source.reached.wait(60)
    monitor.stop_task(services, task.id)
    source.gate.set()
    run = ended(job)
    assert (run.state, run.error) == ("stopped", "")
    assert monitor.count_current(services) == run.n_new < 30
    assert monitor.find_task(services, task.id).failures == 0
    assert run.n_new + ran(services, task).n_new == 30 == monitor.count_current(services)
    monitor.stop_task(services, task.id)  # nothing runs: nothing happens


def test_a_failure_is_told_and_the_task_stays_scheduled(services: Services, source: ScriptedSource) -> None:
    source.lines = [f"answer {number}" for number in range(30)]
    source.fail_at = {15: SourceError("The file chat.jsonl cannot be read (permission denied).")}
    task = made(services)
    (run,) = due(services)
    assert (run.state, run.error) == ("failed", "The file chat.jsonl cannot be read (permission denied).")
    assert (run.n_new, monitor.count_current(services)) == (10, 10)
    after = monitor.find_task(services, task.id)
    assert (after.failures, after.running) == (1, False)
    assert after.next_run_at is not None
    due(services, after.next_run_at)
    assert monitor.find_task(services, task.id).failures == 2
    source.fail_at = {}
    assert ran(services, task).n_new == 20
    assert monitor.find_task(services, task.id).failures == 0


def test_an_unexpected_failure_shows_no_secret_anywhere(
    services: Services, source: ScriptedSource, caplog: pytest.LogCaptureFixture
) -> None:
    source.lines, source.fail_at = ["a"], {0: RuntimeError("postgresql://u:hunter2@db refused")}
    run = ran(services, made(services))
    assert run.state == "failed"
    assert run.error == "The run stopped on an unexpected RuntimeError. The details are in the server's log."
    assert "RuntimeError" in caplog.text
    assert "sources.py" in caplog.text
    assert "hunter2" not in caplog.text + repr(run)


def test_a_task_that_is_removed_while_it_runs_stores_nothing_more(services: Services, source: ScriptedSource) -> None:
    source.lines = [f"answer {number}" for number in range(30)]
    source.gate.clear()
    task = made(services)
    job = monitor.run_task(services, task.id)
    assert source.reached.wait(60)
    monitor.delete_task(services, task.id)
    source.gate.set()
    assert job.wait(60)
    assert job.state == "cancelled"
    assert monitor.count_current(services) == 10
    assert monitor.tasks(services) == []


def test_one_task_that_cannot_be_looked_at_holds_up_no_other(services: Services, source: ScriptedSource) -> None:
    source.lines = ["a"]
    broken, fine = made(services, "broken"), made(services, "fine")
    due(services)
    services.store.tasks.change(
        broken.id, schedule=Schedule(cron="no cron", timezone="UTC"), next_run_at=datetime.now(UTC) + timedelta(1)
    )
    before = len(monitor.task_runs(services, fine.id))
    with pytest.raises(ValueError, match="not enough values"):
        monitor.run_due_tasks(services, now=datetime.now(UTC) + timedelta(hours=1))
    job = monitor.task_job(services, fine.id)
    assert job is None or job.wait(60)
    assert len(monitor.task_runs(services, fine.id)) == before + 1


def test_an_app_that_ends_waits_for_no_source_and_reads_the_rest_later(
    settings: Settings, source: ScriptedSource
) -> None:
    source.lines = [f"answer {number}" for number in range(30)]
    source.gate.clear()
    with open_with_words(settings) as services:
        task = made(services)
        monitor.run_due_tasks(services)
        assert source.reached.wait(60)
    source.gate.set()  # only now does it answer
    with open_with_words(settings) as services:
        (run,) = monitor.task_runs(services, task.id)
        assert run.state == "interrupted"
        assert monitor.find_task(services, task.id).failures == 0
        assert due(services)[0].n_new + run.n_new == 30 == monitor.count_current(services)


def test_a_source_that_keeps_silent_can_be_stopped(services: Services, source: ScriptedSource) -> None:
    source.lines = [f"answer {number}" for number in range(30)]
    source.gate.clear()
    task = made(services)
    job = monitor.run_task(services, task.id)
    assert source.reached.wait(60)
    monitor.stop_task(services, task.id)
    assert ended(job).state == "stopped"
    assert not monitor.find_task(services, task.id).running
    source.gate.set()
    assert ran(services, task).n_new == 20


def test_who_holds_a_task_is_known_to_be_gone(services: Services) -> None:
    mine = task_holders.holder_of(services)
    machine, pid, started, _ = mine.split(" ")
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    theirs = " ".join((machine, str(child.pid), task_holders._started(child.pid) or "-", "x"))
    assert task_holders.is_gone(mine, services), "nothing of ours is in progress"
    assert not task_holders.is_gone(f"{machine} {pid} {started} other", services), "other services of this process"
    assert not task_holders.is_gone(theirs, services)
    child.kill()
    while os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT) is None:
        pass
    assert task_holders.is_gone(theirs, services), "it has ended, and waits to be cleared away"
    child.communicate()
    assert task_holders.is_gone(theirs, services)
    assert task_holders.is_gone(f"{machine} {pid} 1 other", services), "the number was given again"
    assert not task_holders.is_gone(f"elsewhere {pid} 1 other", services)
    assert not task_holders.is_gone("not ours", services)


def test_a_claim_is_renewed_while_a_batch_is_read(
    services: Services, source: ScriptedSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed = threading.Event()
    renew = services.store.task_runs.renew

    def seen(run_id: str) -> bool:
        done = renew(run_id)
        renewed.set()
        return done

    monkeypatch.setattr(task_holders, "RENEW_S", 0.01)
    monkeypatch.setattr(services.store.task_runs, "renew", seen)
    source.lines = [f"answer {number}" for number in range(20)]
    source.gate.clear()
    job = monitor.run_task(services, made(services).id)
    assert renewed.wait(60)
    source.gate.set()
    assert ended(job).state == "done"


def test_a_failure_of_the_check_after_a_run_costs_the_run_nothing(
    services: Services, source: ScriptedSource, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from driftium_core.errors import StorageError
    from driftium_core.monitor import unattended

    def fail(*_args: object, **_options: object) -> None:
        raise StorageError("The vectors cannot be read.")

    monkeypatch.setattr(unattended, "live_check", fail)
    source.lines = ["a"]
    with caplog.at_level(logging.WARNING):
        assert ran(services, made(services)).state == "done"
    assert "The vectors cannot be read." in caplog.text
