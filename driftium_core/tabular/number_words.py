"""How the numbers of a column moved, in words: what is gone, what is new, by how much values shifted."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from driftium_core.formats import fmt_percent, fmt_value
from driftium_core.stats.ks import ks_from_sorted
from driftium_core.stats.value_shift import CHANCE, ValueShift, fit_value_shift, weighted_gap
from driftium_core.tabular.absent_ranges import Range, absent_ranges, gone_words, range_words, roundest
from driftium_core.tabular.phrases import ratio_words
from driftium_core.tabular.root_values import RootValues, RootWords
from driftium_core.tabular.row_values import row_numbers

__all__ = ["number_words"]

SMALL_FACTOR = 0.17
"""Up to this a factor reads as per cent."""

DISCRETE = 0.5
"""Share of distinct values up to which they repeat enough to see whether current ones are among them."""

AMONG = 0.4
"""Current values are others than those of the reference where they are among them less often than this, compared with
how often a reference value repeats. In the tails, where a filter may leave its rows, values repeat less."""
STILL = 0.001
"""With a larger p the values did not move."""

EXACT, NEAR = 1e-3, 0.05
"""Between these a fitted factor is off a power of ten as samples make it."""

Floats = npt.NDArray[np.float64]


def number_words(root: RootValues, *, always: bool) -> RootWords | None:
    """Say which ranges are gone or new, how values shifted, or which share moved most; None where nothing moved.

    *always*: something moved, by other tests than the one here.
    """
    reference, current = row_numbers(root.reference), row_numbers(root.current)
    r, c = (np.sort(side[~np.isnan(side)]) for side in (reference, current))
    if not r.size or not c.size:
        return None
    if c[0] == c[-1] and r[0] != c[0]:
        if not root.aside:
            return RootWords(f"only rows with {root.name} = {fmt_value(float(c[0]))} are left", "reweight", "ends")
        was = f", before {fmt_value(float(r[0]))}" if r[0] == r[-1] else ""
        return RootWords(f"every value is now {fmt_value(float(c[0]))}{was}", root.action)
    gone, new = absent_ranges(r, c), absent_ranges(c, r)
    if not (always or gone or new or (ks_from_sorted(r, c)[0].pvalue or 0.0) <= STILL):
        return None
    others = _among(r, c) is False
    shifted = _shifted(root, c, gone, new) if root.aside or others else None
    if shifted:
        return RootWords(shifted, "measurement", held=True)
    if others:  # a gap between values says nothing where all values are others
        gone, new = ([part for part in parts if None in (part.low, part.high)] for parts in (gone, new))
    capped = _capped_words(r, c, gone) if gone else None
    if capped:
        return RootWords(capped, "measurement")
    if gone:
        all_missing_gone = bool(np.isnan(reference).any()) and not np.isnan(current).any()
        inside = any(part.low is not None and part.high is not None for part in gone)
        words = gone_words(root.name, gone, all_missing_gone=all_missing_gone)
        return RootWords(words, "reweight", "middle" if inside else "ends")
    if new:
        share = fmt_percent(sum(part.share for part in new))
        return RootWords(f"rows with {range_words(root.name, new)} are new, {share} of rows", root.action)
    if root.aside:
        values, weights = _held_values(root)
        if values.size:
            return RootWords(_tilt_words(root.name, values, _curve(weights), c), root.mix_action, held=True)
    return RootWords(_tilt_words(root.name, r, _curve(np.ones(r.size)), c), root.mix_action)


def _held_values(root: RootValues) -> tuple[Floats, Floats]:
    """Sorted finite values of the reference, and their weights with the other roots held."""
    values = row_numbers(root.sample)
    order = np.argsort(values, kind="stable")
    order = order[np.isfinite(values[order]) & (root.weights[order] > 0)]
    return values[order], root.weights[order]


def _curve(weights: Floats) -> Floats:
    mass = np.cumsum(weights)
    return np.asarray(mass / mass[-1])


def _shifted(root: RootValues, current: Floats, gone: Sequence[Range], new: Sequence[Range]) -> str | None:
    """Words for a shift of values; None where there is none, or a filter tells the same as well."""
    values, weights = _held_values(root)
    current = current[np.isfinite(current)]
    if not values.size or not current.size:
        return None
    filtered = _is_filter(values, weights, current, gone) if gone and not new else False
    if filtered or (filtered is None and not root.unchanged):
        return None
    return _shift_words(values, current, weights, rough=bool(root.unchanged))


def _capped_words(reference: Floats, current: Floats, gone: Sequence[Range]) -> str | None:
    """``"values above 100 are now 100"``: what lies beyond an end did not go, it was set to that end."""
    total = sum(part.share for part in gone)
    for part, bound, end, words in (
        (gone[-1], gone[-1].high, current[-1], "above"),
        (gone[0], gone[0].low, current[0], "below"),
    ):
        before, now = float((reference == end).mean()), float((current == end).mean())
        filtered = before / (1 - total) if total < 1 else 1.0
        capped = before + part.share
        if bound is None and capped > 1.5 * filtered and now - filtered >= 0.7 * (capped - filtered):
            return f"values {words} {fmt_value(float(end))} are now {fmt_value(float(end))}"
    return None


def _is_filter(reference: Floats, weights: Floats, current: Floats, gone: Sequence[Range]) -> bool | None:
    """Whether the rows that are left look as those of a filter would; None where scaled values could, too.

    Parameters
    ----------
    reference, weights : float arrays
        Sorted values, and the weight of each.
    current : sorted float array
    """
    left = np.ones(reference.size, dtype=bool)
    for part in gone:
        low = -math.inf if part.low is None else part.low
        left &= (reference < low) | (reference >= (math.inf if part.high is None else part.high))
    kept, mass = reference[left], np.cumsum(weights[left])
    if not kept.size or not mass[-1] > 0:
        return False
    n = mass[-1] ** 2 / float(np.square(weights[left]).sum())
    if weighted_gap(kept, mass / mass[-1], current) > CHANCE * math.sqrt(1 / n + 1 / current.size):
        return False
    return _among(reference, current)


def _among(reference: Floats, current: Floats) -> bool | None:
    """Whether current values are among those of the reference, as other rows of it are; None if too few repeat."""
    distinct, counts = np.unique(reference, return_counts=True)
    if distinct.size > DISCRETE * reference.size:
        return None
    repeated = float(counts[counts > 1].sum() / reference.size)
    return bool(np.isin(current, distinct).mean() >= AMONG * repeated)


def _shift_words(reference: Floats, current: Floats, weights: Floats, *, rough: bool) -> str | None:
    """``"values shifted by −12 %"``, ``"values shifted by +250"``, ``"values scaled by 1.25"``; None for no such."""
    shift = fit_value_shift(reference, current, weights, rough=rough)
    if shift is None:
        return None
    if shift.factor == 1:
        return f"values shifted by {fmt_value(_short(shift.offset), signed=True)}"
    if shift.offset == 0 and abs(shift.factor - 1) <= SMALL_FACTOR:
        percent = fmt_percent(abs(shift.factor - 1))
        return f"values shifted by {'+' if shift.factor > 1 else '−'}{percent}"
    return _scaled(shift)


def _scaled(shift: ValueShift) -> str:
    scaled = f"values scaled by {_factor(shift.factor)}"
    return scaled if shift.offset == 0 else f"{scaled} and shifted by {fmt_value(_short(shift.offset), signed=True)}"


def _factor(factor: float) -> str:
    """A factor as written; one near a power of ten is that of a unit, and of two samples it is never met exactly."""
    power = 10.0 ** round(math.log10(factor)) if factor > 0 else 1.0
    if power == 1 or not EXACT < abs(factor / power - 1) <= NEAR:
        return fmt_value(_short(factor))
    return f"about {fmt_value(power)}"


def _short(value: float) -> float:
    return float(f"{value:.3g}")


def _tilt_words(name: str, values: Floats, mass: Floats, current: Floats) -> str:
    """``"share of age ≥ 52 ×1.8, from 20 % to 36 %"``: split where the two are furthest apart.

    *values* are sorted, *mass* is their cumulative share; *current* is sorted.
    """

    def below(at: Floats) -> tuple[Floats, Floats]:
        return np.append(0.0, mass)[np.searchsorted(values, at)], np.searchsorted(current, at) / current.size

    points = np.unique(np.concatenate([values, current]))
    shares = below(points)
    at = int(np.abs(shares[0] - shares[1]).argmax())
    split = roundest(float(points[at - 1]), float(points[at])) if at else float(points[0])
    if split != 0 and math.isfinite(split) and len(f"{split:.12g}".strip("-0.")) > 4:
        split = _short(split)
    before, now = (float(side[0]) for side in below(np.array([split])))
    if before <= 0.5:
        return ratio_words(f"{name} < {fmt_value(split)}", before, now)
    return ratio_words(f"{name} ≥ {fmt_value(split)}", 1 - before, 1 - now)
