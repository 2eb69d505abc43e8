"""How close answers of one pool usually are to each other: what the nearest neighbour of a new one is measured by."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["nearest_similarities", "usual_range"]

FEWEST = 8
"""Answers below which a range of their likenesses says nothing."""

_ROWS = 512


def nearest_similarities(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Cosine similarity of each answer to the one nearest to it among the others.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        Unit rows, n at least 2.

    Returns
    -------
    ndarray of float32, shape (n,)
    """
    nearest = np.empty(len(vectors), np.float32)
    for start in range(0, len(vectors), _ROWS):
        block = vectors[start : start + _ROWS] @ vectors.T
        block[np.arange(len(block)), start + np.arange(len(block))] = -np.inf
        nearest[start : start + _ROWS] = block.max(axis=1)
    return nearest


def usual_range(vectors: npt.NDArray[np.float32]) -> tuple[float, float] | None:
    """5th and 95th percentile of `nearest_similarities`; None for fewer than 8 answers.

    An answer to a new prompt of the same kind lies below the range in about 1 of 20 cases. The range describes; it is
    no test of a single answer.
    """
    if len(vectors) < FEWEST:
        return None
    low, high = np.percentile(nearest_similarities(vectors), [5, 95])
    return float(low), float(high)
