"""Two-sample chi-square test with a weighted reference, for what is left when the make-up of the rows is held."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, chdtri

from driftium_core.stats.chi_square import SMALL_EXPECTED
from driftium_core.stats.result import SMALLEST_P

__all__ = ["WeightedChiSquare", "weighted_chi_square"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WeightedChiSquare:
    """What is left between two samples.

    Attributes
    ----------
    statistic : float
    dof : int
        0 where there is only one level to compare; `pvalue` is then 1.
    pvalue : float
    excess : float
        Squared effect before it is cut at 0: 0 on average when nothing is left.
    n_harmonic : float
        Product of both effective numbers of rows over their sum.
    """

    statistic: float
    dof: int
    pvalue: float
    excess: float
    n_harmonic: float

    @property
    def effect_size(self) -> float:
        """Bias-corrected Cramer's V, 0 to 1, as two samples of equal size would show it."""
        return math.sqrt(min(1.0, max(0.0, self.excess)))

    @property
    def chance(self) -> float:
        """What `effect_size` stays below in 95 % of cases when nothing is left."""
        if not self.dof:
            return 0.0
        beyond = max(0.0, float(chdtri(self.dof, 0.05)) - self.dof)
        return math.sqrt(min(1.0, beyond / self.n_harmonic / 4))


_NOTHING = WeightedChiSquare(0.0, 0, 1.0, 0.0, 0.0)


def weighted_chi_square(
    reference: Floats, current: Floats, *, n_reference: float, n_current: float
) -> WeightedChiSquare:
    """Test whether a weighted and an unweighted sample draw their levels from one distribution.

    The weighted sample counts as its effective number of rows: the first-order correction for weights that vary, a
    design effect common to all levels [1]_. Weights that were fitted to the current sample bring the two nearer to
    each other than chance would, so that the p-value errs on the large side. With weights of 1 it is Pearson's test.

    Levels with fewer than 5 expected in the smaller sample are taken together; where they are still fewer, and neither
    sample has 10 of them, they join the next larger level. The effect does not depend on how unequal
    the samples are: ``V² = ½ Σ (a − b)² / (a + b)`` of shares a and b, less what chance adds on average [2]_.

    Parameters
    ----------
    reference, current : float arrays, shape (k,)
        Weight (or count) per level, in the same order; only shares matter.
    n_reference, n_current : float
        Effective numbers of rows.

    References
    ----------
    .. [1] J. N. K. Rao, A. J. Scott (1981), "The analysis of categorical data from complex sample surveys".
    .. [2] W. Bergsma (2013), "A bias-correction for Cramér's V and Tschuprow's T".

    Examples
    --------
    >>> found = weighted_chi_square(np.array([10.0, 20.0]), np.array([20.0, 10.0]), n_reference=30, n_current=30)
    >>> round(found.statistic, 6), found.dof
    (6.666667, 1)
    """
    sums = float(reference.sum()), float(current.sum())
    if not min(*sums, n_reference, n_current) > 0:
        return _NOTHING
    a, b = _pooled(reference / sums[0], current / sums[1], n_reference, n_current)
    total = n_reference + n_current
    pooled = (a * n_reference + b * n_current) / total
    dof = a.size - 1
    if not dof:
        return _NOTHING
    apart = np.square(a - b)
    harmonic = n_reference * n_current / total
    statistic = harmonic * float((apart / pooled).sum())
    excess = (2 * float((apart / (a + b)).sum()) - dof / harmonic) / 4
    return WeightedChiSquare(statistic, dof, max(SMALLEST_P, float(chdtrc(dof, statistic))), excess, harmonic)


def _pooled(a: Floats, b: Floats, n: float, m: float) -> tuple[Floats, Floats]:
    """Shares with rare levels as one, and that one with the next where it is rare itself and seen by chance only."""
    expected = (a * n + b * m) / (n + m) * min(n, m)
    rare = expected < SMALL_EXPECTED
    if not rare.any():
        return a, b
    few = expected[rare].sum() < SMALL_EXPECTED and max(a[rare].sum() * n, b[rare].sum() * m) < 2 * SMALL_EXPECTED
    if few and not rare.all():
        rare[np.flatnonzero(~rare)[expected[~rare].argmin()]] = True
    a, b = (np.append(side[~rare], side[rare].sum()) for side in (a, b))
    used = a + b > 0
    return a[used], b[used]
