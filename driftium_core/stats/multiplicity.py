"""Adjusting p-values for the number of tests that were looked at together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["benjamini_hochberg", "simes"]


def benjamini_hochberg(pvalues: Sequence[float | None]) -> list[float | None]:
    """Benjamini-Hochberg adjusted p-values; None and nan stay out of the family and come back as None.

    Flagging everything with an adjusted p up to q keeps the expected share of false flags at q [1]_. When
    nothing drifted at all, it is also the chance of any flag.

    References
    ----------
    .. [1] Y. Benjamini, Y. Hochberg (1995), "Controlling the false discovery rate".

    Examples
    --------
    >>> benjamini_hochberg([0.01, None, 0.04, 0.03])
    [0.03, None, 0.04, 0.04]
    """
    values = np.array([np.nan if p is None else p for p in pvalues], dtype=float)
    tested = ~np.isnan(values)
    if not tested.any():
        return [None] * len(values)
    known = values[tested]
    order = np.argsort(known)
    scaled = known[order] * known.size / np.arange(1, known.size + 1)
    # An adjusted p-value is never above that of a larger p-value.
    known[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    values[tested] = known
    return [float(p) if in_family else None for p, in_family in zip(values, tested, strict=True)]


def simes(pvalues: Sequence[float]) -> float | None:
    """One p-value for the hypothesis that nothing differs anywhere: the smallest n·p₍ᵢ₎ / i [1]_.

    Valid for independent and for positively dependent tests. None without any p-value.

    References
    ----------
    .. [1] R. J. Simes (1986), "An improved Bonferroni procedure for multiple tests of significance".

    Examples
    --------
    >>> round(simes([0.02, 0.9, 0.03]), 3)
    0.045
    """
    values = np.sort(np.asarray(pvalues, dtype=float))
    if not values.size:
        return None
    return float(min(1.0, (values * values.size / np.arange(1, values.size + 1)).min()))
