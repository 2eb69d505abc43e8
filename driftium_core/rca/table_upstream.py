"""What is said when the data source changed: columns lost, added, renamed, retyped or stuck, or many moving at once."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Fact, FactKind, Ledger
from driftium_core.rca.names import column_name
from driftium_core.rca.report import Claim, Confidence, Finding
from driftium_core.rca.table_evidence import TableEvidence
from driftium_core.rca.table_findings import ids, named

__all__ = ["renamed_columns", "upstream"]

_WORD = re.compile(r"[^\W_]+")

ALIKE = 0.6
"""Share of equal letters from which a lost and an added column look like one that was renamed."""


def renamed_columns(evidence: TableEvidence) -> tuple[tuple[Fact, Fact], ...]:
    """Pairs of a lost and an added column that may be the same: alike in name, or the only one of each."""
    free = list(evidence.added)
    pairs = []
    for lost in evidence.lost:
        alike = max(free, key=lambda added: _likeness(lost.subject, added.subject), default=None)
        only = len(evidence.lost) == len(evidence.added) == 1
        if alike is not None and (only or _likeness(lost.subject, alike.subject) >= ALIKE):
            pairs.append((lost, alike))
            free.remove(alike)
    return tuple(pairs)


def _likeness(one: str, other: str) -> float:
    a, b = (name[:200].casefold() for name in (one, other))
    words = [set(_WORD.findall(name)) for name in (a, b)]
    if words[0] and words[1] and (words[0] <= words[1] or words[1] <= words[0]):
        return 1.0
    return SequenceMatcher(None, a, b).ratio()


def upstream(ledger: Ledger, evidence: TableEvidence, columns: tuple[str, ...]) -> Finding:
    """The source: its columns, its types, a value that is stuck, or many columns at once."""
    pairs = renamed_columns(evidence)
    moved = [name for name in columns if name not in evidence.retyped and name not in evidence.constant]
    facts = [*evidence.lost, *evidence.retyped.values(), *evidence.added]
    facts += [fact for name, fact in evidence.constant.items() if name in columns]
    alone = evidence.shifted | evidence.reweighted
    facts += [alone.get(name) or evidence.columns[name] for name in moved]
    summary = _summary(evidence, pairs, facts, moved)
    claims = [*_pair_claims(pairs), *_schema_claims(facts), *_many_claims(ledger, facts, moved)]
    confidence: Confidence = "high" if evidence.lost or evidence.retyped else "moderate"
    return Finding(cause=Cause.UPSTREAM_DATA, confidence=confidence, summary=summary, claims=tuple(claims[:5]))


def _summary(
    evidence: TableEvidence, pairs: tuple[tuple[Fact, Fact], ...], facts: list[Fact], moved: list[str]
) -> Claim:
    if pairs:
        lost, added = pairs[0]
        text = f"{column_name(lost.subject)} is not in current data, and {column_name(added.subject)} is new there."
        return Claim(text=text, evidence_ids=(lost.id, added.id))
    if len(evidence.lost) > 1:
        text = f"Current data lacks {named([fact.subject for fact in evidence.lost])}, which the reference has."
        return Claim(text=text, evidence_ids=ids(evidence.lost[:3]))
    if len(evidence.retyped) > 1 and not evidence.lost:
        text = f"{named(list(evidence.retyped))} hold values of another type than in the reference."
        return Claim(text=text, evidence_ids=ids(list(evidence.retyped.values())[:3]))
    if moved and len(moved) == len(facts):
        text = f"{named(moved)} moved at once, and no common root explains them."
        return Claim(text=text, evidence_ids=ids(facts[:3]))
    return Claim(text=facts[0].text, evidence_ids=(facts[0].id,))


def _pair_claims(pairs: tuple[tuple[Fact, Fact], ...]) -> list[Claim]:
    return [
        Claim(
            text=f"{column_name(lost.subject)} may be {column_name(added.subject)} under another name; "
            "what it holds was not compared.",
            evidence_ids=(lost.id, added.id),
            bearing="supports",
            title="A column may have been renamed.",
        )
        for lost, added in pairs[:2]
    ]


_TITLES = {
    "missing_column": "A column is gone.",
    "extra_column": "A column was added.",
    "type_changed": "A column changed its type.",
    "constant": "A column is stuck at one value.",
}


def _schema_claims(facts: list[Fact]) -> list[Claim]:
    return [
        Claim(text=fact.text, evidence_ids=(fact.id,), bearing="supports", title=_TITLES[fact.detail])
        for fact in facts
        if fact.detail in _TITLES
    ]


def _many_claims(ledger: Ledger, facts: list[Fact], moved: list[str]) -> list[Claim]:
    if not moved:
        return []
    counts = next(fact for fact in ledger.of(FactKind.SIZE) if fact.detail == "columns")
    own = [fact for fact in facts if fact.detail not in _TITLES]
    return [
        Claim(text=counts.text, evidence_ids=(counts.id,), bearing="supports", title="Many columns moved at once."),
        *(
            Claim(text=fact.text, evidence_ids=(fact.id,), bearing="supports", title="It moved by itself.")
            for fact in own[:3]
        ),
    ]
