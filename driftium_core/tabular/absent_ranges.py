"""Ranges of numbers that one sample has and the other lacks, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from driftium_core.formats import MINUS, NARROW_SPACE, fmt_value
from driftium_core.tabular.phrases import SURE

__all__ = ["Range", "absent_ranges", "gone_words", "range_words", "roundest"]

BY_CHANCE = 2.0
"""Minus the log of the chance, 14 %, at which rows next to a cut may be missing by chance."""

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
    impossible by chance. A bound is the roundest number that separates the two, but for rows that chance may leave
    out next to a cut, so that "gone" is exactly true of what lies beyond it.

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
    chosen: dict[int, Range] = {}
    for at in np.argsort(-length, kind="stable")[:LONGEST].tolist():
        if at not in (0, other.size) and any(c not in (0, other.size) for c in chosen):
            continue
        weight = math.log1p(_density(sample, other, at))
        if length[at] * weight >= wanted:
            chosen[at] = _range(sample[alone & (place == at)], other, at, sample.size, weight)
    return [chosen[at] for at in sorted(chosen)]


def _density(sample: Floats, other: Floats, at: int) -> float:
    """Rows of *other* for each row of *sample* beside the gap before place *at*, on the thinner side.

    With this, the log of the chance that the gap is as long as it is, is minus its rows times ``log(1 + density)``.
    """
    first = 0 if at == 0 else int(np.searchsorted(sample, other[at - 1], side="right"))
    last = sample.size if at == other.size else int(np.searchsorted(sample, other[at], side="left"))
    run = max(1, last - first)
    densities = []
    if first:
        low = sample[max(0, first - run)]
        rows = first - int(np.searchsorted(sample, low, side="left"))
        densities.append((at - int(np.searchsorted(other, low, side="left"))) / max(1, rows))
    if last < sample.size:
        high = sample[min(sample.size, last + run) - 1]
        rows = int(np.searchsorted(sample, high, side="right")) - last
        densities.append((int(np.searchsorted(other, high, side="right")) - at) / max(1, rows))
    return max(0.0, min(densities, default=other.size / sample.size))


def _range(values: Floats, other: Floats, at: int, n_rows: int, weight: float) -> Range:
    """The range of a gap, by its rows; a rounder bound may leave out rows that chance alone would miss."""
    spare = min(int(BY_CHANCE / weight), (values.size - 1) // 2)
    low = high = None
    if at > 0:
        below = float(other[at - 1])
        low = _simpler(roundest(below, float(values[0])), roundest(below, float(values[spare])))
    if at < other.size:
        up_to = float(other[at])
        high = _simpler(roundest(float(values[-1]), up_to), roundest(float(values[-1 - spare]), up_to))
    return Range(low, high, values.size / n_rows)


def _simpler(exact: float, rounder: float) -> float:
    return rounder if len(f"{abs(rounder):.15g}".strip("0.")) < len(f"{abs(exact):.15g}".strip("0.")) else exact


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
        return f"{name} < {_bound(part.high)}"
    if part.high is None:
        return f"{name} ≥ {_bound(part.low)}"
    return f"{_bound(part.low)} ≤ {name} < {_bound(part.high)}"


def _bound(value: float | None) -> str:
    """A bound with all of its digits: rounded it would not part the two samples any more."""
    if value is None or not math.isfinite(value):
        return fmt_value(value)
    grouping = "," if abs(value) >= 10_000 else ""
    return f"{value:{grouping}.15g}".replace(",", NARROW_SPACE).replace("-", MINUS)


def gone_words(name: str, gone: Sequence[Range], *, all_missing_gone: bool) -> str:
    ends = gone[0], gone[-1]
    low = ends[0].high if ends[0].low is None else None
    high = ends[1].low if ends[1].high is None else None
    if len(gone) == (low is not None) + (high is not None) and (len(gone) == 2 or all_missing_gone):
        return f"only rows with {range_words(name, [Range(low, high, 0.0)])} are left"
    return f"rows with {range_words(name, gone)} are gone"
