"""Test statistics that need only sums of rows: ridge discriminant, largest dimension, cluster scan.

The sums of all label assignments are one matrix product, so that these cost little at any size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular

from driftium_core.stats.kmeans import kmeans_centres, nearest_centre
from driftium_core.stats.permutation import Labels

__all__ = ["LinearContrasts", "linear_contrasts"]

MIN_CLUSTER_ROWS = 24
"""Pooled rows from which there is a cluster scan."""

N_CLUSTERS = 10
_KMEANS_ROWS = 10_000
_BLOCK = 8192

Vectors = NDArray[np.float32]
Floats = NDArray[np.float64] | NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class LinearContrasts:
    """Statistics of all assignments.

    Attributes
    ----------
    statistics : dict of str to ndarray, shape (n_assignments,)
    centroid_distance : ndarray, shape (n_assignments,)
        Cosine distance of the two means (plain, unweighted).
    varies : bool
        False when all rows, or all rows of each stratum, are equal.
    """

    statistics: dict[str, Floats]
    centroid_distance: Floats
    varies: bool


def linear_contrasts(
    vectors: Vectors, labels: Labels, *, strata: NDArray[np.int64] | None = None, rng: int = 0
) -> LinearContrasts:
    """Compute the statistics for all label assignments.

    ``ridge`` is the squared length of the mean difference in units of the regularised pooled covariance,
    C + (mean eigenvalue)·I; ``largest_dimension`` its largest coordinate in standard deviations; ``clusters`` the
    largest gain of current rows over 10 k-means groups in standard deviations (absent under 24 rows). The
    covariance and the groups do not know the labels.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n + m, d)
    labels : Labels
    strata : ndarray of int, shape (n + m,), optional
        Within these the labels are exchanged; the covariance is then that within the strata.
    rng : int
        Seed of k-means.
    """
    mean = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    sums, weighted = _sums_of_rows(vectors, mean, labels)
    contrast = labels.slope * sums - weighted
    covariance = _covariance(vectors, mean, strata)
    variance = np.diag(covariance)
    # A difference of float32 roundings is no direction to look into.
    varies = variance > 1e-12 * len(vectors)
    statistics: dict[str, Floats] = dict.fromkeys(("ridge", "largest_dimension"), np.zeros(len(sums)))
    if varies.any():
        statistics["ridge"] = _ridge(contrast, covariance, len(vectors))
        statistics["largest_dimension"] = np.abs(contrast[:, varies] / np.sqrt(variance[varies])).max(axis=1)
    if len(vectors) >= MIN_CLUSTER_ROWS:
        statistics["clusters"] = _cluster_gain(vectors, labels, rng)
    return LinearContrasts(statistics, _centroid_distance(sums, mean, labels), bool(varies.any()))


def _sums_of_rows(vectors: Vectors, mean: Vectors, labels: Labels) -> tuple[Vectors, Vectors]:
    """Sums of the centred reference rows of every assignment, and of all rows by ``current_weight``."""
    sums = np.zeros((len(labels.columns), vectors.shape[1]), np.float32)
    weighted = np.zeros(vectors.shape[1], np.float32)
    for start in range(0, len(vectors), _BLOCK):
        block = slice(start, start + _BLOCK)
        centred = vectors[block] - mean
        sums += labels.columns[:, block].astype(np.float32) @ centred
        weighted += labels.current_weight[block] @ centred
    return sums, weighted


def _covariance(vectors: Vectors, mean: Vectors, strata: NDArray[np.int64] | None) -> Vectors:
    """Scatter matrix (d, d) around the mean, or around the means of the strata."""
    if strata is not None:
        _, line = np.unique(strata, return_inverse=True)
        means = np.zeros((int(line.max()) + 1, vectors.shape[1]), np.float32)
        np.add.at(means, line, vectors)
        means /= np.bincount(line)[:, None]
    scatter = np.zeros((vectors.shape[1], vectors.shape[1]), np.float32)
    for start in range(0, len(vectors), _BLOCK):
        block = slice(start, start + _BLOCK)
        centred = vectors[block] - (mean if strata is None else means[line[block]])
        scatter += centred.T @ centred
    return scatter


def _ridge(contrast: Vectors, scatter: Vectors, n_rows: int) -> Floats:
    dimension = len(scatter)
    penalty = float(np.trace(scatter)) / max(1, min(n_rows - 1, dimension))
    regular = scatter + np.float32(penalty) * np.eye(dimension, dtype=np.float32)
    half = cholesky(regular, lower=True, check_finite=False)
    whitened = solve_triangular(half, contrast.T, lower=True, check_finite=False)
    return np.asarray(np.einsum("ij,ij->j", whitened, whitened))


def _cluster_gain(vectors: Vectors, labels: Labels, rng: int) -> Floats:
    rows = vectors
    if len(vectors) > _KMEANS_ROWS:
        rows = vectors[np.sort(np.random.default_rng(rng).choice(len(vectors), _KMEANS_ROWS, replace=False))]
    cluster = nearest_centre(vectors, kmeans_centres(rows, N_CLUSTERS, rng=rng))
    size = np.bincount(cluster)
    gains = np.zeros((len(size), len(labels.columns)))
    for k in np.flatnonzero((size > 0) & (size < len(vectors))):
        members = np.flatnonzero(cluster == k)
        counts = labels.columns[:, members].sum(axis=1, dtype=np.int64)
        gain = float(labels.current_weight[members].sum()) - labels.slope * counts
        gains[k] = gain / np.sqrt(size[k] * (len(vectors) - size[k]))
    return np.asarray(gains.max(axis=0))


def _centroid_distance(sums: Vectors, mean: Vectors, labels: Labels) -> Floats:
    """Cosine distance of the two means, from sums of centred rows (those of current are their negatives)."""
    x = sums / labels.n_reference + mean
    y = mean - sums / labels.n_current
    lengths = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    cosine = np.einsum("ij,ij->i", x, y) / np.maximum(lengths, 1e-12)
    return np.asarray(np.clip(1 - cosine, 0, 2))
