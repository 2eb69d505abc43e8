"""Terms gained and lost, read from the responses that the witness function points at."""

from __future__ import annotations

import numpy as np

from driftium_core.stats.share_ratio import log2_share_ratio
from driftium_core.text.differences import Keyword
from driftium_core.text.exemplars import Witness
from driftium_core.text.order import Rows
from driftium_core.text.terms import TermTable, frequency_z, rising_terms

__all__ = ["keywords", "telltale"]

LEAST_TELLTALE, TELLTALE_SHARE = 5, 1 / 12
"""The responses with the largest witness that are read: one in twelve, and at least five."""

LEAST_MOVE = 1.0
"""z between the whole pools: a term that is hardly more frequent in one of them is not called gained or lost."""


def keywords(
    table: TermTable, at_reference: Witness, at_current: Witness, *, limit: int = 10
) -> tuple[tuple[Keyword, ...], tuple[Keyword, ...]]:
    """Terms gained by current, and terms lost from the reference.

    Gained are the terms that more of the most novel current responses hold than of all reference responses; lost are
    those that more of the reference responses most unlike current hold than of all current ones. A difference that
    a tenth of the responses make drowns when whole pools are compared; it does not among the responses that make it.
    These were chosen by their vectors, so z ranks terms and is no test.

    Parameters
    ----------
    table : TermTable
        Of the n reference responses and then the m current ones.
    at_reference, at_current : ndarray of float, shapes (n,) and (m,)
        Witness, as `witness` gives it.
    limit : int
        Keywords at most, each way.

    Returns
    -------
    gained, lost : tuple of Keyword
        Largest z first. Shares and their ratio are those of the whole pools; where these hardly differ, the term is
        left out.
    """
    n, m = at_reference.size, at_current.size
    reference, current = np.arange(n), np.arange(n, n + m)
    before, after = table.shares(reference), table.shares(current)
    moved = frequency_z(after * m, before * n, m, n)

    def keyword(term: int, z: float) -> Keyword:
        ratio = log2_share_ratio(round(after[term] * m), m, round(before[term] * n), n)
        shares = float(before[term]), float(after[term])
        return Keyword(table.terms[term], z, *shares, ratio.value, ratio.low, ratio.high)

    def select(chosen: Rows, others: Rows, sign: int) -> tuple[Keyword, ...]:
        # Twice as many, since those that the whole pools do not bear out are left out.
        found = rising_terms(table, chosen, others, limit=2 * limit)
        kept = [(term, z) for term, z in found if sign * moved[term] >= LEAST_MOVE][:limit]
        return tuple(keyword(term, z) for term, z in kept)

    gained = select(current[telltale(at_current)], reference, +1)
    return gained, select(reference[telltale(at_reference)], current, -1)


def telltale(values: Witness) -> Rows:
    """Positions of the responses that are read: the largest witnesses, positive ones only."""
    count = max(LEAST_TELLTALE, round(TELLTALE_SHARE * values.size))
    rows = np.argsort(-values, kind="stable")[:count].astype(np.int64)
    return rows[values[rows] > 0]
