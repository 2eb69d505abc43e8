"""Ranges of numbers that one sample has and the other lacks, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from driftium_core.formats import fmt_value
from driftium_core.tabular.phrases import SURE

__all__ = ["Range", "absent_ranges", "gone_words", "range_words", "roundest"]

LONGEST = 8
"""Gaps that are looked at, the longest first."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Range:
    """Values that one sample has and the other lacks: from *low* on, below *high*; None is open.

    ``share`` is the share of the sample that has them.
    """

    low: float | None
    high: float | None
    share: float


def absent_ranges(sample: Floats, other: Floats, *, sure: float = SURE) -> list[Range]:
    """Ranges that many rows of one sorted sample lie in and none of the other, at most both ends and one between.

    A range where the other sample is merely thin is none: as many rows beside it have to make its emptiness
    impossible by chance. A bound is the roundest number that separates the samples as they are, so that the words
    are exactly true.

    Parameters
    ----------
    sample, other : sorted float arrays
    sure : float
        Minus the log of the chance of an empty range that is allowed.
    """
    if not sample.size or not other.size:
        return []
    place = np.searchsorted(other, sample, side="left")
    alone = place == np.searchsorted(other, sample, side="right")
    length = np.bincount(place[alone], minlength=other.size + 1)
    # With many gaps between values, one of them is long by chance more easily.
    wanted = sure + math.log(max(1, int(np.count_nonzero(length))))
    chosen: list[int] = []
    for at in np.argsort(-length, kind="stable")[:LONGEST].tolist():
        is_end = at in (0, other.size)
        if (is_end or all(c in (0, other.size) for c in chosen)) and _surprise(sample, other, at) >= wanted:
            chosen.append(at)
    return [_range(sample[alone & (place == at)], other, at, float(length[at] / sample.size)) for at in sorted(chosen)]


def _surprise(sample: Floats, other: Floats, at: int) -> float:
    """Minus the log of the chance that a run of *sample* lies between two neighbours of *other*.

    Each row of both, in order, is of *other* with the share that it has beside the run, on the thinner side.
    """
    first = 0 if at == 0 else int(np.searchsorted(sample, other[at - 1], side="right"))
    last = sample.size if at == other.size else int(np.searchsorted(sample, other[at], side="left"))
    run = last - first
    if run <= 0:
        return 0.0
    densities = []
    if first:
        low = sample[max(0, first - run)]
        rows = first - int(np.searchsorted(sample, low, side="left"))
        densities.append((at - int(np.searchsorted(other, low, side="left"))) / rows)
    if last < sample.size:
        high = sample[min(sample.size, last + run) - 1]
        rows = int(np.searchsorted(sample, high, side="right")) - last
        densities.append((int(np.searchsorted(other, high, side="right")) - at) / rows)
    return run * math.log1p(min(densities, default=other.size / sample.size))


def _range(values: Floats, other: Floats, at: int, share: float) -> Range:
    low = None if at == 0 else roundest(float(other[at - 1]), float(values[0]))
    high = None if at == other.size else roundest(float(values[-1]), float(other[at]))
    return Range(low, high, share)


def roundest(below: float, up_to: float) -> float:
    """The number with the fewest digits above *below*, not above *up_to*."""
    if not math.isfinite(below) or not math.isfinite(up_to):
        return up_to
    if below < 0 <= up_to:
        return 0.0
    top = math.floor(math.log10(max(abs(below), abs(up_to), 1e-300)))
    for exponent in range(top, top - 16, -1):
        for digit in (1.0, 0.5):
            step = digit * 10.0**exponent
            number = float(f"{math.floor(up_to / step * (1 + 1e-15)) * step:.15g}")
            if below < number <= up_to:
                return number
    return up_to


def range_words(name: str, gone: Sequence[Range]) -> str:
    """``"age ≥ 35"``, ``"age < 25 or age ≥ 60"``."""
    return " or ".join(_one_range(name, part) for part in gone)


def _one_range(name: str, part: Range) -> str:
    if part.low is None and part.high is None:
        return f"a value of {name}"
    if part.low is None:
        return f"{name} < {fmt_value(part.high)}"
    if part.high is None:
        return f"{name} ≥ {fmt_value(part.low)}"
    return f"{fmt_value(part.low)} ≤ {name} < {fmt_value(part.high)}"


def gone_words(name: str, gone: Sequence[Range], *, all_missing_gone: bool) -> str:
    ends = gone[0], gone[-1]
    low = ends[0].high if ends[0].low is None else None
    high = ends[1].low if ends[1].high is None else None
    if len(gone) == (low is not None) + (high is not None) and (len(gone) == 2 or all_missing_gone):
        return f"only rows with {range_words(name, [Range(low, high, 0.0)])} are left"
    return f"rows with {range_words(name, gone)} are gone"
