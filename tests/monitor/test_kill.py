"""kill -9 at any moment: what was acknowledged is there, promotions are whole, vectors follow at the next start."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from driftium_core import monitor
from driftium_core.services import Services
from driftium_core.settings import Settings
from tests.monitor.conftest import open_with_words

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_killed_while_recording_promoting_and_embedding(tmp_path: Path, settings: Settings) -> None:
    rng = np.random.default_rng(5)
    acknowledged: set[str] = set()
    for seed in range(5):
        acknowledged |= run_and_kill(tmp_path, seed, lines=int(rng.integers(3, 9)))
        with open_with_words(settings) as services:
            check_whole(services, acknowledged)
    assert len(acknowledged) >= 5 * 3 * 40


def run_and_kill(folder: Path, seed: int, *, lines: int) -> set[str]:
    """Ids that a worker said it had stored before it was killed."""
    command = [sys.executable, "-m", "tests.monitor.worker", str(folder), str(seed)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        said = [worker.stdout.readline() for _ in range(lines)]
        worker.kill()
        said += worker.stdout.readlines()
    return {id_ for line in said if line.endswith("\n") for id_ in line.split()}


def check_whole(services: Services, acknowledged: set[str]) -> None:
    facts = services.store.responses.facts()
    assert acknowledged <= facts.keys()
    for baseline in monitor.baselines(services):
        assert baseline.size == sum(fact.baseline_id == baseline.id for fact in facts.values())
        assert baseline.size % 40 == 0
    monitor.reconcile(services)
    stored = {**services.vectors.facts("baseline"), **services.vectors.facts("current")}
    assert stored.keys() == facts.keys()
    assert all(stored[id_].baseline_id == fact.baseline_id for id_, fact in facts.items())
