"""The ledger of a table report: every fact that an analysis may cite."""

from __future__ import annotations

from driftium_core.rca.facts import Fact, FactKind, Ledger
from driftium_core.tabular.report import TableReport

__all__ = ["table_ledger"]


def table_ledger(report: TableReport, *, title: str) -> Ledger:
    """Everything that a table report found, as facts.

    Parameters
    ----------
    title : str
        What was compared, in words; the report does not know names.
    """
    summary = report.summary
    verdict = Fact(id="E1", kind=FactKind.VERDICT, text=report.verdict, severity=summary.severity)
    return Ledger(kind="table", title=title, status=summary.status, severity=summary.severity, facts=(verdict,))
