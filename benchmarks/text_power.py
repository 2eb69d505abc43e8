"""False alarms and power of `compare_embeddings` on real texts.

    python -m benchmarks.text_power --data FOLDER [--trials 200] [--clean-trials 1000]

Clean trials draw two disjoint random samples of the answers of four topics (word problems, code, neurology, cancer):
whatever is found is a false alarm. The other trials plant a change: every answer from another topic, or 20 % of
them, with word problems alone or three topics mixed as what was normal.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.detection_rates import Rate, print_rates
from benchmarks.text_data import load
from driftium_core.severity import Severity
from driftium_core.text.drift import compare_embeddings
from driftium_core.text.drift_report import EmbeddingReport

Vectors = npt.NDArray[np.float32]
Draw = Callable[[np.random.Generator], tuple[Vectors, Vectors]]

ALPHA = 0.05
CLEAN_SIZES = ((8, 8), (32, 32), (128, 128), (200, 16))
SWAP_GOALS = {8: 0.95, 32: 1.0}
NORMAL = ("math", "code", "neuro")
NEW = "cancer"


def sample(pool: Vectors, size: int, rng: np.random.Generator) -> Vectors:
    """Rows without repetition."""
    return pool[rng.choice(len(pool), size, replace=False)]


def split(pool: Vectors, n: int, m: int, rng: np.random.Generator) -> tuple[Vectors, Vectors]:
    """Two disjoint random samples."""
    rows = sample(pool, n + m, rng)
    return rows[:n], rows[n:]


def contaminated(
    pool: Vectors, new: Vectors, size: int, share: float, rng: np.random.Generator
) -> tuple[Vectors, Vectors]:
    """Two disjoint samples, a share of the second one replaced by answers on the new topic."""
    before, after = split(pool, size, size, rng)
    count = round(share * size)
    return before, np.vstack([after[count:], sample(new, count, rng)])


def reports(draw: Draw, trials: int) -> Iterator[EmbeddingReport]:
    """One report per trial."""
    rng = np.random.default_rng(1)
    for trial in range(trials):
        yield compare_embeddings(*draw(rng), rng=trial)


def rejects(report: EmbeddingReport) -> bool:
    """Whether the test rejects at 5 %."""
    return report.pvalue is not None and report.pvalue <= ALPHA


def clean_rates(pool: Vectors, trials: int) -> Iterator[Rate]:
    """False alarms, by the p-value and by the severity, at each pair of sizes."""
    for n, m in CLEAN_SIZES:
        found = list(reports(lambda rng, n=n, m=m: split(pool, n, m, rng), trials))
        yield Rate(f"clean {n} v {m}, p ≤ .05", sum(map(rejects, found)), trials, ALPHA, "equal")
        above = sum(report.severity not in (None, Severity.LOW) for report in found)
        yield Rate(f"clean {n} v {m}, severity above LOW", above, trials, 0.01, "at_most")


def swap_rates(before: Vectors, after: Vectors, trials: int) -> Iterator[Rate]:
    """How often a full change of topic is CRITICAL."""
    for size, goal in SWAP_GOALS.items():
        found = reports(lambda rng, n=size: (sample(before, n, rng), sample(after, n, rng)), trials)
        critical = sum(report.severity is Severity.CRITICAL for report in found)
        yield Rate(f"topic swap {size} v {size}, CRITICAL", critical, trials, goal, "at_least")


def contamination_rates(pools: dict[str, Vectors], new: Vectors, trials: int) -> Iterator[Rate]:
    """How often 20 % of answers on a new topic are found at 128 against 128."""
    for name, pool in pools.items():
        found = reports(lambda rng, pool=pool: contaminated(pool, new, 128, 0.20, rng), trials)
        yield Rate(f"20 % {NEW} in {name}, 128 v 128, p ≤ .05", sum(map(rejects, found)), trials, 0.90, "at_least")


def main() -> None:
    """Print the table; exit status 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds text/tp_*.jsonl")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir(), "driftium-bench"))
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--clean-trials", type=int, default=1000)
    options = parser.parse_args()
    topics = {name: topic.response_vectors for name, topic in load(options.data, options.cache).items()}
    normal = np.vstack([topics[name] for name in NORMAL])
    lines = [
        *clean_rates(np.vstack([normal, topics[NEW]]), options.clean_trials),
        *swap_rates(topics["math"], topics[NEW], options.trials),
        *contamination_rates({"math": topics["math"], " + ".join(NORMAL): normal}, topics[NEW], options.trials),
    ]
    raise SystemExit(not print_rates(lines))


if __name__ == "__main__":
    main()
