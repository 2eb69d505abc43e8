"""What becomes of each column when the roots are held: its role, what explains it, and what it depends on."""

from __future__ import annotations

from collections.abc import Sequence

from driftium_core.stats.multiplicity import benjamini_hochberg
from driftium_core.tabular.attribution_report import ColumnAttribution, ColumnRole
from driftium_core.tabular.attribution_search import Explanation
from driftium_core.tabular.attribution_states import FLOOR, HeldTables, Hold, State, drifting

__all__ = ["column_roles", "explained_by", "stable_relatives"]

STILL = 0.05
"""With a larger p nothing is left of a column's drift."""

LEFT = 0.01
"""With an adjusted p up to this, and more than half of its effect, a column stays shifted."""

MOST_RELATIVES = 3


def column_roles(tables: HeldTables, found: Explanation) -> tuple[ColumnAttribution, ...]:
    """Effects alone and held, and the role of every column that took part."""
    alone, held = tables.state(Hold()), tables.state(found.hold)
    assert alone is not None
    assert held is not None
    strong, left = set(drifting(alone)), _left_over(held, found.order)
    columns = []
    for place, column in enumerate(tables.columns):
        state = held
        role = _role(alone, held, place, strong=place in strong, left=place in left)
        if place in found.order:
            role = "root"
            if place in found.hold.columns:
                state = tables.state(Hold(found.hold.columns - {place})) or alone
        then, now = alone[place], state[place]
        columns.append(ColumnAttribution(column.name, role, then.effect_size, now.effect_size, now.chance, now.pvalue))
    return tuple(columns)


def _left_over(held: State, roots: Sequence[int]) -> set[int]:
    """Columns that stay shifted. No root is named for what is a little beyond chance, but it is not called gone."""
    others = [place for place in range(len(held)) if place not in roots]
    adjusted = benjamini_hochberg([held[place].pvalue for place in others])
    return {
        place
        for place, p in zip(others, adjusted, strict=True)
        if p is not None and p <= LEFT and held[place].effect_size > FLOOR
    }


def _role(alone: State, held: State, place: int, *, strong: bool, left: bool) -> ColumnRole:
    """What becomes of a column that is no root: its drift goes, stays, or could not be told from chance at all."""
    then, now = alone[place], held[place]
    halved = now.effect_size <= then.effect_size / 2
    if left and not halved:
        return "left_over"
    if strong:
        return "explained" if halved or now.pvalue >= STILL else "too_weak"
    return "explained" if halved and then.pvalue < STILL <= now.pvalue else "too_weak"


def explained_by(tables: HeldTables, found: Explanation, roles: Sequence[ColumnAttribution]) -> dict[int, list[int]]:
    """For each root in order, the columns whose drift goes for good with it, largest first."""
    waiting = [place for place, column in enumerate(roles) if column.role == "explained"]
    waiting.sort(key=lambda place: -roles[place].effect_alone)
    explains: dict[int, list[int]] = {place: [] for place in found.order}
    held = [place for place in found.order if place in found.hold.columns]
    for n in range(len(held), 0, -1):
        before = tables.state(Hold(frozenset(held[: n - 1])))
        stays = waiting if before is None else [place for place in waiting if before[place].pvalue < STILL]
        chosen = waiting if n == 1 else stays
        explains[held[n - 1]] = list(chosen)
        waiting = [place for place in waiting if place not in chosen]
    return explains


def stable_relatives(tables: HeldTables, found: Explanation, place: int) -> list[int]:
    """Columns that tell a root that is set aside from a selection of rows, the clearest first.

    Had rows been selected by its values, these would have moved as well: they are quiet as it is, and drift as soon
    as the reference is given the root's new make-up.
    """
    quiet, selected = tables.state(found.hold), tables.state(found.hold.and_(place))
    if quiet is None or selected is None or place in found.hold.columns:
        return []
    still = [other for other in drifting(selected, found.order) if quiet[other].pvalue >= STILL]
    still = [other for other in still if other not in tables.moved]
    return sorted(still, key=lambda other: -selected[other].excess)[:MOST_RELATIVES]
