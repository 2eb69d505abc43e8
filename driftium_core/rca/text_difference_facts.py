"""Facts on what two pools of answers differ in: terms, answers that stand for it, groups, the removal check."""

from __future__ import annotations

from collections.abc import Iterator

from driftium_core.formats import fmt_effect, fmt_n, fmt_names, fmt_p, fmt_percent
from driftium_core.rca.facts import Direction, Fact, FactKind
from driftium_core.rca.names import shown
from driftium_core.text.differences import CHANGED_LEVEL, Cluster, Exemplar, Keyword, Removal, telling
from driftium_core.text.report import TextReport

__all__ = ["difference_facts"]

MOST_TERMS, MOST_EXEMPLARS, MOST_GROUPS = 6, 3, 3
"""Each way."""

EXCERPT = 140
"""Characters of an answer that are quoted; of a prompt half as many."""


def difference_facts(report: TextReport) -> Iterator[Fact]:
    """Telling terms, exemplars and changed groups, each gained and lost, and whether taking some out ends the drift."""
    evidence, drifted = report.evidence, report.drift.verdict == "drift"
    yield from (_term(word, "gained") for word in telling(evidence.keywords_gained)[:MOST_TERMS])
    yield from (_term(word, "lost") for word in telling(evidence.keywords_lost)[:MOST_TERMS])
    yield from (_exemplar(item, "gained", drifted=drifted) for item in evidence.novel[:MOST_EXEMPLARS])
    yield from (_exemplar(item, "lost", drifted=drifted) for item in evidence.gone[:MOST_EXEMPLARS])
    sizes = _looked_at(report)
    for direction in ("gained", "lost"):
        changed = [group for group in evidence.clusters if group.direction == direction]
        yield from (_group(group, sizes) for group in changed[:MOST_GROUPS])
    if evidence.removal:
        yield _removal(evidence.removal, sizes[1])


def _looked_at(report: TextReport) -> tuple[int, int]:
    """Baseline and current answers that the groups were found in."""
    witnesses = report.evidence.witnesses
    if witnesses is None:
        return report.drift.n_baseline, report.drift.n_current
    return len(witnesses.baseline_index), len(witnesses.current_index)


def _term(word: Keyword, direction: Direction) -> Fact:
    term = shown(word.term)
    now, was = fmt_percent(word.share_current), fmt_percent(word.share_baseline)
    return Fact(
        id="",
        kind=FactKind.KEYWORD,
        subject=term,
        text=f"`{term}` is in {now} of the current answers, and in {was} of the baseline's.",
        value=word.share_current,
        before=word.share_baseline,
        direction=direction,
        names=(term,),
    )


def _exemplar(item: Exemplar, direction: Direction, *, drifted: bool) -> Fact:
    pool, other = ("current", "baseline") if direction == "gained" else ("baseline", "current")
    quoted = f"“{shown(item.text, limit=EXCERPT)}”" if item.text.strip() else "without a text"
    asked = f", to “{shown(item.prompt, limit=EXCERPT // 2)}”" if item.prompt.strip() else ""
    near = "" if item.nearest is None else f" The nearest {other} answer has a cosine of {fmt_effect(item.nearest)}."
    most = "most unlike" if drifted else "least like, though no drift was found,"
    return Fact(
        id="",
        kind=FactKind.EXEMPLAR,
        subject=pool,
        text=f"A {pool} answer {most} the {other}'s{asked}: {quoted}.{near}",
        value=item.nearest,
        direction=direction if drifted else "same",
        detail=str(item.index),
    )


def _group(group: Cluster, sizes: tuple[int, int]) -> Fact:
    terms = tuple(shown(term) for term in group.terms)
    about = f" with {fmt_names(terms)}" if terms else ""
    now = f"{fmt_n(group.n_current)} of {fmt_n(sizes[1])} current answers ({fmt_percent(group.n_current / sizes[1])})"
    was = f"{fmt_n(group.n_baseline)} of {fmt_n(sizes[0])} in the baseline"
    was = f"{was} ({fmt_percent(group.n_baseline / sizes[0])})"
    return Fact(
        id="",
        kind=FactKind.GROUP,
        text=f"A group of like answers{about} holds {now} and {was}, adjusted {fmt_p(group.pvalue_adjusted)}.",
        value=group.n_current / sizes[1],
        before=group.n_baseline / sizes[0],
        direction=group.direction,
        pvalue=group.pvalue_adjusted,
        significant=True,
        detail=str(group.exemplar),
        names=terms,
    )


def _removal(removal: Removal, n_current: int) -> Fact:
    gone = removal.pvalue_after > CHANGED_LEVEL
    return Fact(
        id="",
        kind=FactKind.REMOVAL,
        text=removal.text,
        value=len(removal.removed) / n_current if n_current else None,
        pvalue=removal.pvalue_after,
        significant=not gone,
        detail="gone" if gone else "stays",
    )
