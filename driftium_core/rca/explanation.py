"""One drifted column, or all of them, explained by rules in a few sentences and two next actions."""

from __future__ import annotations

from collections.abc import Sequence

from driftium_core.rca.facts import Ledger
from driftium_core.rca.report import Explanation
from driftium_core.rca.rules import findings_by_rules

__all__ = ["explain_by_rules"]


def explain_by_rules(ledger: Ledger, columns: Sequence[str] = ()) -> Explanation:
    """Explain the columns named, or the whole table when none is."""
    findings = findings_by_rules(ledger)
    return Explanation(
        columns=tuple(columns),
        claims=findings.triage.claims,
        actions=findings.recommendation.actions[:2],
        model=None,
        worded_by="Written by rules from the computed facts.",
    )
