"""Groups of like rows that one sample has and the other hardly has: a scan over the whole tree of groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["GroupScan", "group_scan", "smallest_group"]

SMALLEST_GROUP = 3
"""Fewer rows are no group."""

Vectors = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class GroupScan:
    """Outcome of `group_scan`.

    Attributes
    ----------
    pvalue : float
        Of the most one-sided group, corrected for all groups looked at; 1 when there is no group.
    members : ndarray of bool, shape (m,)
        Current rows in any group that is significant by itself and that the reference hardly has.
    """

    pvalue: float
    members: Mask


def group_scan(
    reference: Vectors,
    current: Vectors,
    *,
    scarce: float,
    alpha: float = 0.05,
    n_resamples: int = 999,
    rng: int = 0,
) -> GroupScan:
    """Test whether some group of like rows holds more of current than chance gives.

    Ward's hierarchical clustering [1]_ of the pooled distinct rows, without a look at which sample a row is from,
    gives nested groups of every size. Each is tested by the one-sided hypergeometric tail of its current rows
    (Fisher's exact test); the smallest tail is compared with the smallest tails of permuted labels [2]_. When both
    samples are draws from one source, p ≤ α in at most a share α of cases, at any sizes. It misleads where rows are
    not independent draws, e.g. one answer logged many times: such rows are a group of that sample.

    Parameters
    ----------
    reference, current : ndarray of float32, shapes (n, d) and (m, d)
        Unit rows, at least one each. Memory grows as (n + m)².
    scarce : float
        A group is hardly in the reference when its share there is at most this part of its share of current.
    alpha : float
        Groups count as members up to this corrected p-value.
    n_resamples : int
    rng : int
        Seed of the permutations.

    References
    ----------
    .. [1] J. H. Ward (1963), "Hierarchical grouping to optimize an objective function".
    .. [2] P. Westfall, S. Young (1993), "Resampling-based multiple testing".
    """
    n, m = len(reference), len(current)
    distinct, leaf = np.unique(np.concatenate([reference, current]), axis=0, return_inverse=True)
    leaf = leaf.reshape(-1)
    groups = _groups(distinct)
    sizes = np.rint(groups @ np.bincount(leaf).astype(np.float32)).astype(np.int64)
    some = (sizes >= SMALLEST_GROUP) & (sizes <= n + m - SMALLEST_GROUP)
    groups, sizes = groups[some], sizes[some]
    if not len(groups):
        return GroupScan(1.0, np.zeros(m, bool))
    counts = _current_counts(groups, leaf, n, n_resamples, rng)
    surprise = _log_tails(counts, sizes, n, m)
    smallest = np.sort(surprise.min(axis=0))  # the observed labels among them
    corrected = np.searchsorted(smallest, surprise[:, 0] + 1e-9, side="right") / len(smallest)
    observed = counts[:, 0]
    chosen = (corrected <= alpha) & ((sizes - observed) / n <= scarce * observed / m)
    members = groups[chosen].sum(axis=0) > 0
    return GroupScan(float(corrected.min()), members[leaf[n:]])


def smallest_group(n_reference: int, n_current: int, alpha: float) -> int | None:
    """Rows that a group of current rows alone needs for p ≤ alpha: the least s with C(m, s) / C(n+m, s) ≤ alpha.

    None when even all current rows are too few.

    Examples
    --------
    >>> smallest_group(16, 16, 0.01)
    6
    >>> smallest_group(3, 3, 0.01) is None
    True
    """
    chance = 1.0
    for drawn in range(n_current):
        chance *= (n_current - drawn) / (n_reference + n_current - drawn)
        if chance <= alpha and drawn + 1 >= SMALLEST_GROUP:
            return drawn + 1
    return None


def _groups(distinct: Vectors) -> Vectors:
    """Every row and every node of the tree as a 0/1 row over the distinct vectors."""
    from scipy.cluster.hierarchy import linkage

    k = len(distinct)
    single = np.eye(k, dtype=np.float32)
    if k < 2:
        return single
    upper = np.triu_indices(k, 1)
    squares = (distinct**2).sum(axis=1)
    squared = (squares[:, None] + squares - 2 * (distinct @ distinct.T))[upper]
    groups = np.concatenate([single, np.zeros((k - 1, k), np.float32)])
    for node, (left, right, _, _) in enumerate(linkage(np.sqrt(np.maximum(squared, 0)).astype(np.float64), "ward")):
        groups[k + node] = groups[int(left)] + groups[int(right)]
    return groups


def _current_counts(groups: Vectors, leaf: NDArray[np.int64], n: int, n_resamples: int, rng: int) -> NDArray[np.int64]:
    """Current rows in each group, for the observed labels and then for permuted ones; (groups, 1 + resamples)."""
    order = np.argsort(leaf, kind="stable")  # by content: the order of the pools does not matter
    observed = (order >= n).astype(np.float32)
    labels = np.tile(observed, (n_resamples + 1, 1))
    np.random.default_rng(rng).permuted(labels[1:], axis=1, out=labels[1:])
    starts = np.flatnonzero(np.diff(leaf[order], prepend=-1))
    return np.rint(groups @ np.add.reduceat(labels, starts, axis=1).T).astype(np.int64)


def _log_tails(counts: NDArray[np.int64], sizes: NDArray[np.int64], n: int, m: int) -> NDArray[np.float64]:
    """Log of the chance of at least so many current rows in a group of that size."""
    tails = np.empty(counts.shape)
    for size in np.unique(sizes):
        of_size = sizes == size
        tails[of_size] = _log_tail_table(int(size), n, m)[counts[of_size]]
    return tails


def _log_tail_table(size: int, n: int, m: int) -> NDArray[np.float64]:
    """Log hypergeometric upper tail at 0 to ``size`` current rows."""
    from scipy.special import gammaln

    k = np.arange(size + 1)
    possible = (k <= m) & (size - k <= n)
    k = k[possible]

    def choose(a: int, b: NDArray[np.int64] | int) -> NDArray[np.float64]:
        return np.asarray(gammaln(a + 1) - gammaln(np.add(b, 1)) - gammaln(np.subtract(a + 1, b)))

    chance = choose(m, k) + choose(n, size - k) - choose(n + m, size)
    table = np.full(size + 1, -np.inf)
    table[possible] = np.logaddexp.accumulate(chance[::-1])[::-1]
    return np.asarray(np.minimum(table, 0.0), np.float64)
