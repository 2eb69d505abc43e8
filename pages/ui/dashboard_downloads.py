"""What is shown on the dashboard, as files: a page to send, the numbers, the responses."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_clock, fmt_day

if TYPE_CHECKING:
    from driftium_core.services import Services
    from pages.ui.dashboard_shown import Shown

__all__ = ["show_downloads"]


def show_downloads(services: Services, shown: Shown) -> None:
    """Draw the popover with the three files; each is made when it is asked for."""
    name = _file_name(shown)
    report = partial(
        monitor.export_report,
        services,
        shown.report,
        project=shown.project,
        calculation=shown.calculation,
        baseline=shown.baseline,
        ids=shown.ids,
    )
    with st.popover("Download", icon=":material/download:", key="dashboard-downloads"):
        st.download_button(
            "HTML report",
            data=lambda: report(kind="html"),
            file_name=f"{name}.html",
            mime="text/html",
            icon=":material/description:",
            on_click="ignore",
            width="stretch",
            help="One page to send or to print. It needs no network and runs no script.",
            key="dashboard-html",
        )
        st.download_button(
            "JSON",
            data=lambda: report(kind="json"),
            file_name=f"{name}.json",
            mime="application/json",
            icon=":material/data_object:",
            on_click="ignore",
            width="stretch",
            help="The whole report with evidence, settings, seed, versions and content hashes.",
            key="dashboard-json",
        )
        st.download_button(
            "CSV of responses",
            data=lambda: monitor.export_responses(services, shown.ids, witnesses=shown.report.evidence.witnesses),
            file_name=f"{name}-responses.csv",
            mime="text/csv",
            icon=":material/table_rows:",
            on_click="ignore",
            width="stretch",
            disabled=not (shown.ids.baseline or shown.ids.current),
            help="Both pools, as far as they are still stored. Cells that a spreadsheet would run are made harmless.",
            key="dashboard-csv",
        )


def _file_name(shown: Shown) -> str:
    """``driftium-support-23-Nov-2025-1402``, with nothing in it that a file system minds."""
    when = shown.calculation.created_at if shown.calculation else None
    time = f" {fmt_day(when)} {fmt_clock(when).replace(':', '')}" if when else ""
    return re.sub(r"[^\w.()-]+", "-", f"driftium {shown.project[:80]}{time}").strip("-.")
