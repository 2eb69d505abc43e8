"""Vectors of a pool, checked and scaled, and their order by content."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from driftium_core.errors import InputError
from driftium_core.formats import fmt_n

__all__ = ["checked_vectors", "content_ranks"]

Vectors = NDArray[np.float32]


def checked_vectors(vectors: npt.ArrayLike, name: str) -> tuple[Vectors, bool]:
    """Rows scaled to unit length, and whether they were not before.

    Raises
    ------
    InputError
        No rows, rows of different lengths, values that are no finite numbers, rows of zeros.
    """
    try:
        with np.errstate(over="ignore"):
            rows = np.array(vectors, dtype=np.float32, ndmin=1, order="C")
    except (ValueError, TypeError) as error:
        raise InputError(_why_unreadable(vectors, name)) from error
    if rows.size == 0 and rows.shape[0] == 0:
        raise InputError(f"The {name} pool is empty; give at least one vector.")
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise InputError(
            f"The {name} vectors must be a table of shape (responses, dimensions), found shape {rows.shape}; "
            "give one row per response."
        )
    for wrong, what in (
        (~np.isfinite(rows).all(axis=1), "holds a value that is not a finite number"),
        (~rows.any(axis=1), "is all zeros, so it has no direction"),
    ):
        if wrong.any():
            raise InputError(
                f"Row {fmt_n(int(wrong.argmax()))} (counted from 0) of the {name} vectors {what}; "
                f"leave out or embed again the {fmt_n(int(wrong.sum()))} row(s) like it."
            )
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
    scaled = bool(np.abs(lengths - 1).max() > 0.01)  # unit vectors of bf16 are off by up to 0.004
    rows /= lengths[:, None].astype(np.float32)
    rows += 0.0  # -0.0 and 0.0 are one value, also to `content_ranks`
    return rows, scaled


def _why_unreadable(vectors: npt.ArrayLike, name: str) -> str:
    try:
        lengths = [len(row) for row in vectors]  # type: ignore[union-attr, arg-type]
    except TypeError:
        lengths = []
    for row, length in enumerate(lengths):
        if length != lengths[0]:
            return (
                f"Row {fmt_n(row)} (counted from 0) of the {name} vectors has {length} dimensions where row 0 has "
                f"{lengths[0]}; embed all responses with one encoder."
            )
    return f"The {name} vectors must be numbers, one row per response; give an array of shape (responses, dimensions)."


def content_ranks(rows: Vectors) -> NDArray[np.int64]:
    """Rank of each row among all of them by content, equal rows alike: any order will do that knows no positions."""
    keys = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.shape[1] * rows.itemsize))).ravel()
    order = np.argsort(keys, kind="stable")
    ranks = np.empty(len(rows), np.int64)
    in_order = keys[order]
    ranks[order] = np.concatenate([[0], np.cumsum(in_order[1:] != in_order[:-1])])
    return ranks
