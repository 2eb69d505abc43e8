"""A tabular report on the page: verdict, headline numbers, ranked table, drill-down, findings, downloads."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from driftium_core.formats import UNKNOWN, fmt_effect, fmt_n, fmt_name, fmt_percent
from driftium_core.tabular.attribution_words import attribution_line
from pages.ui.tabular_drill import show_column
from pages.ui.tabular_root import show_left_over, show_root_cause
from pages.ui.tabular_table import pick_column
from pages.ui.tabular_why import show_why
from pages.ui.widgets import card, escape, verdict

if TYPE_CHECKING:
    from driftium_core.services import Services
    from driftium_core.tabular.column_result import ColumnResult
    from driftium_core.tabular.report import TableReport
    from pages.ui.tabular_shown import Shown

__all__ = ["show_details", "show_downloads", "show_verdict"]

FINDING_WORDS = {
    "missing_column": "Missing column",
    "extra_column": "Extra column",
    "type_changed": "Type changed",
    "new_categories": "New categories",
    "vanished_categories": "Vanished categories",
    "missingness": "Missing values",
    "out_of_range": "Out of range",
    "rescaled": "Rescaled",
    "constant": "Constant",
    "time_window": "Time window",
    "not_tested": "Not tested",
}


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


def show_downloads(report: TableReport, about: dict[str, Any]) -> None:
    """Buttons for the report as CSV and as JSON, made when they are asked for; ``about`` names the data."""
    name = _file_name(about)
    st.download_button(
        "CSV",
        data=report.to_csv,
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        help="One row per column. Cells that a spreadsheet would run as a formula are made harmless.",
        key="download-csv",
    )
    st.download_button(
        "JSON",
        data=lambda: json.dumps({"about": about, **report.to_dict()}, indent=2, ensure_ascii=False),
        file_name=f"{name}.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
        help="The whole report, with distributions, settings, seed, versions and content hashes.",
        key="download-json",
    )


def _file_name(about: dict[str, Any]) -> str:
    """``driftium april.csv against march.csv``, with nothing in it that a file system minds."""
    words = f"driftium {'simulated ' if about['simulated'] else ''}{about['current']} against {about['reference']}"
    return re.sub(r"[^\w.()-]+", "-", words)[:120].strip("-.")


def _show_metrics(report: TableReport) -> None:
    with st.container(key="metrics"):
        metrics = _metrics(report)
        for place, (label, value, below) in zip(st.columns(len(metrics)), metrics, strict=True):
            place.metric(label, value, escape(fmt_name(below)), delta_color="off", delta_arrow="off", border=False)


def _metrics(report: TableReport) -> list[tuple[str, str, str]]:
    """Label, value and the words below of each headline number; a blank has its reason below."""
    summary, worst = report.summary, report.largest_effect
    missing_reference, missing_current = report.missing_shares
    names = [column.column for column in report.columns if column.drifted]
    n_monitored = fmt_n(summary.monitored_feature_count)
    if summary.status == "inconclusive":
        drifted = [("Drifted columns", UNKNOWN, f"of {n_monitored}: too few rows"),
                   ("Drift rate", UNKNOWN, "too few rows"), ("Largest effect", UNKNOWN, "too few rows")]  # fmt: skip
    else:
        drifted = [
            ("Drifted columns", f"{fmt_n(len(names))} of {n_monitored}", _few(names)),
            ("Drift rate", fmt_percent(summary.drift_rate), "of monitored columns"),
            ("Largest effect", fmt_effect(worst.effect_size) if worst else UNKNOWN,
             worst.column if worst else "no column drifted"),
        ]  # fmt: skip
    return [
        *drifted,
        ("Missing values", fmt_percent(missing_current), f"{fmt_percent(missing_reference)} in reference"),
        ("Rows", fmt_n(summary.current_rows), f"{fmt_n(summary.reference_rows)} in reference"),
    ]


def _few(names: list[str]) -> str:
    if not names:
        return "none"
    return ", ".join(fmt_name(name, limit=16) for name in names[:2]) + (" …" if len(names) > 2 else "")


def _show_findings(report: TableReport) -> None:
    if not report.findings:
        return
    frame = pd.DataFrame(
        [(FINDING_WORDS[finding.kind], finding.column, finding.text.replace("`", "")) for finding in report.findings],
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
