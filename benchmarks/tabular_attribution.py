"""How often the root columns of planted drifts are named exactly, and how long that takes.

    python -m benchmarks.tabular_attribution [--data TABLE.csv[.gz]] [--trials 40] [--first-seed 10000]

Families: a filter on one column; rows kept more or less often along one column, or two; two filters joined by "and" or
by "or"; values of one column or two scaled, shifted or recoded; a filter and such a change; a filter in few rows; and
nothing at all (200 trials). A trial is right when the columns named are exactly those planted in. "actions" is the
share of right trials whose roots are also told right as a selection of rows or a change of values, where a column that
no other depends on may look like either.

Method and words were tuned on seeds below 1,000; the default seeds were held back. The time for 100,000 against 100,000
rows of 30 columns stands beside that of the numpy floor of `tabular_speed` in the same run: least work for the tests
alone. Exit status 1 when a goal is missed: 0.93 over all planted trials, 0.85 in every family but two measurements,
0.99 of A/A without a root, 2 seconds.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.planted_drifts import FAMILIES, plant
from benchmarks.tabular_speed import floor, make_table
from driftium_core import compare_tables
from driftium_core.tabular.attribution import attribute
from driftium_core.tabular.demographics import simulate_demographics

GOAL, GOAL_FAMILY, GOAL_NOTHING, GOAL_SECONDS = 0.93, 0.85, 0.99, 2.0
NO_GOAL = "two measurements"
NOTHING = "A/A"
N_NOTHING = 200


@dataclass(frozen=True)
class Outcome:
    """One trial: was it right, in actions too, what was named instead, CPU seconds of the attribution."""

    right: bool
    actions: bool
    miss: str
    seconds: float


def run_trial(table: pd.DataFrame, family: str, seed: int) -> Outcome:
    """Plant, compare and attribute."""
    trial = plant(table, family, seed)
    columns = compare_tables(trial.reference, trial.current, attribution=False).columns
    start = time.process_time()
    found = attribute(trial.reference, trial.current, columns)
    seconds = time.process_time() - start
    named = {root.column for root in found.roots}
    measured = {root.column for root in found.roots if root.action == "measurement"}
    right = named == trial.roots
    miss = "" if right else f"seed {seed}: {sorted(trial.roots)} told as {sorted(named)}"
    return Outcome(right, measured == trial.measured, miss, seconds)


def run_family(table: pd.DataFrame, family: str, seeds: range, *, show_misses: bool) -> list[Outcome]:
    """Run all trials of a family and print its line."""
    outcomes = [run_trial(table, family, seed) for seed in seeds]
    right = [outcome for outcome in outcomes if outcome.right]
    actions = sum(outcome.actions for outcome in right) / max(1, len(right))
    seconds = float(np.mean([outcome.seconds for outcome in outcomes]))
    rate = len(right) / len(outcomes)
    print(f"{family:24}{len(outcomes):>8}{rate:>10.3f}{actions:>10.2f}{seconds:>10.2f}", flush=True)
    if show_misses:
        for outcome in outcomes:
            if outcome.miss:
                print(f"    {outcome.miss}")
    return outcomes


def large(rows: int) -> tuple[float, float]:
    """Wall seconds of the attribution, and of the floor of the tests, on tables that a filter has drifted."""
    reference, current = make_dependent(rows, 0), make_dependent(rows, 1)
    current = current[current["number_0"] < 0.3].reset_index(drop=True)
    columns = compare_tables(reference, current, attribution=False).columns
    times = []
    for work in (lambda: attribute(reference, current, columns), lambda: floor(reference, current)):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return times[0], times[1]


def make_dependent(rows: int, seed: int) -> pd.DataFrame:
    """The table of `tabular_speed` with columns that depend on each other in three groups."""
    rng = np.random.default_rng(seed)
    table = make_table(rows, seed)
    hidden = rng.normal(size=(rows, 3))
    for i, name in enumerate(table.columns):
        values = hidden[:, i % 3] + rng.normal(size=rows) * (0.5 + i / 20)
        if name.startswith("number"):
            table[name] = np.where(table[name].isna(), np.nan, values)
        else:
            table[name] = np.char.add("level ", np.digitize(values, np.linspace(-2, 2, 4 + i)).astype(str))
    return table


def main() -> None:
    """Print the table; exit status 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="UCI Bank Marketing as CSV; the built-in sample if left out")
    parser.add_argument("--trials", type=int, default=40, help="per family")
    parser.add_argument("--first-seed", type=int, default=10_000)
    parser.add_argument("--misses", action="store_true", help="print what was named instead")
    options = parser.parse_args()
    table = pd.read_csv(options.data) if options.data else simulate_demographics(40_000)
    name = options.data.name if options.data else "the built-in sample"
    print(f"{name}: {len(table):,} rows, {table.shape[1]} columns, halved at random; seeds from {options.first_seed}")
    print(f"{'':24}{'trials':>8}{'exact':>10}{'actions':>10}{'CPU s':>10}")
    planted: list[Outcome] = []
    missed = False
    for family in FAMILIES:
        n = max(N_NOTHING, options.trials) if family == NOTHING else options.trials
        seeds = range(options.first_seed, options.first_seed + n)
        outcomes = run_family(table, family, seeds, show_misses=options.misses)
        rate = sum(outcome.right for outcome in outcomes) / n
        if family == NOTHING:
            missed |= rate < GOAL_NOTHING
        else:
            planted += outcomes
            missed |= family != NO_GOAL and rate < GOAL_FAMILY
    overall = sum(outcome.right for outcome in planted) / len(planted)
    print(f"{'all planted':24}{len(planted):>8}{overall:>10.3f}")
    for rows in (100_000, 1_000_000):
        seconds, least = large(rows)
        print(f"{rows:,} rows × 30 columns: {seconds:.2f} s; the tests' numpy floor: {least:.2f} s")
        missed |= rows == 100_000 and seconds > GOAL_SECONDS
    print(f"Goals: {GOAL} over all, {GOAL_FAMILY} per family but {NO_GOAL}, {GOAL_NOTHING} of A/A, {GOAL_SECONDS:g} s.")
    raise SystemExit(missed or overall < GOAL)


if __name__ == "__main__":
    main()
