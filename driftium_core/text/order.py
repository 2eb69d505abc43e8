"""Rows of a pool in an order that depends on their content alone, so that reordering a pool changes no result."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["Rows", "Vectors", "content_order", "content_sample"]

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


def content_order(vectors: Vectors, *columns: Sequence[str] | None) -> Rows:
    """Positions of the rows, sorted by the bytes of their vectors and, where these are equal, by the texts.

    Rows that are equal in all of these keep the order of the pool; they are interchangeable. The order has no other
    meaning. Sums of floats, k-means and draws that walk the rows in it come out the same, to the bit, for every order
    of the pool.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, dimensions)
    *columns : sequence of str, or None
        Texts of the rows, n each; None is passed over.
    """
    given = [column for column in columns if column is not None]
    if not vectors.size:
        return np.array(sorted(range(len(vectors)), key=lambda row: [c[row] for c in given]), np.int64)
    # + 0.0 turns a negative zero into zero: equal rows must have equal bytes.
    rows = np.ascontiguousarray(vectors, np.float32) + np.float32(0)
    keys = rows.view(np.dtype((np.void, rows.itemsize * rows.shape[1]))).ravel()
    order = np.argsort(keys, kind="stable").astype(np.int64)
    if not given:
        return order
    differs = (keys[order[1:]] != keys[order[:-1]]) if order.size > 1 else np.zeros(0, bool)
    starts = np.append(0, np.flatnonzero(differs) + 1)
    ends = np.append(starts[1:], order.size)
    for start, end in zip(starts[ends - starts > 1], ends[ends - starts > 1], strict=True):
        order[start:end] = sorted(order[start:end].tolist(), key=lambda row: [c[row] for c in given])
    return order


def content_sample(vectors: Vectors, *columns: Sequence[str] | None, limit: int, rng: np.random.Generator) -> Rows:
    """At most ``limit`` positions in the order of `content_order`, drawn without replacement when there are more."""
    order = content_order(vectors, *columns)
    if order.size <= limit:
        return order
    return order[np.sort(rng.choice(order.size, limit, replace=False))]
