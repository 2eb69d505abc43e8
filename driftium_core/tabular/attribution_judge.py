"""An attribution for the columns that a report calls drifted: chosen from what was found, and put into words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from driftium_core.formats import fmt_count, fmt_n, fmt_names
from driftium_core.tabular.attribution_report import (
    Attribution,
    AttributionBasis,
    ColumnAttribution,
    Root,
)
from driftium_core.tabular.column_result import ColumnResult

__all__ = ["judge_attribution"]


def judge_attribution(basis: AttributionBasis, results: Sequence[ColumnResult]) -> Attribution:
    """The part of a basis that concerns the drifted columns of a report.

    A root stays where the report calls it drifted, or a column that it explains.
    """
    drifted = [result.column for result in results if result.drifted]
    roots = []
    for root in basis.roots:
        explains = tuple(name for name in root.explains if name in drifted)
        if root.column in drifted or explains:
            roots.append(replace(root, explains=explains))
    columns = _columns(basis, roots, drifted)
    by_role = {role: [c.column for c in columns if c.role == role] for role in ("explained", "left_over", "too_weak")}
    return Attribution(
        roots=tuple(roots),
        columns=columns,
        unexplained=tuple(by_role["left_over"]),
        summary=_summary(basis, roots, drifted, by_role),
        scope_note=_scope_note(basis),
        basis=basis,
    )


def _columns(basis: AttributionBasis, roots: Sequence[Root], drifted: Sequence[str]) -> tuple[ColumnAttribution, ...]:
    known = {column.column: column for column in basis.columns}
    names = [root.column for root in roots]
    others = []
    for name in drifted:
        if name not in names:
            column = known.get(name) or ColumnAttribution(name, "too_weak", *[math.nan] * 4)
            # Where its root was left out, or it is one that is, nothing here explains it.
            told = column.role not in ("explained", "root") or any(name in root.explains for root in roots)
            others.append(column if told else replace(column, role="too_weak"))
    others.sort(key=lambda column: -column.effect_alone if not math.isnan(column.effect_alone) else 1.0)
    return (*(known[name] for name in names), *others)


def _scope_note(basis: AttributionBasis) -> str:
    given = "Of the only column given" if basis.n_columns == 1 else f"Among the {fmt_n(basis.n_columns)} columns given"
    note = f"{given}; an association, not proof of cause."
    return f"{note} {basis.sample}" if basis.sample else note


def _summary(
    basis: AttributionBasis, roots: Sequence[Root], drifted: Sequence[str], by_role: dict[str, list[str]]
) -> str:
    if not drifted:
        return "No drift was found, so there is nothing to explain."
    if basis.reason:
        return basis.reason
    if not roots:
        which = "The drift is" if len(drifted) == 1 else f"The drift of all {fmt_n(len(drifted))} columns is"
        return f"{which} too weak to say where it comes from."
    names = fmt_names([root.column for root in roots])
    explained, stays, weak = (by_role[role] for role in ("explained", "left_over", "too_weak"))
    n_others = len(explained) + len(stays) + len(weak)
    if not n_others:
        return f"{names} {'moved, and' if len(roots) > 1 else 'moved;'} no other column did."
    taken_out = f"with {'its shift' if len(roots) == 1 else 'their shifts'} taken out"
    parts = [f"{names} shifted", f"{taken_out}, {_vanish(len(explained), n_others)}"]
    if stays:
        parts.append(f"{fmt_names(stays)} {'stays' if len(stays) == 1 else 'stay'}")
    if weak:
        parts.append(f"the drift of {fmt_names(weak, limit=2)} is too weak to tell")
    return f"{'; '.join(parts)}."


def _vanish(n: int, n_others: int) -> str:
    if n == n_others:
        return "the only other alarm vanishes" if n == 1 else f"all {fmt_n(n)} other alarms vanish"
    count = "none" if not n else fmt_n(n)
    return f"{count} of {fmt_count(n_others, 'other alarm')} {'vanishes' if n <= 1 else 'vanish'}"
