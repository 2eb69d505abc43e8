"""Do two samples of unit-length vectors differ? Five statistics on one set of label assignments, one p-value.

The members see different things: MMD² at the median bandwidth a move of the bulk, at a quarter of it finer
structure, the ridge discriminant small moves along directions with little spread, the largest single dimension
sparse moves, and the cluster scan a small group of new rows among many.

References
----------
.. [1] A. Gretton et al. (2012), "A kernel two-sample test".
.. [2] Z. Harchaoui, F. Bach, E. Moulines (2007), "Testing for homogeneity with kernel Fisher discriminant analysis".
.. [3] P. Westfall, S. Young (1993), "Resampling-based multiple testing".
.. [4] A. Schrab et al. (2023), "MMD aggregated two-sample test".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from driftium_core.stats import mmd
from driftium_core.stats.linear_contrasts import linear_contrasts
from driftium_core.stats.null_range import NullRange, null_range
from driftium_core.stats.pearson3 import MIN_TAIL_VALUES, tail_surprise
from driftium_core.stats.permutation import Labels, permutation_pvalue

__all__ = ["MAX_EXACT_ROWS", "TwoSampleTest", "two_sample_test"]

MAX_EXACT_ROWS = 10_000
"""Pooled rows up to which the kernel matrix is computed in full; above, from Nyström features."""

Vectors = NDArray[np.float32]
Floats = NDArray[np.float64] | NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TwoSampleTest:
    """Outcome of `two_sample_test`.

    Attributes
    ----------
    pvalue : float
        Of the aggregate.
    tail_pvalue : float
        Pearson III approximation, finer than the assignments allow; Bonferroni-corrected over the members.
    z : float
        MMD² at the median bandwidth in standard deviations of its assignments; 0 where these do not vary.
    members : tuple of (str, float)
        Name and permutation p-value of each statistic.
    centroid, mmd : NullRange
        Cosine distance of the two means; biased MMD² at the median bandwidth.
    low_rank : bool
        The kernel was approximated.
    """

    pvalue: float
    tail_pvalue: float
    z: float
    members: tuple[tuple[str, float], ...]
    centroid: NullRange
    mmd: NullRange
    low_rank: bool


def two_sample_test(
    vectors: Vectors,
    labels: Labels,
    *,
    strata: NDArray[np.int64] | None = None,
    rng: int = 0,
    max_exact_rows: int = MAX_EXACT_ROWS,
) -> TwoSampleTest:
    """Test by the minimum Pearson III tail probability over the members, calibrated on the same assignments.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n + m, d)
        Reference rows, then current rows, all of length 1.
    labels : Labels
    strata : ndarray of int, shape (n + m,), optional
        Those the labels were made with; None when rows may be exchanged freely.
    rng : int
        Seed of k-means, of the rows for the bandwidth and of the landmarks.
    max_exact_rows : int
    """
    low_rank = len(vectors) > max_exact_rows
    bandwidth = mmd.median_squared_distance(vectors, rng=rng) or 1.0
    squarings = (0, 2)
    if low_rank:
        sums = mmd.nystroem_sums(vectors, labels, bandwidth, squarings=squarings, rng=rng)
    else:
        sums = mmd.kernel_sums(vectors, labels, bandwidth, squarings=squarings)
    mmd2 = mmd.unbiased_mmd2 if strata is None else mmd.stratified_mmd2
    linear = linear_contrasts(vectors, labels, strata=strata, rng=rng)
    wide, narrow = (mmd2(s, labels) for s in sums)
    statistics: dict[str, Floats] = {"mmd": wide, "mmd_quarter": narrow, **linear.statistics}
    if not linear.varies:
        # Equal vectors must tie; float32 sums would rank them by their rounding.
        wide = np.zeros_like(wide)
        statistics = dict.fromkeys(statistics, wide)
    surprise = np.stack([tail_surprise(values) for values in statistics.values()])
    spread = float(wide[1:].std()) if len(wide) > 1 else 0.0
    # Of so few assignments no tail can be drawn: the bulk alone is looked at.
    aggregate = surprise.max(axis=0) if len(wide) >= MIN_TAIL_VALUES else wide
    return TwoSampleTest(
        pvalue=permutation_pvalue(aggregate),
        tail_pvalue=min(1.0, len(statistics) * float(np.exp(-surprise[:, 0].max()))),
        z=float(wide[0] - wide[1:].mean()) / spread if spread > 0 else 0.0,
        members=tuple((name, permutation_pvalue(values)) for name, values in statistics.items()),
        centroid=null_range(linear.centroid_distance),
        mmd=null_range(mmd.biased_mmd2(sums[0], labels)),
        low_rank=low_rank,
    )
