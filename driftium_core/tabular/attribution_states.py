"""What is left of each column's drift when the make-up of the rows is held in some columns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from driftium_core.stats.multiplicity import benjamini_hochberg
from driftium_core.stats.raking import effective_size, rake
from driftium_core.stats.weighted_chi_square import WeightedChiSquare, weighted_chi_square
from driftium_core.tabular.attribution_bins import BinnedColumn

__all__ = ["FLOOR", "LEVEL", "HeldTables", "Hold", "State"]

LEVEL = 0.001
"""A column still drifts when its adjusted p is at most this: far below the report's, as one wrong root misleads."""

FLOOR = 0.02
"""A column still drifts only with an effect above this, a fifth of what is more than LOW: what is left inside the
bins of a column that is held would otherwise be a root of its own in large tables."""

MOST_WEIGHT = 50.0
"""Rows of levels that are more than this many times as frequent in current data have no counterpart to hold them by."""

FEWEST_ROWS = 30
"""Effective rows that have to be left on either side for a column to be held."""

Floats = npt.NDArray[np.float64]
State = tuple[WeightedChiSquare, ...]
"""What is left of every column, in the order of the columns."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Columns, by their place, whose make-up is held.

    ``joint``: in all combinations of their levels, as a filter like "a or b" needs; else each by itself.
    """

    columns: frozenset[int] = frozenset()
    joint: bool = False

    def and_(self, column: int) -> Hold:
        """The same with one column more, each by itself."""
        return Hold(self.columns | {column})


class HeldTables:
    """Binned tables that remember what is left under each hold.

    Parameters
    ----------
    columns : sequence of BinnedColumn
    step : callable
        Called before every piece of work; may raise to stop it.
    moved : collection of str
        Names of columns that drift by a test of all rows, where these are only some.
    """

    def __init__(self, columns: Sequence[BinnedColumn], step: Callable[[], None], moved: Collection[str] = ()) -> None:
        self.columns = tuple(columns)
        self.moved = frozenset(place for place, column in enumerate(columns) if column.name in moved)
        self._step = step
        self._known: dict[Hold, State | None] = {}
        self._current = [np.bincount(c.current, minlength=c.n_levels).astype(np.float64) for c in self.columns]

    @property
    def n_reference(self) -> int:
        """Rows of the reference."""
        return int(self.columns[0].reference.size)

    @property
    def n_current(self) -> int:
        """Rows of current data."""
        return int(self.columns[0].current.size)

    def state(self, hold: Hold) -> State | None:
        """What is left under a hold; None where too few rows have a counterpart to hold it."""
        return self.states([hold])[0]

    def states(self, holds: Iterable[Hold]) -> list[State | None]:
        """`state` of several holds at once, which is faster."""
        wanted = list(holds)
        new = [hold for hold in dict.fromkeys(wanted) if hold not in self._known]
        for start in range(0, len(new), 32):
            self._step()
            self._measure(new[start : start + 32])
        return [self._known[hold] for hold in wanted]

    def weights(self, hold: Hold) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Weight of every reference row, and the current rows that have a counterpart."""
        codes = self._codes(hold)
        kept = np.ones(self.n_current, dtype=bool)
        if not codes:
            return np.ones(self.n_reference), kept
        for reference, current, n in codes:
            a = np.bincount(reference, minlength=n) / self.n_reference
            b = np.bincount(current, minlength=n) / self.n_current
            kept &= (b <= MOST_WEIGHT * a)[current]
        targets = [np.bincount(current[kept], minlength=n).astype(np.float64) for _, current, n in codes]
        return rake([reference for reference, _, _ in codes], targets), kept

    def _codes(self, hold: Hold) -> list[tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], int]]:
        held = [self.columns[place] for place in sorted(hold.columns)]
        if not hold.joint:
            return [(column.reference, column.current, column.n_levels) for column in held]
        reference, current, n = held[0].reference, held[0].current, held[0].n_levels
        for column in held[1:]:
            reference = reference * column.n_levels + column.reference
            current = current * column.n_levels + column.current
            n *= column.n_levels
        return [(reference, current, n)]

    def _measure(self, holds: Sequence[Hold]) -> None:
        rows = [self.weights(hold) for hold in holds]
        counts: Floats = self._one_hot @ np.column_stack([weights for weights, _ in rows])
        ends = np.cumsum([column.n_levels for column in self.columns])[:-1]
        for hold, (weights, kept), column_counts in zip(holds, rows, counts.T, strict=True):
            n, m = effective_size(weights), int(kept.sum())
            if min(n, m) < FEWEST_ROWS and hold.columns:
                self._known[hold] = None
                continue
            current = self._current if m == self.n_current else self._counted(kept)
            self._known[hold] = tuple(
                weighted_chi_square(left, right, n_reference=n, n_current=m)
                for left, right in zip(np.split(column_counts, ends), current, strict=True)
            )

    def _counted(self, kept: npt.NDArray[np.bool_]) -> list[Floats]:
        return [np.bincount(c.current[kept], minlength=c.n_levels).astype(np.float64) for c in self.columns]

    @cached_property
    def _one_hot(self) -> Any:
        """Levels by rows: counts of all columns under many weights are one product."""
        from scipy.sparse import csc_array

        starts = np.cumsum([0, *(column.n_levels for column in self.columns)])
        levels = np.column_stack(
            [column.reference + start for column, start in zip(self.columns, starts, strict=False)]
        ).astype(np.int32)
        n, p = levels.shape
        return csc_array(
            (np.ones(n * p), levels.ravel(), np.arange(0, n * p + 1, p, dtype=np.int32)), shape=(int(starts[-1]), n)
        )


def drifting(state: State, ignored: Iterable[int] = ()) -> list[int]:
    """Columns that drift beyond chance and beyond what matters, by their place."""
    skip = set(ignored)
    places = [place for place in range(len(state)) if place not in skip]
    adjusted = benjamini_hochberg([state[place].pvalue for place in places])
    return [
        place
        for place, p in zip(places, adjusted, strict=True)
        if p is not None and p <= LEVEL and state[place].effect_size > FLOOR
    ]


def remainder(state: State, ignored: Iterable[int] = ()) -> float:
    """Squared effects that are left, summed."""
    skip = set(ignored)
    return sum(max(0.0, left.excess) for place, left in enumerate(state) if place not in skip)
