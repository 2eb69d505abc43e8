"""The sentences of a text diagnosis, each made of the facts that it cites and of nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from driftium_core.formats import fmt_names, fmt_p, fmt_percent
from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Fact, FactKind
from driftium_core.rca.report import Bearing, Claim, Confidence, Finding
from driftium_core.rca.text_signals import TextSignals

__all__ = ["cite", "finding", "shares", "sign", "sureness", "told", "with_terms"]

MOST_CLAIMS = 4
"""Of one finding."""

TITLES = {
    FactKind.HEALTH: "Health.",
    FactKind.KEYWORD: "Words.",
    FactKind.GROUP: "A group of answers.",
    FactKind.REMOVAL: "How much of it.",
    FactKind.EXEMPLAR: "An example.",
    FactKind.DISTANCE: "Distance.",
    FactKind.POWER: "What would be seen.",
}
"""What leads a claim that repeats one fact."""


def cite(fact: Fact, *, bearing: Bearing = "supports", title: str | None = None) -> Claim:
    """A fact as it is."""
    return Claim(text=fact.text, evidence_ids=(fact.id,), bearing=bearing, title=_title(fact, title))


def told(text: str, *facts: Fact | None, bearing: Bearing = "states", title: str = "") -> Claim:
    """A sentence on several facts; those that are None are left out."""
    ids = dict.fromkeys(fact.id for fact in facts if fact is not None)
    return Claim(text=text, evidence_ids=tuple(ids), bearing=bearing, title=title)


def shares(fact: Fact, what: str) -> str:
    """``"30 % of the current answers refuse, 0.5 % in the baseline"``."""
    now, before = (fmt_percent(share) if isinstance(share, float) else "–" for share in (fact.value, fact.before))
    return f"{now} of the current {what}, {before} in the baseline"


def with_terms(signals: TextSignals, limit: int = 3) -> tuple[str, tuple[Fact, ...]]:
    """``"`a` and `b` came, `c` went"``, and the facts behind it; empty without telling terms."""
    gained, lost = (signals.terms(direction)[:limit] for direction in ("gained", "lost"))
    parts = [
        f"{fmt_names([fact.subject for fact in facts])} {verb}"
        for facts, verb in ((gained, "came up"), (lost, "went down"))
        if facts
    ]
    return ", ".join(parts), (*gained, *lost)


def finding(cause: Cause, confidence: Confidence, summary: Claim, claims: Sequence[Claim]) -> Finding:
    """A finding with its first claims; none repeats another or the summary."""
    kept: dict[str, Claim] = {}
    for claim in claims:
        if claim.text != summary.text:
            kept.setdefault(claim.text, claim)
    return Finding(cause=cause, confidence=confidence, summary=summary, claims=tuple(kept.values())[:MOST_CLAIMS])


def sureness(fact: Fact) -> Confidence:
    """How sure a cause is that stands on one test."""
    if fact.pvalue is None or fact.pvalue > 0.01:
        return "low"
    return "high" if fact.pvalue <= 0.001 else "moderate"


def _title(fact: Fact, title: str | None) -> str:
    if title is not None:
        return title
    if fact.kind in TITLES and not (fact.kind is FactKind.POWER and fact.subject):
        return TITLES[fact.kind]
    return f"{fact.subject[0].upper()}{fact.subject[1:]}." if fact.subject else ""


def sign(fact: Fact) -> str:
    """The p-value of a fact as it is written."""
    return fmt_p(fact.pvalue)
