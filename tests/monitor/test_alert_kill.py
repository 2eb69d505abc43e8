"""kill -9 at any moment, and two processes at once: every check is looked at once, and every message goes out."""

import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from driftium_core import monitor
from driftium_core.alerts.machine import Check, Terms
from driftium_core.alerts.replay import replay
from driftium_core.services import Services
from driftium_core.settings import Settings
from driftium_core.severity import Severity
from tests.monitor.alerting import add_channel, add_rule, take_over
from tests.monitor.conftest import open_with_words

ROOT = Path(__file__).parents[2]


def start(folder: Path, *arguments: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.monitor.alert_worker", str(folder), *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def prepare(settings: Settings) -> None:
    with open_with_words(settings) as services:
        channels = [add_channel(services, name) for name in ("a", "b")]
        add_rule(services, *channels, min_severity=Severity.HIGH)


def check_whole(services: Services) -> None:
    """What the rule found is what its rules make of the stored checks, and nothing waits any more."""
    runs = services.store.runs.newest()[::-1]
    expected = []
    for name in {run.reference_name for run in runs}:
        checks = [
            Check(seq=seq, at=run.created_at, severity=run.severity, report_id=run.id)
            for seq, run in enumerate(runs, 1)
            if run.reference_name == name
        ]
        told = list(replay(checks, Terms(Severity.HIGH), until=datetime.now(UTC)))
        expected += [(f"table:{name}", item.at, item.incident.worst) for item in told if item.event == "opened"]
    found = monitor.incidents(services, limit=None)
    assert sorted((item.monitor, item.opened_at) for item in found) == sorted(item[:2] for item in expected)
    still_open = [item.monitor for item in found if item.resolved_at is None]
    assert len(still_open) == len(set(still_open))
    messages = monitor.deliveries(services, limit=None)
    assert {item.state for item in messages} <= {"sent", "dropped"}
    told_of = {item.incident_id for item in messages if item.state == "sent"}
    assert told_of == {item.id for item in found}


@pytest.mark.slow
def test_killed_while_looking_and_sending(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare_with = take_over(monkeypatch)
    prepare(settings)
    said: list[str] = []
    n_kills = 5
    for seed in range(n_kills):
        with start(tmp_path, seed) as worker:
            assert worker.stdout is not None
            said += [worker.stdout.readline() for _ in range(7 + 5 * seed)]
            worker.kill()
            said += [line for line in worker.stdout.readlines() if line.endswith("\n")]
    with open_with_words(settings) as services:
        monitor.process_alerts(services)
        later = datetime.now(UTC) + timedelta(minutes=4)  # the claims of those that were killed are over
        while monitor.send_due_messages(services, now=later):
            pass
        check_whole(services)
    # An attempt that was cut short may have arrived, and is made again: one per channel and kill at most.
    twice = {line: count for line, count in Counter(said).items() if count > 1}
    assert sum(count - 1 for count in twice.values()) <= 2 * n_kills
    assert len(said) + len(prepare_with.messages) >= 85


@pytest.mark.slow
def test_two_processes_at_once_tell_everything_once(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_over(monkeypatch)
    prepare(settings)
    with start(tmp_path, 1, 40) as first, start(tmp_path, 2, 40) as second:
        said = [line for worker in (first, second) for line in worker.communicate(timeout=120)[0].splitlines()]
    assert (first.returncode, second.returncode) == (0, 0)
    with open_with_words(settings) as services:
        monitor.process_alerts(services)
        monitor.send_due_messages(services)
        assert len(services.store.runs.newest()) == 80
        check_whole(services)
        n_sent = len(monitor.deliveries(services, state="sent", limit=None))
    assert len(said) == len(set(said))
    assert len(said) <= n_sent
