"""Facts on the plain properties of answers, and on the languages that came or went."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from driftium_core.formats import fmt_percent
from driftium_core.rca.facts import Fact, FactKind
from driftium_core.text.report import Descriptor, TextReport

__all__ = ["descriptor_facts"]

LEVEL = 0.05
"""The report's own level of adjusted p-values."""

MOST_LANGUAGES, LEAST_LANGUAGE = 4, 0.05
"""Languages that are facts of their own, and the change of a share that makes them so."""


def descriptor_facts(report: TextReport) -> Iterator[Fact]:
    """One for each property, and those on languages where they changed."""
    for item in report.descriptors:
        yield _descriptor(item)
    yield from _languages(report)


def _descriptor(item: Descriptor) -> Fact:
    significant = item.pvalue_adjusted is not None and item.pvalue_adjusted <= LEVEL
    labels = item.shape.labels if item.kind == "category" and item.shape else ()
    return Fact(
        id="",
        kind=FactKind.DESCRIPTOR,
        subject=item.label,
        text=item.text,
        value=item.current,
        before=item.baseline,
        direction=_moved(item) if significant else "same",
        effect_size=item.effect_size,
        pvalue=item.pvalue_adjusted,
        severity=None if item.pvalue is None else item.severity,
        significant=significant,
        detail=item.name,
        names=tuple(name for name in labels if name in item.text),
    )


def _moved(item: Descriptor) -> Literal["up", "down", "changed"]:
    before, now = item.baseline, item.current
    if not isinstance(before, float) or not isinstance(now, float) or before == now:
        return "changed"
    return "up" if now > before else "down"


def _languages(report: TextReport) -> Iterator[Fact]:
    """The languages that came or went, of which `_descriptor` names the most common ones alone."""
    item = next((item for item in report.descriptors if item.name == "language"), None)
    if item is None or item.shape is None or item.pvalue_adjusted is None or item.pvalue_adjusted > LEVEL:
        return
    yield from _told_languages(report, item)
    rows = zip(item.shape.labels, item.shape.baseline, item.shape.current, strict=True)
    moved = sorted(rows, key=lambda row: -abs(row[2] - row[1]))
    for name, before, now in moved[:MOST_LANGUAGES]:
        if abs(now - before) >= LEAST_LANGUAGE:
            yield _language(name, before, now)


def _told_languages(report: TextReport, language: Descriptor) -> Iterator[Fact]:
    """Of how many answers the language can be told at all: of broken text it cannot."""
    length = next((item for item in report.descriptors if item.name == "length"), None)
    if length is None or not length.n_baseline or not length.n_current:
        return
    now, before = language.n_current / length.n_current, language.n_baseline / length.n_baseline
    is_now, was = fmt_percent(now), fmt_percent(before)
    yield Fact(
        id="",
        kind=FactKind.FLAG,
        subject="Language can be told",
        text=f"The language can be told of {is_now} of the current answers, {was} in the baseline.",
        value=now,
        before=before,
        direction="same" if is_now == was else "up" if now > before else "down",
        detail="known_language",
    )


def _language(name: str, before: float, now: float) -> Fact:
    is_now, was = fmt_percent(now), fmt_percent(before)
    return Fact(
        id="",
        kind=FactKind.DESCRIPTOR,
        subject=name,
        text=f"{name}: {is_now} of the current answers whose language can be told, {was} of the baseline's.",
        value=now,
        before=before,
        direction="gained" if now > before else "lost",
        detail="one language",
        names=(name,),
    )
