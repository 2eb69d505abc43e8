"""Did the responses move because the prompts moved, or are like prompts answered differently?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from driftium_core.formats import fmt_n, fmt_p, fmt_percent
from driftium_core.stats.conditional import conditional_test
from driftium_core.stats.null_range import PermutationResult, standardised_range
from driftium_core.stats.overlap import common_support
from driftium_core.stats.quadratic import FeatureForm, permutation_pvalue, permuted_labels, ranks, rbf_form
from driftium_core.stats.ridge import standardised, whitened
from driftium_core.text.report import TRAFFIC_LEVEL, Traffic, TrafficVerdict
from driftium_core.text.style import prompt_style, response_style

__all__ = ["Texts", "traffic"]

Vectors = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

Texts = tuple[Sequence[str], Sequence[str]]
"""Prompts and responses, in the order of the vectors."""

MAX_ROWS = 5_000
"""Answers of each pool that take part; of more, a random part does."""

MIN_KEPT = 16
"""Answers of each pool that must have a like prompt in the other."""

MIN_PROMPTS = 4
"""Prompts of each pool below which no split of the labels could reach p = .05."""

MIN_OVERLAP, FULL_OVERLAP = 0.25, 0.9
"""Overlap below which behaviour cannot be told, and from which all answers are compared."""

_STRICT_OVERLAP, _LEVEL, _STRICT_LEVEL = 0.75, 0.02, 0.01


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Answers with their prompts: vectors and, where texts are known, style features."""

    prompts: Vectors
    responses: Vectors
    prompt_style: Vectors | None
    response_style: Vectors | None

    def __len__(self) -> int:
        return len(self.prompts)

    def only(self, rows: Bools) -> _Pairs:
        """The given rows."""
        styles = [None if style is None else style[rows] for style in (self.prompt_style, self.response_style)]
        return _Pairs(self.prompts[rows], self.responses[rows], *styles)


@dataclass(frozen=True, slots=True)
class _Findings:
    """What was measured, before it is put into words."""

    n_given: int
    n_looked_at: int
    n_kept: tuple[int, int]
    with_texts: bool
    overlap: float
    prompts: PermutationResult | None
    behaviour: PermutationResult | None

    @property
    def prompt_pvalue(self) -> float | None:
        return None if self.prompts is None else self.prompts.pvalue

    @property
    def behaviour_pvalue(self) -> float | None:
        return None if self.behaviour is None else self.behaviour.pvalue

    @property
    def share_compared(self) -> float:
        """Of the answers that were looked at, the share whose behaviour was compared."""
        return sum(self.n_kept) / self.n_looked_at

    @property
    def behaviour_level(self) -> float:
        """Stricter where the pools overlap less: there the regression has to reach further."""
        return _LEVEL if self.overlap >= _STRICT_OVERLAP else _STRICT_LEVEL


