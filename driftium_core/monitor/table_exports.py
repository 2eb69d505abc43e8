"""A table check as a file to send or to keep: a page of HTML, a document of JSON, or CSV with a line per column."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Literal

from driftium_core.monitor.runs import open_run
from driftium_core.services import Services
from driftium_core.store.table_records import TableRun
from driftium_core.tabular.report import TableReport

__all__ = ["RunExportKind", "export_run", "tables_html"]

RunExportKind = Literal["html", "json", "csv"]

TREND_LENGTH = 20


def export_run(services: Services, run_id: str, *, kind: RunExportKind) -> str:
    """A stored report as a page of HTML with the trend up to it, as a JSON document, or as CSV.

    Raises
    ------
    NotFoundError
        It is not stored, or no longer.
    StorageError
        Another version of Driftium wrote it, or the database cannot be read.
    """
    run, report = open_run(services, run_id)
    if kind == "csv":
        return report.to_csv()
    if kind == "json":
        return json.dumps(report.to_dict(), ensure_ascii=False, indent=2, allow_nan=False)
    from driftium_core.html.table_report import TableOrigin, table_report_html

    origin = TableOrigin(
        created_at=run.created_at,
        reference_name=run.reference_name,
        current_name=run.current_name,
        simulated=run.simulated,
        project=run.project,
        run_id=run.id,
    )
    return table_report_html(report, origin=origin, history=_history(services, run))


def tables_html(report: TableReport, *, reference_name: str, current_name: str, simulated: str | None = None) -> str:
    """The page for a check that is not stored, as of now.

    Parameters
    ----------
    simulated : str, optional
        The filter in words, when current was made from the reference.
    """
    from driftium_core.html.table_report import TableOrigin, table_report_html

    origin = TableOrigin(
        created_at=datetime.now(UTC), reference_name=reference_name, current_name=current_name, simulated=simulated
    )
    return table_report_html(report, origin=origin)


def _history(services: Services, run: TableRun) -> list[TableRun]:
    """The runs against the same reference that led to this one, oldest first."""
    same = services.store.runs.newest(project=run.project, reference=run.reference_name)
    start = next((place for place, item in enumerate(same) if item.id == run.id), len(same))
    return same[start : start + TREND_LENGTH][::-1]
