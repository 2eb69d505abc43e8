"""What the facts of a table report speak against, and what they could not settle."""

from __future__ import annotations

from collections.abc import Collection

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Fact, FactKind, Ledger
from driftium_core.rca.report import Bearing, Claim

__all__ = ["ruled_out"]

_ABSENT: tuple[tuple[FactKind, str, str, Cause], ...] = (
    (FactKind.LEFT_OVER, "none", "A further cause.", Cause.STABLE),
    (FactKind.MISSINGNESS, "none", "Missing values.", Cause.MISSINGNESS),
    (FactKind.SCHEMA, "none", "A change of columns or types.", Cause.STABLE),
    (FactKind.CATEGORIES, "none", "New categories.", Cause.NEW_CATEGORIES),
    (FactKind.CATEGORIES, "none_new", "New categories.", Cause.NEW_CATEGORIES),
)
"""Facts that rule something out: kind, detail, what that is, and the cause beside which it would be odd."""


def ruled_out(ledger: Ledger, causes: Collection[Cause], settled: Collection[str] = ()) -> tuple[Claim, ...]:
    """Claims for “what it is not” and “what stays open”, given the causes found.

    ``settled`` are columns to which a cause of their own was given, so that they are not open.
    """
    if ledger.status == "inconclusive":
        return ()
    claims = [
        _claim(title, fact, "rules_out")
        for kind, detail, title, odd in _ABSENT
        for fact in ledger.of(kind)
        if fact.detail == detail and odd not in causes
    ]
    if ledger.status == "no_drift" and Cause.STABLE not in causes:
        counts = (fact for fact in ledger.of(FactKind.SIZE) if fact.detail == "columns")
        claims = [*(_claim("A shift of values.", fact, "rules_out") for fact in counts), *claims]
    return (*claims, *_open(ledger, settled))


def _open(ledger: Ledger, settled: Collection[str]) -> list[Claim]:
    if ledger.status != "drift":
        return []
    left = [fact for fact in ledger.of(FactKind.LEFT_OVER) if fact.subject and fact.subject not in settled]
    windows = [fact for fact in ledger.of(FactKind.NOTE) if fact.detail == "time_window"]
    scope = [fact for fact in ledger.of(FactKind.NOTE) if fact.detail == "scope"]
    return [
        *(_claim("This is left over.", fact, "inconclusive") for fact in left[:2]),
        *(_claim("The period.", fact, "inconclusive") for fact in windows[:1]),
        *(_claim("What this cannot see.", fact, "inconclusive") for fact in scope[:1]),
    ]


def _claim(title: str, fact: Fact, bearing: Bearing) -> Claim:
    return Claim(text=fact.text, evidence_ids=(fact.id,), bearing=bearing, title=title)