def traffic(
    baseline_prompts: Vectors,
    baseline_responses: Vectors,
    current_prompts: Vectors,
    current_responses: Vectors,
    *,
    baseline_texts: Texts | None = None,
    current_texts: Texts | None = None,
    n_resamples: int = 499,
    seed: int = 0,
) -> Traffic:
    """Tell a change of the prompts (traffic) from a change of the answers to like prompts (behaviour).

    Traffic is tested by permuted labels on prompt vectors (RBF kernel) and prompt style, the smaller p recalibrated on
    the same permutations. Behaviour is tested given the prompts (`conditional_test`), at p ≤ .02, or ≤ .01 where the
    overlap is below .75. From an overlap of .25 to .9 only answers whose prompt has a like one in the other pool are
    compared; below .25, or with fewer than 16 of them in a pool, behaviour cannot be told and nor can the verdict.

    It misses small shifts rather than inventing them. When half of the traffic is on a topic that the baseline does not
    have, about one in twenty verdicts blames behaviour too.

    Parameters
    ----------
    baseline_prompts, baseline_responses : ndarray, shape (n, d)
        Unit rows of the answers whose prompt is known; none gives the verdict ``no_prompts``.
    current_prompts, current_responses : ndarray, shape (m, d)
    baseline_texts, current_texts : tuple of sequences of str, optional
        Prompts and responses of these rows. Without them changes of style are missed.
    n_resamples : int
        Permutations of each test.
    seed : int
        Same pools and seed, same result, whatever the order of the rows.

    Returns
    -------
    Traffic
    """
    n, m = len(baseline_prompts), len(current_prompts)
    if not n or not m:
        where = "either pool" if not n and not m else "the baseline" if not n else "the current pool"
        text = f"No usable answer in {where} has a known prompt, and both tests need prompts."
        return Traffic("no_prompts", None, None, None, None, text)
    rng = np.random.default_rng(seed)
    with_texts = baseline_texts is not None and current_texts is not None
    baseline = _pairs(baseline_prompts, baseline_responses, baseline_texts if with_texts else None, rng)
    current = _pairs(current_prompts, current_responses, current_texts if with_texts else None, rng)
    support = common_support(baseline.prompts, current.prompts, rng=rng)
    prompts = _prompt_test(baseline, current, n_resamples, rng) if min(n, m) >= MIN_PROMPTS else None
    if support.share < FULL_OVERLAP:
        baseline_kept, current_kept = baseline.only(support.reference), current.only(support.current)
    else:
        baseline_kept, current_kept = baseline, current
    n_kept = len(baseline_kept), len(current_kept)
    can_tell = support.share >= MIN_OVERLAP and min(n_kept) >= MIN_KEPT
    behaviour = _behaviour_test(baseline_kept, current_kept, n_resamples, rng) if can_tell else None
    n_looked_at = len(baseline) + len(current)
    return _judged(_Findings(n + m, n_looked_at, n_kept, with_texts, support.share, prompts, behaviour))


def _pairs(prompts: Vectors, responses: Vectors, texts: Texts | None, rng: np.random.Generator) -> _Pairs:
    """Rows in an order given by their content, at most 5 000 of them, with their style."""
    # Sixteen coordinates tell texts apart; equal ones are interchangeable.
    order = np.lexsort(np.hstack([prompts[:, :8], responses[:, :8]]).T)
    if len(order) > MAX_ROWS:
        order = order[np.sort(rng.choice(len(order), MAX_ROWS, replace=False))]
    styles: list[Vectors | None] = [None, None]
    if texts is not None:
        styles = [prompt_style([texts[0][i] for i in order]), response_style([texts[1][i] for i in order])]
    vectors = [np.ascontiguousarray(rows[order], dtype=np.float32) for rows in (prompts, responses)]
    return _Pairs(*vectors, *styles)


def _prompt_test(baseline: _Pairs, current: _Pairs, n_resamples: int, rng: np.random.Generator) -> PermutationResult:
    """p of the smaller of two, with the statistic of the form that had it; of equals, of the vectors."""
    labels = permuted_labels(len(baseline), len(current), n_resamples, rng)
    prompts = np.vstack([baseline.prompts, current.prompts])
    statistics = [rbf_form(prompts, rng=rng).statistics(labels)]
    style = _stacked(baseline.prompt_style, current.prompt_style)
    if style is not None:
        statistics.append(FeatureForm.scaled(whitened(standardised(style))).statistics(labels))
    pvalues = np.stack([ranks(form) for form in statistics])
    decided = statistics[int(pvalues[:, 0].argmin())]
    return PermutationResult(permutation_pvalue(-pvalues.min(axis=0)), standardised_range(decided))


def _behaviour_test(baseline: _Pairs, current: _Pairs, n_resamples: int, rng: np.random.Generator) -> PermutationResult:
    return conditional_test(
        np.vstack([baseline.prompts, current.prompts]),
        np.vstack([baseline.responses, current.responses]),
        len(baseline),
        covariate_features=_stacked(baseline.prompt_style, current.prompt_style),
        outcome_features=_stacked(baseline.response_style, current.response_style),
        n_resamples=n_resamples,
        rng=rng,
    )


