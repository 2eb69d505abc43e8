"""The types of an LLM drift report, from one descriptor to the whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from driftium_core.severity import Severity
from driftium_core.stats.null_range import NullRange
from driftium_core.text.differences import AnswerPair, Evidence, Projection
from driftium_core.text.drift_report import EmbeddingReport
from driftium_core.text.labels import TRAFFIC_LABELS

__all__ = [
    "TRAFFIC_LEVEL",
    "Descriptor",
    "Encoder",
    "Flag",
    "Health",
    "SettingShare",
    "Shape",
    "TextReport",
    "Traffic",
    "TrafficVerdict",
]

TrafficVerdict = Literal["traffic", "behaviour", "both", "neither", "cannot_tell", "no_prompts"]


TRAFFIC_LEVEL = 0.05
"""The prompts moved at p-values up to here."""

SETTING_LEVEL, LEAST_GAIN = 0.005, 0.1
"""A mix of settings changed at p-values up to here, when a value's share of the answers rose by this much."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """What made the vectors: ``id`` names model and revision, ``precision`` is fp32 or bf16."""

    id: str
    precision: str


@dataclass(frozen=True, slots=True)
class Health:
    """Health Index of the current pool, 0 to 100.

    Attributes
    ----------
    value, low, high : float or None
        Index and its 95 % interval; None without prompts.
    baseline : float or None
        Index of the baseline against itself: 100 by definition; None without prompts.
    text : str
        One sentence, also saying why there is no index.
    """

    value: float | None
    low: float | None
    high: float | None
    baseline: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Flag:
    """Share of responses that show a fault which alignment alone misses, in both pools.

    ``baseline`` and ``current`` are shares of 0 to 1, None where it cannot be told (e.g. without prompts).
    """

    name: Literal["echo", "empty", "refusal", "low_alignment"]
    baseline: float | None
    current: float | None


@dataclass(frozen=True, slots=True)
class Shape:
    """Two distributions over the same bins or categories, small enough for a table's cell.

    Attributes
    ----------
    labels : tuple of str
        Of each bin (``"120 to 180"``) or category.
    baseline, current : tuple of float
        Share (0 to 1) of each pool's values in each.
    """

    labels: tuple[str, ...]
    baseline: tuple[float, ...]
    current: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Descriptor:
    """One plain property of the responses, tested against the baseline.

    Attributes
    ----------
    name : str
        ``length``, ``latency_ms``, ``tokens``, ``error``, ``refusal``, ``empty``, ``language``, ``valid_json``, …
    label : str
        For a person, with the unit.
    kind : {"number", "share", "category"}
    baseline, current : float or str or None
        Median, share (0 to 1), or most common category; None when nothing is known.
    statistic, pvalue, pvalue_adjusted, effect_size : float or None
        None where no test was possible.
    severity : Severity or None
    method : str
    text : str
        One sentence in words.
    shape : Shape or None
        Both pools' distributions; None where a pool has no values.
    """

    name: str
    label: str
    kind: Literal["number", "share", "category"]
    baseline: float | str | None
    current: float | str | None
    n_baseline: int
    n_current: int
    statistic: float | None
    pvalue: float | None
    pvalue_adjusted: float | None
    effect_size: float | None
    severity: Severity | None
    method: str
    text: str
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """Did the prompts move, the answers to like prompts, both or neither?

    Attributes
    ----------
    prompt_pvalue, behaviour_pvalue : float or None
        None where the test was not possible.
    overlap : float or None
        Smaller of the two shares of prompts with a like prompt in the other pool.
    share_tested : float or None
        Share of all responses that took part in the behaviour test.
    text : str
        The verdict in sentences, what is known first, worded as weakly as the evidence is.
    prompts, behaviour : NullRange or None
        The statistic of each test beside its null range, in standard deviations of the permuted values around their
        mean; None where the test was not possible, and for behaviour also where its p-value is the paired drift
        test's, which has no such statistic. Of the two forms of the prompt test (vectors, style) it is the one with
        the smaller p; ``prompt_pvalue`` is the test's own, which allows for there being two. They rank nothing and
        compare with nothing but their own range.
    """

    verdict: TrafficVerdict
    prompt_pvalue: float | None
    behaviour_pvalue: float | None
    overlap: float | None
    share_tested: float | None
    text: str
    prompts: NullRange | None = None
    behaviour: NullRange | None = None

    @property
    def prompts_moved(self) -> bool:
        """Whether the prompts changed, whatever can be told of behaviour."""
        return self.prompt_pvalue is not None and self.prompt_pvalue <= TRAFFIC_LEVEL

    @property
    def answer(self) -> str:
        """The verdict in a word or two, which ``text`` follows: ``"Traffic."``, ``"Traffic, at least."``."""
        if self.verdict == "cannot_tell" and self.prompts_moved:
            return "Traffic, at least."
        return TRAFFIC_LABELS[self.verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingShare:
    """What the answers of both pools were made with, as far as it was recorded; nothing is tested but the mix.

    Attributes
    ----------
    name : {"model", "backend", "system", "temperature", "max_tokens"}
    label : str
        For a person: ``"model"``, ``"system prompt"``, …
    baseline, current : str or None
        Most common value of each pool as one short line, ``"none"`` for no system prompt; None where none is known.
        Of a long text it is the beginning and eight digits of its digest.
    baseline_share, current_share : float or None
        Share (0 to 1) of it, of the answers whose value is known.
    n_baseline, n_current : int
        Answers whose value is known.
    gained : str or None
        Value whose share rose most; None where none rose.
    gained_before, gained_now : float or None
        Its share of the baseline and of current.
    pvalue : float or None
        Chi-square test of the values' mix; None where a pool has none.
    apart : bool
        The pools have no value in common: that needs no test.
    """

    name: Literal["model", "backend", "system", "temperature", "max_tokens"]
    label: str
    baseline: str | None
    baseline_share: float | None
    current: str | None
    current_share: float | None
    n_baseline: int
    n_current: int
    gained: str | None
    gained_before: float | None
    gained_now: float | None
    pvalue: float | None
    apart: bool

    @property
    def changed(self) -> bool:
        """Whether current answers were made with another value, or another mix of values, by more than chance."""
        if self.pvalue is None or self.gained_before is None or self.gained_now is None:
            return False
        beyond_chance = self.apart or self.pvalue <= SETTING_LEVEL
        return beyond_chance and self.gained_now - self.gained_before >= LEAST_GAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReport:
    """Everything known about current responses against a baseline.

    Attributes
    ----------
    drift : EmbeddingReport
        Tests and verdict; the verdict of the report is its verdict.
    baseline_hash, current_hash : str
        Digest of each pool's content, whatever its order.
    pairs : tuple of AnswerPair
        Answers to prompts that both pools have, least alike first and at most 2,000; empty where no prompt is in both.
    notes : tuple of str
        Rows left out and why, and what else limits the report.
    settings : tuple of SettingShare
        What the answers were made with; empty where nothing is recorded, and in reports of format 3 and before.
    """

    drift: EmbeddingReport
    health: Health
    flags: tuple[Flag, ...]
    descriptors: tuple[Descriptor, ...]
    traffic: Traffic
    evidence: Evidence
    projection: Projection | None
    encoder: Encoder
    seed: int
    baseline_hash: str
    current_hash: str
    versions: dict[str, str] = field(default_factory=dict)
    pairs: tuple[AnswerPair, ...] = ()
    notes: tuple[str, ...] = ()
    settings: tuple[SettingShare, ...] = ()
