"""What the Health Index says of healthy and of damaged answers, and how often its interval holds the true index.

    python -m benchmarks.text_health --data FOLDER [--cache FOLDER] [--trials 300] [--sizes 8 32 128]

Both pools are drawn from real pairs of four topics. Damaged current answers are those to another prompt of the data:
of a share of the prompts, or of all of them and on another topic. The true index is that of all pairs, so that of the
pools without sampling, over 50 draws of the damage. Exit status 1 when an interval covers less than 90 % or a mean is
more than 5 points off.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.text_data import load
from driftium_core.text.health import alignment, health

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]

TOPICS = ("math", "code", "neuro", "cancer")
MIN_COVERAGE, MAX_ERROR = 0.90, 5.0


def shuffled(share: float) -> Callable[[Rows, npt.NDArray[np.int64], np.random.Generator], Rows]:
    """Answers to a random other prompt for this share of the rows."""

    def rows_of_answers(rows: Rows, topics: npt.NDArray[np.int64], rng: np.random.Generator) -> Rows:
        other = rng.integers(0, len(topics), len(rows))
        return np.where(rng.random(len(rows)) < share, other, rows)

    return rows_of_answers


def other_topic(rows: Rows, topics: npt.NDArray[np.int64], rng: np.random.Generator) -> Rows:
    """Answers on another topic for all rows."""
    answers = rows.copy()
    for topic in np.unique(topics[rows]):
        here = topics[rows] == topic
        answers[here] = rng.choice(np.flatnonzero(topics != topic), int(here.sum()))
    return answers


DAMAGES = {
    "healthy": shuffled(0.0),
    "20 % shuffled": shuffled(0.2),
    "50 % shuffled": shuffled(0.5),
    "another topic": other_topic,
}


def main() -> None:
    """Print one line per damage and size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds text/tp_*.jsonl")
    parser.add_argument("--cache", type=Path, help="folder for the vectors")
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--sizes", type=int, nargs="+", default=[8, 32, 128])
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    loaded = load(options.data, options.cache)
    prompts: Vectors = np.vstack([loaded[name].prompt_vectors for name in TOPICS])
    responses: Vectors = np.vstack([loaded[name].response_vectors for name in TOPICS])
    topics = np.repeat(np.arange(len(TOPICS)), [len(loaded[name].prompts) for name in TOPICS])
    everything = np.arange(len(prompts))
    print(f"{'current answers':<16}{'size':>6}{'true':>7}{'mean':>7}{'sd':>7}{'width':>7}{'covered':>9}")
    ok = True
    for name, damage in DAMAGES.items():
        rng = np.random.default_rng(options.seed)
        draws = [damage(everything, topics, rng) for _ in range(50)]
        truth = true_index(prompts, responses, np.concatenate(draws))
        for size in options.sizes:
            rng = np.random.default_rng([options.seed, size])
            found = np.array([one(prompts, responses, topics, damage, size, rng) for _ in range(options.trials)])
            covered = float(((found[:, 1] <= truth) & (truth <= found[:, 2])).mean())
            mean, width = found[:, 0].mean(), (found[:, 2] - found[:, 1]).mean()
            print(f"{name:<16}{size:>6}{truth:>7.1f}{mean:>7.1f}{found[:, 0].std():>7.1f}{width:>7.1f}{covered:>9.1%}")
            ok &= covered >= MIN_COVERAGE and abs(mean - truth) <= MAX_ERROR
    raise SystemExit(not ok)


def true_index(prompts: Vectors, responses: Vectors, answers: Rows) -> float:
    """Index of all prompts, once or several times over, with the answer rows that the damage gives them."""
    n = len(prompts)
    own = alignment(prompts, responses).sum()
    chance = (float(prompts.sum(axis=0, dtype=float) @ responses.sum(axis=0, dtype=float)) - own) / (n * (n - 1))
    now = np.mean([alignment(prompts, responses[rows]).mean() for rows in answers.reshape(-1, n)])
    return float(np.clip(100 * (now - chance) / (own / n - chance), 0, 100))


def one(
    prompts: Vectors,
    responses: Vectors,
    topics: npt.NDArray[np.int64],
    damage: Callable[[Rows, npt.NDArray[np.int64], np.random.Generator], Rows],
    size: int,
    rng: np.random.Generator,
) -> tuple[float, float, float]:
    """Index and interval of one draw; nan where there is none."""
    rows = rng.choice(len(prompts), 2 * size, replace=False)
    baseline, current = rows[:size], rows[size:]
    answers = damage(current, topics, rng)
    found = health(prompts[baseline], responses[baseline], prompts[current], responses[answers])
    return tuple(np.nan if x is None else x for x in (found.value, found.low, found.high))


if __name__ == "__main__":
    main()
