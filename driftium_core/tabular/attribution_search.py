"""The smallest set of columns that explains the drift of all: by holding rows, or by setting a column aside.

A filter on one column moves all that depend on it; holding that column's make-up brings the others back. A column
that was measured in another way moves alone; it is set aside. Both are tried at every step, and what leaves least
is taken; a second search that only holds is run as well, and the shorter explanation wins. A filter such as
"a or b" is neither: where the explanation takes more than two columns, pairs are held in all their combinations.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from driftium_core.tabular.attribution_states import HeldTables, Hold, drifting, remainder

__all__ = ["Explanation", "explain"]

MOST_ROOTS = 5
MOST_CANDIDATES = 30
MOST_PAIRED = 12
CLEAR = 2.0
"""Standard deviations by which holding a column has to bring the others nearer, to be more than chance."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Columns by their place, in the order in which they were found.

    Attributes
    ----------
    order : tuple of int
        All roots.
    hold : Hold
        Those whose make-up is held; the others are set aside.
    """

    order: tuple[int, ...]
    hold: Hold

    @property
    def aside(self) -> tuple[int, ...]:
        """Roots that are set aside."""
        return tuple(place for place in self.order if place not in self.hold.columns)


def explain(tables: HeldTables) -> Explanation:
    """The shortest explanation that leaves least; of the same length, the one that tells measurement shifts apart."""
    searches = [_search(tables, aside=aside) for aside in (True, False)]
    best = min(searches, key=lambda found: (len(_drifting(tables, found)), len(found.order)))
    pair = _pair(tables) if len(best.order) > 2 else None
    return pair or _moved_alone(tables, best)


def _moved_alone(tables: HeldTables, found: Explanation) -> Explanation:
    """Held columns are set aside where that leaves nothing, and holding them brings the others no nearer.

    Never the only one that is held while another column drifts by a test of all rows.
    """
    for place in found.order:
        if found.hold.columns == {place} and not tables.moved <= {*found.order}:
            break
        aside = Explanation(found.order, Hold(found.hold.columns - {place}))
        if place in found.hold.columns and not _drifting(tables, aside) and not _nearer(tables, found, aside):
            found = aside
    return found


def _nearer(tables: HeldTables, held: Explanation, aside: Explanation) -> bool:
    """Whether holding takes more of the others' squared effects away than chance would."""
    before, after = tables.state(aside.hold), tables.state(held.hold)
    assert before is not None
    assert after is not None
    others = [place for place in range(len(before)) if place not in held.order]
    gain = sum(before[place].excess - after[place].excess for place in others)
    chance = math.sqrt(
        sum(2 * before[place].dof / (4 * before[place].n_harmonic) ** 2 for place in others if before[place].dof)
    )
    return gain > CLEAR * chance


def _search(tables: HeldTables, *, aside: bool) -> Explanation:
    found = Explanation((), Hold())
    left = _drifting(tables, found)
    while left and len(found.order) < MOST_ROOTS:
        steps = _next_steps(tables, found, left, aside=aside)
        if not steps:
            break
        found = min(steps, key=lambda step: _left(tables, step))
        left = _drifting(tables, found)
    return _pruned(tables, found)


def _next_steps(tables: HeldTables, found: Explanation, left: Sequence[int], *, aside: bool) -> list[Explanation]:
    """Explanations with one more column that can be told; setting aside comes first, so that it wins a tie."""
    start = tables.state(found.hold)
    assert start is not None
    candidates = sorted(left, key=lambda place: -start[place].excess)[:MOST_CANDIDATES]
    tables.states(found.hold.and_(place) for place in candidates)
    steps = [Explanation((*found.order, place), found.hold) for place in candidates] if aside else []
    steps += [Explanation((*found.order, place), found.hold.and_(place)) for place in candidates]
    return [step for step in steps if tables.state(step.hold) is not None]


def _left(tables: HeldTables, explanation: Explanation) -> float:
    state = tables.state(explanation.hold)
    assert state is not None
    return remainder(state, explanation.order)


def _drifting(tables: HeldTables, explanation: Explanation) -> list[int]:
    """Columns that the explanation leaves; all of them where it cannot be held."""
    state = tables.state(explanation.hold)
    everything: Iterable[int] = range(len(tables.columns))
    return drifting(state, explanation.order) if state else [c for c in everything if c not in explanation.order]


def _pruned(tables: HeldTables, found: Explanation) -> Explanation:
    """Without columns that later ones made needless."""
    while len(found.order) > 1:
        simpler = (_without(found, place) for place in found.order)
        enough = next((step for step in simpler if not _drifting(tables, step)), None)
        if enough is None:
            break
        found = enough
    return found


def _without(found: Explanation, place: int) -> Explanation:
    return Explanation(tuple(c for c in found.order if c != place), Hold(found.hold.columns - {place}))


def _pair(tables: HeldTables) -> Explanation | None:
    """The pair whose combinations, when held, leave least; None when every pair leaves something."""
    start = tables.state(Hold())
    assert start is not None
    candidates = sorted(drifting(start), key=lambda place: -start[place].excess)[:MOST_PAIRED]
    holds = [Hold(frozenset(pair), joint=True) for pair in combinations(candidates, 2)]
    enough = [
        (remainder(state, hold.columns), sorted(hold.columns, key=candidates.index), hold)
        for hold, state in zip(holds, tables.states(holds), strict=True)
        if state is not None and not drifting(state, hold.columns)
    ]
    if not enough:
        return None
    _, order, hold = min(enough, key=lambda pair: pair[0])
    return Explanation(tuple(order), hold)
