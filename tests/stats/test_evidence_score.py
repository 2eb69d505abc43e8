"""The evidence score: its arithmetic by hand, its alarm rate on blocks without and with a change."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats

from driftium_core.errors import InputError
from driftium_core.stats.evidence_score import (
    EvidenceScore,
    alarm_threshold,
    block_advice,
    block_size,
    e_value,
    log_evidence,
)

LOOKS = 90


def run(pvalues: np.ndarray) -> EvidenceScore:
    score = EvidenceScore()
    for block, pvalue in enumerate(pvalues):
        score = score.counted(block, float(pvalue))
    return score


@pytest.mark.parametrize(("n_baseline", "size"), [(0, 16), (64, 16), (100, 25), (256, 64), (300, 64), (80_000, 64)])
def test_block_is_a_quarter_of_the_baseline_within_bounds(n_baseline: int, size: int) -> None:
    assert block_size(n_baseline) == size


def test_advice_names_the_block_and_what_a_larger_baseline_gives() -> None:
    assert block_advice(300).startswith("A block is 64 new answers in order of arrival. Blocks are taken for random")
    assert "The baseline has 100 answers; from 256 on" in block_advice(100)


def test_line_is_planned_looks_over_budget() -> None:
    assert alarm_threshold() == pytest.approx(900)
    assert alarm_threshold(30, 0.05) == pytest.approx(600)
    assert EvidenceScore().threshold == pytest.approx(alarm_threshold())
    with pytest.raises(InputError, match="At least 1 look"):
        alarm_threshold(0)
    with pytest.raises(InputError, match="between 0 and 1, not at 1"):
        alarm_threshold(90, 1.0)


def test_e_value_is_calibrated() -> None:
    # The mean of e over a uniform p must be 1, or the bound of the alarm rate does not hold.
    mean = integrate.quad(lambda z: e_value(stats.norm.sf(z)) * stats.norm.pdf(z), -6, 4.2649)[0]
    mean += e_value(1e-5) * 1e-5
    assert mean == pytest.approx(1, abs=0.012)  # the floor at 1e-5 gives a little away
    assert mean <= 1


@pytest.mark.parametrize("pvalue", [1.0, 0.0])
def test_e_value_is_finite_at_the_ends(pvalue: float) -> None:
    assert 0 <= e_value(pvalue) <= math.exp(2 * 4.27 - 2)


@pytest.mark.parametrize("pvalue", [-0.1, 1.1, math.nan])
def test_what_is_no_pvalue_is_refused(pvalue: float) -> None:
    with pytest.raises(InputError, match="A p-value lies between 0 and 1"):
        e_value(pvalue)


def test_recursion_by_hand() -> None:
    # p = 0.5 is z = 0, so e = exp(-2); p = 0.15866 is z = 1, so e = exp(0) = 1.
    score = run(np.array([0.5, stats.norm.sf(1.0)]))
    assert score.evidence == pytest.approx(math.exp(-2) + 1)
    assert (score.looks, score.last_block, score.alarmed) == (2, 1, False)
    assert log_evidence(900) == pytest.approx(2.955, abs=0.001)


def test_a_block_counts_once_and_never_backwards() -> None:
    score = run(np.array([0.2, 0.001, 0.3]))
    assert score.counted(2, 1e-5) is score
    assert score.counted(0, 1e-5) is score
    assert score.counted(3, 0.5) is not score


def test_restart_before_every_block_gives_the_same_state() -> None:
    pvalues = np.random.default_rng(1).random(LOOKS) ** 2
    restarted = EvidenceScore()
    for block, pvalue in enumerate(pvalues):
        restarted = EvidenceScore(
            evidence=restarted.evidence,
            looks=restarted.looks,
            last_block=restarted.last_block,
            threshold=restarted.threshold,
            alarmed_at_block=restarted.alarmed_at_block,
        ).counted(block, float(pvalue))
    assert restarted == run(pvalues)


def test_alarm_stays_until_it_is_dismissed_and_the_cursor_stays() -> None:
    score = run(np.array([1e-5, 1e-5, *[0.9] * 20]))
    assert score.evidence < 1
    # e(1e-5) = exp(2 · 4.265 − 2) = 685 is below the line of 900; two such blocks are far above.
    assert score.alarmed_at_block == 1
    dismissed = score.dismissed()
    assert (dismissed.alarmed, dismissed.evidence, dismissed.last_block) == (False, 0.0, 21)
    assert dismissed.counted(21, 1e-5) is dismissed


def test_evidence_stays_finite() -> None:
    score = run(np.zeros(1_000))
    assert math.isfinite(score.evidence)
    assert score.dismissed() == EvidenceScore(looks=1_000, last_block=999)


def test_uniform_pvalues_raise_an_alarm_within_the_budget() -> None:
    """2,000 runs of 90 blocks; the band is the budget plus three binomial standard errors."""
    rng = np.random.default_rng(7)
    runs = 2_000
    alarms = sum(run(pvalues).alarmed for pvalues in rng.random((runs, LOOKS)))
    assert alarms / runs <= 0.10 + 3 * math.sqrt(0.1 * 0.9 / runs)
    assert alarms / runs <= 0.10  # the bound is conservative, and this seed keeps it


def test_discrete_permutation_pvalues_raise_no_more() -> None:
    rng = np.random.default_rng(8)
    pvalues = rng.integers(1, 201, size=(1_000, LOOKS)) / 200
    assert sum(run(row).alarmed for row in pvalues) / 1_000 <= 0.10


def test_a_change_is_found_in_a_few_blocks() -> None:
    """z-scores around 3, about what a fifth of the answers on a new topic gives at 300 against 64."""
    rng = np.random.default_rng(9)
    found = [run(stats.norm.sf(rng.normal(3, 1, 30))).alarmed_at_block for _ in range(400)]
    blocks = [30 if block is None else block + 1 for block in found]
    assert np.median(blocks) <= 3


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (EvidenceScore(), "No block was counted yet"),
        (EvidenceScore(evidence=9, looks=1, last_block=0), "stands at 1.00 of 2.95 after 1 block, below the line"),
        (
            EvidenceScore(evidence=999, looks=12, last_block=11, alarmed_at_block=9),
            "stands at 3.00 of 2.95 after 12 blocks; it crossed the line at block 10",
        ),
    ],
)
def test_state_is_told_in_words(score: EvidenceScore, words: str) -> None:
    assert words in score.text
    assert score.text.endswith("of runs of 90 blocks.")
    assert "10\u202f%" in score.text
