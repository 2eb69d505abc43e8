"""The types of the drift test between two pools of vectors: statistics on their null ranges, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from driftium_core.formats import fmt_count, fmt_n
from driftium_core.severity import Severity, verdict_headline
from driftium_core.stats.null_range import NullRange
from driftium_core.text.labels import found_by, share_words

__all__ = ["Design", "Detectable", "EmbeddingReport", "Member", "NullRange", "Verdict"]

Design = Literal["paired", "unpaired"]
Verdict = Literal["drift", "no_drift", "inconclusive"]


@dataclass(frozen=True, slots=True)
class Member:
    """One statistic of the aggregate, with its own permutation p-value."""

    name: str
    pvalue: float


@dataclass(frozen=True, slots=True)
class Detectable:
    """What these sizes can see.

    Attributes
    ----------
    share : float or None
        Smallest share of answers on a new topic that is found in 80 % of cases; None when not even a full
        change would be.
    text : str
        The same as a sentence.
    paired : bool
        The share is of answers to prompts that both pools have: nothing is promised of other prompts.
    """

    share: float | None
    text: str
    paired: bool = False

    @property
    def short(self) -> str:
        """What is detected, without the sizes: ``"a new topic from about 12 % of the answers"``."""
        if self.share is None:
            return "a full change of topic at best"
        topic = "another topic, at the same prompts," if self.paired else "a new topic"
        return f"{topic} from {share_words(self.share)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingReport:
    """Whether two pools of vectors differ: the tests and the verdict, without texts.

    Attributes
    ----------
    design : {"paired", "unpaired"}
        Paired when enough current prompts repeat baseline prompts.
    n_baseline, n_current, n_pairs : int
        Responses that took part, and prompts present in both (0 when unpaired).
    n_left_out_baseline, n_left_out_current : int
        Responses to prompts that the other pool does not have; they took no part in a paired comparison.
    pvalue : float or None
        Permutation p-value of the aggregate; None when no test was possible.
    attainable_pvalue : float
        Smallest p-value that these sizes and this number of permutations can give.
    effect_size : float
        Shrunk effect d*; flat in n, about .53 for a full change of topic.
    effect_raw : float
        The same before shrinking.
    severity : Severity or None
        None when inconclusive.
    verdict : {"drift", "no_drift", "inconclusive"}
    reason : str
        One sentence: why this verdict, and what these sizes could have seen or how many responses are missing.
    centroid, mmd : NullRange
        Centroid cosine distance and biased RBF-MMD² beside their null ranges.
    members : tuple of Member
    method : str
        What was computed, e.g. "all 70 splits" or "999 permutations, linear features".
    n_resamples : int
        Label assignments tried, the observed one included.
    exact : bool
        Every possible assignment was tried.
    notes : tuple of str
        Sentences on what limits the result.
    """

    design: Design
    n_baseline: int
    n_current: int
    n_pairs: int
    pvalue: float | None
    attainable_pvalue: float
    effect_size: float
    effect_raw: float
    severity: Severity | None
    verdict: Verdict
    reason: str
    centroid: NullRange
    mmd: NullRange
    detectable: Detectable
    members: tuple[Member, ...]
    method: str
    n_resamples: int
    exact: bool
    seed: int
    notes: tuple[str, ...] = ()
    n_left_out_baseline: int = 0
    n_left_out_current: int = 0

    @property
    def headline(self) -> str:
        """``"▲ Drift: HIGH."``, ``"● No drift found."`` or ``"○ Inconclusive."``."""
        return verdict_headline(self.verdict, self.severity)

    @property
    def sizes(self) -> str:
        """``"480 current against 500 baseline answers"``."""
        return f"{fmt_n(self.n_current)} current against {fmt_n(self.n_baseline)} baseline answers"

    @property
    def pairing(self) -> str:
        """``"paired in 120 prompts"``, with what took no part where something did; or ``"unpaired"``."""
        if self.design == "unpaired":
            return "unpaired"
        sides = ((self.n_left_out_current, "current"), (self.n_left_out_baseline, "baseline"))
        rest = " and ".join(f"{fmt_n(count)} {side}" for count, side in sides if count)
        answers = "answer" if self.n_left_out_current + self.n_left_out_baseline == 1 else "answers"
        without = f" ({rest} {answers} to other prompts took no part)" if rest else ""
        return f"paired in {fmt_count(self.n_pairs, 'prompt')}{without}"

    @property
    def found_by(self) -> str:
        """What found a drift that MMD² does not show, for a person; empty when MMD² shows it too, or no drift is."""
        return found_by({item.name: item.pvalue for item in self.members}) if self.verdict == "drift" else ""

    def mark_of(self, score: NullRange) -> Severity | None:
        """Severity that marks a score in drawings: the verdict's above the null range, else LOW; no verdict itself.

        None, as the verdict's is, where that is inconclusive.
        """
        return self.severity if self.severity is None or score.value > score.high else Severity.LOW
