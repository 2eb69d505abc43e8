"""Why a table drifted: roots, what each explains, and what is left of each column with the roots held."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from driftium_core.drawing import held_rows, round_ticks
from driftium_core.formats import fmt_name, fmt_names, fmt_value
from driftium_core.html.scales import Scale, Tick
from driftium_core.tabular.attribution_report import Attribution, ColumnAttribution, Root

__all__ = ["Dumbbell", "RootCause", "role_words", "root_cause"]

MOST_ROWS, MOST_NAMES = 24, 12
LEFT, RIGHT = 8.0, 352.0


@dataclass(frozen=True, slots=True)
class Dumbbell:
    """One column in a drawing of 360 × 22: places of its effect alone, with the roots held, and the end of chance.

    ``chance`` is None where it is not known.
    """

    column: ColumnAttribution
    role: str
    alone: float
    held: float
    chance: float | None


@dataclass(frozen=True, slots=True)
class RootCause:
    """What the card shows.

    Attributes
    ----------
    explains : tuple of (Root, str)
        Each root with the columns that it explains, in words; empty where it explains none.
    held : str
        What is held, in words: ``"`age` held"``.
    rows : tuple of Dumbbell
        By `held_rows`, at most `MOST_ROWS`.
    n_rest : int
        Rows that are left out.
    left_over, too_weak : str
        Columns in words, empty where there is none.
    """

    attribution: Attribution
    explains: tuple[tuple[Root, str], ...]
    held: str
    rows: tuple[Dumbbell, ...]
    n_rest: int
    ticks: tuple[Tick, ...]
    left_over: str
    too_weak: str


def root_cause(attribution: Attribution | None) -> RootCause | None:
    """Lay out an attribution; None where there is none."""
    if attribution is None:
        return None
    roots = attribution.roots
    rows, n_rest = held_rows(attribution, MOST_ROWS)
    furthest = max([0.1, *(_finite(x) for row in rows for x in (row.effect_alone, row.effect_held, row.chance))])
    across = Scale(0, 1.05 * furthest, LEFT, RIGHT)
    words = role_words(attribution)
    return RootCause(
        attribution=attribution,
        explains=tuple((root, fmt_names(root.explains, limit=MOST_NAMES)) for root in roots),
        held=f"`{fmt_name(roots[0].column)}` held" if len(roots) == 1 else "the roots held",
        rows=tuple(_dumbbell(row, words[row.column], across) for row in rows),
        n_rest=n_rest,
        ticks=tuple(Tick(across(value), fmt_value(value)) for value in round_ticks(0, furthest, 4)),
        left_over=fmt_names(attribution.unexplained, limit=MOST_NAMES),
        too_weak=fmt_names([c.column for c in attribution.columns if c.role == "too_weak"], limit=MOST_NAMES),
    )


def role_words(attribution: Attribution | None) -> dict[str, str]:
    """What each drifted column is, in a few words: ``"Root"``, ``"Explained by age"``, ``"Left over"``."""
    if attribution is None:
        return {}
    actions = {root.column: root.action for root in attribution.roots}
    return {
        column.column: _role(column, actions.get(column.column) == "measurement", attribution.roots)
        for column in attribution.columns
    }


def _role(column: ColumnAttribution, measurement: bool, roots: Sequence[Root]) -> str:
    match column.role:
        case "root":
            return "Root: measurement shift" if measurement else "Root"
        case "explained":
            by = [fmt_name(root.column, limit=24) for root in roots if column.column in root.explains]
            return f"Explained by {', '.join(by[:3])}" if by else "Explained"
        case "left_over":
            return "Left over"
    return "Too weak to attribute"


def _dumbbell(column: ColumnAttribution, role: str, across: Scale) -> Dumbbell:
    chance = across(column.chance) if math.isfinite(column.chance) else None
    return Dumbbell(column, role, across(column.effect_alone), across(column.effect_held), chance)


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0
