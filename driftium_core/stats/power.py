"""How small a change two samples of answers can show, from power measured on real answers."""

from __future__ import annotations

import math
from itertools import pairwise

__all__ = ["detectable_share", "sample_size_for_share"]

_MEASURED: tuple[tuple[int, float], ...] = (
    (6, 1.0),
    (8, 0.88),
    (16, 0.69),
    (32, 0.47),
    (64, 0.28),
    (128, 0.16),
    (256, 0.105),
    (512, 0.072),
)
"""Responses in each pool, and the share of current answers on a new topic that is called drift in 80 % of cases.

Measured by `benchmarks/text_power.py` with MiniLM vectors of real answers on five topics, each in turn the new one;
at 4 in each pool even a full change is called drift less often.
"""


def _each(n: int, m: int) -> float:
    """Size of two equal samples that tell as much as these two (harmonic mean)."""
    return 2 * n * m / (n + m)


def detectable_share(n_reference: int, n_current: int) -> float | None:
    """Smallest share of answers on a new topic that is called drift in 80 % of cases; None below the measured sizes.

    Interpolated between measured sizes on log scales; above the largest it is the share measured there, so that it
    errs towards promising too little.
    """
    each = _each(n_reference, n_current)
    if each < _MEASURED[0][0]:
        return None
    for (n0, share0), (n1, share1) in pairwise(_MEASURED):
        if each <= n1:
            along = math.log(each / n0) / math.log(n1 / n0)
            return float(share0 * (share1 / share0) ** along)
    return _MEASURED[-1][1]


def sample_size_for_share(share: float) -> int | None:
    """Responses needed in each pool to find such a share; None beyond what was measured."""
    for (n0, share0), (n1, share1) in pairwise(_MEASURED):
        if share1 <= share <= share0:
            along = math.log(share / share0) / math.log(share1 / share0)
            return math.ceil(n0 * math.exp(along * math.log(n1 / n0)))
    return None
