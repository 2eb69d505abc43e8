"""Two pools of response vectors → tests, effect and verdict."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from driftium_core.errors import InputError
from driftium_core.stats.permutation import Labels, make_labels
from driftium_core.stats.two_sample import TwoSampleTest, two_sample_test
from driftium_core.stats.vector_shift import vector_shift
from driftium_core.text.drift_report import EmbeddingReport, Member
from driftium_core.text.pairing import Comparison, PromptIds, choose_comparison
from driftium_core.text.pool_vectors import Vectors, checked_vectors, content_ranks
from driftium_core.text.verdict import Decision, Finding, decide, detectable

__all__ = ["compare_embeddings"]

MIN_RESAMPLES = 199
"""Fewer could never reach the p-value of 0.005 that drift is called at."""


def compare_embeddings(
    reference: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    prompt_ids: PromptIds | None = None,
    n_resamples: int = 999,
    rng: int = 0,
) -> EmbeddingReport:
    """Tell whether current responses differ from a baseline, from their embedding vectors.

    A permutation test: when nothing changed, p ≤ .05 in at most 5 % of cases at any pool size. The report is the
    same whatever the order of the rows, and the same again for the same seed.

    Parameters
    ----------
    reference, current : array_like of numbers, shapes (n, d) and (m, d)
        One row per response, all from one encoder. Rows are scaled to unit length.
    prompt_ids : pair of sequences of hashables or None, optional
        The prompt of each baseline and of each current response; equal ids pair answers to one prompt, None pairs
        with nothing. Answers are compared prompt by prompt when at least 80 % of the current ones repeat baseline
        prompts, and enough prompts do.
    n_resamples : int
        Label assignments drawn, at least 199. All are tried when there are at most 1,024.
    rng : int
        Seed.

    Returns
    -------
    EmbeddingReport

    Raises
    ------
    InputError
        Empty pools, different dimensions, values that are no finite numbers, rows of zeros.

    Examples
    --------
    >>> x = np.eye(8)
    >>> compare_embeddings(x, x[::-1]).verdict
    'no_drift'
    """
    if n_resamples < MIN_RESAMPLES:
        raise InputError(f"n_resamples must be at least {MIN_RESAMPLES} for a verdict, not {n_resamples}.")
    pools = [checked_vectors(reference, "baseline"), checked_vectors(current, "current")]
    (x, _), (y, _) = pools
    if x.shape[1] != y.shape[1]:
        raise InputError(
            f"The baseline vectors have {x.shape[1]} dimensions and the current ones {y.shape[1]}; "
            "embed both pools with one encoder."
        )
    notes = [
        f"The {name} vectors were not of unit length and were scaled to it."
        for name, (_, scaled) in zip(("baseline", "current"), pools, strict=True)
        if scaled
    ]
    ranks = content_ranks(np.concatenate([x, y]))
    comparison = choose_comparison(ranks[: len(x)], ranks[len(x) :], prompt_ids, n_resamples=n_resamples)
    x, y = x[comparison.reference], y[comparison.current]
    if np.unique(ranks).size == 1:
        notes.append("All vectors are equal: there is nothing that could differ.")
    labels = make_labels(len(x), len(y), strata=comparison.strata, n_resamples=n_resamples, rng=rng)
    test = two_sample_test(np.concatenate([x, y]), labels, strata=comparison.strata, rng=rng)
    return _report(x, y, comparison, labels, test, rng=rng, notes=(*notes, *comparison.notes))


def _report(
    x: Vectors,
    y: Vectors,
    comparison: Comparison,
    labels: Labels,
    test: TwoSampleTest,
    *,
    rng: int,
    notes: tuple[str, ...],
) -> EmbeddingReport:
    shift = vector_shift(x, y, strata=comparison.strata)
    effect = shift.shrunk(test.z)
    if math.isnan(shift.raw):
        notes = (*notes, "One response on each side: no effect size can be told.")
    finding = Finding(comparison, test, labels.exact, labels.n_tried, effect)
    decision: Decision = decide(finding)
    return EmbeddingReport(
        design=comparison.design,
        n_baseline=len(x),
        n_current=len(y),
        n_pairs=len(comparison.sizes) if comparison.design == "paired" else 0,
        pvalue=test.pvalue if len(labels.columns) > 1 else None,
        attainable_pvalue=decision.attainable_pvalue,
        effect_size=effect,
        effect_raw=shift.raw,
        severity=decision.severity,
        verdict=decision.verdict,
        reason=decision.reason,
        centroid=test.centroid,
        mmd=test.mmd,
        detectable=detectable(comparison),
        members=tuple(Member(name, pvalue) for name, pvalue in test.members),
        method=_method(comparison, labels, test),
        n_resamples=labels.n_tried,
        exact=labels.exact,
        seed=rng,
        notes=notes,
        n_left_out_baseline=comparison.left_out[0],
        n_left_out_current=comparison.left_out[1],
    )


def _method(comparison: Comparison, labels: Labels, test: TwoSampleTest) -> str:
    what = "swaps within prompts" if comparison.design == "paired" else "splits"
    count = f"all {labels.n_tried} {what}" if labels.exact else f"{labels.n_tried - 1} random {what}"
    return count + (", kernel by Nyström features" if test.low_rank else "")
