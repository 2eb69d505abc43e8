"""Seconds to store, read and promote many responses.

    python -m benchmarks.pool_speed [--responses 100000] [--url postgresql://…]

Answers of 70 words with prompts of 12, all different, each with a key, as an imported log gives them; on SQLite in a
temporary folder unless a (new, empty) database is named. Goals: 100,000 responses imported in 10 s, pools of
20,000 and 20,000 read in 1 s.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from driftium_core.response import Response
from driftium_core.store import Store, open_store


def _responses(count: int) -> list[Response]:
    rng = np.random.default_rng(0)
    words = np.array([f"word{i}" for i in range(5_000)])
    now = datetime.now(UTC)
    return [
        Response(
            response=f"{' '.join(words[drawn[:70]])} {i}",
            prompt=f"{' '.join(words[drawn[70:]])} {i}",
            model="smollm:135m",
            backend="ollama",
            latency_ms=float(drawn[0]),
            tokens=int(drawn[1]),
            prompt_tokens=14,
            source="log.csv",
            created_at=now,
            key=f"id:{i}:{i:064x}",
        )
        for i, drawn in enumerate(rng.integers(0, len(words), (count, 82)))
    ]


def _time(what: str, work: Callable[[], object]) -> None:
    start, cpu_start = time.perf_counter(), time.process_time()
    work()
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    print(f"{what:<52} {seconds:>8.3f} {cpu_seconds:>8.3f}")


def _measure(store: Store, responses: list[Response]) -> None:
    n, part = len(responses), min(20_000, len(responses) // 2)
    store.create_project("pools")
    print(f"{'':<52} {'seconds':>8} {'CPU':>8}")
    _time(f"import {n:,} responses", lambda: store.responses.add(responses))
    _time(f"import the same {n:,} again", lambda: store.responses.add(responses))
    _time(f"import {part:,} into a baseline", lambda: store.baselines.add("b", responses[:part], project="pools"))
    _time(f"import {part:,} more", lambda: store.responses.add(responses[part : 2 * part], project="pools"))
    _time(f"read both pools, {part:,} and {part:,}", lambda: store.pools("pools"))
    _time("revision", lambda: store.revision("pools"))
    _time(f"facts of {n + 2 * part:,}", store.responses.facts)
    _time("hashes of all texts", store.responses.hashes)
    _time(f"search {part:,}", lambda: store.responses.current(search="word17 word", limit=50, project="pools"))
    _time(f"promote {n:,}", lambda: store.baselines.promote("all"))
    _time("state", store.state)


def main() -> None:
    """Print one line per operation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--responses", type=int, default=100_000)
    parser.add_argument("--url")
    options = parser.parse_args()
    responses = _responses(options.responses)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(options.url or f"sqlite:///{folder}/driftium.db") as store,
    ):
        _measure(store, responses)


if __name__ == "__main__":
    main()