def _stacked(baseline: Vectors | None, current: Vectors | None) -> Vectors | None:
    return None if baseline is None or current is None else np.vstack([baseline, current])


def _judged(found: _Findings) -> Traffic:
    moved = found.prompt_pvalue is not None and found.prompt_pvalue <= TRAFFIC_LEVEL
    if found.behaviour_pvalue is None:
        verdict: TrafficVerdict = "cannot_tell"
        sentences = [_on_prompts_alone(found, moved)]
        share_tested = 0.0
    else:
        changed = found.behaviour_pvalue <= found.behaviour_level
        verdict = _VERDICTS[moved, changed]
        sentences = [_on_both(found, moved, changed), _on_support(found)]
        share_tested = sum(found.n_kept) / found.n_given
    if found.n_looked_at < found.n_given:
        sentences.append(f"This is from a random {fmt_n(MAX_ROWS)} answers of each larger pool.")
    if not found.with_texts:
        sentences.append("Only vectors were compared, so a change of style can be missed.")
    text = " ".join(sentence for sentence in sentences if sentence)
    return Traffic(
        verdict=verdict,
        prompt_pvalue=found.prompt_pvalue,
        behaviour_pvalue=found.behaviour_pvalue,
        overlap=found.overlap,
        share_tested=share_tested,
        text=text,
        prompts=None if found.prompts is None else found.prompts.statistic,
        behaviour=None if found.behaviour is None else found.behaviour.statistic,
    )


_VERDICTS: dict[tuple[bool, bool], Literal["traffic", "behaviour", "both", "neither"]] = {
    (True, False): "traffic",
    (False, True): "behaviour",
    (True, True): "both",
    (False, False): "neither",
}


def _on_both(found: _Findings, moved: bool, changed: bool) -> str:
    by_prompts, by_behaviour = fmt_p(found.prompt_pvalue), fmt_p(found.behaviour_pvalue)
    if moved and changed:
        return f"The prompts changed ({by_prompts}), and like prompts are answered differently ({by_behaviour})."
    if moved:
        return (
            f"The prompts changed ({by_prompts}); no change in the answers to like prompts was detected "
            f"({by_behaviour})."
        )
    if changed:
        return f"Like prompts are answered differently ({by_behaviour}); no traffic shift was detected ({by_prompts})."
    return (
        f"Neither a traffic shift ({by_prompts}) nor a change in the answers to like prompts ({by_behaviour}) was "
        "detected."
    )


def _on_prompts_alone(found: _Findings, moved: bool) -> str:
    p, why_not = fmt_p(found.prompt_pvalue), _why_not(found)
    if moved:
        return f"The prompts changed ({p}). Whether behaviour changed too cannot be told: {why_not}."
    if found.prompt_pvalue is not None:
        return f"No traffic shift was detected ({p}), and behaviour could not be tested: {why_not}."
    return f"Neither traffic nor behaviour could be tested: {why_not}."


def _why_not(found: _Findings) -> str:
    if found.overlap == 0:
        return "none of the prompts of one pool is like one of the other"
    if found.overlap < MIN_OVERLAP:
        return f"in one pool only {fmt_percent(found.overlap)} of the prompts are like one of the other"
    baseline, current = found.n_kept
    return (
        f"{fmt_n(baseline)} baseline and {fmt_n(current)} current answers have a prompt like one of the other pool, "
        f"and {MIN_KEPT} of each are needed"
    )


def _on_support(found: _Findings) -> str:
    if found.overlap >= FULL_OVERLAP:
        return ""
    compared = fmt_percent(found.share_compared)
    return f"Answers were compared only where the other pool has a like prompt: {compared} of them."
