"""What stands on the page before there is an investigation to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.severity import verdict_headline
from pages.ui.playground_import import open_import
from pages.ui.project import PLAYGROUND_PAGE, TABULAR_PAGE, open_page
from pages.ui.rca_run import AGENTS
from pages.ui.widgets import card, verdict

if TYPE_CHECKING:
    from driftium_core.monitor import Investigable

__all__ = ["show_no_report", "show_not_investigated"]

PREVIEW = """
- **Likely cause** in one sentence, with how sure that is, how severe and how urgent.
- **Why**: numbered reasons, each with the evidence it stands on; other causes that fit, and what was ruled out.
- **What to do**: a checklist to tick off, the first item of which takes five minutes or less.
- **Trace**: every step as it ran, and why a model's words were not used.
"""


def show_no_report() -> None:
    """Say what to do where the project has nothing to investigate."""
    with st.container(key="banner-rca"):
        text, action = st.columns([4, 1.2], vertical_alignment="center")
        text.subheader("Nothing to investigate yet", anchor=False)
        text.markdown(
            "An investigation starts from a check. Compare two tables, or give the app answers of a model and a "
            "baseline; every check is then listed here."
        )
        if action.button(
            "Check a table", type="primary", icon=":material/table_chart:", width="stretch", key="rca-tab"
        ):
            open_page(TABULAR_PAGE)
        if action.button("Open the playground", icon=":material/forum:", width="stretch", key="rca-play"):
            open_page(PLAYGROUND_PAGE)
        if action.button("Import a log", icon=":material/upload_file:", width="stretch", key="rca-import"):
            open_import()
    with card("preview", "What this page will show"):
        st.markdown(PREVIEW)


def show_not_investigated(report: Investigable) -> None:
    """Say what the report found, and that the button finds out why."""
    headline = verdict_headline(report.status, report.severity)
    wish = "find out why" if report.status == "drift" else "see what was looked at"
    verdict(report.severity, headline, f"{report.title}.", f"Not investigated yet. Press Investigate to {wish}.")
    with card(
        "agents", "What will happen", "Rules take a moment; a model's words are waited for no longer than Settings say."
    ):
        for number, (place, (_, name, asks)) in enumerate(zip(st.columns(3), AGENTS, strict=True), start=1):
            box = place.container(key=f"step-later-rca-{number}", height="stretch")
            box.markdown(f"**{number} · {name}**  \n{asks}")
