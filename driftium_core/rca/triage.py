"""Triage: what happened, how severe it is and how soon somebody should look."""

from __future__ import annotations

from collections.abc import Iterator

from driftium_core.rca.facts import Fact, FactKind, Ledger
from driftium_core.rca.report import Claim, Triage, Urgency
from driftium_core.severity import Severity

__all__ = ["triage"]

MAX_CLAIMS = 3

URGENCIES = {
    Severity.CRITICAL: Urgency.NOW,
    Severity.HIGH: Urgency.TODAY,
    Severity.MEDIUM: Urgency.THIS_WEEK,
    Severity.LOW: Urgency.NONE,
}

_TITLES = {
    Severity.CRITICAL: "A very large difference.",
    Severity.HIGH: "A large difference.",
    Severity.MEDIUM: "A moderate difference.",
    Severity.LOW: "A small difference.",
}

_NEXT = {
    FactKind.COLUMN: "What moved most.",
    FactKind.ROOT: "Where it comes from.",
    FactKind.SCHEMA: "The columns themselves.",
    FactKind.TRAFFIC: "Prompts or answers.",
    FactKind.FLAG: "Answers with a fault.",
    FactKind.DESCRIPTOR: "What changed in the answers.",
    FactKind.GROUP: "Which answers are new.",
    FactKind.POWER: "What could be seen.",
}
"""Title of the fact that is told beside the verdict."""

_PLAIN = ("error", "empty", "refusal", "language")
"""Properties of answers that are told before others: most others follow from them."""


def triage(ledger: Ledger) -> Triage:
    """What happened in at most three claims. Severity is the report's, and urgency follows from it.

    Without a verdict there is time until there is more data, unless requests fail or answers are empty.
    """
    urgency = URGENCIES[ledger.severity] if ledger.severity else Urgency.TODAY if _faults(ledger) else Urgency.MORE_DATA
    verdict = ledger.first(FactKind.VERDICT) or ledger.facts[0]
    others = [fact for fact in _beside(ledger) if fact.id != verdict.id]
    claims = [
        Claim(text=verdict.text, evidence_ids=(verdict.id,), title=_title(ledger)),
        *(Claim(text=fact.text, evidence_ids=(fact.id,), title=_next_title(ledger, fact)) for fact in others),
    ]
    return Triage(severity=ledger.severity, urgency=urgency, claims=tuple(claims[:MAX_CLAIMS]))


def _title(ledger: Ledger) -> str:
    if ledger.status == "inconclusive" or ledger.severity is None:
        return "Too little data to tell."
    return "No drift found." if ledger.status == "no_drift" else _TITLES[ledger.severity]


def _next_title(ledger: Ledger, fact: Fact) -> str:
    needed = ledger.status == "inconclusive" and fact.kind is FactKind.POWER
    return "What is needed." if needed else _NEXT[fact.kind]


def _faults(ledger: Ledger) -> list[Fact]:
    """Failed requests and empty answers that became more: they are plain to see without a verdict on the others."""
    risen = [fact for fact in ledger.of(FactKind.DESCRIPTOR) if fact.detail in ("error", "empty")]
    return [fact for fact in risen if fact.significant and fact.direction == "up"]


def _beside(ledger: Ledger) -> Iterator[Fact]:
    """The facts that say most beside the verdict, the first of each kind."""
    if ledger.status == "inconclusive":
        if ledger.kind == "text":  # the verdict on a table says itself what is needed
            yield from ledger.of(FactKind.POWER)[-1:]
        yield from _faults(ledger)[:1]
        return
    yield from [fact for fact in ledger.of(FactKind.SCHEMA) if fact.detail in ("missing_column", "type_changed")][:1]
    if ledger.status == "no_drift":
        return
    kinds: tuple[FactKind, ...] = (FactKind.ROOT, FactKind.COLUMN)
    if ledger.kind == "text":
        kinds = (FactKind.FLAG, FactKind.DESCRIPTOR, FactKind.GROUP)
        yield from ledger.of(FactKind.TRAFFIC)[:1]
    for kind in kinds:
        moved = [fact for fact in ledger.of(kind) if fact.significant]
        if kind is FactKind.DESCRIPTOR:
            moved.sort(key=lambda fact: (fact.detail not in _PLAIN, -(fact.effect_size or 0.0)))
        yield from moved[:1]
