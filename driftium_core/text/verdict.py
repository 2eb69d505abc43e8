"""From test results to severity, verdict and the sentences that explain them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from driftium_core.formats import fmt_effect, fmt_n, fmt_p, fmt_percent
from driftium_core.severity import Severity
from driftium_core.stats.permutation import attainable_pvalue
from driftium_core.stats.power import detectable_share, sample_size_for_share
from driftium_core.stats.two_sample import TwoSampleTest
from driftium_core.text.drift_report import Detectable, Verdict
from driftium_core.text.labels import NO_EFFECT, found_by, share_words
from driftium_core.text.pairing import ALPHA, Comparison

__all__ = ["ALARM_PVALUE", "EFFECT_BOUNDS", "Decision", "Finding", "decide", "detectable", "more_needed"]

ALARM_PVALUE = 0.005
"""Severity is above LOW up to here, so in at most 1 of 200 comparisons of pools that do not differ."""

EFFECT_BOUNDS = ((0.15, Severity.MEDIUM), (0.35, Severity.HIGH))
"""Shrunk effects below which a significant difference is no more than this; beyond, it is CRITICAL."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a verdict is made of."""

    comparison: Comparison
    test: TwoSampleTest
    exact: bool
    n_tried: int
    effect_size: float


@dataclass(frozen=True, slots=True)
class Decision:
    """Severity (None when inconclusive), verdict, its sentence, and the smallest p-value of these sizes."""

    severity: Severity | None
    verdict: Verdict
    reason: str
    attainable_pvalue: float


def decide(finding: Finding) -> Decision:
    """Judge once, from p-value and effect together.

    Inconclusive when these sizes cannot give p ≤ .05. Severity is above LOW at p ≤ .005 only. Pools so small that
    every split is tried and none could give p ≤ .005 are CRITICAL when theirs is the most extreme split of all and
    lies far out of the others (Pearson III tail ≤ .005, over all members).
    """
    sizes = list(finding.comparison.sizes)
    attainable = attainable_pvalue(sizes, n_resamples=finding.n_tried - 1)
    if attainable > ALPHA:
        return Decision(None, "inconclusive", _missing(finding.comparison, attainable), attainable)
    severity = _severity(finding, attainable)
    if severity is not Severity.LOW:
        return Decision(severity, "drift", _difference(finding), attainable)
    p = fmt_p(finding.test.pvalue)
    if finding.test.pvalue <= ALPHA:
        found = f"A sign of a difference ({p}), too weak to be called drift, which takes p ≤ {ALARM_PVALUE}."
    else:
        found = f"No difference beyond chance ({p})."
    return Decision(severity, "no_drift", f"{found} {detectable(finding.comparison).text}", attainable)


def _difference(finding: Finding) -> str:
    p, effect = fmt_p(finding.test.pvalue), fmt_effect(finding.effect_size)
    if effect == "0.00":
        reason = f"The responses differ ({p}); the difference is {NO_EFFECT}."
    else:
        reason = (
            f"The responses differ ({p}), with an effect of {effect}; a full change of topic is about 0.53 or more."
        )
    seen_by = found_by(dict(finding.test.members))
    return f"{reason} It was found by {seen_by}; MMD² does not show it." if seen_by else reason


def _severity(finding: Finding, attainable: float) -> Severity:
    test = finding.test
    if finding.exact and attainable > ALARM_PVALUE:
        far_out = test.pvalue <= attainable + 1e-9 and test.tail_pvalue <= ALARM_PVALUE
        return Severity.CRITICAL if far_out else Severity.LOW
    if test.pvalue > ALARM_PVALUE:
        return Severity.LOW
    for bound, severity in EFFECT_BOUNDS:
        if finding.effect_size < bound:
            return severity
    return Severity.CRITICAL


def _missing(comparison: Comparison, attainable: float) -> str:
    """How many more responses a verdict needs: as few as possible, all on the current side where that is enough."""
    n, m = len(comparison.reference), len(comparison.current)
    more = more_needed(n, m)
    wanted = " and ".join(f"{count} {name}" for count, name in zip(more, ("baseline", "current"), strict=True) if count)
    responses = "response" if sum(more) == 1 else "responses"
    return (
        f"{n} against {m} responses cannot give a p-value below {attainable:.2g}, whatever they say: "
        f"add at least {wanted} {responses}."
    )


def more_needed(n_reference: int, n_current: int) -> tuple[int, int]:
    """Fewest responses to add to the baseline and to current for a p-value of .05: all current where that does."""
    return next(
        (i, total - i)
        for total in itertools.count(1)
        for i in range(total + 1)
        if attainable_pvalue([(n_reference + i, n_current + total - i)]) <= ALPHA
    )


def detectable(comparison: Comparison) -> Detectable:
    """What these sizes can see, in a sentence; paired comparisons see at least as much."""
    n, m = len(comparison.reference), len(comparison.current)
    share = detectable_share(n, m)
    sizes = f"{fmt_n(n)} against {fmt_n(m)} responses"
    if share is None:
        return Detectable(None, f"{sizes} can show a full change of topic at best.")
    if comparison.design == "paired":
        # Of the answers to these prompts: what a prompt brings that only one pool has is not seen at all.
        text = f"{sizes} to the same prompts show another topic when it makes up {share_words(share)}, often less."
        return Detectable(share, text, paired=True)
    text = f"{sizes} show a new topic when it makes up {share_words(share)}"
    target = 0.1
    needed = sample_size_for_share(target)
    if share > 1.3 * target and needed:
        text += f"; {fmt_percent(target)} would need about {fmt_n(round(needed, -1))} each"
    return Detectable(share, text + ".")
