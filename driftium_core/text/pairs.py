"""Answers to one prompt side by side: what is looked at first when the same prompts were asked again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from driftium_core.formats import fmt_n
from driftium_core.text.differences import AnswerPair
from driftium_core.text.pairing import shared_prompts
from driftium_core.text.pool import Pool

__all__ = ["answer_pairs"]

MOST_PAIRS = 2_000

_TILE = 4_096

Rows = npt.NDArray[np.int64]


def answer_pairs(baseline: Pool, current: Pool) -> tuple[tuple[AnswerPair, ...], tuple[str, ...]]:
    """Pair the answers to each prompt that both pools have, whatever the design of the test.

    Several answers to one prompt are paired in order of arrival, the first with the first, until one pool has no more.
    Nothing is tested here: answers of one model to one prompt differ too.

    Parameters
    ----------
    baseline, current : Pool

    Returns
    -------
    pairs : tuple of AnswerPair
        Least alike first, at most 2,000. Positions in the whole pools.
    notes : tuple of str
        A sentence where some were left out.
    """
    rows = [
        pair
        for _, before, now in shared_prompts(baseline.prompt_ids, current.prompt_ids)
        for pair in zip(before, now, strict=False)
    ]
    if not rows:
        return (), ()
    old, new = np.array(rows, np.int64).T
    similarities = _similarities(baseline, current, old, new)
    at_baseline, at_current = baseline.positions[old], current.positions[new]
    least_alike = np.lexsort((at_current, at_baseline, similarities))[:MOST_PAIRS]
    columns = (column[least_alike].tolist() for column in (at_baseline, at_current, similarities))
    pairs = tuple(AnswerPair(*pair) for pair in zip(*columns, strict=True))
    if len(pairs) == len(rows):
        return pairs, ()
    return pairs, (
        f"Of {fmt_n(len(rows))} pairs of answers to one prompt, the {fmt_n(len(pairs))} least alike are listed.",
    )


def _similarities(baseline: Pool, current: Pool, old: Rows, new: Rows) -> npt.NDArray[np.float64]:
    """Cosine of the answers of each pair; six digits, more than vectors of float32 hold."""
    found = np.empty(len(old))
    for start in range(0, len(old), _TILE):
        tile = slice(start, start + _TILE)
        x, y = (
            pool.response_vectors[rows[tile]].astype(np.float64) for pool, rows in ((baseline, old), (current, new))
        )
        found[tile] = np.einsum("ij,ij->i", x, y)
    return np.clip(np.round(found, 6), -1, 1)
