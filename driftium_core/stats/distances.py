"""Distances between two samples, for those who know them. None has a p-value; none decides a verdict."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import rel_entr

__all__ = ["jensen_shannon", "population_stability_index", "wasserstein_from_sorted"]

Counts = npt.NDArray[Any]

_BLOCK = 65_536


def jensen_shannon(reference: Counts, current: Counts) -> float:
    """Jensen-Shannon distance of two lists of counts, 0 to 1 (base 2, square root of the divergence)."""
    if not reference.sum() or not current.sum():
        return math.nan
    p, q = reference / reference.sum(), current / current.sum()
    middle = (p + q) / 2
    divergence = (rel_entr(p, middle).sum() + rel_entr(q, middle).sum()) / (2 * math.log(2))
    return math.sqrt(min(1.0, max(0.0, float(divergence))))


def population_stability_index(reference: Counts, current: Counts) -> float:
    """PSI of two lists of counts; a count of zero is taken as half a row.

    PSI is infinite with an empty cell, so some rule for it decides the value: it is stated wherever PSI is
    shown. Cells that are empty in both samples are left out.
    """
    if not reference.sum() or not current.sum():
        return math.nan
    used = (reference > 0) | (current > 0)
    p, q = (np.where(counts[used] > 0, counts[used], 0.5) for counts in (reference, current))
    p, q = p / p.sum(), q / q.sum()
    return float(((q - p) * np.log(q / p)).sum())


def wasserstein_from_sorted(reference: npt.NDArray[Any], current: npt.NDArray[Any]) -> float:
    """Mean distance that values have to travel from one sorted finite sample to the other, in their unit.

    Both quantile functions are step functions with steps at multiples of 1/n and 1/m, so the integral of their
    difference is a finite sum: exact, whatever the sizes.
    """
    n, m = reference.size, current.size
    if not n or not m:
        return math.nan
    with np.errstate(over="ignore", invalid="ignore"):
        if n == m:
            return float(np.abs(reference.astype(float) - current).mean())
        return sum(_travel(reference, current, start) for start in range(0, n, _BLOCK)) / (n * m)


def _travel(reference: npt.NDArray[Any], current: npt.NDArray[Any], start: int) -> float:
    """Integral, times n·m, of the quantile difference over one block of reference steps."""
    n, m = reference.size, current.size
    stop = min(start + _BLOCK, n)
    inside = np.arange(-(-start * m // n), -(-stop * m // n))
    steps = np.concatenate([np.arange(start, stop) * m, inside * n])
    steps.sort(kind="stable")
    widths = np.diff(steps, append=stop * m)
    # Not as a dot product: BLAS would start threads of its own inside ours.
    return float((np.abs(reference[steps // m].astype(float) - current[steps // n]) * widths).sum())
