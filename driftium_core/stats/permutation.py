"""Label assignments for two-sample permutation tests, and the p-values that they give.

Under the null hypothesis the labels *reference* and *current* could have been given to the pooled rows in any
other way that keeps the sizes (within every stratum, where there are strata). All statistics of a test are computed
for the same assignments, the first of which is the observed one.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["TIE_TOLERANCE", "Labels", "attainable_pvalue", "make_labels", "permutation_pvalue"]

MAX_ENUMERATED = 1024
"""Up to so many possible assignments all are tried: 2^10 pairs, 6 v 6 rows."""

TIE_TOLERANCE = 3e-5
"""Statistics that differ by less than this, relative to the largest one, are ties: they come from float32 sums."""

Floats = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Label assignments of pooled rows, the first ``n_reference`` of which are the reference.

    The contrast that compares the two samples under assignment ``a`` is ``slope * a - current_weight``: each
    reference row counts ``+1/n`` and each current row ``-1/m``; with strata, the differences within the strata are
    averaged with weights proportional to ``n_g m_g / (n_g + m_g)`` (for pairs: all alike).

    Attributes
    ----------
    columns : ndarray of int8, shape (n_assignments, n_rows)
        1 where a row is called reference; the observed assignment first.
    n_reference, n_current : int
    n_tried : int
        Assignments that are covered. Twice ``n_assignments`` when each also stands for its complement, which has
        the same statistic.
    exact : bool
        Every possible assignment is covered.
    slope : float
    current_weight : ndarray, shape (n_rows,)
    """

    columns: NDArray[np.int8]
    n_reference: int
    n_current: int
    n_tried: int
    exact: bool
    slope: float
    current_weight: NDArray[np.float32]


def make_labels(
    n_reference: int,
    n_current: int,
    *,
    strata: NDArray[np.int64] | None = None,
    n_resamples: int = 999,
    rng: int = 0,
) -> Labels:
    """Draw label assignments, or list all of them where there are at most 1,024.

    Parameters
    ----------
    n_reference, n_current : int
        The pooled rows are the reference rows followed by the current ones.
    strata : ndarray of int, shape (n_reference + n_current,), optional
        Labels are exchanged within a stratum only (rows of one prompt); each must have rows of both samples.
    n_resamples : int
        Assignments drawn at random, besides the observed one.
    rng : int
        Seed.

    References
    ----------
    .. [1] B. Phipson, G. K. Smyth (2010), "Permutation p-values should never be zero".
    """
    if strata is None:
        strata = np.zeros(n_reference + n_current, np.int64)
    shapes = _strata_by_shape(strata, n_reference)
    sizes = [shape for shape, members in shapes for _ in members]
    count = count_assignments(sizes)
    columns: NDArray[np.int8]
    if count <= MAX_ENUMERATED:
        halved = all(n == m for n, m in sizes)
        columns = _all_columns(shapes, len(strata), fix_first=halved)
    else:
        columns = _random_columns(shapes, len(strata), n_resamples, np.random.default_rng(rng))
    exact = count <= MAX_ENUMERATED
    information = sum(n * m / (n + m) for n, m in sizes)
    weight = np.zeros(len(strata), np.float32)
    for (n, m), members in shapes:
        weight[members] = n / (n + m) / information
    return Labels(columns, n_reference, n_current, count if exact else len(columns), exact, 1 / information, weight)


def _strata_by_shape(strata: NDArray[np.int64], n_reference: int) -> list[tuple[tuple[int, int], NDArray[np.int64]]]:
    """Rows of all strata with so many reference and current rows: one line per stratum, reference rows first."""
    order = np.argsort(strata, kind="stable")
    values, starts, sizes = np.unique(strata[order], return_index=True, return_counts=True)
    n_rows = np.bincount(np.searchsorted(values, strata[:n_reference]), minlength=len(values))
    shapes = []
    for n, size in sorted(set(zip(n_rows.tolist(), sizes.tolist(), strict=True))):
        first = starts[(n_rows == n) & (sizes == size)]
        shapes.append(((n, size - n), order[first[:, None] + np.arange(size)]))
    return shapes


def count_assignments(sizes: list[tuple[int, int]]) -> int:
    """How many assignments there are within strata of these sizes; counting stops beyond what can be listed."""
    count = 1
    for n, m in sizes:
        # C(n + m, n) grows with the smaller size: no need of its full, possibly huge, value.
        count *= math.comb(n + m, n) if min(n, m) < 11 else MAX_ENUMERATED + 1
        if count > MAX_ENUMERATED:
            break
    return count


def _all_columns(
    shapes: list[tuple[tuple[int, int], NDArray[np.int64]]], n_rows: int, *, fix_first: bool
) -> NDArray[np.int8]:
    """Every assignment, the observed one first; with ``fix_first`` one of each complementary two."""
    strata = [(members, n) for (n, _), lines in shapes for members in lines]
    choices = [list(itertools.combinations(range(len(members)), n)) for members, n in strata]
    if fix_first:
        choices[0] = [chosen for chosen in choices[0] if 0 in chosen]
    columns = np.zeros((math.prod(map(len, choices)), n_rows), np.int8)
    for column, chosen in zip(columns, itertools.product(*choices), strict=True):
        for (members, _), rows in zip(strata, chosen, strict=True):
            column[members[list(rows)]] = 1
    return columns


def _random_columns(
    shapes: list[tuple[tuple[int, int], NDArray[np.int64]]],
    n_rows: int,
    n_resamples: int,
    generator: np.random.Generator,
) -> NDArray[np.int8]:
    columns = np.zeros((n_resamples + 1, n_rows), np.int8)
    for (n, m), members in shapes:
        if n == m == 1:
            kept = generator.integers(0, 2, (n_resamples, len(members)), np.int8)
            drawn = np.stack([kept, 1 - kept], axis=-1)
        else:
            observed = np.repeat(np.array([1, 0], np.int8), (n, m))
            drawn = np.broadcast_to(observed, (n_resamples, *members.shape)).copy()
            generator.permuted(drawn, axis=-1, out=drawn)
        columns[1:, members.ravel()] = drawn.reshape(n_resamples, -1)
        columns[0, members[:, :n].ravel()] = 1
    return columns


def attainable_pvalue(sizes: list[tuple[int, int]], *, n_resamples: int = 999) -> float:
    """Smallest p-value that strata of these sizes can give; one stratum (n, m) for an unpaired test.

    The observed split is one of C(n+m, n). With equal sizes the swapped split has the same statistic, so that
    the smallest p-value is 2 / C(2n, n); for k pairs it is 2 / 2^k.

    Examples
    --------
    >>> round(attainable_pvalue([(4, 4)]), 3), round(attainable_pvalue([(1, 1)] * 6), 3)
    (0.029, 0.031)
    """
    count = count_assignments(sizes)
    if count > MAX_ENUMERATED:
        return 1 / (n_resamples + 1)
    return (2 if all(n == m for n, m in sizes) else 1) / count


def permutation_pvalue(statistics: Floats) -> float:
    """Share of assignments whose statistic reaches that of the first, observed one; ties count as reached."""
    tolerance = TIE_TOLERANCE * float(np.abs(statistics).max())
    return float(np.mean(statistics >= statistics[0] - tolerance))
