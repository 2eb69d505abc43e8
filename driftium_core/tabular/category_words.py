"""How the categories of a column moved, in words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from driftium_core.formats import fmt_n, fmt_name, fmt_percent
from driftium_core.stats.chi_square import chi_square_test
from driftium_core.tabular.phrases import SURE, listed, ratio_words
from driftium_core.tabular.root_values import RootValues, RootWords
from driftium_core.tabular.row_values import row_texts

__all__ = ["category_words"]

MOST_LEFT = 3
"""Categories that are left are named instead of those that are gone, up to this many."""

SAME_SHARE = 0.25
"""Relative difference up to which a new category may be a vanished one by another name."""
MANY = 0.1
"""Share of rows by which rare categories that one side lacks are told, beyond what chance would miss."""
CLEAR = 3.0
"""Standard errors by which shares of other categories moved, or did not."""

STILL = 0.001
"""With a larger p the values did not move."""

Counts = npt.NDArray[np.intp]
Shares = npt.NDArray[np.float64]


def category_words(root: RootValues, *, always: bool) -> RootWords | None:
    """Say which categories are gone, new, renamed, or which share moved most; None where nothing moved.

    *always*: something moved, by other tests than the one here.
    """
    labels, r, c = _counts(root.reference, root.current)
    if not r.sum() or not c.sum() or not (always or (chi_square_test(r, c).pvalue or 0.0) <= STILL):
        return None
    gone, new = _only_in(r, c), _only_in(c, r)
    shares = r / r.sum(), c / c.sum()
    if root.aside and gone and new:
        return RootWords(_changed_words(labels, gone, new, shares), "measurement")
    parts = [_gone_words(root, labels, gone, c)] if gone else []
    parts += [_new_words(labels, new, shares[1])] if new else []
    if parts:
        return RootWords("; ".join(parts), root.action if new else "reweight")
    for here, there, words in ((r, c, "are gone, {} of the reference"), (c, r, "are new, {} of rows")):
        many = _many_only_in(here, there)
        if many:
            share = fmt_percent(float(here[many].sum() / here.sum()))
            return RootWords(f"{fmt_n(len(many))} categories of {root.name} {words.format(share)}", root.mix_action)
    before = _held_shares(root, labels) if root.aside else shares[0]
    became = _became_words(root.name, labels, before, shares[1], sizes=(int(r.sum()), int(c.sum())))
    if root.aside and became:
        return RootWords(became, "measurement", held=True)
    most = int((np.square(before - shares[1]) / np.maximum(before + shares[1], 1e-300)).argmax())
    text = ratio_words(f"{root.name} = {fmt_name(labels[most])}", float(before[most]), float(shares[1][most]))
    return RootWords(text, root.mix_action, held=root.aside)


def _held_shares(root: RootValues, labels: list[str]) -> Shares:
    """Shares of the reference with the other roots held."""
    codes, texts = row_texts(root.sample)
    place = {label: i for i, label in enumerate(labels)}
    into = np.array([place[text] for text in texts], dtype=np.intp)
    present = codes >= 0
    counts = np.bincount(into[codes[present]], weights=root.weights[present], minlength=len(labels))
    return np.asarray(counts / counts.sum())


def _became_words(name: str, labels: list[str], before: Shares, now: Shares, *, sizes: tuple[int, int]) -> str | None:
    """``"30 % of job = management became blue-collar"``: what one category lost, another has, and no other moved.

    Had rows been chosen by one of the two, the shares of all others would have moved in proportion.
    """
    change = now - before
    lost, won = int(change.argmin()), int(change.argmax())
    others = np.ones(len(labels), dtype=bool)
    others[[lost, won]] = False
    rest = float(before[others].sum())
    if lost == won or not 0 < rest < 1 or not before[lost] > 0:
        return None
    scale = sum(1 / size for size in sizes)
    error = math.sqrt(rest * (1 - rest) * scale)
    chosen = [abs(now[others].sum() - rest * (1 - now[at]) / (1 - before[at])) for at in (lost, won)]
    apart = np.sqrt(np.maximum(before[others], 1e-12) * scale)
    if min(chosen) < CLEAR * error or (np.abs(change[others]) > CLEAR * apart).any():
        return None
    share = fmt_percent(-float(change[lost]) / float(before[lost]))
    return f"{share} of {name} = {fmt_name(labels[lost])} became {fmt_name(labels[won])}"


def _changed_words(labels: list[str], gone: list[int], new: list[int], shares: tuple[Shares, Shares]) -> str:
    """Categories that others took the place of; with the share of one, one was renamed."""
    before, now = float(shares[0][gone].sum()), float(shares[1][new].sum())
    if len(gone) == len(new) == 1 and abs(now - before) <= SAME_SHARE * before:
        return f"category “{fmt_name(labels[gone[0]])}” is now “{fmt_name(labels[new[0]])}”"
    noun, verb = ("category", "is") if len(gone) == 1 else ("categories", "are")
    return f"{noun} {_quoted(labels, gone)} {verb} gone; {_new_words(labels, new, shares[1])}"


def _gone_words(root: RootValues, labels: list[str], gone: list[int], current: Counts) -> str:
    left = np.flatnonzero(current)
    if len(left) <= min(MOST_LEFT, len(gone)) and not root.current.isna().any():
        return f"only rows with {root.name} = {listed([fmt_name(labels[at]) for at in left], word='or')} are left"
    return f"rows with {root.name} = {listed([fmt_name(labels[at]) for at in gone], word='or')} are gone"


def _new_words(labels: list[str], new: list[int], shares: Shares) -> str:
    noun, verb = ("category", "is") if len(new) == 1 else ("categories", "are")
    return f"{noun} {_quoted(labels, new)} {verb} new, {fmt_percent(float(shares[new].sum()))} of rows"


def _quoted(labels: list[str], places: list[int]) -> str:
    return listed([f"“{fmt_name(labels[at])}”" for at in places])


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


def _many_only_in(here: Counts, there: Counts) -> list[int]:
    """Labels that only one side has, each too rare to tell, where together they are far more than chance would miss."""
    alone = np.flatnonzero((here > 0) & (there == 0))
    pooled = (here + there) / (here.sum() + there.sum())
    by_chance = float((here * np.exp(-pooled * there.sum())).sum())
    return [int(at) for at in alone] if here[alone].sum() - by_chance > MANY * here.sum() else []
