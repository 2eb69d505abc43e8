"""Two-sample Kolmogorov-Smirnov test: exact statistic at any size, valid p-value at any size.

Null hypothesis: both samples come from one distribution. D is the largest distance between the two cumulative
curves. It sees every kind of difference, most easily one in the middle of the distribution; differences far out
in the tails need more data.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, kolmogorov

from driftium_core.stats.result import SMALLEST_P, Measure

__all__ = ["Gap", "ks_from_sorted", "ks_pvalue", "ks_test", "largest_gap"]

Numbers = npt.NDArray[Any]

MAX_EXACT_PRODUCT = 10_000
"""n·m up to which the p-value is exact, as in R's ``ks.test``; a few milliseconds at most."""

_N_COARSE = 8192


@dataclass(frozen=True, slots=True)
class Gap:
    """Largest distance of two cumulative curves.

    Attributes
    ----------
    numerator : int
        D·n·m, a whole number, so that equal distances compare equal.
    at : float
        The smallest value at which the distance is reached.
    n_reference, n_current : int
    """

    numerator: int
    at: float
    n_reference: int
    n_current: int

    @property
    def statistic(self) -> float:
        """D, 0 to 1."""
        return self.numerator / (self.n_reference * self.n_current)


def largest_gap(reference: Numbers, current: Numbers) -> Gap:
    """Find D of two sorted samples without looking at every value.

    Both curves are read at some thousand order statistics. Between two of them neither curve can rise by more
    than its own step there, which bounds the distance inside; only stretches whose bound exceeds the best
    distance so far are read in full. The result is exact, ties and infinities included.

    Parameters
    ----------
    reference, current : array, shapes (n,) and (m,)
        Sorted, without nan, of one dtype, not empty.
    """
    n, m = reference.size, current.size
    stride = max(1, (n + m) // _N_COARSE)
    points = np.concatenate([reference[::stride], reference[-1:], current[::stride], current[-1:]])
    points.sort(kind="stable")
    best, at, bound = _read_coarse(reference, current, points)
    if stride > 1:
        worth = np.flatnonzero(bound > best)
        if worth.size:
            inside = np.concatenate([_between(sample, points, worth) for sample in (reference, current)])
            inside.sort()
            fine, fine_at, _ = _read_coarse(reference, current, inside) if inside.size else (-1, at, bound)
            if fine > best or (fine == best and fine_at < at):
                best, at = fine, fine_at
    return Gap(best, float(at), n, m)


def _read_coarse(reference: Numbers, current: Numbers, points: Numbers) -> tuple[int, Any, npt.NDArray[np.int64]]:
    """Distance·n·m at the points, where it is largest, and what it can reach in each stretch before a point."""
    n, m = reference.size, current.size
    upto_r = np.searchsorted(reference, points, side="right") * m
    upto_c = np.searchsorted(current, points, side="right") * n
    gaps = np.abs(upto_r - upto_c)
    k = int(gaps.argmax())
    before_r, before_c = np.concatenate([[0], upto_r[:-1]]), np.concatenate([[0], upto_c[:-1]])
    bound = np.maximum(upto_r - before_c, upto_c - before_r)
    return int(gaps[k]), points[k], bound


def _between(sample: Numbers, points: Numbers, stretches: npt.NDArray[np.intp]) -> Numbers:
    """All values of the sample that lie inside the given stretches (the points themselves were read)."""
    starts = np.where(stretches > 0, np.searchsorted(sample, points[np.maximum(stretches - 1, 0)], side="right"), 0)
    lengths = np.maximum(np.searchsorted(sample, points[stretches], side="left") - starts, 0)
    first = np.repeat(starts - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    return sample[first + np.arange(first.size)]


def ks_pvalue(gap: Gap, tie_ends: npt.NDArray[np.int64] | None = None) -> float:
    """p-value of D, conditional on the tied values.

    Up to ``n·m = 10 000`` it is the exact share of all arrangements of the pooled values that reach this
    distance [1]_, ties taken into account [2]_. Above, it is Kolmogorov's limit. For equal sizes the limit is
    right to 1 % there; for very unequal sizes it is too large, by about a tenth when the smaller sample has 100
    values, and ties make it larger still: it errs towards "no drift". Values below 1e-300 are given as 1e-300.

    Parameters
    ----------
    gap : Gap
    tie_ends : array of int, optional
        Ascending ranks (1 to n + m) at which a group of equal pooled values ends; all of them without ties.

    References
    ----------
    .. [1] J. L. Hodges (1958), "The significance probability of the Smirnov two-sample test".
    .. [2] G. Schröer, D. Trenkler (1995), "Exact and randomization distributions of Kolmogorov-Smirnov tests
       two or three samples".

    Examples
    --------
    Two samples of five without overlap: 2 of the C(10, 5) = 252 arrangements are as extreme.

    >>> round(ks_pvalue(Gap(25, 0.0, 5, 5)) * 252, 9)
    2.0
    """
    n, m = gap.n_reference, gap.n_current
    if gap.numerator == 0:
        return 1.0
    if n * m > MAX_EXACT_PRODUCT:
        p = float(kolmogorov(gap.statistic * math.sqrt(n * m / (n + m))))
    elif tie_ends is None or tie_ends.size == n + m:
        p = _exact_untied(n, m, gap.numerator)
    else:
        p = _exact(n, m, gap.numerator, tie_ends)
    return min(1.0, max(p, SMALLEST_P))


@lru_cache(maxsize=4096)
def _exact_untied(n: int, m: int, numerator: int) -> float:
    return _exact(n, m, numerator, np.arange(1, n + m + 1))


def _exact(n: int, m: int, numerator: int, tie_ends: npt.NDArray[np.int64]) -> float:
    """Probability that a random arrangement of the pooled values reaches the distance at an end of a tie group.

    A walk takes one step per pooled value: up with the reference, right with current. Its state after k values
    is the number i of reference values among them; it is out as soon as |i·m - (k-i)·n| reaches the numerator.
    Steps are drawn as coin flips of probability n/(n+m), and each walk that is out is weighted by its chance to
    end at (n, m): so small p-values are sums of small numbers, not differences of large ones.
    """
    total, theta = n + m, n / (n + m)
    lows = np.maximum((tie_ends * n - numerator) // total + 1, 0)
    highs = np.minimum(-((-tie_ends * n - numerator) // total) - 1, n)
    flips: dict[int, npt.NDArray[np.float64]] = {1: np.array([1 - theta, theta])}
    out: list[npt.NDArray[np.float64]] = []
    places: list[tuple[int, int, int]] = []
    walks, low, done = np.ones(1), 0, 0
    for k, new_low, new_high in zip(tie_ends.tolist(), lows.tolist(), highs.tolist(), strict=True):
        step = k - done
        if step not in flips:
            flips[step] = _binomial(np.array([step]), np.arange(step + 1), theta)
        walks = np.convolve(walks, flips[step])
        keep_from = min(max(new_low - low, 0), walks.size)
        keep_to = max(min(new_high - low + 1, walks.size), keep_from)
        if keep_from:
            out.append(walks[:keep_from])
            places.append((k, low, keep_from))
        if keep_to < walks.size:
            out.append(walks[keep_to:])
            places.append((k, low + keep_to, walks.size - keep_to))
        walks, low, done = walks[keep_from:keep_to], low + keep_from, k
        if not walks.size:
            break
    ks, starts, lengths = np.array(places).T
    ks = np.repeat(ks, lengths)
    ups = np.arange(ks.size) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
    possible = (ups <= n) & (ks - ups <= m)
    ks, ups = ks[possible], ups[possible]
    ends = _binomial(total - ks, n - ups, theta)
    return float(np.concatenate(out)[possible] @ ends / _binomial(np.array([total]), np.array([n]), theta)[0])


def _binomial(flips: npt.NDArray[np.int64], ups: npt.NDArray[np.int64], theta: float) -> npt.NDArray[np.float64]:
    """Binomial probabilities of so many ups among so many flips."""
    log_ways = gammaln(flips + 1.0) - gammaln(ups + 1.0) - gammaln(flips - ups + 1.0)
    return np.asarray(np.exp(log_ways + ups * math.log(theta) + (flips - ups) * math.log1p(-theta)))


def ks_from_sorted(reference: Numbers, current: Numbers) -> tuple[Measure, Gap | None]:
    """Test two sorted samples without nan; the gap is None when one of them is empty."""
    n, m = reference.size, current.size
    if not n or not m:
        note = "No values to compare in " + ("either table." if not n and not m else "one of the tables.")
        return Measure(math.nan, None, math.nan, n, m, "Kolmogorov–Smirnov", notes=(note,)), None
    gap = largest_gap(reference, current)
    tie_ends = None
    exact = n * m <= MAX_EXACT_PRODUCT
    if exact:
        pooled = np.concatenate([reference, current])
        pooled.sort()
        tie_ends = np.append(np.flatnonzero(pooled[1:] != pooled[:-1]), n + m - 1) + 1
    method = "Kolmogorov–Smirnov, exact" if exact else "Kolmogorov–Smirnov"
    return Measure(gap.statistic, ks_pvalue(gap, tie_ends), gap.statistic, n, m, method), gap


def ks_test(reference: npt.ArrayLike, current: npt.ArrayLike) -> Measure:
    """Test whether two samples of numbers come from one distribution.

    Missing values (nan) are left out. Infinities are ordered values below or above all others. D is exact with
    ties; the p-value is conditional on them (see `ks_pvalue`). p-values below 1e-300 are given as 1e-300.

    Parameters
    ----------
    reference, current : array_like of numbers, shapes (n,) and (m,)

    Returns
    -------
    Measure
        ``statistic`` and ``effect_size`` are D. Without values in one sample: nan, no p-value and a note.

    Examples
    --------
    >>> ks_test([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]).statistic
    1.0
    """
    r, c = np.asarray(reference), np.asarray(current)
    dtype = np.result_type(r, c)
    r, c = (np.sort(x.ravel().astype(dtype)) for x in (r, c))
    if dtype.kind == "f":
        r, c = r[~np.isnan(r)], c[~np.isnan(c)]
    return ks_from_sorted(r, c)[0]
