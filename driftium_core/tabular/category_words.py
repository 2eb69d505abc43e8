"""How the categories of a column moved, in words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from driftium_core.formats import fmt_name, fmt_percent
from driftium_core.stats.chi_square import chi_square_test
from driftium_core.tabular.phrases import SURE, listed, ratio_words
from driftium_core.tabular.root_values import RootValues, RootWords
from driftium_core.tabular.row_values import row_texts

__all__ = ["category_words"]

MOST_LEFT = 3
"""Categories that are left are named instead of those that are gone, up to this many."""

SAME_SHARE = 0.25
STILL = 0.001

Counts = npt.NDArray[np.intp]


def category_words(root: RootValues, *, always: bool) -> RootWords | None:
    """Say which categories are gone, new, renamed, or which share moved most; None where nothing moved.

    *always*: something moved, by other tests than the one here.
    """
    name, aside, current = root.name, root.aside, root.current
    labels, r, c = _counts(root.reference, current)
    if not r.sum() or not c.sum() or not (always or (chi_square_test(r, c).pvalue or 0.0) <= STILL):
        return None
    gone, new = _only_in(r, c), _only_in(c, r)
    shares = r / r.sum(), c / c.sum()
    if aside and len(gone) == len(new) == 1:
        before, now = float(shares[0][gone[0]]), float(shares[1][new[0]])
        if abs(now - before) <= SAME_SHARE * before:
            old, young = (fmt_name(labels[at]) for at in (gone[0], new[0]))
            return RootWords(f"category “{old}” is now “{young}”", "measurement")
    parts = []
    if gone:
        kept = np.flatnonzero(c)
        only = len(kept) <= min(MOST_LEFT, len(gone)) and not current.isna().any()
        which = listed([fmt_name(labels[at]) for at in (kept if only else gone)], word="or")
        parts.append(f"only rows with {name} = {which} are left" if only else f"rows with {name} = {which} are gone")
    if new:
        which = listed([f"“{fmt_name(labels[at])}”" for at in new])
        noun = "category" if len(new) == 1 else "categories"
        share = fmt_percent(float(shares[1][new].sum()))
        parts.append(f"{noun} {which} {'is' if len(new) == 1 else 'are'} new, {share} of rows")
    if parts:
        return RootWords("; ".join(parts), "measurement" if new and aside else "reweight")
    most = int((np.square(shares[0] - shares[1]) / np.maximum(shares[0] + shares[1], 1e-300)).argmax())
    text = ratio_words(f"{name} = {fmt_name(labels[most])}", float(shares[0][most]), float(shares[1][most]))
    return RootWords(text, root.mix_action)


def _counts(reference: pd.Series[Any], current: pd.Series[Any]) -> tuple[list[str], Counts, Counts]:
    """All texts of both sides, and how often each has them."""
    sides = [row_texts(side) for side in (reference, current)]
    place: dict[str, int] = {}
    into = [np.array([place.setdefault(text, len(place)) for text in texts], dtype=np.intp) for _, texts in sides]
    counts = [
        np.bincount(places[codes[codes >= 0]], minlength=len(place))
        for (codes, _), places in zip(sides, into, strict=True)
    ]
    return list(place), counts[0], counts[1]


def _only_in(here: Counts, there: Counts) -> list[int]:
    """Labels of one side that the other would have many of but lacks, largest first.

    Where other labels are merely rarer there, it would have as many as of these.
    """
    alone = np.flatnonzero((here > 0) & (there == 0))
    density = there.sum() / here.sum()
    rarer = (there > 0) & (there < density * here / 2)
    if rarer.any():
        density = there[rarer].sum() / here[rarer].sum()
    sure = alone[here[alone] * math.log1p(density) >= SURE + math.log(max(1, alone.size))]
    return [int(at) for at in sure[np.argsort(-here[sure], kind="stable")]]
