"""Which terms each text holds: words, pairs of words, and pairs of characters where words are not spaced."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["TermTable", "find_terms", "frequency_z", "rising_terms", "tabulate_terms"]

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
"""Thai, Lao, Burmese, Khmer, kana and Chinese characters: words follow each other without a space."""

_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
"""Marks within words of spaced scripts, which ``\\w`` leaves out: accents, vowel points, Indic vowels."""

_UNSPACED_RUN = re.compile(rf"[{_UNSPACED}]+")
_BREAK = re.compile(rf"(?:[^\w\s{_MARKS}'’]|[\r\n])+")
"""Words on both sides of punctuation or of a line's end are no pair."""

_FUNCTION_WORDS = """
    a about above across after again against all along also am among an and any are aren't around as at be because
    been before being below between both but by can can't cannot could couldn't did didn't do does doesn't doing
    don't down during each either else etc even ever few for from further get gets got had has have having he her
    here hers herself him himself his how however i i'd i'll i'm i've if in into is isn't it its itself just let may
    me might more most much must my myself no nor not now of off on once one only or other our ours ourselves out
    over own per quite rather same shall she should since so some still such than that the their theirs them
    themselves then there there's these they this those through thus to too under until up upon us very was wasn't
    we were weren't what when where whether which while who whom whose why will with within without won't would you
    you'd you'll you're you've your yours yourself
"""
_STOP_WORDS = frozenset(_FUNCTION_WORDS.split())
"""English function words. Those of other languages are kept: where they are news, the language has changed."""

LEAST_TEXTS, LEAST_Z = 3, 2.0
"""A rising term is in so many of the chosen texts (half of them when fewer were chosen), with at least this z."""

SAME_TEXTS = 0.7
"""From this Jaccard index of their texts on, two overlapping terms are one."""

_LONGEST = 50
_SHORTEST_NUMBER = 3
"""Years, status codes and the like; numbers of one or two digits are anything."""


