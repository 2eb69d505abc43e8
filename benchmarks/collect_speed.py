"""How fast a growing log is read, against nothing but decoding its lines as JSON.

    python -m benchmarks.collect_speed [--lines 1000000]

Prints seconds, lines per second, the ratio to ``json.loads`` and the memory at the peak.
"""

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

from driftium_core.collect.open import open_source
from driftium_core.origin import FileOrigin

WORDS = "the answer to this question depends on what was meant by it and when " * 4


def write(path: Path, n_lines: int) -> None:
    """A log of answers, about 400 bytes a line."""
    with path.open("w", encoding="utf-8") as file:
        for n in range(n_lines):
            record = {
                "id": f"r{n}",
                "time": "2024-05-01T10:00:00Z",
                "prompt": f"question {n}",
                "response": WORDS[n % 9 :],
            }
            file.write(json.dumps(record | {"latency_ms": n % 900, "model": "m"}) + "\n")


def decode(path: Path) -> float:
    """Seconds for decoding every line."""
    start = time.perf_counter()
    with path.open("rb") as file:
        for line in file:
            json.loads(line)
    return time.perf_counter() - start


def collect(path: Path, n_lines: int) -> float:
    """Seconds for reading every line as a response."""
    start = time.perf_counter()
    n_read = sum(len(batch.responses) for batch in open_source(FileOrigin(path=str(path)), name="log").batches({}))
    assert n_read == n_lines
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    n_lines = parser.parse_args().lines
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "app.log"
        write(path, n_lines)
        plain, collected = decode(path), collect(path, n_lines)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{n_lines:,} lines: json.loads {plain:.1f} s, collected {collected:.1f} s")
    print(f"{n_lines / collected:,.0f} lines a second, ratio {collected / plain:.1f}, peak {peak:.0f} MB")


if __name__ == "__main__":
    main()
