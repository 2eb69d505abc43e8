"""The evidence score over blocks of vectors: quiet while nothing changed, quick when a fifth of the answers did."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import stats

from driftium_core.stats.evidence_score import EvidenceScore, block_size
from driftium_core.text.blocks import whole_blocks
from driftium_core.text.drift import compare_embeddings

Vectors = npt.NDArray[np.float32]


def answers(rng: np.random.Generator, size: int, topics: Vectors) -> Vectors:
    """Unit vectors around one of the topics' directions each."""
    vectors = topics[rng.integers(len(topics), size=size)] + 0.25 * rng.normal(size=(size, topics.shape[1]))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def topics_of(rng: np.random.Generator, count: int) -> Vectors:
    directions = rng.normal(size=(count, 24))
    return np.asarray(directions / np.linalg.norm(directions, axis=1, keepdims=True), dtype=np.float32)


def monitored(baseline: Vectors, stream: Vectors) -> EvidenceScore:
    """The score after all whole blocks of a stream, as the monitor computes it."""
    score = EvidenceScore()
    for block in whole_blocks(range(1, len(stream) + 1), size=block_size(len(baseline))):
        report = compare_embeddings(baseline, stream[block.start : block.stop], n_resamples=199)
        assert report.pvalue is not None
        score = score.counted(block.number, report.pvalue)
    return score


def test_any_alarm_over_90_blocks_without_a_change() -> None:
    """12 runs: at most 4 alarms, the 0.99 quantile of Binomial(12, 0.1)."""
    rng = np.random.default_rng(0)
    alarms = 0
    for _ in range(12):
        topics = topics_of(rng, 4)
        score = monitored(answers(rng, 64, topics), answers(rng, 90 * 16, topics))
        assert score.looks == 90
        alarms += score.alarmed
    assert alarms <= stats.binom.ppf(0.99, 12, 0.10)


def test_a_fifth_of_the_answers_on_a_new_topic() -> None:
    rng = np.random.default_rng(1)
    delays = []
    for _ in range(9):
        topics = topics_of(rng, 5)
        usual, new = topics[:4], topics[4:]
        blocks = [np.concatenate([answers(rng, 51, usual), answers(rng, 13, new)]) for _ in range(6)]
        score = monitored(answers(rng, 300, usual), np.concatenate(blocks))
        delays.append(99 if score.alarmed_at_block is None else score.alarmed_at_block + 1)
    assert np.median(delays) <= 3
