"""Which causes of the catalogue the facts of a text report support."""

from __future__ import annotations

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Ledger
from driftium_core.rca.report import Claim, Diagnosis, Finding

__all__ = ["text_diagnosis"]


def text_diagnosis(ledger: Ledger) -> Diagnosis:
    """The causes that fit, the likeliest first, and what the facts speak against."""
    claim = Claim(text=ledger.facts[0].text, evidence_ids=(ledger.facts[0].id,))
    return Diagnosis(findings=(Finding(cause=Cause.UNKNOWN, confidence="low", summary=claim, claims=()),))
