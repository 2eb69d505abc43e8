"""The ledger of a text report: every fact that an analysis may cite."""

from __future__ import annotations

from driftium_core.rca.facts import Fact, FactKind, Ledger
from driftium_core.text.report import TextReport

__all__ = ["text_ledger"]


def text_ledger(report: TextReport, *, title: str) -> Ledger:
    """Everything that a report on answers found, as facts.

    Parameters
    ----------
    title : str
        What was compared, in words; the report does not know names.
    """
    drift = report.drift
    verdict = Fact(id="E1", kind=FactKind.VERDICT, text=drift.reason, severity=drift.severity)
    return Ledger(kind="text", title=title, status=drift.verdict, severity=drift.severity, facts=(verdict,))
