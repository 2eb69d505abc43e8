"""Seconds and memory to read a large CSV, against ``pandas.read_csv(engine="c")``.

    python -m benchmarks.read_speed [--rows 1000000] [--repeat 3]

Writes a table of 20 numeric and 10 categorical columns, 2 % missing, to a temporary folder, and reads it with each
reader in processes of their own, in turn. Ours also hashes the bytes, checks every line's number of fields and
decides each column's type on all of its values. Peak memory counts the bytes of the file, which both hold.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

_READERS = {
    "driftium": "from driftium_core.tabular.read import read_table\nread = lambda data: read_table(data, 'x.csv')",
    "pandas C": "import io, pandas as pd\nread = lambda data: pd.read_csv(io.BytesIO(data), engine='c')",
}
_CHILD = """
import json, pathlib, resource, sys, time
{reader}
read(b"a,b\\n1,x\\n")
data = pathlib.Path(sys.argv[1]).read_bytes()
start, cpu_start = time.perf_counter(), time.process_time()
result = read(data)
seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
unit = 1 if sys.platform == "darwin" else 1024
print(json.dumps([seconds, cpu_seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6]))
"""


def _write(path: Path, n_rows: int) -> None:
    rng = np.random.default_rng(0)
    columns: dict[str, object] = {}
    for i in range(20):
        values = rng.normal(size=n_rows).round(6) * 100 if i % 2 else rng.integers(0, 100_000, n_rows).astype(float)
        values[rng.random(n_rows) < 0.02] = np.nan
        columns[f"number_{i}"] = values
    for i in range(10):
        codes = rng.integers(0, 5 + 5 * i, n_rows)
        codes[rng.random(n_rows) < 0.02] = -1
        columns[f"category_{i}"] = pd.Categorical.from_codes(codes, [f"category {k}" for k in range(5 + 5 * i)])
    pd.DataFrame(columns).to_csv(path, index=False)


def _measure(reader: str, path: Path) -> tuple[float, float, float]:
    """Seconds, CPU seconds and peak megabytes of one reading in a fresh process."""
    run = subprocess.run(
        [sys.executable, "-c", _CHILD.format(reader=_READERS[reader]), str(path)],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    seconds, cpu_seconds, megabytes = json.loads(run.stdout)
    return seconds, cpu_seconds, megabytes


def main() -> None:
    """Print one line per reader: the fastest run, its peak memory, and the ratio to pandas."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.csv"
        _write(path, options.rows)
        print(f"{options.rows} rows x 30 columns, {path.stat().st_size / 1e6:.0f} MB, best of {options.repeat}")
        runs = [{reader: _measure(reader, path) for reader in _READERS} for _ in range(options.repeat)]
    best = {reader: min(run[reader] for run in runs) for reader in _READERS}
    for reader, (seconds, cpu_seconds, megabytes) in best.items():
        ratio = seconds / best["pandas C"][0]
        print(f"{reader:10} {seconds:6.2f} s  {cpu_seconds:6.2f} CPU s  {megabytes:6.0f} MB peak  {ratio:.2f} x pandas")


if __name__ == "__main__":
    main()
