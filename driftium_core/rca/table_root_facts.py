"""Facts on what a table's drift comes from: its roots, what they explain, and what stays when they are held."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from driftium_core.formats import fmt_effect, fmt_n, fmt_p
from driftium_core.rca.facts import Fact, FactKind
from driftium_core.rca.names import column_name, column_names, disarmed, shown
from driftium_core.tabular.attribution_report import Attribution, ColumnAttribution, Root

__all__ = ["root_facts"]

MAX_ROOTS = 6


def root_facts(attribution: Attribution, names: Iterable[str], columns: frozenset[str]) -> Iterator[Fact]:
    """Roots, explained columns and left-overs, in this order.

    Parameters
    ----------
    attribution : Attribution
    names : iterable of str
        Every column and category of the report: what a description may hold.
    columns : set of str
        Columns that get a fact of their own when they are explained or left over.
    """
    known = tuple(names)
    by_name = {column.column: column for column in attribution.columns}
    if not attribution.roots:
        text = disarmed(attribution.summary, known)
        yield Fact(id="", kind=FactKind.ROOT, text=text, detail="none", names=_named(text, known))
        return
    held = column_names([root.column for root in attribution.roots])
    for root in attribution.roots[:MAX_ROOTS]:
        yield _root_fact(root, by_name.get(root.column), known)
    yield _explained_summary(attribution, held)
    explained_by = {name: root.column for root in reversed(attribution.roots) for name in root.explains}
    for column in attribution.columns:
        if column.column in columns and column.role == "explained":
            yield _held_fact(column, explained_by.get(column.column, ""), held, attribution)
    left = [column for column in attribution.columns if column.role == "left_over"]
    for column in left:
        if column.column in columns:
            yield _held_fact(column, "", held, attribution)
    roles = {column.role for column in attribution.columns}
    if not left and "explained" in roles:
        strong = " that drifted strongly enough to tell" if "too_weak" in roles else ""
        text = f"With {held} held, no other column{strong} stays shifted."
        yield Fact(id="", kind=FactKind.LEFT_OVER, text=text, detail="none", names=_roots_shown(attribution))
    yield Fact(id="", kind=FactKind.NOTE, text=disarmed(attribution.scope_note, known), detail="scope")


def _roots_shown(attribution: Attribution) -> tuple[str, ...]:
    return tuple(shown(root.column) for root in attribution.roots)


def _named(text: str, known: Iterable[str]) -> tuple[str, ...]:
    """Those names that a text holds, as it has them."""
    return tuple(dict.fromkeys(name for name in map(shown, known) if name in text))


def _root_fact(root: Root, column: ColumnAttribution | None, known: tuple[str, ...]) -> Fact:
    description = disarmed(root.description, known)
    if root.action == "measurement":
        text = f"{column_name(root.column)} shifted by itself: {description}."
    elif root.explains:
        text = (
            f"{column_name(root.column)} is a root of the drift: {description}; with it held, "
            f"the drift of {column_names(root.explains)} is gone."
        )
    else:
        text = f"{column_name(root.column)} is a root of the drift: {description}."
    return Fact(
        id="",
        kind=FactKind.ROOT,
        subject=root.column,
        text=text,
        value=description,
        direction="changed",
        effect_size=None if column is None or math.isnan(column.effect_alone) else column.effect_alone,
        significant=True,
        detail=root.action,
        names=(shown(root.column), *_named(text, known)),
        gone=root.gone,
    )


def _explained_summary(attribution: Attribution, held: str) -> Fact:
    """How many of the other drifted columns the roots explain; ``value`` is that share, None where none can be told."""
    roots = {root.column for root in attribution.roots}
    others = [column for column in attribution.columns if column.column not in roots]
    n_explained = sum(column.role == "explained" for column in others)
    n_weak = sum(column.role == "too_weak" for column in others)
    judged = len(others) > n_weak
    if not others:
        text = f"No column drifted besides {held}."
    elif not judged:
        which = "the other drifted column" if n_weak == 1 else f"the {fmt_n(n_weak)} other drifted columns"
        text = f"{which[0].upper()}{which[1:]} moved too weakly to tell where it comes from."
        text = text if n_weak == 1 else text.replace(" it comes", " they come")
    else:
        text = f"With {held} held, the drift of {_part(n_explained, len(others))} is gone"
        text += f"; {fmt_n(n_weak)} drifted too weakly to tell." if n_weak else "."
    return Fact(
        id="",
        kind=FactKind.EXPLAINED,
        text=text,
        value=n_explained / len(others) if judged else None,
        detail="summary",
        names=_roots_shown(attribution),
    )


def _part(count: int, others: int) -> str:
    """``"3 of 4 other drifted columns"``, or all or none of them."""
    if others == 1:
        return "the other drifted column" if count else "no other column"
    if count in (0, others):
        return f"{'all' if count else 'none of the'} {fmt_n(others)} other drifted columns"
    return f"{fmt_n(count)} of {fmt_n(others)} other drifted columns"


def _held_fact(column: ColumnAttribution, root: str, held: str, attribution: Attribution) -> Fact:
    """What becomes of one column when the roots are held; ``detail`` is the root that explains it."""
    explained = column.role == "explained"
    known = not math.isnan(column.effect_alone) and not math.isnan(column.effect_held)
    by = column_name(root) if root else held
    text = f"{column_name(column.column)} {'follows' if explained else 'stays shifted beside'} {by}"
    if known:
        how = "it held" if len(attribution.roots) == 1 else "all roots held"
        p = "" if explained else f", {fmt_p(column.pvalue_held)}"
        text += f": effect {fmt_effect(column.effect_alone)} as it is, {fmt_effect(column.effect_held)} with {how}{p}"
        text += "" if math.isnan(column.chance) else f"; chance alone gives up to {fmt_effect(column.chance)}"
    return Fact(
        id="",
        kind=FactKind.EXPLAINED if explained else FactKind.LEFT_OVER,
        subject=column.column,
        text=f"{text}.",
        value=column.effect_held if known else None,
        before=column.effect_alone if known else None,
        direction="changed",
        effect_size=column.effect_alone if known else None,
        pvalue=None if math.isnan(column.pvalue_held) else column.pvalue_held,
        significant=not explained,
        detail=root,
        names=(shown(column.column), *((shown(root),) if root else _roots_shown(attribution))),
    )
