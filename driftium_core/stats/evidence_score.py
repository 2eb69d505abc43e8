"""One number for many looks: the evidence that a monitor has collected against its baseline.

A dashboard tests again and again, and p ≤ 0.05 at each of 90 looks raises a false alarm nearly always. Here new data
is cut, in order of arrival, into disjoint numbered blocks; each block's p-value becomes an e-value, whose mean is at
most 1 while nothing changed, and the Shiryaev-Roberts recursion R ← (R + 1)·e adds them up [1]_. After k blocks
without a change the mean of R is at most k, so that the chance that it ever reached a threshold c is at most k / c.

The bound is for p-values that are independent and uniform while nothing changed. Blocks share a baseline, so they
are only nearly so; a baseline of four blocks and more keeps the alarm rate below the budget
(`benchmarks/evidence_score.py`). Windows that overlap, data looked at twice, and blocks that are no random samples
(day against night, bursts) break it: blocks of whole days are safer there.

References
----------
.. [1] J. Shin, A. Ramdas, A. Rinaldo (2022), "E-detectors: a nonparametric framework for sequential change
   detection".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

from driftium_core.errors import InputError
from driftium_core.formats import fmt_count, fmt_n, fmt_percent

__all__ = [
    "ALARM_BUDGET",
    "PLANNED_LOOKS",
    "EvidenceScore",
    "accumulate",
    "alarm_threshold",
    "block_advice",
    "block_size",
    "e_value",
    "log_evidence",
]

PLANNED_LOOKS = 90
"""Blocks that one baseline is expected to see; after more of them the budget is exceeded in proportion."""

ALARM_BUDGET = 0.10
"""Chance of any alarm over the planned looks when nothing changed."""

LARGEST_BLOCK, SMALLEST_BLOCK = 64, 16
ADVISED_BASELINE = LARGEST_BLOCK * 4
"""From this size of the baseline on, blocks have the full size."""

_TILT = 2.0
_SMALLEST_P = 1e-5
_MAX_EVIDENCE = 1e12
_STANDARD_NORMAL = NormalDist()


def block_size(n_baseline: int) -> int:
    """Responses in a block: a quarter of the baseline, at least 16 and at most 64.

    Blocks larger than a quarter of the baseline would mostly measure the baseline's own chance deviations.
    """
    return max(SMALLEST_BLOCK, min(LARGEST_BLOCK, n_baseline // 4))


def block_advice(n_baseline: int) -> str:
    """What a block is at this size of the baseline, and what the score takes for granted, for a person."""
    advice = f"A block is {block_size(n_baseline)} new answers in order of arrival."
    if n_baseline < ADVISED_BASELINE:
        advice += (
            f" The baseline has {fmt_n(n_baseline)} answers; from {ADVISED_BASELINE} on, blocks have their full size "
            f"of {LARGEST_BLOCK}, which sees smaller changes."
        )
    return (
        f"{advice} Blocks are taken for random samples of the traffic: where it differs by the hour or comes in "
        "bursts, alarms are more frequent than promised."
    )


def alarm_threshold(planned_looks: int = PLANNED_LOOKS, budget: float = ALARM_BUDGET) -> float:
    """The line that the score crosses with at most chance *budget* in *planned_looks* blocks without a change.

    Raises
    ------
    InputError
        Fewer than one look, or a budget that is not between 0 and 1.

    Examples
    --------
    >>> alarm_threshold(90, 0.10)
    900.0
    """
    if planned_looks < 1:
        raise InputError(f"At least 1 look must be planned, not {planned_looks}.")
    if not 0 < budget < 1:
        raise InputError(f"The alarm budget must lie between 0 and 1, not at {budget}. 0.1 is usual.")
    return planned_looks / budget


def e_value(pvalue: float) -> float:
    """What one p-value is worth as evidence: exp(2z − 2), z the normal quantile of 1 − p.

    Its integral over p from 0 to 1 is 1, so it calibrates p-values in the sense of [1]_. p-values below 1e-5 count as
    1e-5, which only lowers it.

    Raises
    ------
    InputError
        For what is no p-value.

    References
    ----------
    .. [1] V. Vovk, R. Wang (2021), "E-values: calibration, combination and applications".

    Examples
    --------
    >>> round(e_value(0.5), 4), round(e_value(0.001), 1)
    (0.1353, 65.4)
    """
    if not 0 <= pvalue <= 1:
        raise InputError(f"A p-value lies between 0 and 1, not at {pvalue}.")
    z = -_STANDARD_NORMAL.inv_cdf(min(max(pvalue, _SMALLEST_P), 1 - 1e-9))
    return math.exp(_TILT * z - _TILT**2 / 2)


def accumulate(evidence: float, e: float) -> float:
    """The score after an e-value: (R + 1)·e, held below 1e12."""
    return min((evidence + 1) * e, _MAX_EVIDENCE)


def log_evidence(evidence: float) -> float:
    """log₁₀(1 + R), the scale of the score in figures: 0 without evidence, 2.95 at the usual line of 900."""
    return math.log1p(evidence) / math.log(10)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceScore:
    """The state of one monitor against one baseline; a new baseline starts a new score.

    Attributes
    ----------
    evidence : float
        R, at least 0.
    looks : int
        Blocks counted.
    last_block : int
        Number of the newest counted block; -1 before the first.
    threshold : float
        The line of the alarm.
    alarmed_at_block : int or None
        Where the score first reached the line; stays, whatever follows, until it is dismissed.
    """

    evidence: float = 0.0
    looks: int = 0
    last_block: int = -1
    threshold: float = PLANNED_LOOKS / ALARM_BUDGET
    alarmed_at_block: int | None = None

    def counted(self, block: int, pvalue: float) -> EvidenceScore:
        """The score after a block; the same score when that block, or a later one, was counted before.

        Parameters
        ----------
        block : int
            Number of the block in order of arrival, from 0.
        pvalue : float
            Of the test of this block against the baseline.

        Examples
        --------
        >>> score = EvidenceScore().counted(0, 0.001).counted(1, 0.001)
        >>> round(score.evidence), score.alarmed_at_block
        (4342, 1)
        >>> score.counted(1, 0.001) == score
        True
        """
        if block <= self.last_block:
            return self
        evidence = accumulate(self.evidence, e_value(pvalue))
        alarmed = self.alarmed_at_block
        if alarmed is None and evidence >= self.threshold:
            alarmed = block
        return replace(self, evidence=evidence, looks=self.looks + 1, last_block=block, alarmed_at_block=alarmed)

    def dismissed(self) -> EvidenceScore:
        """The score after the user looked at an alarm: from zero again, counted blocks stay counted."""
        return replace(self, evidence=0.0, alarmed_at_block=None)

    @property
    def alarmed(self) -> bool:
        """Whether the line was reached since the start or the last dismissal."""
        return self.alarmed_at_block is not None

    @property
    def text(self) -> str:
        """Where the score stands, and how often chance alone brings it over the line, for a person."""
        return self.text_on("answers")

    def text_on(self, units: str) -> str:
        """The same with what the blocks are made of, e.g. ``"rows"``."""
        budget = PLANNED_LOOKS / self.threshold
        rule = (
            f"Each block of new {units} raises or lowers one evidence score; if nothing changed, chance lifts it over "
            f"the line in at most {fmt_percent(budget)} of runs of {PLANNED_LOOKS} blocks."
        )
        if not self.looks:
            return f"No block was counted yet. {rule}"
        blocks = fmt_count(self.looks, "block")
        line = f"{log_evidence(self.evidence):.2f} of {log_evidence(self.threshold):.2f}"
        if self.alarmed_at_block is not None:
            where = f"it crossed the line at block {fmt_n(self.alarmed_at_block + 1)}"
            return f"The evidence score stands at {line} after {blocks}; {where}. {rule}"
        return f"The evidence score stands at {line} after {blocks}, below the line. {rule}"
