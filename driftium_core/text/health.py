"""Health Index: how well answers keep to their prompts, measured against the baseline's own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from driftium_core.formats import fmt_n
from driftium_core.response import Response
from driftium_core.text.refusals import is_refusal
from driftium_core.text.report import Flag, Health

__all__ = ["ECHO_COSINE", "alignment", "flags", "health"]

Vectors = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

ECHO_COSINE = 0.98
"""Above this cosine with its prompt, an answer repeats the prompt. Perfect alignment, and a fault."""

MIN_FOR_PERCENTILE = 20
"""Baseline answers from which its 5th percentile is more than its smallest value."""

_CONFIDENCE = 0.95
_MIN_ERRORS_APART = 2.0


def alignment(prompts: Vectors, responses: Vectors) -> Floats:
    """Cosine of each prompt with its own response.

    Parameters
    ----------
    prompts, responses : ndarray, shape (n, d)
        Unit rows; row i of both belongs together.
    """
    return np.asarray(np.einsum("ij,ij->i", prompts, responses, dtype=np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class _Scale:
    """The two ends of the index, from the baseline alone.

    ``chance`` is the mean cosine of a prompt with the response to *another* prompt, over all n(n - 1) such pairs;
    ``chance_influence`` is how far each baseline row pulls it, with mean zero.
    """

    own: Floats
    chance: float
    chance_influence: Floats

    @property
    def span(self) -> float:
        return float(self.own.mean()) - self.chance

    def span_error(self) -> float:
        """Standard error of the span."""
        influence = self.own - self.own.mean() - self.chance_influence
        return math.sqrt(_variance_of_mean(influence))


def health(
    baseline_prompts: Vectors,
    baseline_responses: Vectors,
    current_prompts: Vectors,
    current_responses: Vectors,
) -> Health:
    """Health Index of current answers, 0 to 100, with a 95 % interval.

    100 · (a - c) / (b - c), clipped to 0 and 100: a is the mean cosine of current prompts with their responses, b the
    same in the baseline, c the mean cosine of baseline prompts with the responses to other baseline prompts. So 100 is
    as close to the prompts as ever, 0 is no closer than answers to something else. It is blind to what keeps close to
    the prompt and is bad all the same: see `flags`. The interval is by the delta method, over the sampling of both
    pools, with Student's t at Welch's degrees of freedom.

    Parameters
    ----------
    baseline_prompts, baseline_responses : ndarray, shape (n, d)
        Unit rows of the baseline answers whose prompt is known.
    current_prompts, current_responses : ndarray, shape (m, d)
        The same of current.

    Returns
    -------
    Health
        Without numbers, and a sentence why, when a pool has no prompts, when the baseline has fewer than two, or when
        the baseline's answers are not clearly closer to their own prompts than to others (within two standard errors).

    Examples
    --------
    Answers in the direction of their prompts, and current ones half of which went astray:

    >>> axes = np.eye(8, dtype=np.float32)
    >>> current = axes[[0, 1, 2, 3, 5, 6, 7, 4]]
    >>> health(axes, axes, axes, current).value
    50.0
    """
    n, m = len(baseline_prompts), len(current_prompts)
    if not n or not m:
        return _no_index(_lacking_prompts(n, m))
    if n < 2:
        return _no_index("No Health Index: the baseline has one answer with a known prompt, and at least 2 are needed.")
    scale = _scale(baseline_prompts, baseline_responses)
    if scale.span <= max(1e-6, _MIN_ERRORS_APART * scale.span_error()):
        return _no_index(
            "No Health Index: the baseline's answers are not clearly closer to their own prompts than to its other "
            "prompts, so there is no scale to measure current ones on."
        )
    own = alignment(current_prompts, current_responses)
    raw = (float(own.mean()) - scale.chance) / scale.span
    half_width = _half_width(own, scale, raw)
    value, low, high = (
        100 * min(1.0, max(0.0, x)) for x in (raw, min(raw - half_width, 1.0), max(raw + half_width, 0.0))
    )
    text = (
        f"Health Index {value:.0f} of 100, 95 % interval {low:.0f} to {high:.0f}, from {fmt_n(m)} current and "
        f"{fmt_n(n)} baseline answers: {_reading(low, high)}."
    )
    return Health(value, low, high, 100.0, text)


def _scale(prompts: Vectors, responses: Vectors) -> _Scale:
    n = len(prompts)
    own = alignment(prompts, responses)
    prompt_sum, response_sum = prompts.sum(axis=0, dtype=np.float64), responses.sum(axis=0, dtype=np.float64)
    # Mean over the other rows, for each prompt and for each response: no pair is counted with itself.
    by_prompt = (prompts @ response_sum - own) / (n - 1)
    by_response = (responses @ prompt_sum - own) / (n - 1)
    chance = float(by_prompt.mean())
    return _Scale(own, chance, by_prompt + by_response - 2 * chance)


def _half_width(own: Floats, scale: _Scale, raw: float) -> float:
    """Half the confidence interval of the unclipped index.

    The index is h = (a - c)/(b - c), so dh = (da - h·db + (h - 1)·dc)/(b - c); b and c come from the same rows.
    """
    influence = (raw - 1) * scale.chance_influence - raw * (scale.own - scale.own.mean())
    from_baseline = _variance_of_mean(influence)
    # One current answer shows no spread of its own; the baseline's stands in.
    from_current = _variance_of_mean(own) if own.size > 1 else float(scale.own.var(ddof=1))
    variance = from_baseline + from_current
    if variance <= 0:
        return 0.0
    parts = from_baseline**2 / (scale.own.size - 1) + from_current**2 / max(1, own.size - 1)
    quantile = float(stdtrit(variance**2 / parts, (1 + _CONFIDENCE) / 2))
    return quantile * math.sqrt(variance) / scale.span


def _variance_of_mean(values: Floats) -> float:
    return float(values.var(ddof=1)) / values.size


def _reading(low: float, high: float) -> str:
    if high >= 100:
        return "answers keep to their prompts as in the baseline, as far as these sizes can tell"
    if low <= 0:
        return "answers are no closer to their prompts than to other prompts, as far as these sizes can tell"
    return "answers keep to their prompts less than in the baseline"


def _lacking_prompts(n: int, m: int) -> str:
    where = "either pool" if not n and not m else "the baseline" if not n else "the current pool"
    return f"No Health Index: it compares answers with their prompts, and no usable answer in {where} has a known one."


def _no_index(text: str) -> Health:
    return Health(None, None, None, None, text)


def flags(
    baseline: Sequence[Response],
    current: Sequence[Response],
    *,
    baseline_alignment: Floats,
    current_alignment: Floats,
) -> tuple[Flag, ...]:
    """Shares of answers with faults that the Health Index misses, or that pull it down.

    ``echo``: cosine with the prompt above 0.98. ``empty``: no text, of the responses without an error. ``refusal``:
    declined, of those with text. ``low_alignment``: cosine with the prompt below the baseline's 5th percentile, so
    about 5 % in the baseline by definition; unknown with fewer than 20 baseline answers that have a prompt.

    Parameters
    ----------
    baseline, current : sequence of Response
        All responses of each pool.
    baseline_alignment, current_alignment : ndarray
        `alignment` of those that have a prompt; may be empty.
    """
    pools: tuple[tuple[Sequence[Response], Floats], ...] = (
        (baseline, baseline_alignment),
        (current, current_alignment),
    )
    answered = [[item for item in pool if item.error is None] for pool, _ in pools]
    texts = [[item.response for item in pool if item.response.strip()] for pool in answered]
    echo = [_share(cosines > ECHO_COSINE) for _, cosines in pools]
    low: list[float | None] = [None, None]
    if baseline_alignment.size >= MIN_FOR_PERCENTILE:
        bound = np.quantile(baseline_alignment, 0.05)
        low = [_share(cosines < bound) for _, cosines in pools]
    return (
        Flag("echo", *echo),
        Flag("empty", *(_share([not item.response.strip() for item in pool]) for pool in answered)),
        Flag("refusal", *(_share([is_refusal(text) for text in pool]) for pool in texts)),
        Flag("low_alignment", *low),
    )


def _share(has: npt.NDArray[Any] | list[bool]) -> float | None:
    return float(np.mean(has)) if len(has) else None
