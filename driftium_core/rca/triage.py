"""Triage: what happened, how severe it is and how soon somebody should look."""

from __future__ import annotations

from driftium_core.rca.facts import FactKind, Ledger
from driftium_core.rca.report import Claim, Triage, Urgency

__all__ = ["triage"]


def triage(ledger: Ledger) -> Triage:
    """Severity is the report's; urgency follows from it."""
    verdict = ledger.first(FactKind.VERDICT)
    claims = (Claim(text=verdict.text, evidence_ids=(verdict.id,)),) if verdict else ()
    return Triage(severity=ledger.severity, urgency=Urgency.NONE, claims=claims)
