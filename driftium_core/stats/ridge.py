"""Ridge regression on fixed covariates, to take what they explain out of anything else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Covariates", "Ridge", "covariates_from", "fit_ridge", "standardised", "whitened"]

Matrix = npt.NDArray[np.float32]

PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0)
"""Tried penalties; for unit rows they go from nearly none to nearly everything."""

_RANK = 1e-6
_MIN_SLACK = 0.01
"""Least weight a row has beside its own prediction. A feature that one row alone has would else divide by zero."""


@dataclass(frozen=True, slots=True, eq=False)
class Covariates:
    """Centred covariates by their principal axes.

    Attributes
    ----------
    scores : ndarray, shape (N, k)
        Orthonormal columns.
    strength : ndarray, shape (k,)
        Sum of squares along each axis.
    """

    scores: Matrix
    strength: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Ridge:
    """A linear smoother that is the same for every outcome: one penalty for all columns."""

    scores: Matrix
    shrink: Matrix
    slack: Matrix
    penalty: float

    def fitted(self, outcomes: Matrix) -> Matrix:
        """Predictions of centred outcomes, shape (N, q)."""
        return np.asarray(self.scores @ (self.shrink[:, None] * (self.scores.T @ outcomes)))

    def residuals(self, outcomes: Matrix) -> Matrix:
        """Leave-one-out residuals: each row against a prediction that has not seen it."""
        return (outcomes - self.fitted(outcomes)) / self.slack[:, None]


def covariates_from(rows: Matrix) -> Covariates:
    """Centre the rows, shape (N, d), and find their principal axes; rows that are all equal have none."""
    rows = rows - rows.mean(axis=0)
    tall = rows.shape[0] > rows.shape[1]
    gram = (rows.T @ rows if tall else rows @ rows.T).astype(np.float64)
    strength, axes = np.linalg.eigh(gram)
    kept = strength > max(_RANK * strength[-1], 1e-9)
    strength, axes = strength[kept], axes[:, kept]
    scores = rows @ (axes / np.sqrt(strength)).astype(np.float32) if tall else axes.astype(np.float32)
    return Covariates(scores, strength)


def fit_ridge(covariates: Covariates, outcomes: Matrix, *, rows: npt.NDArray[np.intp] | None = None) -> Ridge:
    """Choose the penalty with the smallest leave-one-out squared error over all outcomes [1]_.

    Parameters
    ----------
    covariates : Covariates
    outcomes : ndarray, shape (N, q)
        Centred columns.
    rows : ndarray of int, optional
        Rows on which the error is measured; all by default. The fit itself always uses all rows.

    References
    ----------
    .. [1] D. M. Allen (1974), "The relationship between variable selection and data augmentation and a method for
       prediction" (PRESS: residuals over one minus leverage).
    """
    chosen = slice(None) if rows is None else rows
    scores = covariates.scores
    loadings = scores.T @ outcomes
    best: tuple[float, Ridge] | None = None
    for penalty in PENALTIES:
        shrink = (covariates.strength / (covariates.strength + penalty)).astype(np.float32)
        leverage = (scores * scores) @ shrink + np.float32(1 / len(scores))
        slack = np.maximum(1 - leverage, np.float32(_MIN_SLACK))
        left = (outcomes[chosen] - scores[chosen] @ (shrink[:, None] * loadings)) / slack[chosen, None]
        error = float(np.square(left).sum())
        if best is None or error < best[0]:
            best = error, Ridge(scores, shrink, slack, penalty)
    assert best is not None
    return best[1]


def standardised(features: Matrix) -> Matrix:
    """Columns with mean 0 and standard deviation 1; constant ones are left out."""
    centred = features - features.mean(axis=0)
    spread = centred.std(axis=0)
    varied = spread > 1e-6
    return np.asarray(centred[:, varied] / spread[varied], dtype=np.float32)


def whitened(rows: Matrix) -> Matrix:
    """Rotate and scale to nearly equal variance in all directions.

    The mean variance is added to that of each direction before dividing, so that directions of mere noise are not
    blown up.
    """
    centred: Matrix = rows - rows.mean(axis=0)
    variance, axes = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    variance = np.maximum(variance, 0)
    if not variance.size or variance[-1] <= 0:
        return centred
    rank = max(1, min(len(rows) - 1, int((variance > 1e-7 * variance[-1]).sum())))
    scale: Matrix = (axes / np.sqrt(variance + variance.sum() / rank)).astype(np.float32)
    return np.asarray(centred @ scale)
