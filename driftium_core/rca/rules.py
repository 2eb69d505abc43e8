"""The three agents by rules alone: the product's floor, and what a model's words are held to."""

from __future__ import annotations

from driftium_core.rca.facts import Ledger
from driftium_core.rca.report import Diagnosis, Findings, Recommendation, Triage
from driftium_core.rca.table_actions import table_recommendation
from driftium_core.rca.table_causes import table_diagnosis
from driftium_core.rca.text_actions import text_recommendation
from driftium_core.rca.text_causes import text_diagnosis
from driftium_core.rca.triage import triage

__all__ = ["diagnose", "findings_by_rules", "recommend"]


def diagnose(ledger: Ledger) -> Diagnosis:
    """Why it happened."""
    return table_diagnosis(ledger) if ledger.kind == "table" else text_diagnosis(ledger)


def recommend(ledger: Ledger, triaged: Triage, diagnosis: Diagnosis) -> Recommendation:
    """What to do about it."""
    by_kind = table_recommendation if ledger.kind == "table" else text_recommendation
    return by_kind(ledger, triaged, diagnosis)


def findings_by_rules(ledger: Ledger) -> Findings:
    """Triage, diagnosis and recommendation in turn."""
    triaged = triage(ledger)
    diagnosis = diagnose(ledger)
    return Findings(triage=triaged, diagnosis=diagnosis, recommendation=recommend(ledger, triaged, diagnosis))
