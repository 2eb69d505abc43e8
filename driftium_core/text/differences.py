"""The types that say in what two pools of answers differ: exemplars, words, clusters, pairs, a map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

__all__ = [
    "CHANGED_LEVEL",
    "AnswerPair",
    "Cluster",
    "Evidence",
    "Exemplar",
    "Keyword",
    "Passage",
    "Projection",
    "Removal",
    "Witnesses",
    "WordDifference",
    "telling",
    "why_no_terms",
]

CHANGED_LEVEL = 0.05
"""The share of a group changed at adjusted p-values up to here."""


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A response that stands for the difference.

    Attributes
    ----------
    index : int
        Position in its pool (current for novel ones, baseline for gone ones).
    witness : float
        Value of the MMD witness function; larger is more typical of its own pool and less of the other.
    text, prompt : str
        Empty when only vectors were given.
    nearest : float or None
        Cosine similarity to the most alike response of the other pool; None when it was not looked for.
    """

    index: int
    witness: float
    text: str = ""
    prompt: str = ""
    nearest: float | None = None


@dataclass(frozen=True, slots=True)
class Keyword:
    """A term that more of one pool's tell-tale responses hold than of the other pool's responses.

    Attributes
    ----------
    z : float
        Of the two document frequencies; positive for gained and for lost terms. It ranks and is no test.
    share_baseline, share_current : float
        Share (0 to 1) of all responses looked at that hold the term.
    log2_ratio, low, high : float
        log₂ of the current share over the baseline's, with half a response added to each count, and its 95 % interval.
        The term was chosen because it stands out, so the interval is no test.
    """

    term: str
    z: float
    share_baseline: float
    share_current: float
    log2_ratio: float
    low: float
    high: float

    @property
    def telling(self) -> bool:
        """Whether its interval excludes 0: only such terms are named or drawn."""
        return not self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True)
class Cluster:
    """A group of like responses, and whether its share changed.

    Attributes
    ----------
    direction : {"gained", "lost"}
    n_baseline, n_current : int
        Members in each pool.
    pvalue_adjusted : float
        Fisher's exact test, Bonferroni over all clusters.
    terms : tuple of str
        Words that set its members apart.
    exemplar : int
        Position of the member nearest to the centre, in current for gained, in baseline for lost clusters.
    baseline_members, current_members : tuple of int
        Positions in the pools.
    """

    direction: Literal["gained", "lost"]
    n_baseline: int
    n_current: int
    pvalue_adjusted: float
    terms: tuple[str, ...]
    exemplar: int
    baseline_members: tuple[int, ...]
    current_members: tuple[int, ...]

    @property
    def changed(self) -> bool:
        """Whether its share changed significantly."""
        return self.pvalue_adjusted <= CHANGED_LEVEL


@dataclass(frozen=True, slots=True)
class Removal:
    """What is left of the drift without the responses that the witness points at.

    ``removed`` are positions in current, most novel first; ``text`` says it, e.g. "without these 31 responses p goes
    from 0.001 to 0.4".
    """

    removed: tuple[int, ...]
    pvalue_before: float
    pvalue_after: float
    text: str


@dataclass(frozen=True, slots=True)
class Projection:
    """Both pools on the same two principal axes of the pooled vectors; for looking, it decides nothing.

    Attributes
    ----------
    baseline, current : tuple of (float, float)
        May be a random part of large pools; ``baseline_index`` and ``current_index`` give the positions.
    explained : tuple of float
        Share of the variance on each axis.
    """

    baseline: tuple[tuple[float, float], ...]
    current: tuple[tuple[float, float], ...]
    baseline_index: tuple[int, ...]
    current_index: tuple[int, ...]
    explained: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Witnesses:
    """How typical the responses that were looked at are of their own pool, and how untypical of the other.

    Attributes
    ----------
    baseline_index, current_index : tuple of int
        Positions in the pools, ascending; of large pools a random part is looked at.
    baseline, current : tuple of float
        Value of the MMD witness function at each: larger is more typical of its own pool and less of the other.
    """

    baseline_index: tuple[int, ...]
    current_index: tuple[int, ...]
    baseline: tuple[float, ...]
    current: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class AnswerPair:
    """A baseline and a current answer to one prompt, by their positions, with their cosine similarity."""

    baseline_index: int
    current_index: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of one answer; ``only_here`` when the other answer does not have it at this place."""

    text: str
    only_here: bool


@dataclass(frozen=True, slots=True)
class WordDifference:
    """Two answers in passages, which together are the whole answers, character by character.

    Attributes
    ----------
    baseline, current : tuple of Passage
        Empty for an empty answer.
    note : str
        Why no single words are marked; empty where they are.
    """

    baseline: tuple[Passage, ...]
    current: tuple[Passage, ...]
    note: str = ""

    def beginning(self, limit: int) -> WordDifference:
        """The first ``limit`` characters of each answer."""
        return replace(self, baseline=_beginning(self.baseline, limit), current=_beginning(self.current, limit))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why: what is new, what is gone, and whether taking it out ends the drift.

    ``groups`` are all groups of like responses. They have no default: a stored report without them is of another
    version, and must not be read as one in which no group changed.
    """

    novel: tuple[Exemplar, ...] = ()
    gone: tuple[Exemplar, ...] = ()
    keywords_gained: tuple[Keyword, ...] = ()
    keywords_lost: tuple[Keyword, ...] = ()
    groups: tuple[Cluster, ...]
    removal: Removal | None = None
    witnesses: Witnesses | None = None
    notes: tuple[str, ...] = ()

    @property
    def clusters(self) -> tuple[Cluster, ...]:
        """Those of the groups whose share changed significantly, in their order."""
        return tuple(group for group in self.groups if group.changed)


def telling(words: Iterable[Keyword]) -> tuple[Keyword, ...]:
    """Those whose shift is told from none, in their order: what a verdict names, a chart draws and a file lists."""
    return tuple(word for word in words if word.telling)


def why_no_terms(words: Sequence[Keyword]) -> str:
    """Why none of these terms is telling, for a person."""
    if not words:
        return "No term sets the pools apart."
    return "No term stands out: the 95 % interval of each includes no change."


def _beginning(passages: tuple[Passage, ...], limit: int) -> tuple[Passage, ...]:
    kept: list[Passage] = []
    for passage in passages:
        if limit <= 0:
            break
        kept.append(replace(passage, text=passage.text[:limit]))
        limit -= len(passage.text)
    return tuple(kept)
