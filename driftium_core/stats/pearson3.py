"""Tail probabilities of permutation statistics beyond what the number of permutations resolves.

A Pearson type III (shifted gamma) distribution with the mean, variance and skewness of the permuted values follows
permutation distributions of quadratic statistics well into the tail [1]_. It is an approximation: it serves to
put unlike statistics on one scale, which is then calibrated by permutation itself.

References
----------
.. [1] F. Kazi-Aoual, S. Hitier, R. Sabatier, J.-D. Lebreton (1995), "Refined approximations to permutation tests
   for multivariate inference".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc, ndtr

from driftium_core.stats.permutation import TIE_TOLERANCE

__all__ = ["MIN_TAIL_VALUES", "pearson3_sf", "tail_surprise"]

MIN_SKEWNESS = 0.02
"""Below, the normal distribution is used: the gamma's shape 4/skewness² would lose digits."""

MIN_TAIL_VALUES = 4
"""Fewer values have no usable moments."""

_SMALLEST = 1e-300

Floats = NDArray[np.float32] | NDArray[np.float64]


def pearson3_sf(z: NDArray[np.float64], skewness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Upper tail probability of a standardised Pearson III variable, at least 1e-300; normal for no or left skew.

    Examples
    --------
    With skewness 2 it is the exponential distribution, moved to mean 0: P(Z > 2) = exp(-3).

    >>> p = pearson3_sf(np.array([2.0]), np.array([2.0]))
    >>> bool(np.isclose(p[0], np.exp(-3)))
    True
    """
    skewed = skewness > MIN_SKEWNESS
    shape = 4 / np.where(skewed, skewness, 1.0) ** 2
    gamma = gammaincc(shape, np.maximum(shape + z * np.sqrt(shape), 1e-9))
    return np.asarray(np.maximum(np.where(skewed, gamma, ndtr(-z)), _SMALLEST))


def tail_surprise(statistics: Floats) -> NDArray[np.float64]:
    """-ln of the tail probability of each value among the others, for aggregating unlike statistics.

    The moments for each value are those of all *other* values, so that the observed one, however extreme, does
    not widen its own yardstick, and yet all are treated alike, which keeps the aggregated test exact. Values that
    tie with the observed one, the first, are raised to it.

    Parameters
    ----------
    statistics : ndarray, shape (n_assignments,)
        The observed value first. All zeros are returned for fewer than 4 values, or when all are equal.
    """
    t = np.asarray(statistics, np.float64)
    spread = float(t.max() - t.min())
    tolerance = TIE_TOLERANCE * float(np.abs(t).max())
    if len(t) < MIN_TAIL_VALUES or spread <= tolerance:
        return np.zeros(len(t))
    t = np.where(np.abs(t - t[0]) <= tolerance, t[0], t)
    rest = t[1:]
    scale = float(rest.std()) or spread
    # Beyond a million standard deviations the power sums below would lose their digits.
    u = np.clip((t - rest.mean()) / scale, -1e5, 1e5)
    n = len(u) - 1
    mean = (u.sum() - u) / n
    square = ((u**2).sum() - u**2) / n
    cube = ((u**3).sum() - u**3) / n
    sd = np.sqrt(np.maximum(square - mean**2, 1e-12))
    skewness = (cube - 3 * mean * square + 2 * mean**3) / sd**3
    return np.asarray(-np.log(pearson3_sf((u - mean) / sd, skewness)))
