"""Both pools on the two main axes of their vectors, for looking."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from driftium_core.text.differences import Projection
from driftium_core.text.order import Vectors, content_sample

__all__ = ["project"]


def project(reference: Vectors, current: Vectors, *, seed: int, limit: int = 2_000) -> Projection:
    """Principal components of the pooled vectors: one projection for both pools, so that they can share a plot.

    Two of several hundred dimensions rarely hold more than a quarter of the variance (``explained``): pools that
    overlap here may still differ, and the projection decides nothing.

    Parameters
    ----------
    reference, current : ndarray of float32, shapes (n, d) and (m, d)
    seed : int
        Of the draw from large pools.
    limit : int
        Rows per pool at most.

    Returns
    -------
    Projection
        Rows are in ascending order of their positions. Each axis points to where its largest loading is positive. An
        axis without variance is 0 everywhere.
    """
    rows = [
        content_sample(vectors, limit=limit, rng=np.random.default_rng([seed, side]))
        for side, vectors in enumerate((reference, current))
    ]
    pooled = np.concatenate([reference[rows[0]], current[rows[1]]]).astype(np.float64)
    axes, explained = _principal_axes(pooled)
    points = ((pooled - pooled.mean(axis=0)) @ axes if len(pooled) else np.zeros((0, 2))).astype(np.float32)
    n, back = rows[0].size, [np.argsort(part) for part in rows]
    return Projection(
        baseline=_pairs(points[:n][back[0]]),
        current=_pairs(points[n:][back[1]]),
        baseline_index=tuple(rows[0][back[0]].tolist()),
        current_index=tuple(rows[1][back[1]].tolist()),
        explained=explained,
    )


def _pairs(points: npt.NDArray[np.float32]) -> tuple[tuple[float, float], ...]:
    return tuple((x, y) for x, y in points.tolist())


def _principal_axes(
    vectors: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], tuple[float, float]]:
    """Two axes, shape (d, 2), and the shares of the variance on them; zeros where there is no variance."""
    n_dimensions = vectors.shape[1]
    axes, shares = np.zeros((n_dimensions, 2)), np.zeros(2)
    if len(vectors) < 2 or not n_dimensions:
        return axes, (0.0, 0.0)
    variances, directions = np.linalg.eigh(np.cov(vectors, rowvar=False).reshape(n_dimensions, n_dimensions))
    for axis in range(min(2, n_dimensions)):
        variance, direction = variances[-1 - axis], directions[:, -1 - axis]
        if variance > 1e-12 * len(vectors):  # what rounding leaves of equal rows
            axes[:, axis] = direction * np.sign(direction[np.abs(direction).argmax()])
            shares[axis] = variance / variances.sum()
    return axes, (float(shares[0]), float(shares[1]))
