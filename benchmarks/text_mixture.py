"""How often `mixture` warns of a mixed pool, on real answers, when it is one and when it is not.

    python -m benchmarks.text_mixture --data FOLDER [--sizes 16 32 64 128] [--trials 200]

In each trial topics are drawn anew; baseline and current have ``size`` answers each, none of them twice. The first
rows are no mixtures, so every warning there is false. ``at least`` is the share of a new group below which no warning
is possible at that size.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.text_data import load
from driftium_core.text.mixture import ALPHA, mixture

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Case:
    """Shares of topics A, B, C in the baseline and in current."""

    name: str
    baseline: tuple[float, float, float]
    current: tuple[float, float, float]
    mixed: bool


CASES = (
    Case("same topic", (1, 0, 0), (1, 0, 0), False),
    Case("same two topics, same shares", (0.5, 0.5, 0), (0.5, 0.5, 0), False),
    Case("new topic only", (1, 0, 0), (0, 1, 0), False),
    Case("two new topics only", (1, 0, 0), (0, 0.5, 0.5), False),
    Case("one of two topics gone", (0.5, 0.5, 0), (1, 0, 0), False),
    Case("two topics, 50:50 to 30:70", (0.5, 0.5, 0), (0.3, 0.7, 0), False),
    *(
        Case(f"{share:.0%} new topic", (1, 0, 0), (1 - share, share, 0), True)
        for share in (0.1, 0.2, 0.3, 0.5, 0.7, 0.8)
    ),
    Case("30% new topic beside two old", (0.5, 0.5, 0), (0.35, 0.35, 0.3), True),
    Case("one of two topics replaced", (0.5, 0.5, 0), (0.5, 0, 0.5), True),
)


def counts(shares: tuple[float, ...], size: int) -> list[int]:
    """Whole answers per topic that add up to the size."""
    ends = np.rint(np.cumsum(shares) * size).astype(int)
    return np.diff(ends, prepend=0).tolist()


def draw(topics: Mapping[str, Vectors], case: Case, size: int, rng: np.random.Generator) -> tuple[Vectors, Vectors]:
    """Both pools, from topics that have enough answers."""
    old, new = counts(case.baseline, size), counts(case.current, size)
    wanted = [a + b for a, b in zip(old, new, strict=True)]
    while True:
        names = rng.choice(list(topics), 3, replace=False)
        if all(len(topics[name]) >= count for name, count in zip(names, wanted, strict=True)):
            break
    rows = [
        topics[name][rng.choice(len(topics[name]), count, replace=False)]
        for name, count in zip(names, wanted, strict=True)
    ]
    return (
        np.concatenate([part[:count] for part, count in zip(rows, old, strict=True)]),
        np.concatenate([part[count:] for part, count in zip(rows, old, strict=True)]),
    )


def main() -> None:
    """Print the table; exit status 1 when false warnings are more frequent than the level allows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds text/tp_*.jsonl")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir(), "driftium-bench"))
    parser.add_argument("--sizes", type=int, nargs="+", default=[16, 32, 64, 128])
    parser.add_argument("--trials", type=int, default=200)
    options = parser.parse_args()
    topics = {name: topic.response_vectors for name, topic in load(options.data, options.cache).items()}
    false, clean = 0, 0
    print(f"{f'warnings in {options.trials} trials':32}" + "".join(f"{f'{n} v {n}':>12}" for n in options.sizes))
    for number, case in enumerate(CASES):
        print(f"{case.name:32}", end="", flush=True)
        for size in options.sizes:
            rng = np.random.default_rng([number, size])
            found = sum(mixture(*draw(topics, case, size, rng), seed=trial).mixed for trial in range(options.trials))
            print(f"{found / options.trials:>12.1%}", end="", flush=True)
            if not case.mixed:
                false, clean = false + found, clean + options.trials
        print()
    equal = topics[next(iter(topics))]
    at_least = [mixture(equal[:size], equal[:size]).attainable for size in options.sizes]
    print(f"{'at least':32}" + "".join(f"{'never' if share is None else f'{share:.1%}':>12}" for share in at_least))
    print(f"\nfalse warnings: {false} of {clean}, {false / clean:.2%}")
    raise SystemExit(false / clean > ALPHA)


if __name__ == "__main__":
    main()
