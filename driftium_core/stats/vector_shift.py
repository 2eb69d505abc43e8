"""How far the mean of unit-length vectors moved, whatever the sample sizes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["VectorShift", "vector_shift"]


@dataclass(frozen=True, slots=True)
class VectorShift:
    """Effect size d of a difference between two samples of unit vectors.

    d = √(max(0, ‖μx − μy‖² / s)): the squared distance of the means, estimated without bias, in units of the
    spread s of the reference, 1 − the mean cosine of two different reference rows. It does not grow with the
    sample sizes and is linear in the share of rows that were replaced; a full change of topic of MiniLM vectors is
    about .53, answers of another model .06 to .08.

    Attributes
    ----------
    raw : float
        d; nan where one sample alone (with a single row each) tells nothing of the spread.
    squared : float
        ‖μx − μy‖², which may be below 0.
    spread : float
    """

    raw: float
    squared: float
    spread: float

    def shrunk(self, z: float) -> float:
        """d* = d·√max(0, 1 − 1/z²), z the test statistic in standard deviations of its permutations.

        What a statistic of one standard deviation shows is noise; below zero there is nothing to show.
        """
        return self.raw * math.sqrt(max(0.0, 1 - 1 / z**2)) if z > 1 else 0.0 * self.raw


def vector_shift(
    reference: NDArray[np.float32], current: NDArray[np.float32], *, strata: NDArray[np.int64] | None = None
) -> VectorShift:
    """Measure d from all pairs of different rows or, with strata, from pairs of different strata.

    Parameters
    ----------
    reference, current : ndarray, shapes (n, d) and (m, d)
        Rows of length 1.
    strata : ndarray of int, shape (n + m,), optional
        Rows of one prompt. The means within the strata are then compared, weighted as in
        `driftium_core.stats.permutation.Labels`: which prompts were asked how often does not count.
    """
    if strata is not None and np.unique(strata).size > 1:
        return _stratified(reference, current, strata)
    n, m = len(reference), len(current)
    x, y = reference.sum(axis=0, dtype=np.float64), current.sum(axis=0, dtype=np.float64)
    between = float(x @ y) / (n * m)
    within_x = (float(x @ x) - n) / (n * (n - 1)) if n > 1 else math.nan
    within_y = (float(y @ y) - m) / (m * (m - 1)) if m > 1 else math.nan
    # A single row has no spread of its own: it is taken to be that of the other sample.
    within_x, within_y = (within_y if n == 1 else within_x), (within_x if m == 1 else within_y)
    return _shift(within_x + within_y - 2 * between, 1 - within_x)


def _stratified(reference: NDArray[np.float32], current: NDArray[np.float32], strata: NDArray[np.int64]) -> VectorShift:
    _, line = np.unique(strata, return_inverse=True)
    n = np.bincount(line[: len(reference)])
    m = np.bincount(line[len(reference) :])
    weight = n * m / (n + m)
    weight = weight / weight.sum()
    x, y = (np.zeros((len(n), reference.shape[1])) for _ in range(2))
    np.add.at(x, line[: len(reference)], reference)
    np.add.at(y, line[len(reference) :], current)
    x, y = x / n[:, None], y / m[:, None]

    def across(rows: NDArray[np.float64]) -> float:
        """Mean product of the rows of two different strata."""
        total = weight @ rows
        same = weight**2 @ (rows**2).sum(axis=1)
        return float(total @ total - same) / (1 - float(weight @ weight))

    return _shift(across(x - y), 1 - across(x))


def _shift(squared: float, spread: float) -> VectorShift:
    if math.isnan(squared):
        return VectorShift(math.nan, squared, spread)
    # Equal reference rows have no spread: any move is then a full one, measured in units of 1.
    unit = spread if spread > 1e-6 else 1.0
    squared_or_zero = squared if squared > 1e-7 else 0.0
    return VectorShift(math.sqrt(squared_or_zero / unit), squared, spread)
