"""How often the paired test finds a model that answers the same prompts differently, on real texts.

    python -m benchmarks.text_pairs --data FOLDER [--trials 200]

Two changes of behaviour with the traffic held still: only the first sentence of each answer is left (medical
answers and solutions of word problems), and another model answers. The other model is SmolLM2-135M, which answers
50 prompts of each of four topics once (some ten minutes; kept in the cache folder). Both answers are cut to the
shorter one's number of words, so that length alone cannot be what is found. The unpaired test on the same answers
stands beside the paired one: it hardly sees what moved, because the prompts spread the answers far more than the
model does.

"Nothing changed" swaps the two answers of a random half of the prompts.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.detection_rates import Rate, print_rates
from benchmarks.smollm_answers import smollm_answers
from benchmarks.text_data import Topic, embed, load
from driftium_core.text.drift import compare_embeddings

Vectors = npt.NDArray[np.float32]

TOPICS = ("math", "code", "neuro", "cancer")
PROMPTS_PER_TOPIC = 50
ALPHA = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Two answers to each prompt, as unit vectors of shape (prompts, 384)."""

    before: Vectors
    after: Vectors

    def sample(self, size: int, rng: np.random.Generator) -> Pairs:
        """Some of the prompts, without repetition."""
        rows = rng.choice(len(self.before), size, replace=False)
        return Pairs(self.before[rows], self.after[rows])

    def shuffled(self, rng: np.random.Generator) -> Pairs:
        """Both answers of a random half of the prompts swapped: nothing distinguishes before from after."""
        swap = rng.random((len(self.before), 1)) < 0.5
        return Pairs(np.where(swap, self.after, self.before), np.where(swap, self.before, self.after))


def first_sentence_pairs(topics: dict[str, Topic], cache: Path) -> Pairs:
    """Whole answers, and their first sentences; answers of one sentence are left out."""
    whole = [text for name in ("math", "neuro", "cancer") for text in topics[name].responses]
    cut = [re.split(r"(?<=[.!?])\s+|\n", text.strip(), maxsplit=1)[0] for text in whole]
    longer = [row for row, (text, first) in enumerate(zip(whole, cut, strict=True)) if text.strip() != first]
    return Pairs(embed([whole[row] for row in longer], cache), embed([cut[row] for row in longer], cache))


def other_model_pairs(topics: dict[str, Topic], cache: Path) -> Pairs:
    """The data's own answers, and those of SmolLM2-135M, cut to the same number of words."""
    chosen: dict[str, str] = {}
    for name in TOPICS:
        distinct = dict(zip(topics[name].prompts, topics[name].responses, strict=True))
        chosen |= dict(list(distinct.items())[:PROMPTS_PER_TOPIC])
    before, after = [], []
    for own, other in zip(chosen.values(), smollm_answers(list(chosen), cache), strict=True):
        words = min(len(own.split()), len(other.split()))
        if words > 0:
            before.append(first_words(own, words))
            after.append(first_words(other, words))
    return Pairs(embed(before, cache), embed(after, cache))


def first_words(text: str, number: int) -> str:
    """The text up to the end of its n-th word, line breaks and indentation as they were."""
    ends = [match.end() for match in re.finditer(r"\S+", text)]
    return text[: ends[number - 1]]


def found(pairs: Pairs, *, paired: bool, seed: int) -> bool:
    """Whether the test rejects at 5 %."""
    ids = list(range(len(pairs.before)))
    prompt_ids = (ids, ids) if paired else None
    report = compare_embeddings(pairs.before, pairs.after, prompt_ids=prompt_ids, rng=seed)
    assert report.design == ("paired" if paired else "unpaired")
    return report.pvalue is not None and report.pvalue <= ALPHA


def rates(name: str, pairs: Pairs, goals: dict[int, float], trials: int) -> Iterator[Rate]:
    """The lines of one kind of change: found by the paired test at each size, and false alarms."""

    def count(draw: Callable[[np.random.Generator], Pairs], *, paired: bool = True) -> int:
        rng = np.random.default_rng(1)
        return sum(found(draw(rng), paired=paired, seed=trial) for trial in range(trials))

    for size, goal in goals.items():
        if size <= len(pairs.before):
            hits = count(lambda rng, size=size: pairs.sample(size, rng))
            yield Rate(f"{name}, {size} prompts", hits, trials, goal, "at_least")
    hits = count(lambda rng: pairs.sample(32, rng), paired=False)
    yield Rate(f"{name}, 32 prompts, unpaired test", hits, trials, 1.0, "at_most")
    hits = count(lambda rng: pairs.sample(32, rng).shuffled(rng))
    yield Rate(f"{name}, 32 prompts, nothing changed", hits, trials, ALPHA, "equal")


def main() -> None:
    """Print the table; exit status 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds text/tp_*.jsonl")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir(), "driftium-bench"))
    parser.add_argument("--trials", type=int, default=200)
    options = parser.parse_args()
    topics = load(options.data, options.cache)
    first = first_sentence_pairs(topics, options.cache)
    other = other_model_pairs(topics, options.cache)
    print(f"{len(first.before)} answers with a first sentence, {len(other.before)} prompts answered by both models")
    lines = [
        *rates("first sentence only", first, {32: 0.90}, options.trials),
        *rates("another model", other, {32: 0.65, 128: 0.95}, options.trials),
    ]
    raise SystemExit(not print_rates(lines))


if __name__ == "__main__":
    main()
