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


def triage(ledger: Ledger) -> Triage:
    """What happened in at most three claims. Severity is the report's; urgency follows from it alone."""
    urgency = Urgency.MORE_DATA if ledger.severity is None else URGENCIES[ledger.severity]
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
    return "What is needed." if ledger.status == "inconclusive" else _NEXT[fact.kind]


def _beside(ledger: Ledger) -> Iterator[Fact]:
    """The facts that say most beside the verdict, the first of each kind."""
    if ledger.status == "inconclusive":
        if ledger.kind == "text":  # the verdict on a table says itself what is needed
            yield from ledger.of(FactKind.POWER)[:1]
        return
    yield from [fact for fact in ledger.of(FactKind.SCHEMA) if fact.detail in ("missing_column", "type_changed")][:1]
    if ledger.status == "no_drift":
        return
    kinds: tuple[FactKind, ...] = (FactKind.ROOT, FactKind.COLUMN)
    if ledger.kind == "text":
        kinds = (FactKind.FLAG, FactKind.DESCRIPTOR, FactKind.GROUP)
        yield from ledger.of(FactKind.TRAFFIC)[:1]
    for kind in kinds:
        yield from [fact for fact in ledger.of(kind) if fact.significant][:1]
