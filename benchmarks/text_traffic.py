"""How often `traffic` tells planted changes of the prompts from planted changes of the answers.

    python -m benchmarks.text_traffic --data FOLDER [--cache FOLDER] [--trials 200] [--sizes 64 128] [--resamples 199]

Both pools are drawn from real pairs, no pair twice: prompts are a mixture of four topics, answers are those of the
data. *Traffic* changes the mixture (math and code give way to medicine), *behaviour* edits the answers of current, by
turns to their first sentence, to their first half, to a numbered list, and to the same text in chatty wrapping, *both*
does both, *neither* nothing. Two harder cases stand below: half of the traffic on a topic that the baseline does not
have, and all of it, where nothing can be told.

Exit status 1 when a share misses its goal by more than chance (one-sided 95 % bound) allows.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import stats

from benchmarks.text_data import Topic, embed, load
from driftium_core.text.report import Traffic
from driftium_core.text.traffic import traffic

VERDICTS = ("neither", "traffic", "behaviour", "both", "cannot_tell")
GOALS = {64: 0.70, 128: 0.88}
MAX_FALSE_BEHAVIOUR = 0.05

USUAL = {"math": 0.4, "code": 0.3, "neuro": 0.2, "cancer": 0.1}
MOVED = {"math": 0.15, "code": 0.2, "neuro": 0.45, "cancer": 0.2}
OLD = {"math": 0.6, "code": 0.4}
HALF_NEW = {"math": 0.3, "code": 0.2, "cancer": 0.5}
ALL_NEW = {"neuro": 1.0}

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


def first_sentence(answer: str) -> str:
    """Up to the first end of a sentence or line."""
    return _SENTENCE_END.split(answer.strip())[0]


def first_half(answer: str) -> str:
    """The first half of the words."""
    words = answer.split()
    return " ".join(words[: max(3, len(words) // 2)])


def numbered(answer: str) -> str:
    """One sentence per numbered line."""
    parts = [part for part in _SENTENCE_END.split(answer.strip()) if part]
    return "\n".join(f"{i}. {part}" for i, part in enumerate(parts, 1))


def chatty(answer: str) -> str:
    """The same answer with an opening and a closing phrase."""
    closing = "I hope this helps! Let me know if you have any other questions."
    return f"Sure! Here is my answer to your question. {answer.strip()}\n\n{closing}"


EDITS = (first_sentence, first_half, numbered, chatty)


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Pairs of one topic with the answers as they are and as each edit makes them."""

    topic: Topic
    texts: tuple[tuple[str, ...], ...]
    vectors: tuple[npt.NDArray[np.float32], ...]


@dataclass(frozen=True, slots=True)
class Case:
    """What is planted: two mixtures, and whether current answers are edited."""

    name: str
    truth: str
    baseline: dict[str, float]
    current: dict[str, float]
    edited: bool


CASES = (
    Case("neither", "neither", USUAL, USUAL, False),
    Case("traffic", "traffic", USUAL, MOVED, False),
    Case("behaviour", "behaviour", USUAL, USUAL, True),
    Case("both", "both", USUAL, MOVED, True),
    Case("half on a new topic", "traffic", OLD, HALF_NEW, False),
    Case("all on a new topic", "cannot_tell", OLD, ALL_NEW, False),
)
FOUR_WAY = CASES[:4]


def prepare(data: Path, cache: Path | None) -> dict[str, Answers]:
    """Load the four topics and embed every edit of their answers."""
    topics = load(data, cache)
    answers = {}
    for name in USUAL:
        topic = topics[name]
        edited = [tuple(map(edit, topic.responses)) for edit in EDITS]
        vectors = [topic.response_vectors, *(embed(texts, cache) for texts in edited)]
        answers[name] = Answers(topic, (topic.responses, *edited), tuple(vectors))
    return answers


def judge(
    answers: dict[str, Answers], case: Case, size: int, *, edit: int, n_resamples: int, rng: np.random.Generator
) -> Traffic:
    """Draw both pools of a case and judge them."""
    rows = {name: iter(rng.permutation(len(item.topic.prompts))) for name, item in answers.items()}
    pools = []
    for mixture, version in ((case.baseline, 0), (case.current, edit if case.edited else 0)):
        names = rng.choice(list(mixture), size, p=list(mixture.values()))
        picked = [(answers[name], next(rows[name])) for name in names]
        pools.append(
            (
                np.array([item.topic.prompt_vectors[i] for item, i in picked]),
                np.array([item.vectors[version][i] for item, i in picked]),
                ([item.topic.prompts[i] for item, i in picked], [item.texts[version][i] for item, i in picked]),
            )
        )
    (p0, r0, texts0), (p1, r1, texts1) = pools
    seed = int(rng.integers(2**31))
    return traffic(p0, r0, p1, r1, baseline_texts=texts0, current_texts=texts1, n_resamples=n_resamples, seed=seed)


def confusion(answers: dict[str, Answers], size: int, options: argparse.Namespace) -> dict[str, Counter[str]]:
    """Verdicts of each case over all trials."""
    verdicts: dict[str, Counter[str]] = {case.name: Counter() for case in CASES}
    for trial in range(options.trials):
        for number, case in enumerate(CASES):
            rng = np.random.default_rng([options.seed, size, number, trial])
            edit = 1 + trial % len(EDITS)
            found = judge(answers, case, size, edit=edit, n_resamples=options.resamples, rng=rng)
            verdicts[case.name][found.verdict] += 1
    return verdicts


def surely_missed(hits: int, trials: int, goal: float) -> bool:
    """Whether so few hits are improbable (below 5 %) when the true share is the goal."""
    return bool(stats.binom.cdf(hits, trials, goal) < 0.05)


def show(size: int, trials: int, verdicts: dict[str, Counter[str]], seconds: float) -> bool:
    """Print one table; whether every goal holds."""
    print(f"\n{size} against {size}, {trials} trials per row, {seconds / trials / len(CASES):.2f} CPU-s each")
    print(f"{'planted':<22}" + "".join(f"{name:>13}" for name in VERDICTS))
    for name, counts in verdicts.items():
        print(f"{name:<22}" + "".join(f"{counts[verdict] / trials:>13.1%}" for verdict in VERDICTS))
    right = sum(verdicts[case.name][case.truth] for case in FOUR_WAY)
    n_four_way = trials * len(FOUR_WAY)
    goal = GOALS.get(size)
    wanted = f" (goal {goal:.0%})" if goal else ""
    print(f"right of the four verdicts: {right / n_four_way:.1%}{wanted}")
    ok = goal is None or not surely_missed(right, n_four_way, goal)
    for name in ("traffic", "half on a new topic"):
        blamed = verdicts[name]["behaviour"] + verdicts[name]["both"]
        print(f"behaviour blamed, {name}: {blamed / trials:.1%} (goal at most {MAX_FALSE_BEHAVIOUR:.0%})")
        ok &= not surely_missed(trials - blamed, trials, 1 - MAX_FALSE_BEHAVIOUR)
    return ok and verdicts["all on a new topic"]["cannot_tell"] == trials


def main() -> None:
    """Print a confusion table per size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds text/tp_*.jsonl")
    parser.add_argument("--cache", type=Path, help="folder for the vectors")
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 128])
    parser.add_argument("--resamples", type=int, default=199)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    answers = prepare(options.data, options.cache)
    ok = True
    for size in options.sizes:
        start = time.process_time()
        verdicts = confusion(answers, size, options)
        ok &= show(size, options.trials, verdicts, time.process_time() - start)
    raise SystemExit(not ok)


if __name__ == "__main__":
    main()
