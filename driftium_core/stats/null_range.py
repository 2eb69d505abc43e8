"""A statistic beside the range it has over permutations, for drawing the two together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["NullRange", "PermutationResult", "null_range", "standardised_range"]

N_DRAWS = 40
"""Quantiles that stand for all permuted values: enough for the outline of their distribution."""

_LEVELS = (np.arange(N_DRAWS) + 0.5) / N_DRAWS

Floats = NDArray[np.float64] | NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class NullRange:
    """A statistic as observed, and how it varies over the assignments of the labels: what it is when nothing changed.

    Attributes
    ----------
    value : float
        As observed; nan where it could not be computed. It is no p-value and decides nothing.
    low, high : float
        2.5th and 97.5th percentile over all assignments, the observed one included, so at these very sizes.
    draws : tuple of float
        40 evenly spaced quantiles of the other assignments, ascending, six digits each, to draw the range by; empty
        where there is no other, or nothing was computed.
    """

    value: float
    low: float
    high: float
    draws: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class PermutationResult:
    """p-value of a permutation test, and a statistic of it to show beside its null range."""

    pvalue: float
    statistic: NullRange


def null_range(statistics: Floats) -> NullRange:
    """Range of a statistic in its own unit.

    Parameters
    ----------
    statistics : ndarray, shape (n_assignments,)
        The observed value first.

    Examples
    --------
    Of 0, 1, …, 80 the quantiles at 1/80, 3/80, … are the odd numbers.

    >>> null_range(np.append(99.0, np.arange(81))).draws[:3]
    (1.0, 3.0, 5.0)
    """
    low, high = np.percentile(statistics, [2.5, 97.5])
    draws = np.quantile(statistics[1:], _LEVELS).tolist() if len(statistics) > 1 else []
    return NullRange(float(statistics[0]), float(low), float(high), tuple(float(f"{draw:.6g}") for draw in draws))


def standardised_range(statistics: Floats) -> NullRange:
    """Range of a statistic without a unit: in standard deviations of the permuted values around their mean.

    All zeros where the permuted values do not vary, so that there is no yardstick.
    """
    permuted = np.asarray(statistics[1:], np.float64)
    spread = float(permuted.std()) if permuted.size else 0.0
    if not spread:
        return null_range(np.zeros(len(statistics)))
    return null_range((statistics - permuted.mean()) / spread)
