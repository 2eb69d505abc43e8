"""Which rows of two samples have like rows in the other: where a comparison given the rows is possible at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Overlap", "common_support"]

Vectors = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

N_NEIGHBOURS = 5
MAX_ANCHORS = 1_000
"""Rows of each sample among which neighbours are looked for."""

_TIE = 1e-6
_ROW_TILE = 4_096


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """Rows of each sample that have a row of the other among their nearest ones.

    Attributes
    ----------
    reference, current : ndarray of bool, shapes (n,) and (m,)
    """

    reference: Bools
    current: Bools

    @property
    def share(self) -> float:
        """The smaller of both samples' shares, 0 to 1."""
        return float(min(self.reference.mean(), self.current.mean()))


def common_support(reference: Vectors, current: Vectors, *, rng: np.random.Generator) -> Overlap:
    """Find the rows with a row of the other sample among the five nearest of the pooled ones.

    Neighbours are looked for among equally many rows of both samples (all of the smaller one, at most 1 000), so the
    shares do not depend on which sample is larger: unequal sizes alone would leave the smaller one nearly without
    neighbours in a pool of its own. A row is no neighbour of itself; a tie with the fifth neighbour counts as near.
    Of one distribution, a row lacks such a neighbour with a chance of about 1 in 32.

    Parameters
    ----------
    reference, current : ndarray, shapes (n, d) and (m, d)
        Unit rows; near is a large cosine.
    rng : numpy.random.Generator
        Chooses the rows of the larger sample among which neighbours are looked for.
    """
    n_anchors = min(len(reference), len(current), MAX_ANCHORS)
    anchors = [np.sort(rng.choice(len(rows), n_anchors, replace=False)) for rows in (reference, current)]
    samples = (reference, current)
    flags = [
        _has_foreign_neighbour(samples[i], samples[i][anchors[i]], anchors[i], samples[1 - i][anchors[1 - i]])
        for i in (0, 1)
    ]
    return Overlap(*flags)


def _has_foreign_neighbour(rows: Vectors, own: Vectors, own_index: npt.NDArray[np.intp], other: Vectors) -> Bools:
    found = np.zeros(len(rows), dtype=bool)
    for start in range(0, len(rows), _ROW_TILE):
        tile = rows[start : start + _ROW_TILE]
        to_own, to_other = tile @ own.T, tile @ other.T
        inside = (own_index >= start) & (own_index < start + len(tile))
        to_own[own_index[inside] - start, np.flatnonzero(inside)] = -np.inf  # not itself
        pooled = np.hstack([to_own, to_other])
        k = min(N_NEIGHBOURS, pooled.shape[1] - 1)
        nearest = np.partition(pooled, -k, axis=1)[:, -k] if k else np.full(len(tile), -np.inf)
        found[start : start + len(tile)] = to_other.max(axis=1) >= nearest - _TIE
    return found
