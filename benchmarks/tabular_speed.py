"""Time and peak memory of `compare_tables` against the numpy floor and against scipy.

    python -m benchmarks.tabular_speed [--rows 1000000] [--repeats 3]

Both tables have 20 numeric and 10 categorical columns with 2 % missing values. The floor computes D and the
contingency tables and nothing else, with two threads: two sorts and two sweeps per numeric column, dictionary
encoding and counting per categorical one. scipy's way is `ks_2samp` and `crosstab` with `chi2_contingency`. Each
contender runs in a process of its own; peak memory includes both tables. CPU seconds are given too: they tell more
than wall seconds when the machine is busy.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

N_NUMERIC, N_CATEGORICAL, MISSING = 20, 10, 0.02


def make_table(rows: int, seed: int) -> pd.DataFrame:
    """20 numeric columns of five shapes and 10 categorical ones of 2 to 50 categories."""
    rng = np.random.default_rng(seed)
    shapes: list[Callable[[], np.ndarray]] = [
        lambda: rng.normal(size=rows),
        lambda: rng.lognormal(size=rows),
        lambda: rng.random(rows),
        lambda: rng.integers(18, 95, rows).astype(float),
        lambda: rng.normal(size=rows).round(2),
    ]
    columns: dict[str, object] = {}
    for i in range(N_NUMERIC):
        values = shapes[i % len(shapes)]()
        values[rng.random(rows) < MISSING] = np.nan
        columns[f"number_{i}"] = values
    for i in range(N_CATEGORICAL):
        names = np.array([f"category {k}" for k in range(rng.integers(2, 51))])
        values = names[rng.integers(0, names.size, rows)]
        columns[f"category_{i}"] = pa.array(values, mask=rng.random(rows) < MISSING).to_pandas()
    return pd.DataFrame(columns)


def floor(reference: pd.DataFrame, current: pd.DataFrame, n_threads: int = 2) -> None:
    """The least work that gives D and contingency tables of all rows."""

    def numeric(name: str) -> float:
        a, b = (np.sort(x[~np.isnan(x)]) for x in (reference[name].to_numpy(), current[name].to_numpy()))
        worst = 0.0
        for one, other in ((a, b), (b, a)):
            last = np.append(one[1:] != one[:-1], True)
            at = one[last]
            share = (np.flatnonzero(last) + 1) / one.size
            worst = max(worst, float(np.abs(share - np.searchsorted(other, at, side="right") / other.size).max()))
        return worst

    def categorical(name: str) -> list[dict[str, int]]:
        counts = []
        for table in (reference, current):
            strings = pa.array(table[name])
            if isinstance(strings, pa.ChunkedArray):
                strings = strings.combine_chunks()
            encoded = strings.dictionary_encode()
            codes = encoded.indices.drop_null().to_numpy()
            counts.append(dict(zip(encoded.dictionary.to_pylist(), np.bincount(codes).tolist(), strict=True)))
        return counts

    with ThreadPoolExecutor(n_threads) as pool:
        work = [pool.submit(numeric if name.startswith("number") else categorical, name) for name in reference]
        for future in work:
            future.result()


def scipy_way(reference: pd.DataFrame, current: pd.DataFrame) -> None:
    """What one would write by hand."""
    from scipy.stats import chi2_contingency, ks_2samp

    side = np.repeat([0, 1], [len(reference), len(current)])
    for name in reference:
        if name.startswith("number"):
            ks_2samp(reference[name].dropna(), current[name].dropna(), method="asymp")
        else:
            both = pd.concat([reference[name], current[name]], ignore_index=True)
            chi2_contingency(pd.crosstab(side, both), correction=False)


def driftium(reference: pd.DataFrame, current: pd.DataFrame) -> None:
    """The report without attribution: tests, missingness, findings, distributions, content hashes."""
    from driftium_core import compare_tables

    compare_tables(reference, current, attribution=False, n_threads=2)


CONTENDERS = {"floor": floor, "driftium": driftium, "scipy": scipy_way}


def run_contender(name: str, folder: Path, repeats: int) -> None:
    """In a process of its own: print the best wall and CPU seconds and the peak memory in MB."""
    tables = [pd.read_feather(folder / f"{side}.feather") for side in ("reference", "current")]
    small = [table.head(1000) for table in tables]
    CONTENDERS[name](*small)  # imports are not what is measured
    times, cpu_times = [], []
    for _ in range(repeats):
        start, cpu_start = time.perf_counter(), time.process_time()
        CONTENDERS[name](*tables)
        times.append(time.perf_counter() - start)
        cpu_times.append(time.process_time() - cpu_start)
    print(min(times), min(cpu_times), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    """Make the tables, run the contenders in turn and print a table with the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contender:
        run_contender(options.contender, options.folder, options.repeats)
        return
    with tempfile.TemporaryDirectory() as folder:
        for seed, side in enumerate(("reference", "current")):
            make_table(options.rows, seed).to_feather(Path(folder) / f"{side}.feather", compression="uncompressed")
        measured = {}
        for name in CONTENDERS:
            command = [sys.executable, "-m", "benchmarks.tabular_speed", "--contender", name, "--folder", folder]
            output = subprocess.run(
                [*command, "--repeats", str(options.repeats)], check=True, stdout=subprocess.PIPE, text=True
            ).stdout
            measured[name] = [float(number) for number in output.split()]
    print(
        f"{options.rows:,} against {options.rows:,} rows, {N_NUMERIC} numeric and {N_CATEGORICAL} categorical columns"
    )
    print(f"{'':10}{'seconds':>10}{'of floor':>10}{'CPU s':>10}{'of floor':>10}{'peak MB':>10}{'of scipy':>10}")
    for name, (seconds, cpu, peak) in measured.items():
        print(
            f"{name:10}{seconds:10.2f}{seconds / measured['floor'][0]:10.2f}"
            f"{cpu:10.2f}{cpu / measured['floor'][1]:10.2f}{peak:10.0f}{peak / measured['scipy'][2]:10.2f}"
        )


if __name__ == "__main__":
    main()
