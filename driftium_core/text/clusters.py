"""Groups of like responses whose share changed: k-means on both pools, then Fisher's exact test of each group."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from driftium_core.text.differences import Cluster
from driftium_core.text.order import Rows, Vectors
from driftium_core.text.terms import TermTable, rising_terms

__all__ = ["in_pools", "like_groups"]

MOST_CLUSTERS = 70
"""k = √(N/2) grows no further than at 10,000 rows, where a group of 1 % is found already."""

_ITERATIONS = 50
_TERMS = 5


def like_groups(
    reference: Vectors, current: Vectors, *, seed: int, table: TermTable | None = None
) -> tuple[Cluster, ...]:
    """Groups of like responses, each with a test of whether its share of current differs from that of the reference.

    Both pools are grouped together by k-means, k = √(N/2), and each group is tested by Fisher's exact test of its
    share in the pools, Bonferroni-corrected over all k groups. The groups are found in the very rows that are tested,
    but without a look at which pool a row is from: given the groups, all assignments of rows to pools are equally
    likely when nothing changed, which is all that the exact test asks for. So the chance that any group of unchanged
    pools has an adjusted p-value of at most α is at most α. It misleads where rows are not independent draws (e.g. one
    conversation logged many times).

    Parameters
    ----------
    reference, current : ndarray of float32, shapes (n, d) and (m, d)
        Unit rows.
    seed : int
        Of the initial centres.
    table : TermTable, optional
        Terms of the n reference texts and then the m current ones; without it, clusters have no terms.

    Returns
    -------
    tuple of Cluster
        All of them, smallest p first, then the largest; positions are those in the arguments.
    """
    n, pooled = len(reference), np.concatenate([reference, current])
    n_clusters = _cluster_count(pooled)
    if not n or n == len(pooled) or n_clusters < 2:
        return ()
    labels, centres = _k_means(pooled, n_clusters, seed)
    found = [
        _cluster(pooled, labels == label, centres[label], n, float(pvalue), table)
        for label, pvalue in enumerate(_adjusted_pvalues(labels, n, n_clusters))
        if (labels == label).any()
    ]
    return tuple(sorted(found, key=lambda cluster: (cluster.pvalue_adjusted, -cluster.n_baseline - cluster.n_current)))


def in_pools(group: Cluster, baseline: Rows, current: Rows) -> Cluster:
    """A group of some rows of the pools with positions in the whole pools, which are given for each of these rows."""
    return replace(
        group,
        exemplar=int((current if group.direction == "gained" else baseline)[group.exemplar]),
        baseline_members=tuple(np.sort(baseline[list(group.baseline_members)]).tolist()),
        current_members=tuple(np.sort(current[list(group.current_members)]).tolist()),
    )


def _cluster_count(pooled: Vectors) -> int:
    wanted = min(MOST_CLUSTERS, round(math.sqrt(len(pooled) / 2)))
    return min(wanted, len({row.tobytes() for row in pooled}))


def _k_means(vectors: Vectors, n_clusters: int, seed: int) -> tuple[Rows, Vectors]:
    """Labels and centres by Lloyd's algorithm.

    scikit-learn's `KMeans` adds up the threads' sums in the order in which they finish, so its last bits, and with
    them a label now and then, differ between runs; a report must not.
    """
    from scipy.sparse import csr_array
    from sklearn.cluster import kmeans_plusplus

    centres, _ = kmeans_plusplus(vectors, n_clusters, random_state=seed)
    labels = np.full(len(vectors), -1)
    for _ in range(_ITERATIONS):
        before, labels = labels, (vectors @ centres.T - (centres**2).sum(axis=1) / 2).argmax(axis=1)
        if np.array_equal(before, labels):
            break
        ones = np.ones(len(vectors), np.float32)
        members = csr_array((ones, (labels, np.arange(len(vectors)))), shape=(n_clusters, len(vectors)))
        sizes = np.bincount(labels, minlength=n_clusters)[:, None]
        centres = np.where(sizes > 0, (members @ vectors) / np.maximum(sizes, 1), centres).astype(np.float32)
    return labels.astype(np.int64), centres


def _adjusted_pvalues(labels: Rows, n: int, n_clusters: int) -> npt.NDArray[np.float64]:
    from scipy.stats import fisher_exact

    m = labels.size - n
    counts = np.stack([np.bincount(part, minlength=n_clusters) for part in (labels[:n], labels[n:])], axis=1)
    pvalues = [fisher_exact(np.array([inside, [n, m] - inside])).pvalue for inside in counts]
    return np.minimum(np.array(pvalues, np.float64) * n_clusters, 1.0)


def _cluster(
    pooled: Vectors, inside: npt.NDArray[np.bool_], centre: Vectors, n: int, pvalue: float, table: TermTable | None
) -> Cluster:
    members, m = np.flatnonzero(inside), len(pooled) - n
    baseline, current = members[members < n], members[members >= n] - n
    gained = current.size / m > baseline.size / n
    candidates = current + n if gained else baseline
    nearest = int(candidates[(pooled[candidates] @ centre).argmax()])
    terms = rising_terms(table, members, np.flatnonzero(~inside), limit=_TERMS) if table else []
    return Cluster(
        direction="gained" if gained else "lost",
        n_baseline=baseline.size,
        n_current=current.size,
        pvalue_adjusted=pvalue,
        terms=tuple(table.terms[term] for term, _ in terms) if table else (),
        exemplar=nearest - n if gained else nearest,
        baseline_members=tuple(baseline.tolist()),
        current_members=tuple(current.tolist()),
    )
