"""A tabular report on the page: verdict, headline numbers, ranked table, drill-down, findings, downloads."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_name
from driftium_core.tabular.attribution_words import attribution_line
from driftium_core.tabular.headline import headline_numbers
from driftium_core.tabular.report import FINDING_LABELS
from pages.ui.tabular_drill import show_column
from pages.ui.tabular_root import show_left_over, show_root_cause
from pages.ui.tabular_table import pick_column
from pages.ui.tabular_why import show_why
from pages.ui.widgets import card, escape, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from driftium_core.services import Services
    from driftium_core.tabular.column_result import ColumnResult
    from driftium_core.tabular.report import TableReport
    from pages.ui.tabular_shown import Shown

__all__ = ["show_details", "show_downloads", "show_verdict"]

MIME = {"html": "text/html", "csv": "text/csv", "json": "application/json"}
HTML_HELP = "The whole report as one page to send or to print. It needs no network and runs no script."
CSV_HELP = "One row per column. Cells that a spreadsheet would run as a formula are made harmless."
JSON_HELP = "The whole report, with distributions, settings, seed, versions and content hashes."


def show_verdict(report: TableReport, provenance: str) -> None:
    """Draw the verdict line; ``provenance`` says which data it is about."""
    why = attribution_line(report.attribution) if report.attribution else ""
    verdict(report.summary.severity, report.headline, report.verdict, f"{why} {provenance}".strip())


def show_details(services: Services, shown: Shown) -> None:
    """Draw everything below the verdict: numbers, ranked table, the picked column beside why it drifted, findings."""
    report = shown.report
    _show_metrics(report)
    column = pick_column(report, shown.key)
    left, right = st.columns([1.25, 1])
    with left:
        if column is not None:
            show_column(column, report.settings, root=_root_beside(report, column.column))
    with right:
        show_root_cause(shown)
        show_left_over(shown)
        show_why(services, shown, column.column if column else None)
    _show_findings(report)


def _root_beside(report: TableReport, column: str) -> ColumnResult | None:
    """The first root, to be seen with another column; None where that column is a root itself."""
    roots = [root.column for root in report.attribution.roots] if report.attribution else []
    beside = roots[:1] if column not in roots else []
    return next((result for result in report.columns if result.column in beside), None)


def show_downloads(services: Services, report: TableReport, about: dict[str, Any]) -> None:
    """Buttons for the report as a web page, as CSV and as JSON, each made when it is asked for.

    ``about`` names the data.
    """
    name = _file_name(about)
    _offer(name, "html", lambda: _page(services, report, about), HTML_HELP)
    _offer(name, "csv", report.to_csv, CSV_HELP)
    _offer(
        name, "json", lambda: json.dumps({"about": about, **report.to_dict()}, indent=2, ensure_ascii=False), JSON_HELP
    )


def _offer(name: str, kind: str, make: Callable[[], str], words: str) -> None:
    st.download_button(
        kind.upper(),
        data=make,
        file_name=f"{name}.{kind}",
        mime=MIME[kind],
        icon=":material/download:",
        on_click="ignore",
        help=words,
        key=f"download-{kind}",
    )


def _page(services: Services, report: TableReport, about: dict[str, Any]) -> str:
    """The page of a saved run has the trend up to it."""
    if about["run_id"]:
        return monitor.export_run(services, about["run_id"], kind="html")
    return monitor.tables_html(
        report,
        reference_name=about["reference"],
        current_name=about["current"],
        simulated=about["simulated"],
    )


def _file_name(about: dict[str, Any]) -> str:
    """``driftium april.csv against march.csv``, with nothing in it that a file system minds."""
    words = f"driftium {'simulated ' if about['simulated'] else ''}{about['current']} against {about['reference']}"
    return re.sub(r"[^\w.()-]+", "-", words)[:120].strip("-.")


def _show_metrics(report: TableReport) -> None:
    with st.container(key="metrics"):
        numbers = headline_numbers(report)
        for place, number in zip(st.columns(len(numbers)), numbers, strict=True):
            below = escape(fmt_name(number.below))
            place.metric(number.label, number.value, below, delta_color="off", delta_arrow="off", border=False)


def _show_findings(report: TableReport) -> None:
    if not report.findings:
        return
    frame = pd.DataFrame(
        [(FINDING_LABELS[finding.kind], finding.column, finding.text.replace("`", "")) for finding in report.findings],
        columns=["Finding", "Column", "What was found"],
    )
    with card("findings", "Findings", "What the tests of values do not see: columns, types, categories, gaps, ranges."):
        st.dataframe(
            frame,
            hide_index=True,
            alt="Findings about columns, types, categories and missing values",
            height="auto" if len(frame) <= 8 else 320,
            column_config={
                "Finding": st.column_config.TextColumn(width=140),
                "Column": st.column_config.TextColumn(width=140),
                "What was found": st.column_config.TextColumn(width=800),
            },
        )
