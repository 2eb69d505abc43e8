"""How large a difference is, whatever the sample sizes, and how small a one these sizes can show."""

from __future__ import annotations

import math

from scipy.special import kolmogi

__all__ = ["corrected_cramers_v", "detectable_gap", "smallest_ks_pvalue"]

_Z_80 = 0.8416212335729143  # the standard normal quantile of 0.8


def corrected_cramers_v(statistic: float, n_total: int, n_categories: int) -> float:
    """Bias-corrected Cramer's V of a 2 × k table, 0 to 1.

    The plain V of two samples of one distribution grows with k and shrinks with n; the correction takes its
    expectation out [1]_. Where the correction leaves no degree of freedom (as many categories as rows), V is 0:
    such a table cannot tell.

    References
    ----------
    .. [1] W. Bergsma (2013), "A bias-correction for Cramér's V and Tschuprow's T".

    Examples
    --------
    A 2 × 2 table of 100 rows with chi-square 25: phi² = 0.25 - 1/99, over 1 - 1/99.

    >>> round(corrected_cramers_v(25.0, 100, 2), 4)
    0.4923
    """
    if n_total < 2 or n_categories < 2:
        return 0.0
    shrink = n_total - 1
    phi2 = max(0.0, statistic / n_total - (n_categories - 1) / shrink)
    room = min(n_categories - (n_categories - 1) ** 2 / shrink, 2 - 1 / shrink) - 1
    return min(1.0, math.sqrt(phi2 / room)) if room > 1e-12 else 0.0


def detectable_gap(n_reference: int, n_current: int, level: float) -> float:
    """Smallest KS distance that a test at this level finds with 80 % power, capped at 1.

    From the lower bound of the power at the point of the largest gap [1]_: the observed gap there is normal
    around the true one with a standard deviation of at most half of ``sqrt(1/n + 1/m)``.

    References
    ----------
    .. [1] F. J. Massey (1951), "The Kolmogorov-Smirnov test for goodness of fit".
    """
    if not n_reference or not n_current:
        return 1.0
    scale = math.sqrt(1 / n_reference + 1 / n_current)
    return min(1.0, (float(kolmogi(level)) + _Z_80 / 2) * scale)


def smallest_ks_pvalue(n_reference: int, n_current: int) -> float:
    """Smallest p-value that these sizes can reach: two samples that do not overlap at all, 2 / C(n+m, n)."""
    if not n_reference or not n_current:
        return 1.0
    log_arrangements = (
        math.lgamma(n_reference + n_current + 1) - math.lgamma(n_reference + 1) - math.lgamma(n_current + 1)
    )
    return min(1.0, 2 * math.exp(-log_arrangements))
