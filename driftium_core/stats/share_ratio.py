"""Ratio of two shares, with an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["LogRatio", "log2_share_ratio"]

_Z95 = 1.959964
"""97.5 % quantile of the normal distribution."""


@dataclass(frozen=True, slots=True)
class LogRatio:
    """log₂ of a ratio and its 95 % interval."""

    value: float
    low: float
    high: float


def log2_share_ratio(n_with: int, n: int, n_other_with: int, n_other: int) -> LogRatio:
    """log₂ of the share ``n_with / n`` over ``n_other_with / n_other``, with its 95 % log interval.

    The interval of Katz et al. [1]_: ln(p₁/p₂) ± 1.96 √(1/x₁ − 1/n₁ + 1/x₂ − 1/n₂). Half an observation is added to
    each of the four counts *with* and *without* (Haldane and Anscombe's correction), so that xᵢ is a count + ½ and nᵢ
    a total + 1: a share of 0 or 1 then has a ratio too, and one that is never without an interval. It pulls small
    counts towards no difference.

    Parameters
    ----------
    n_with, n_other_with : int
        At most ``n`` and ``n_other``.
    n, n_other : int

    Examples
    --------
    Heart attacks among 11 034 men on placebo and 11 037 on aspirin: a relative risk of 1.82 (1.43 to 2.30) [2]_.

    >>> found = log2_share_ratio(189, 11_034, 104, 11_037)
    >>> [round(2**bound, 1) for bound in (found.value, found.low, found.high)]
    [1.8, 1.4, 2.3]

    References
    ----------
    .. [1] D. Katz, J. Baptista, S. Azen, M. Pike (1978), "Obtaining confidence intervals for the risk ratio in cohort
       studies", Biometrics 34.
    .. [2] A. Agresti (2007), "An introduction to categorical data analysis", section 2.2.
    """
    x, x_other, total, total_other = n_with + 0.5, n_other_with + 0.5, n + 1, n_other + 1
    value = math.log2((x / total) / (x_other / total_other))
    margin = _Z95 * math.sqrt(1 / x - 1 / total + 1 / x_other - 1 / total_other) / math.log(2)
    return LogRatio(value, value - margin, value + margin)
