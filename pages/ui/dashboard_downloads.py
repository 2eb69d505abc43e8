"""What is shown on the dashboard, as files: a page to send, the numbers, the responses."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_clock, fmt_day
from pages.ui.project import current_project

if TYPE_CHECKING:
    from collections.abc import Callable

    from driftium_core.services import Services
    from pages.ui.dashboard_shown import Shown

__all__ = ["show_downloads"]

MIME = {"html": "text/html", "json": "application/json", "csv": "text/csv"}
HTML_HELP = "One page to send or to print. It needs no network and runs no script."
JSON_HELP = "The whole report with evidence, settings, seed, versions and content hashes."
CSV_HELP = "Both pools, as far as they are still stored. Cells that a spreadsheet would run are made harmless."


def show_downloads(services: Services, shown: Shown) -> None:
    """Draw the popover with the three files; each is made when it is asked for."""
    report = partial(
        monitor.export_report,
        services,
        shown.report,
        project=current_project(),
        calculation=shown.calculation,
        baseline=shown.baseline,
        ids=shown.ids,
    )

    def responses() -> str:
        return monitor.export_responses(services, shown.ids, witnesses=shown.report.evidence.witnesses)

    offer = partial(_offer, _file_name(shown))
    with st.popover("Download", icon=":material/download:", key="dashboard-downloads"):
        offer(".html", "HTML report", lambda: report(kind="html"), ":material/description:", HTML_HELP)
        offer(".json", "JSON", lambda: report(kind="json"), ":material/data_object:", JSON_HELP)
        stored = bool(shown.ids.baseline or shown.ids.current)
        offer("-responses.csv", "CSV of responses", responses, ":material/table_rows:", CSV_HELP, enabled=stored)


def _offer(
    name: str, ending: str, label: str, make: Callable[[], str], icon: str, words: str, *, enabled: bool = True
) -> None:
    kind = ending.rpartition(".")[2]
    st.download_button(
        label,
        data=make,
        file_name=f"{name}{ending}",
        mime=MIME[kind],
        icon=icon,
        on_click="ignore",
        width="stretch",
        disabled=not enabled,
        help=words,
        key=f"dashboard-{kind}",
    )


def _file_name(shown: Shown) -> str:
    """``driftium-support-23-Nov-2025-1402``, with nothing in it that a file system minds."""
    when = shown.calculation.created_at if shown.calculation else None
    time = f" {fmt_day(when)} {fmt_clock(when).replace(':', '')}" if when else ""
    return re.sub(r"[^\w.()-]+", "-", f"driftium {current_project()[:80]}{time}").strip("-.")
