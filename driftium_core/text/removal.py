"""Does the drift go away without the responses that the witness points at?"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from driftium_core.formats import fmt_n, fmt_p, fmt_percent
from driftium_core.text.differences import Removal
from driftium_core.text.exemplars import Witness
from driftium_core.text.order import Rows

__all__ = ["PvalueOf", "removal_check"]

PvalueOf = Callable[[Rows], float | None]
"""p-value of the drift test when only these current responses are left; None where no test is possible."""

SHARES = (0.05, 0.1, 0.2, 0.35, 0.5)
"""Shares of current that are taken out at first; the answer is then narrowed down between two of them."""

PRECISION = 0.02
"""The number of responses is told to this share of current, or to one."""


def removal_check(
    at_current: Witness, *, pvalue: float, pvalue_of: PvalueOf, seed: int, alpha: float = 0.05
) -> Removal | None:
    """Take out the most novel responses until the test finds no drift any more.

    This describes the drift: few responses suffice when a part of the traffic is new, half is not enough when all
    answers changed. The p-value that is left is no test of the rest, because the responses were chosen to raise it,
    and because fewer responses give larger p-values anyway; the sentence therefore gives the p-value without as many
    responses drawn at random, too.

    Parameters
    ----------
    at_current : ndarray of float, shape (m,)
        Witness at the current responses; among equal values the earlier one goes first.
    pvalue : float
        With all of them.
    pvalue_of : callable
        Takes the positions that are left, ascending. It is called up to about 12 times.
    seed : int
        Of the random draw.
    alpha : float
        Above it, the drift is gone.

    Returns
    -------
    Removal or None
        None when there is no drift to begin with or nothing can be tested without the first of them.
    """
    m = at_current.size
    if pvalue > alpha or m < 2:
        return None
    novel = np.argsort(-at_current, kind="stable").astype(np.int64)

    def without(removed: Rows) -> float | None:
        return pvalue_of(np.setdiff1d(np.arange(m, dtype=np.int64), removed))

    count, after = _fewest(lambda count: without(novel[:count]), m, alpha)
    if after is None:
        return None
    removed = novel[:count]
    if after > alpha:
        drawn = np.random.default_rng(seed).permutation(m)[:count].astype(np.int64)
        text = _gone(count, m, pvalue, after, without(drawn), alpha)
    else:
        text = f"Even without {_most_novel(count, m)} the drift stays, {fmt_p(after)}."
    return Removal(tuple(removed.tolist()), pvalue, after, text)


def _fewest(pvalue_without: Callable[[int], float | None], m: int, alpha: float) -> tuple[int, float | None]:
    """How many must go for p to exceed alpha, and that p; or the most that was tried, when it never does."""
    low, high, after = 0, 0, None
    for share in SHARES:
        count = max(1, math.floor(share * m))
        if count == high:
            continue
        pvalue = pvalue_without(count)
        if pvalue is None:
            break
        low, high, after = high, count, pvalue
        if pvalue > alpha:
            break
    if after is None or after <= alpha:
        return high, after
    while high - low > max(1, PRECISION * m):
        middle = (low + high) // 2
        pvalue = pvalue_without(middle)
        if pvalue is not None and pvalue > alpha:
            high, after = middle, pvalue
        else:
            low = middle
    return high, after


def _gone(count: int, m: int, before: float, after: float, at_random: float | None, alpha: float) -> str:
    text = f"Without {_most_novel(count, m)}, {fmt_p(before)} becomes {fmt_p(after)}"
    if at_random is None:
        return f"{text}."
    others = f"without {'1' if count == 1 else 'as many'} drawn at random"
    if at_random > alpha:
        return f"{text}; but {others} it is {fmt_p(at_random)} too: with so few left, this tells little."
    return f"{text}; {others} it is {fmt_p(at_random)}."


def _most_novel(count: int, m: int) -> str:
    most = "the most novel current response" if count == 1 else f"the {fmt_n(count)} most novel current responses"
    return f"{most} ({fmt_percent(count / m)})"
