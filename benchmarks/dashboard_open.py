"""Seconds until a known report of large pools is there, in a process that has just begun.

    python -m benchmarks.dashboard_open [--responses 20000] [--folder FOLDER]

Made-up answers of 70 words with prompts of 12, of which four in ten current ones are of another topic, with made-up
vectors of 384 dimensions: no model is loaded. The pools are compared once, which stores the report (with --folder it is
kept there, and the next run skips this part); then a new process asks for it as an open page does, with an encoder that
fails when it is called. Goals: the report in 2 s, also while another project is being compared, and every later
question in milliseconds.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from driftium_core import monitor
from driftium_core.monitor import calculations
from driftium_core.parts import PartState
from driftium_core.response import Response
from driftium_core.services import Services, open_services
from driftium_core.settings import Settings
from driftium_core.text.report import Encoder
from driftium_core.text.serialise import report_from_stored

DIMENSION = 384
TOPICS = {topic: [f"{topic}{i}" for i in range(2_000)] for topic in ("bread", "wheel")}


class MadeUpEncoder:
    """A random direction per text around that of its topic; fails when it may not be asked."""

    info = Encoder("made up", "fp32")
    tag = "made up/fp32"

    def __init__(self, *, may_encode: bool) -> None:
        self._may_encode = may_encode

    def encode(self, texts: Sequence[str], *, progress: object = None) -> NDArray[np.float32]:  # noqa: ARG002
        assert self._may_encode, "a known report needs no vectors"
        rows = np.stack([self._direction(text, 0.25 if "wheel" in text else 0.0) for text in texts])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def state(self, *, verify: bool = False) -> PartState:  # noqa: ARG002
        return PartState("embedder", "ok", "made up")

    @staticmethod
    def _direction(text: str, shift: float) -> NDArray[np.float32]:
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
        row = np.random.default_rng(seed).standard_normal(DIMENSION, dtype=np.float32)
        row[:8] += 10 * shift
        return row


def made_up(count: int, *, first: int, share_new: float) -> Iterator[Response]:
    """Different answers and prompts, the given share of them of the other topic."""
    rng = np.random.default_rng(first)
    for number in range(first, first + count):
        words = rng.choice(TOPICS["wheel" if rng.random() < share_new else "bread"], 82)
        yield Response(
            response=f"{' '.join(words[:70])} {number}.",
            prompt=f"{' '.join(words[70:])} {number}?",
            model="smollm:135m",
            latency_ms=float(rng.gamma(4, 100)),
            tokens=int(rng.integers(60, 120)),
        )


def opened(folder: Path, *, may_encode: bool) -> Services:
    """Services on the folder, as the app opens them but for the encoder."""
    services = open_services(Settings(database_url=f"sqlite:///{folder}/drift.db", qdrant=f"{folder}/qdrant"))
    services.encoder = MadeUpEncoder(may_encode=may_encode)  # type: ignore[assignment]
    return services


def fill(folder: Path, n: int) -> None:
    """Both pools, and the report of their comparison in the history."""
    with opened(folder, may_encode=True) as services:
        if monitor.pool_history(services):
            return
        services.store.baselines.add("week 1", list(made_up(n, first=0, share_new=0)))
        services.store.responses.add(list(made_up(n, first=n, share_new=0.4)))
        timed(f"compare {n:,} with {n:,}, for the first time", lambda: monitor.check_responses(services))
        stop = iter([False, True]).__next__
        timed("evidence score, the first two blocks", lambda: monitor.update_evidence(services, interrupted=stop))


def timed(what: str, work: Callable[[], object]) -> None:
    """Print the wall time and the CPU time of one call."""
    start, cpu_start = time.perf_counter(), time.process_time()
    work()
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    print(f"{what:<58} {seconds:>8.4f} {cpu_seconds:>8.4f}", flush=True)


def measure(folder: Path) -> None:
    """What an open page waits for; the first question is asked before anything else was read."""
    with opened(folder, may_encode=False) as services:
        timed("live check, cold", lambda: known(services))
        timed("live check, warm", lambda: known(services))
        counted(services)
        services.latest_checks.drop(monitor.pool_status(services).baseline.id)  # type: ignore[union-attr]
        timed("live check of a new revision, report in memory", lambda: known(services))
        counted(services)
        timed("version, which every page polls", services.store.version)
        timed("newest 20 of the history", lambda: monitor.pool_history(services, limit=20))
        (newest,) = monitor.pool_history(services, limit=1)
        timed("ids behind a calculation of the history, cold", lambda: monitor.calculation_ids(services, newest))
        timed("ids behind a calculation of the history, warm", lambda: monitor.calculation_ids(services, newest))
        timed("  of which, cold: ids and digests of both pools", services.store.outline)
        outline = services.store.outline()
        timed("  of which, cold: fingerprint", lambda: calculations.fingerprint(services, outline))
        timed("  a stored report as values", lambda: services.store.calculations.report(newest.id))
        values = services.store.calculations.report(newest.id)
        timed("  values as a report", lambda: report_from_stored(values))
        timed("both pools with their texts (not read above)", services.store.pools)


def measure_beside(folder: Path) -> None:
    """The same first question while another project is being compared."""
    with opened(folder, may_encode=False) as services:
        done = threading.Event()
        with services.checking:
            services.background.start(lambda _progress: done.wait(60), title="Checking the answers of another project")
            timed("live check, cold, while another project is compared", lambda: known(services))
            done.set()


def known(services: Services) -> None:
    """Ask as a page does; the answer must be there at once."""
    assert monitor.live_check(services).current


def counted(services: Services) -> None:
    """Nothing is counted in this process: its encoder would fail."""
    for job in services.background.all():
        job.cancel()
        job.wait()


def main() -> None:
    """Print one line per operation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--responses", type=int, default=20_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--part", choices=["alone", "beside"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        (measure if options.part == "alone" else measure_beside)(options.folder)
        return
    print(f"{'':<58} {'seconds':>8} {'CPU':>8}", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        fill(folder, options.responses)
        for part in ("alone", "beside"):
            begun = [sys.executable, "-m", "benchmarks.dashboard_open", "--folder", str(folder), "--part", part]
            subprocess.run(begun, check=True)


if __name__ == "__main__":
    main()
