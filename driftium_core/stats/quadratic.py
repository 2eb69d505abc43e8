"""Statistics uᵀKu of labels u under a kernel K without its diagonal: one form for kernels and for features.

For centred 0/1 labels it grows with the distance of the two samples' means in the kernel's feature space, as MMD² does.
Forms are scaled to equal variance under permuted labels, so that several can be added up or compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from driftium_core.stats.ridge import Ridge

__all__ = ["FeatureForm", "KernelForm", "QuadraticForm", "permutation_pvalue", "permuted_labels", "ranks", "rbf_form"]

Matrix = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

MAX_EXACT_ROWS = 2_000
"""Rows up to which the kernel is computed in full; above, by random Fourier features."""

N_FOURIER = 1_024
_MEDIAN_ROWS = 1_000
_TIE = 1e-6


class QuadraticForm(Protocol):
    """Anything that gives the statistic of each column of a label matrix."""

    def statistics(self, labels: Matrix) -> Floats:
        """Statistic of each column of labels, shape (N, P + 1) → (P + 1,)."""


@dataclass(frozen=True, slots=True, eq=False)
class FeatureForm:
    """The form of K = BBᵀ for features B, shape (N, q), without forming K."""

    features: Matrix
    squares: Matrix

    @classmethod
    def scaled(cls, features: Matrix) -> FeatureForm:
        """Centre the features and scale so that the off-diagonal kernel has Frobenius norm 1."""
        rows = features - features.mean(axis=0)
        gram = (rows.T @ rows if rows.shape[1] < len(rows) else rows @ rows.T).astype(np.float64)
        own = np.square(rows).sum(axis=1, dtype=np.float64)
        off_diagonal = max(float(np.square(gram).sum() - np.square(own).sum()), 1e-20)
        rows = rows / np.float32(off_diagonal**0.25)
        return cls(rows, np.square(rows).sum(axis=1))

    def statistics(self, labels: Matrix) -> Floats:
        """See `QuadraticForm`."""
        sums = self.features.T @ labels
        return np.asarray(np.square(sums).sum(axis=0, dtype=np.float64) - self.squares @ np.square(labels))


@dataclass(frozen=True, slots=True, eq=False)
class KernelForm:
    """The form of a kernel matrix, shape (N, N), with a zero diagonal."""

    kernel: Matrix

    @classmethod
    def scaled(cls, kernel: Matrix) -> KernelForm:
        """Drop the diagonal and scale to Frobenius norm 1."""
        kernel = kernel.copy()
        np.fill_diagonal(kernel, 0)
        norm = float(np.linalg.norm(kernel))
        return cls(kernel / np.float32(max(norm, 1e-10)))

    def statistics(self, labels: Matrix) -> Floats:
        """See `QuadraticForm`."""
        return np.asarray(np.einsum("ij,ij->j", labels, self.kernel @ labels, dtype=np.float64))


def rbf_form(rows: Matrix, *, rng: np.random.Generator, ridge: Ridge | None = None) -> QuadraticForm:
    """Form of the kernel exp(-distance² / median distance²).

    Parameters
    ----------
    rows : ndarray, shape (N, d)
    rng : numpy.random.Generator
        For the random Fourier features [1]_ that stand for the kernel above 2 000 rows.
    ridge : Ridge, optional
        What it explains is taken out of both sides of the centred kernel, so out of every function in its space.

    References
    ----------
    .. [1] A. Rahimi, B. Recht (2007), "Random features for large-scale kernel machines".
    """
    if len(rows) > MAX_EXACT_ROWS:
        features = _fourier_features(rows, rng)
        features -= features.mean(axis=0)
        return FeatureForm.scaled(features if ridge is None else ridge.residuals(features))
    distances = _squared_distances(rows)
    kernel = np.exp(distances * np.float32(-1 / _median(distances)))
    for _ in range(2):
        kernel = kernel - kernel.mean(axis=0)
        kernel = (kernel if ridge is None else ridge.residuals(kernel)).T
    return KernelForm.scaled(kernel)


def _squared_distances(rows: Matrix) -> Matrix:
    squares = np.square(rows).sum(axis=1)
    distances: Matrix = np.maximum(squares[:, None] + squares - 2 * rows @ rows.T, 0)
    np.fill_diagonal(distances, 0)
    return distances


def _median(distances: Matrix) -> float:
    return max(float(np.median(distances[np.triu_indices(len(distances), 1)])), 1e-9)


def _fourier_features(rows: Matrix, rng: np.random.Generator) -> Matrix:
    some = rows[rng.choice(len(rows), min(len(rows), _MEDIAN_ROWS), replace=False)]
    scale = np.sqrt(2 / _median(_squared_distances(some)))
    frequencies = rng.standard_normal((rows.shape[1], N_FOURIER // 2), dtype=np.float32) * np.float32(scale)
    angles = rows @ frequencies
    return np.hstack([np.cos(angles), np.sin(angles)]) * np.float32(np.sqrt(2 / N_FOURIER))


def permuted_labels(n_reference: int, n_current: int, n_resamples: int, rng: np.random.Generator) -> Matrix:
    """Centred 0/1 labels, shape (N, n_resamples + 1): as observed in column 0, permuted in the others."""
    labels = np.zeros((n_reference + n_current, n_resamples + 1), dtype=np.float32)
    labels[n_reference:] = 1
    labels[:, 1:] = rng.permuted(labels[:, 1:], axis=0)
    return labels - np.float32(n_current / (n_reference + n_current))


def permutation_pvalue(statistics: Floats) -> float:
    """(1 + number as large) / (1 + number of permutations); the observed statistic is the first, ties count."""
    return float((statistics >= statistics[0] - _TIE * np.abs(statistics).max()).mean())


def ranks(statistics: Floats) -> Floats:
    """The p-value that each statistic would have, had it been the observed one."""
    ascending = np.sort(statistics)
    below = np.searchsorted(ascending, statistics - _TIE * np.abs(statistics).max(), side="left")
    return np.asarray((statistics.size - below) / statistics.size)
