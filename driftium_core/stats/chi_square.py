"""Two-sample chi-square test of a 2 × k contingency table, valid in sparse tables too.

Null hypothesis: both samples draw their categories from one distribution. The reference is a sample as well, so
this is the two-sample form; the one-sample form ("expected counts from the reference") false-alarms.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, gammaincc, gammaln

from driftium_core.stats.effect import corrected_cramers_v
from driftium_core.stats.result import SMALLEST_P, Measure

__all__ = ["chi_square_test", "shares_test"]

Counts = npt.NDArray[Any]

SMALL_EXPECTED = 5.0
"""Below this expected count in any cell, the chi-square limit is not relied on (Cochran's rule)."""

MAX_SIMULATED_CATEGORIES = 100
"""Above this, a sum of so many terms is fitted by its exact moments instead of being simulated."""

_N_RESAMPLES, _N_FIRST, _ENOUGH_EXCEEDANCES = 9_999, 249, 50
_TIE = 1e-9


def chi_square_test(
    reference: npt.ArrayLike, current: npt.ArrayLike, *, rng: np.random.Generator | None = None
) -> Measure:
    """Test whether two lists of category counts come from one distribution.

    With every expected count at 5 or more the p-value is that of the chi-square distribution. Otherwise it is
    conditional on both margins: exact for two categories; by simulation up to 100 categories, as
    (b + 1) / (B + 1) with B = 9 999, stopped early once 50 simulated tables are as extreme [1]_; by a gamma
    distribution with the exact conditional mean and variance [2]_ above 100. A statistic so large that even
    Cantelli's inequality puts it below 1 / (B + 1) keeps that bound as its p-value and is not simulated.

    Categories that neither sample has are left out. p-values below 1e-300 are given as 1e-300.

    Parameters
    ----------
    reference, current : array_like of int, shape (k,)
        Counts per category, in the same order.
    rng : numpy.random.Generator, optional
        For the simulation; a fixed seed by default, so that equal input gives equal output.

    Returns
    -------
    Measure
        ``effect_size`` is the bias-corrected Cramer's V. Without rows in one sample: nan, no p-value, a note.

    References
    ----------
    .. [1] J. Besag, P. Clifford (1991), "Sequential Monte Carlo p-values".
    .. [2] R. B. Dawson (1954), "A simplified expression for the variance of the χ²-function on a contingency
       table".

    Examples
    --------
    >>> measure = chi_square_test([10, 20], [20, 10])
    >>> round(measure.statistic, 6), measure.dof
    (6.666667, 1)
    """
    table = np.array([np.asarray(reference), np.asarray(current)], dtype=np.int64)
    table = table[:, table.sum(axis=0) > 0]
    n, m = (int(side) for side in table.sum(axis=1))
    if not n or not m:
        note = "No values to compare in " + ("either table." if not n and not m else "one of the tables.")
        return Measure(math.nan, None, math.nan, n, m, "chi-square", notes=(note,))
    dof = table.shape[1] - 1
    expected = np.outer([n, m], table.sum(axis=0)) / (n + m)
    statistic = float(((table - expected) ** 2 / expected).sum()) if dof else 0.0
    pvalue, method = _pvalue(table, statistic, float(expected.min()), rng)
    effect = corrected_cramers_v(statistic, n + m, dof + 1)
    return Measure(statistic, min(1.0, max(pvalue, SMALLEST_P)), effect, n, m, method, dof)


def shares_test(n_with: tuple[int, int], n_total: tuple[int, int], *, method: str) -> Measure:
    """Test whether two samples have the same share of something (e.g. of missing values).

    A 2 × 2 chi-square test, exact at small counts. ``effect_size`` is the absolute difference of the shares:
    the KS distance of the indicator, so the same thresholds apply.

    Parameters
    ----------
    n_with, n_total : tuple of int
        Rows that have it and all rows, of the reference and of current.
    method : str
        Name of the test, as shown.
    """
    n, m = n_total
    if not n or not m:
        note = "No rows to compare in " + ("either table." if not n and not m else "one of the tables.")
        return Measure(math.nan, None, math.nan, n, m, method, notes=(note,))
    with_it = np.array(n_with)
    measure = chi_square_test(*np.stack([with_it, np.array(n_total) - with_it], axis=1))
    effect = abs(n_with[0] / n - n_with[1] / m)
    detail = measure.method.removeprefix("chi-square")
    return Measure(measure.statistic, measure.pvalue, effect, n, m, method + detail, measure.dof)


def _pvalue(
    table: Counts, statistic: float, smallest_expected: float, rng: np.random.Generator | None
) -> tuple[float, str]:
    dof = table.shape[1] - 1
    if not dof:
        return 1.0, "chi-square"
    if smallest_expected >= SMALL_EXPECTED:
        return float(chdtrc(dof, statistic)), "chi-square"
    if dof == 1:
        return _exact_two_categories(table), "chi-square, exact"
    mean, variance = _conditional_moments(table)
    excess = statistic - mean
    if dof + 1 > MAX_SIMULATED_CATEGORIES:
        return _gamma_tail(statistic, mean, variance), "chi-square, moment fit"
    if excess > 0 and (bound := variance / (variance + excess**2)) < 1 / (_N_RESAMPLES + 1):
        return bound, "chi-square, bound"
    return _simulate(table, statistic, rng or np.random.default_rng(0)), "chi-square, simulated"


def _exact_two_categories(table: Counts) -> float:
    """Share of all 2 × 2 tables with these margins that are at least as far from the expected one."""
    (a, b), (c, d) = table.tolist()
    n, m, k = a + b, c + d, a + c
    x = np.arange(max(0, k - m), min(n, k) + 1)
    log_weight = -(gammaln(x + 1) + gammaln(n - x + 1) + gammaln(k - x + 1) + gammaln(m - k + x + 1))
    weight = np.exp(log_weight - log_weight.max())
    # Whole numbers: |x - n·k/N| times N compares without rounding.
    far = np.abs(x * (n + m) - n * k) >= abs(a * (n + m) - n * k)
    return float(weight[far].sum() / weight.sum())


def _conditional_moments(table: Counts) -> tuple[float, float]:
    """Exact mean and variance of the statistic over all tables with these margins (Dawson 1954)."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    total, r, c = float(rows.sum()), 2, columns.size
    mean = total * (c - 1) / (total - 1)
    if total <= 3:
        return mean, 0.0
    w_rows = (total * (1 / rows).sum() - r**2) / (total - 2)
    w_columns = (total * (1 / columns).sum() - c**2) / (total - 2)
    v_rows, v_columns = ((k - 1) * (total - k) / (total - 1) for k in (r, c))
    spread = 2 * total / (total - 3) * (v_rows - w_rows) * (v_columns - w_columns)
    return mean, max(0.0, float(spread + total**2 / (total - 1) * w_rows * w_columns))


def _gamma_tail(statistic: float, mean: float, variance: float) -> float:
    # Every table with these margins has the same statistic, e.g. when each category occurs once.
    if variance <= _TIE * mean**2:
        return 1.0
    # The upper tail of a gamma distribution; scipy.stats has it by name but takes half a second to import.
    return float(gammaincc(mean**2 / variance, statistic * mean / variance))


def _simulate(table: Counts, statistic: float, rng: np.random.Generator) -> float:
    """Sequential Monte Carlo p-value over random tables with these margins."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    total, smaller = int(rows.sum()), int(rows.min())
    expected = smaller * columns / total
    scale = total / int(rows.max())
    drawn = exceeding = 0
    for size in (_N_FIRST, _N_RESAMPLES - _N_FIRST):
        sample = rng.multivariate_hypergeometric(columns, smaller, size=size, method="marginals")
        simulated = scale * ((sample - expected) ** 2 / expected).sum(axis=1)
        drawn += size
        exceeding += int((simulated >= statistic * (1 - _TIE)).sum())
        if exceeding >= _ENOUGH_EXCEEDANCES:
            break
    return (exceeding + 1) / (drawn + 1)
