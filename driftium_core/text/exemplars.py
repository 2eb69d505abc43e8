"""Responses that stand for the difference between two pools: those where the MMD witness function is largest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from driftium_core.text.differences import Exemplar
from driftium_core.text.order import Vectors

__all__ = ["Witness", "nearest_cosines", "pick_exemplars", "witness"]

Witness = npt.NDArray[np.float64]

ALIKE = 0.95
"""From this cosine on, two responses say the same thing: one of them is enough as an example."""

_TILE = 2048
_BANDWIDTH_ROWS = 1000


def witness(reference: Vectors, current: Vectors) -> tuple[Witness, Witness]:
    """How much more typical each row is of its own pool than of the other.

    The witness function of the maximum mean discrepancy [1]_, [2]_: mean kernel to the rows of its own pool less
    mean kernel to the rows of the other, with k(x, y) = exp(-‖x - y‖² / bandwidth) and the median squared distance
    of the pooled rows as bandwidth. A row is left out of its own mean, where it would always speak for itself; the
    only row of a pool is kept. The values have no null distribution here: the largest ones of two equal pools are
    positive too, so they rank responses and decide nothing.

    Parameters
    ----------
    reference, current : ndarray of float32, shapes (n, d) and (m, d)
        Unit rows, at least one each. Time and memory grow as (n + m)² and (n + m): sample large pools first.

    Returns
    -------
    at_current, at_reference : ndarray of float64, shapes (m,) and (n,)
        Positive where a row is more typical of its own pool. All zero when all rows are equal.

    References
    ----------
    .. [1] A. Gretton et al. (2012), "A kernel two-sample test", JMLR 13, section 2.3.
    .. [2] J. R. Lloyd, Z. Ghahramani (2015), "Statistical model criticism using kernel two sample tests", NeurIPS.
    """
    n, m = len(reference), len(current)
    bandwidth = _median_squared_distance(np.concatenate([reference, current]))
    if not bandwidth:
        return np.zeros(m), np.zeros(n)
    own_reference, own_current = np.zeros(n), np.zeros(m)
    cross_reference, cross_current = np.zeros(n), np.zeros(m)
    for start in range(0, n, _TILE):
        rows = slice(start, start + _TILE)
        own_reference[rows] = _kernel(reference[rows], reference, bandwidth).sum(axis=1, dtype=np.float64)
        kernel = _kernel(reference[rows], current, bandwidth)
        cross_reference[rows] = kernel.mean(axis=1, dtype=np.float64)
        cross_current += kernel.sum(axis=0, dtype=np.float64) / n
    for start in range(0, m, _TILE):
        rows = slice(start, start + _TILE)
        own_current[rows] = _kernel(current[rows], current, bandwidth).sum(axis=1, dtype=np.float64)
    at_current = _mean_of_others(own_current) - cross_current
    return at_current, _mean_of_others(own_reference) - cross_reference


def pick_exemplars(
    values: Witness,
    vectors: Vectors,
    *,
    texts: Sequence[str] | None = None,
    prompts: Sequence[str] | None = None,
    limit: int = 5,
) -> tuple[Exemplar, ...]:
    """The rows with the largest positive witness, largest first, near-duplicates of an earlier one passed over.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Witness at the rows; among equal values the earlier row comes first.
    vectors : ndarray of float32, shape (n, d)
        Unit rows.
    texts, prompts : sequence of str, optional
        Of the n rows; they are handed on as they are.

    Returns
    -------
    tuple of Exemplar
        At most ``limit``; fewer where no further row is positive and unlike those before.
    """
    picked: list[int] = []
    for row in np.argsort(-values, kind="stable").tolist():
        if len(picked) == limit or values[row] <= 0:
            break
        if not picked or float((vectors[picked] @ vectors[row]).max()) < ALIKE:
            picked.append(row)
    return tuple(
        Exemplar(row, float(values[row]), texts[row] if texts else "", prompts[row] if prompts else "")
        for row in picked
    )


def nearest_cosines(rows: Vectors, others: Vectors) -> list[float]:
    """Cosine similarity of each row to the most alike of the others, of which there is at least one; six digits.

    Parameters
    ----------
    rows, others : ndarray of float32, shapes (k, d) and (n, d)
        Unit rows. The others are taken in tiles, in float64, so that their order does not show in the digits kept.
    """
    exact, nearest = rows.astype(np.float64), np.full(len(rows), -1.0)
    for start in range(0, len(others), _TILE):
        tile = others[start : start + _TILE].astype(np.float64)
        nearest = np.maximum(nearest, (tile @ exact.T).max(axis=0))
    found: list[float] = np.minimum(np.round(nearest, 6), 1).tolist()
    return found


def _kernel(a: Vectors, b: Vectors, bandwidth: float) -> Vectors:
    """RBF kernel of unit rows, in place on the float32 products: ‖x - y‖² = 2 - 2 x·y."""
    kernel = a @ b.T
    kernel -= 1
    kernel *= 2 / bandwidth
    np.exp(kernel, out=kernel)
    return kernel


def _mean_of_others(sums: Witness) -> Witness:
    """Means without the row itself, whose kernel is 1; the only row of a pool is its own mean."""
    return (sums - 1) / (sums.size - 1) if sums.size > 1 else sums


def _median_squared_distance(vectors: Vectors) -> float:
    """Median over pairs of different vectors; 0 when all are equal. Evenly spaced rows stand for large pools."""
    if len(vectors) > _BANDWIDTH_ROWS:
        vectors = vectors[np.linspace(0, len(vectors) - 1, _BANDWIDTH_ROWS).astype(int)]
    distances = 2 - 2 * (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    different = distances[distances > 1e-6]  # below, float32 cannot tell them apart
    return float(np.median(different)) if different.size else 0.0
