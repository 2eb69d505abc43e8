"""Maximum mean discrepancy of unit-length vectors with an RBF kernel, for all label assignments at once.

All statistics of all assignments follow from a few sums over the kernel matrix. The matrix is made tile by tile,
each tile is multiplied with all assignments in one product and forgotten: memory grows with N, not with N².
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from driftium_core.errors import InputError
from driftium_core.stats.permutation import Labels, make_labels, permutation_pvalue

__all__ = [
    "KernelSums",
    "MmdTest",
    "biased_mmd2",
    "kernel_sums",
    "median_squared_distance",
    "mmd_test",
    "nystroem_sums",
    "stratified_mmd2",
    "unbiased_mmd2",
]

Vectors = NDArray[np.float32]
Floats = NDArray[np.float64]

TILE = 512
"""Rows of the kernel matrix held at a time."""

BLOCK = 4096
"""Rows whose features are held at a time on the low-rank path."""

N_LANDMARKS = 384
"""Rank of the Nyström approximation, that of the vectors themselves."""

_MEDIAN_ROWS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class KernelSums:
    """Sums over a kernel matrix K from which MMD² follows; a stands for an assignment, v for ``current_weight``.

    Attributes
    ----------
    within : ndarray, shape (n_assignments,)
        aᵀKa, diagonal included.
    to_all, to_weighted : ndarray, shape (n_assignments,)
        aᵀK1 and aᵀKv.
    total, weighted : float
        1ᵀK1 and vᵀKv.
    diagonal : float
        Value of every K_ii.
    """

    within: Floats
    to_all: Floats
    to_weighted: Floats
    total: float
    weighted: float
    diagonal: float


@dataclass(frozen=True, slots=True)
class MmdTest:
    """Outcome of `mmd_test`.

    Attributes
    ----------
    statistic : float
        Unbiased MMD², about 0 (and often below) when nothing differs.
    pvalue : float
    bandwidth : float
        The kernel is exp(−‖x − y‖² / bandwidth).
    n_resamples : int
        Assignments tried, the observed one included.
    exact : bool
        All possible assignments were tried.
    """

    statistic: float
    pvalue: float
    bandwidth: float
    n_resamples: int
    exact: bool


def mmd_test(
    reference: Vectors, current: Vectors, *, bandwidth: float | None = None, n_resamples: int = 999, rng: int = 0
) -> MmdTest:
    """Permutation test of the unbiased MMD² of two samples of unit-length vectors [1]_.

    The null hypothesis is that both samples come from one distribution. Strong against shifts of the bulk;
    a small group of new vectors among many is found later than by a cluster scan.

    Parameters
    ----------
    reference, current : ndarray of float32, shapes (n, d) and (m, d)
        Rows of length 1, at least two in each.
    bandwidth : float, optional
        The median squared distance of the pooled rows (of 1,000 of them) when left out.
    n_resamples : int
        Assignments drawn; all are tried when there are at most 1,024.
    rng : int
        Seed.

    Raises
    ------
    InputError
        With fewer than two rows.

    References
    ----------
    .. [1] A. Gretton, K. Borgwardt, M. Rasch, B. Schölkopf, A. Smola (2012), "A kernel two-sample test".
    """
    n, m = len(reference), len(current)
    if min(n, m) < 2:
        raise InputError(f"The unbiased MMD needs 2 vectors in each sample, found {n} and {m}; give more.")
    pooled = np.concatenate([reference, current]).astype(np.float32, copy=False)
    labels = make_labels(n, m, n_resamples=n_resamples, rng=rng)
    bandwidth = median_squared_distance(pooled, rng=rng) if bandwidth is None else bandwidth
    statistics = unbiased_mmd2(kernel_sums(pooled, labels, bandwidth)[0], labels)
    return MmdTest(float(statistics[0]), permutation_pvalue(statistics), bandwidth, labels.n_tried, labels.exact)


def median_squared_distance(vectors: Vectors, *, rng: int) -> float:
    """Median of the pairwise squared distances of (at most 1,000 of) the rows, all of length 1.

    Where most rows are equal it is the mean of the positive distances; 0 when all rows are equal.
    """
    if len(vectors) > _MEDIAN_ROWS:
        vectors = vectors[np.sort(np.random.default_rng(rng).choice(len(vectors), _MEDIAN_ROWS, replace=False))]
    cosines = vectors @ vectors.T
    distances = 2 - 2 * cosines[np.triu_indices(len(vectors), 1)]
    median = float(np.median(distances)) if distances.size else 0.0
    if median < 1e-5:  # float32 rounding
        apart = distances[distances >= 1e-5]
        return float(apart.mean()) if apart.size else 0.0
    return median


def kernel_sums(
    vectors: Vectors, labels: Labels, bandwidth: float, *, squarings: Sequence[int] = (0,), tile: int = TILE
) -> list[KernelSums]:
    """Sums over the whole kernel matrix, upper tiles only.

    Parameters
    ----------
    vectors : ndarray, shape (n_rows, d)
    bandwidth : float
    squarings : sequence of int, ascending
        One kernel for each: the first one squared so many times. Squaring twice is a quarter of the bandwidth.
    tile : int
        Rows held at a time.
    """
    assignments = labels.columns.astype(np.float32)
    n_rows = len(vectors)
    # MMD does not see a constant in K; without the bulk of it float32 sums keep more digits.
    middle = [float(np.exp(-(2.0**k))) for k in squarings]
    within = np.zeros((len(squarings), len(assignments)))
    row_sums = np.zeros((len(squarings), n_rows))
    weighted_sums = np.zeros_like(row_sums)
    v = labels.current_weight
    for start in range(0, n_rows, tile):
        rows, rest = slice(start, min(start + tile, n_rows)), slice(start, n_rows)
        kernel = vectors[rows] @ vectors[rest].T
        kernel -= 1
        kernel *= 2 / bandwidth
        np.exp(kernel, out=kernel)
        width = rows.stop - rows.start
        for k, squaring in enumerate(squarings):
            for _ in range(squaring - (squarings[k - 1] if k else 0)):
                np.square(kernel, out=kernel)
            shifted = kernel - middle[k]
            np.fill_diagonal(shifted, 1 - middle[k])
            row_sums[k, rows] += shifted.sum(axis=1)
            weighted_sums[k, rows] += shifted @ v[rest]
            row_sums[k, rows.stop :] += shifted[:, width:].sum(axis=0)
            weighted_sums[k, rows.stop :] += v[rows] @ shifted[:, width:]
            shifted[:, :width] *= 0.5  # tiles below the diagonal are left out: double the ones above
            product = assignments[:, rest] @ shifted.T
            within[k] += 2 * np.einsum("pt,pt->p", assignments[:, rows], product)
    return [
        KernelSums(
            within[k],
            assignments @ row_sums[k],
            assignments @ weighted_sums[k],
            float(row_sums[k].sum()),
            float(v @ weighted_sums[k]),
            1 - middle[k],
        )
        for k in range(len(squarings))
    ]


def nystroem_sums(
    vectors: Vectors, labels: Labels, bandwidth: float, *, squarings: Sequence[int] = (0,), rng: int = 0
) -> list[KernelSums]:
    """The same for large pools, with K replaced by its Nyström approximation and an exact diagonal.

    Any kernel gives a valid permutation test; what is lost is some power against differences in directions that
    the landmarks, random rows, do not span.
    """
    rows = np.sort(np.random.default_rng(rng).choice(len(vectors), min(N_LANDMARKS, len(vectors)), replace=False))
    landmarks = vectors[rows]
    low_rank = [_LowRank.start(landmarks, labels, bandwidth / 2.0**squaring) for squaring in squarings]
    for start in range(0, len(vectors), BLOCK):
        block = slice(start, start + BLOCK)
        cross = vectors[block] @ landmarks.T
        cross -= 1
        cross *= 2 / bandwidth
        np.exp(cross, out=cross)
        a, v = labels.columns[:, block].astype(np.float32), labels.current_weight[block]
        for k, squaring in enumerate(squarings):
            for _ in range(squaring - (squarings[k - 1] if k else 0)):
                np.square(cross, out=cross)
            low_rank[k].add(cross, a, v)
    return [part.sums() for part in low_rank]


@dataclass(slots=True, eq=False)
class _LowRank:
    """Sums of Nyström features φ, and of what they miss of the diagonal, 1 − φᵢ·φᵢ."""

    root: Vectors
    of_assignments: Floats
    missing: Floats
    missing_weighted: Floats
    total: Floats
    weighted: Floats
    missing_total: float = 0.0
    missing_twice_weighted: float = 0.0

    @classmethod
    def start(cls, landmarks: Vectors, labels: Labels, bandwidth: float) -> _LowRank:
        small = np.exp((landmarks.astype(np.float64) @ landmarks.T - 1) * (2 / bandwidth))
        values, directions = np.linalg.eigh(small)
        kept = values > 1e-5 * values[-1]  # smaller ones are rounding of float32 features
        root = (directions[:, kept] / np.sqrt(values[kept])).astype(np.float32)
        n_assignments, rank = len(labels.columns), root.shape[1]
        empty = np.zeros(n_assignments)
        return cls(root, np.zeros((n_assignments, rank)), empty, empty.copy(), np.zeros(rank), np.zeros(rank))

    def add(self, kernel: Vectors, a: NDArray[np.float32], v: NDArray[np.float32]) -> None:
        """Take in a block of rows: their kernel values with the landmarks, assignments and weights."""
        features = kernel @ self.root
        missing = 1 - np.einsum("ij,ij->i", features, features)
        self.of_assignments += a @ features
        self.missing += a @ missing
        self.missing_weighted += a @ (missing * v)
        self.total += features.sum(axis=0)
        self.weighted += v @ features
        self.missing_total += float(missing.sum())
        self.missing_twice_weighted += float((missing * v) @ v)

    def sums(self) -> KernelSums:
        return KernelSums(
            (self.of_assignments**2).sum(axis=1) + self.missing,
            self.of_assignments @ self.total + self.missing,
            self.of_assignments @ self.weighted + self.missing_weighted,
            float(self.total @ self.total) + self.missing_total,
            float(self.weighted @ self.weighted) + self.missing_twice_weighted,
            1.0,
        )


def unbiased_mmd2(sums: KernelSums, labels: Labels) -> Floats:
    """Unbiased MMD² of unstratified assignments; of a single row, the part within its sample is left out."""
    n, m = labels.n_reference, labels.n_current
    between = sums.to_all - sums.within
    rest = sums.total - 2 * sums.to_all + sums.within
    statistics = -2 * between / (n * m)
    if n > 1:
        statistics += (sums.within - n * sums.diagonal) / (n * (n - 1))
    if m > 1:
        statistics += (rest - m * sums.diagonal) / (m * (m - 1))
    return np.asarray(statistics)


def stratified_mmd2(sums: KernelSums, labels: Labels) -> Floats:
    """Squared distance of the weighted kernel means (`Labels`); its bias is the same for all assignments."""
    slope = labels.slope
    return np.asarray(slope**2 * sums.within - 2 * slope * sums.to_weighted + sums.weighted)


def biased_mmd2(sums: KernelSums, labels: Labels) -> Floats:
    """Biased MMD², never below 0; with so many rows it mostly measures how few they are."""
    n, m = labels.n_reference, labels.n_current
    between = sums.to_all - sums.within
    rest = sums.total - 2 * sums.to_all + sums.within
    return np.maximum(sums.within / n**2 + rest / m**2 - 2 * between / (n * m), 0)
