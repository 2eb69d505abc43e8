"""How often `compare_tables` flags anything when nothing changed.

    python -m benchmarks.tabular_false_alarms [--data TABLE.csv[.gz]] [--splits 200] [--sizes 500 5000]

Each split draws two disjoint random samples of the same table: whatever is flagged is a false alarm. Shown per
size: the share of splits with any flag, by Benjamini-Hochberg at 5 % and by the plain per-column rule, and the
share of splits with a severity above LOW.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from driftium_core import compare_tables
from driftium_core.severity import Severity
from driftium_core.tabular.demographics import simulate_demographics
from driftium_core.tabular.drift import rejudge

GOAL = 0.08


def false_alarms(table: pd.DataFrame, size: int, splits: int, seed: int) -> tuple[float, float, float]:
    """Shares of splits with a flag (BH), with a flag (plain rule), and with a severity above LOW (BH)."""
    rng = np.random.default_rng(seed)
    counts = np.zeros(3)
    for _ in range(splits):
        rows = rng.choice(len(table), 2 * size, replace=False)
        report = compare_tables(table.iloc[rows[:size]], table.iloc[rows[size:]])
        plain = rejudge(report, p_threshold=0.05, correction="none")
        above_low = report.summary.severity not in (None, Severity.LOW)
        counts += [report.summary.status == "drift", plain.summary.status == "drift", above_low]
    bh, plain_rule, severe = counts / splits
    return float(bh), float(plain_rule), float(severe)


def main() -> None:
    """Print the table; exit status 1 when a share exceeds the goal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", type=Path, help="a CSV table, e.g. UCI Bank Marketing; the built-in sample if left out"
    )
    parser.add_argument("--splits", type=int, default=200)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 5000])
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    table = pd.read_csv(options.data) if options.data else simulate_demographics()
    name = options.data.name if options.data else "the built-in sample"
    print(f"{options.splits} splits of {name}: {len(table):,} rows, {table.shape[1]} columns")
    print(f"{'rows':>8}{'any flag, BH':>15}{'any flag, plain':>18}{'above LOW':>12}")
    worst = 0.0
    for size in options.sizes:
        bh, plain_rule, severe = false_alarms(table, size, options.splits, options.seed)
        worst = max(worst, bh)
        print(f"{size:>8}{bh:>15.1%}{plain_rule:>18.1%}{severe:>12.1%}")
    print(f"Goal: any flag by BH in at most {GOAL:.0%} of splits.")
    raise SystemExit(worst > GOAL)


if __name__ == "__main__":
    main()
