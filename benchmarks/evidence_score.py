"""How often the evidence score raises an alarm when nothing changed, and how soon when something did.

    python -m benchmarks.evidence_score --data FOLDER [--runs 60] [--table-runs 20] [--jobs 1]

Answers: the population is all real answers on mathematics and code; baseline and blocks are drawn from it, each
response by itself, so that nothing changed but by chance. In the changed runs a share of every block is answers on
medicine instead. Tables: rows of the built-in sample, or with a share of the block drawn from those under 35.

Shown per setting: the share of runs of 90 blocks with any alarm and its 95 % interval (Clopper-Pearson), or the median
number of blocks until the alarm, and the share of runs that had none within 30 blocks.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from benchmarks.text_data import load
from driftium_core.stats.evidence_score import EvidenceScore, block_size
from driftium_core.tabular.block import block_pvalue
from driftium_core.tabular.demographics import simulate_demographics
from driftium_core.text.drift import compare_embeddings

LOOKS, LOOKS_WHEN_CHANGED = 90, 30
ALARM_GOAL, DELAY_GOAL = 0.10, 3
GOAL_CHANGE = (300, 0.20)
TABLE_SIZES = (4000, 500)

Vectors = npt.NDArray[np.float32]
Block = Callable[[int], float]
"""p-value of the block of this number."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Sizes of baseline and block, and the share of each block that is changed."""

    n_baseline: int
    n_block: int
    share: float


def first_alarm(pvalue_of: Block, looks: int) -> int | None:
    """Blocks until the alarm, the alarming one included; None without one."""
    score = EvidenceScore()
    for block in range(looks):
        score = score.counted(block, pvalue_of(block))
        if score.alarmed:
            return block + 1
    return None


def text_run(seed: int, usual: Vectors, new: Vectors, setting: Setting, n_resamples: int) -> int | None:
    """One run with answers."""
    rng = np.random.default_rng(seed)
    baseline = usual[rng.integers(len(usual), size=setting.n_baseline)]

    def pvalue_of(block: int) -> float:
        n_new = round(setting.share * setting.n_block)
        parts = [
            usual[rng.integers(len(usual), size=setting.n_block - n_new)],
            new[rng.integers(len(new), size=n_new)],
        ]
        report = compare_embeddings(baseline, np.concatenate(parts), n_resamples=n_resamples, rng=block)
        return 1.0 if report.pvalue is None else report.pvalue

    return first_alarm(pvalue_of, LOOKS_WHEN_CHANGED if setting.share else LOOKS)


def table_run(seed: int, table: pd.DataFrame, setting: Setting) -> int | None:
    """One run with rows of a table."""
    rng = np.random.default_rng(seed)
    young = table[table["age"] < 35]
    baseline = table.iloc[rng.integers(len(table), size=setting.n_baseline)]

    def pvalue_of(_block: int) -> float:
        n_new = round(setting.share * setting.n_block)
        parts = [
            table.iloc[rng.integers(len(table), size=setting.n_block - n_new)],
            young.iloc[rng.integers(len(young), size=n_new)],
        ]
        return block_pvalue(baseline, pd.concat(parts))

    return first_alarm(pvalue_of, LOOKS_WHEN_CHANGED if setting.share else LOOKS)


def show(name: str, setting: Setting, alarms: list[int | None]) -> bool:
    """Print one line; whether the setting misses its goal."""
    n_runs, found = len(alarms), [block for block in alarms if block is not None]
    sizes = f"{setting.n_baseline} / {setting.n_block}"
    if not setting.share:
        interval = stats.binomtest(len(found), n_runs).proportion_ci(method="exact")
        outcome = f"any alarm {len(found) / n_runs:6.1%} of {n_runs} runs  ({interval.low:.1%} to {interval.high:.1%})"
        failed = len(found) / n_runs > ALARM_GOAL
    else:
        delay = np.median([LOOKS_WHEN_CHANGED + 1 if block is None else block for block in alarms])
        outcome = f"median {delay:.0f} blocks, none in {1 - len(found) / n_runs:.0%} of {n_runs} runs"
        failed = (setting.n_baseline, setting.share) == GOAL_CHANGE and delay > DELAY_GOAL
    print(f"{name:8}{sizes:>12}{setting.share:>9.0%} changed   {outcome}{'   MISSED' if failed else ''}", flush=True)
    return failed


def main() -> None:
    """Print the table; exit status 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds text/tp_TOPIC.jsonl")
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--changed-runs", type=int, default=20)
    parser.add_argument("--table-runs", type=int, default=20)
    parser.add_argument("--resamples", type=int, default=999)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    topics = load(options.data)
    usual = np.concatenate([topics[name].response_vectors for name in ("math", "code")])
    new = np.concatenate([topics[name].response_vectors for name in ("cancer", "neuro")])
    table = simulate_demographics()
    failed = False
    with ProcessPoolExecutor(options.jobs) as pool:
        for n, share in ((300, 0.0), (100, 0.0), (64, 0.0), (300, 0.1), (300, 0.2), (300, 0.5), (64, 0.2)):
            setting = Setting(n, block_size(n), share)
            run = partial(text_run, usual=usual, new=new, setting=setting, n_resamples=options.resamples)
            alarms = list(pool.map(run, range(options.changed_runs if share else options.runs)))
            failed |= show("answers", setting, alarms)
        for share in (0.0, 0.2):
            setting = Setting(*TABLE_SIZES, share)
            run_table = partial(table_run, table=table, setting=setting)
            failed |= show("tables", setting, list(pool.map(run_table, range(options.table_runs))))
    print(f"Goals: any alarm in at most {ALARM_GOAL:.0%} of runs; 20 % changed at 300 in {DELAY_GOAL} blocks.")
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
