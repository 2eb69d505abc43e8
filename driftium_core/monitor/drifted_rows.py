"""The rows behind the drift of two tables that are at hand, found and written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from driftium_core.tabular.drifted_rows import DriftedRows
    from driftium_core.tabular.report import TableReport
    from driftium_core.tabular.table import Table

__all__ = ["MAX_CSV_ROWS", "drifted_rows", "export_drifted_rows"]

MAX_CSV_ROWS = 50_000
"""Most rows that one file holds; spreadsheets and people have had enough by then."""


def drifted_rows(reference: Table, current: Table, report: TableReport) -> DriftedRows | None:
    """The rows that lie in what shifted of the report's root columns; None where it names none, or no rows stand out.

    Current rows where a root column has more of something, reference rows where rows only went away.
    """
    from driftium_core.tabular import drifted_rows as rows_of

    roots = [root.column for root in report.attribution.roots] if report.attribution else []
    if not roots:
        return None
    return rows_of.drifted_rows(reference.frame, current.frame, roots, categorical=report.settings.categorical)


def export_drifted_rows(rows: DriftedRows, reference: Table, current: Table) -> str:
    """These rows, all columns of them, as CSV; the first `MAX_CSV_ROWS` where there are more."""
    from driftium_core.tabular.drifted_rows import rows_to_csv

    table = current if rows.side == "current" else reference
    return rows_to_csv(rows, table.frame, limit=MAX_CSV_ROWS)
