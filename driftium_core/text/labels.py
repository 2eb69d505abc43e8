"""What the parts of a report are called for a person: one wording for pages and files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from driftium_core.formats import fmt_effect, fmt_percent, fmt_statistic

if TYPE_CHECKING:
    from driftium_core.stats.null_range import NullRange
    from driftium_core.text.report import TrafficVerdict

__all__ = [
    "FLAG_LABELS",
    "MEMBER_LABELS",
    "NO_EFFECT",
    "TRAFFIC_LABELS",
    "effect_words",
    "found_by",
    "score_words",
    "share_words",
]

TRAFFIC_LABELS: dict[TrafficVerdict, str] = {
    "traffic": "Traffic.",
    "behaviour": "Behaviour.",
    "both": "Both.",
    "neither": "Neither.",
    "cannot_tell": "Cannot be told.",
    "no_prompts": "Cannot be told.",
}
"""Whether prompts moved, or the answers to like prompts, in a word; ask `Traffic.answer`, which knows more."""

FLAG_LABELS = {
    "echo": "Echoes",
    "empty": "Empty",
    "refusal": "Refusals",
    "low_alignment": "Off the prompt",
}
"""Faults that alignment alone misses."""

MEMBER_LABELS = {
    "mmd": "MMD², median bandwidth: the bulk",
    "mmd_quarter": "MMD², a quarter of it: finer structure",
    "ridge": "Ridge discriminant: small moves in quiet directions",
    "largest_dimension": "Largest single dimension: sparse moves",
    "clusters": "Cluster scan: a small new group",
}
"""The statistics behind the verdict, and what each is good at; those of older reports may have other names."""

_SEEN_BY = {
    "mmd_quarter": "MMD² at a quarter of the bandwidth, which sees finer structure",
    "ridge": "the ridge discriminant, which sees small moves in quiet directions",
    "largest_dimension": "the largest single dimension, which sees sparse moves",
    "clusters": "the cluster scan, which sees a small new group",
}

_SEES = 0.05
"""A statistic sees a difference at a p-value of its own up to here."""


def found_by(pvalues: Mapping[str, float]) -> str:
    """What saw a difference that MMD² at the median bandwidth did not; empty when it did, or that is not known.

    Parameters
    ----------
    pvalues : mapping of str to float
        Of each statistic by its name.

    Examples
    --------
    >>> found_by({"mmd": 0.21, "ridge": 0.04, "clusters": 0.001})
    'the cluster scan, which sees a small new group'
    >>> found_by({"mmd": 0.03, "clusters": 0.001})
    ''
    """
    if pvalues.get("mmd", 0.0) <= _SEES:
        return ""
    return _SEEN_BY.get(min(pvalues, key=pvalues.__getitem__), "")


NO_EFFECT = "too small to be measured as an effect, yet not chance"
"""Of a difference that a test has found."""


def effect_words(effect: float | None) -> str:
    """``"effect 0.28"``; an effect that would be written 0.00 beside a verdict of drift is explained instead.

    Examples
    --------
    >>> effect_words(0.004)
    'too small to be measured as an effect, yet not chance'
    """
    return NO_EFFECT if fmt_effect(effect) == "0.00" else f"effect {fmt_effect(effect)}"


def score_words(score: NullRange) -> str:
    """``"0.068 (without drift 0.001 to 0.029)"``: a distance never stands without its null range."""
    return f"{fmt_statistic(score.value)} (without drift {fmt_statistic(score.low)} to {fmt_statistic(score.high)})"


def share_words(share: float) -> str:
    """``"about 12 % of the answers"``: a share that is an estimate, in whole per cent."""
    return f"about {fmt_percent(round(share, 2))} of the answers"
