"""Vectors of two pools, checked, and put into an order that depends on their content alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from driftium_core.errors import InputError
from driftium_core.formats import fmt_n
from driftium_core.stats.permutation import attainable_pvalue

__all__ = ["Pools", "Pairing", "PromptIds", "checked_vectors", "choose_design"]

PromptIds = tuple[Sequence[Hashable | None], Sequence[Hashable | None]]

MIN_PAIRED_SHARE = 0.8
"""Share of current that must repeat baseline prompts for pairing: the answers to new prompts are then left out."""

ALPHA = 0.05

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
    scaled = bool(np.abs(lengths - 1).max() > 1e-3)
    rows /= lengths[:, None].astype(np.float32)
    rows += 0.0  # -0.0 and 0.0 are one value, also to `content_rank`
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