@dataclass(frozen=True, slots=True, eq=False)
class TermTable:
    """Terms of a list of texts.

    Attributes
    ----------
    terms : tuple of str
        Sorted.
    holds : sparse array of bool, shape (texts, terms)
        1 where the text holds the term.
    """

    terms: tuple[str, ...]
    holds: csr_array

    def shares(self, rows: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Share of the texts at these positions that hold each term; zeros without any."""
        rows = np.asarray(rows, np.int64)
        return np.asarray(self.holds[rows].sum(axis=0), np.float64) / max(1, rows.size)


def find_terms(text: str) -> list[str]:
    """Terms of a text in order, with repetitions: words, pairs of adjacent words, and pairs of unspaced characters.

    Words are compared without regard to case. Left out are English function words, single letters, numbers of one or
    two digits and tokens of more than 50 characters, which are data and not words.

    Examples
    --------
    >>> find_terms("The HTTP status was 404, see get_user(2).")
    ['http', 'status', '404', 'http status', 'see', 'get_user', 'see get_user']
    >>> find_terms("学习 Python")
    ['学习', 'python']
    """
    found: list[str] = []
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        for run in _UNSPACED_RUN.findall(text):
            found += [a + b for a, b in pairwise(run)]
        text = _UNSPACED_RUN.sub("\n", text)
    for phrase in _BREAK.split(text.casefold()):
        words = [_word(token) if len(token) <= _LONGEST else "" for token in phrase.split()]
        found += [word for word in words if word]
        found += [f"{a} {b}" for a, b in pairwise(words) if a and b]
    return found


def tabulate_terms(texts: Sequence[str]) -> TermTable:
    """Table of the terms that at least two of the texts hold; the others can tell nothing about a group."""
    from scipy.sparse import csr_array
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(analyzer=find_terms, binary=True, min_df=2, dtype=np.int32)
    try:
        holds = counter.fit_transform(texts)
    except ValueError:  # scikit-learn's answer to texts without such a term, e.g. all empty
        nothing = np.zeros(0, np.int32)
        return TermTable((), csr_array((nothing, (nothing, nothing)), shape=(len(texts), 0)))
    terms = tuple(counter.get_feature_names_out().tolist())
    return TermTable(terms, csr_array((holds.data, holds.indices, holds.indptr), shape=holds.shape))


def frequency_z(
    n_with: npt.NDArray[np.float64], n_other_with: npt.NDArray[np.float64], n: int, n_other: int
) -> npt.NDArray[np.float64]:
    """z of the difference of two shares, pooled, with half a text added to each count.

    z = (p₁ - p₂) / √(p(1 - p)(1/n₁ + 1/n₂)), where p₁ = (n_with + ½) / (n + 1) and n₁ = n + 1, likewise p₂, and p is
    the share in both together.
    """
    share, other = (n_with + 0.5) / (n + 1), (n_other_with + 0.5) / (n_other + 1)
    pooled = (n_with + n_other_with + 1) / (n + n_other + 2)
    z: npt.NDArray[np.float64] = (share - other) / np.sqrt(pooled * (1 - pooled) * (1 / (n + 1) + 1 / (n_other + 1)))
    return z


def rising_terms(
    table: TermTable, chosen: npt.ArrayLike, others: npt.ArrayLike, *, limit: int = 10
) -> list[tuple[int, float]]:
    """Terms that more of the chosen texts hold than of the others, by the z of two document frequencies.

    Counting texts and not tokens keeps one long text from deciding. Of terms that share a word or character and occur
    in the same chosen texts, the first is kept. When the texts were chosen by what is compared, z ranks and is no test.

    Parameters
    ----------
    table : TermTable
    chosen, others : array_like of int
        Positions of texts.
    limit : int
        Terms at most.

    Returns
    -------
    list of (int, float)
        Position of the term in ``table.terms`` and its z, largest first, from `LEAST_Z` on and in at least
        `LEAST_TEXTS` of the chosen texts, in half of them when that is fewer, and never in one alone.
    """
    chosen, others = np.asarray(chosen, np.int64), np.asarray(others, np.int64)
    n, m = chosen.size, others.size
    if not n or not m or not table.terms:
        return []
    held = table.shares(chosen) * n
    z = frequency_z(held, table.shares(others) * m, n, m)
    candidates = np.flatnonzero((held >= max(2, min(LEAST_TEXTS, n / 2))) & (z >= LEAST_Z)).tolist()
    # Rounding makes equal counts equal; of equals the longer term says more, then the alphabet decides.
    candidates.sort(key=lambda term: (-round(float(z[term]), 9), -len(table.terms[term]), table.terms[term]))
    candidates = candidates[: 20 * limit]
    kept = _without_repetitions(table, chosen, candidates, limit)
    return [(term, float(z[term])) for term in kept]


@lru_cache(maxsize=1 << 15)
def _word(token: str) -> str:
    """The token as a word, or nothing."""
    if token.isdecimal():
        return token if len(token) >= _SHORTEST_NUMBER else ""
    word = token.replace("’", "'").strip("'").removesuffix("'s")
    return "" if len(word.strip("_")) < 2 or word in _STOP_WORDS else word


def _without_repetitions(
    table: TermTable, chosen: npt.NDArray[np.int64], candidates: list[int], limit: int
) -> list[int]:
    """The first candidates, without those that overlap an earlier one and occur in nearly the same texts."""
    in_texts = table.holds[chosen][:, candidates].toarray().astype(bool).T
    kept: list[int] = []
    for i, term in enumerate(candidates):
        for j in kept:
            both, either = (in_texts[i] & in_texts[j]).sum(), (in_texts[i] | in_texts[j]).sum()
            if both >= SAME_TEXTS * either and _overlap(table.terms[term], table.terms[candidates[j]]):
                break
        else:
            kept.append(i)
        if len(kept) == limit:
            break
    return [candidates[i] for i in kept]


def _overlap(a: str, b: str) -> bool:
    """Whether two terms share a word, or two unspaced ones a character at an end."""
    if _UNSPACED_RUN.match(a):
        return a[0] == b[-1] or a[-1] == b[0]
    return not set(a.split()).isdisjoint(b.split())
