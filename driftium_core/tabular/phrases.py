"""Phrases that the words of several kinds of columns share."""

from __future__ import annotations

import math
from collections.abc import Sequence

from driftium_core.formats import fmt_n, fmt_percent, fmt_value

__all__ = ["SURE", "listed", "ratio_words"]

SURE = 7.0
"""Something is gone only where chance would leave it out in fewer than one of 1000 samples, e⁻⁷."""

MOST_NAMED = 3
PLAIN_RATIOS = (0.8, 1.25)
STRETCHED_RATIOS = (0.1, 20.0)


def listed(names: Sequence[str], *, word: str = "and") -> str:
    """``"a, b or c"``, ``"a, b, c or 4 more"``."""
    shown = [*names[:MOST_NAMED], *([f"{fmt_n(len(names) - MOST_NAMED)} more"] if len(names) > MOST_NAMED else [])]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {word} {shown[-1]}"


def ratio_words(what: str, before: float, now: float) -> str:
    """``"share of job = student ×3, from 2 % to 6 %"``; a ratio near 1, or a huge one, is left to the shares."""
    shares = f"from {fmt_percent(before)} to {fmt_percent(now)}"
    ratio = now / before if before else math.inf
    if not STRETCHED_RATIOS[0] <= ratio <= STRETCHED_RATIOS[1] or PLAIN_RATIOS[0] < ratio < PLAIN_RATIOS[1]:
        return f"share of {what} {'rose' if now > before else 'fell'} {shares}"
    return f"share of {what} ×{fmt_value(float(f'{ratio:.2g}'))}, {shares}"
