"""Is anything drifting? What is being watched, the newest results, and the first steps of a new install."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import __version__, monitor
from driftium_core.errors import DriftiumError
from pages.ui.drift_now import drift_token, live_drift
from pages.ui.live import follow
from pages.ui.overview_llm import PLAYGROUND_PAGE, show_llm_monitor
from pages.ui.overview_monitors import TABULAR_PAGE, show_monitors, show_verdict
from pages.ui.parts import show_parts
from pages.ui.project import current_project, open_page
from pages.ui.session import get_services
from pages.ui.widgets import prose, title

if TYPE_CHECKING:
    from driftium_core.services import Services


def show_first_steps() -> None:
    """What a new install shows: three steps to a first result."""
    with st.container(key="banner"):
        left, table, answers = st.columns([2.2, 1, 1], vertical_alignment="top", gap="medium")
        left.subheader("Nothing is being watched yet", anchor=False)
        left.markdown(
            "Driftium compares what your data, or a model's answers, do now with a reference you trust, and says how "
            "sure it is. See either drift in about two minutes, or begin with data of your own below."
        )
        if table.button("Try it on the sample", type="primary", icon=":material/bolt:", width="stretch"):
            open_page(TABULAR_PAGE)
        table.caption("A table of 20 000 made-up bank customers; nothing is uploaded.")
        if answers.button("Open the playground", icon=":material/forum:", width="stretch", key="first-playground"):
            open_page(PLAYGROUND_PAGE)
        answers.caption("A model answers on this machine; with or without Ollama.")
    steps = [
        ("done", "1 · Install", f"Driftium {__version__} runs on this machine.", ":green-badge[● done]"),
        (
            "now",
            "2 · Choose a reference",
            "A CSV or Parquet file with data as it should be: 30 rows or more. Each report says what it can detect.",
            ":blue-badge[next]",
        ),
        (
            "later",
            "3 · Give current data",
            "The same columns, newer rows. The report appears by itself and is kept here.",
            ":gray-badge[○ waits for step 2]",
        ),
    ]
    for place, (state, heading, text, badge) in zip(st.columns(3), steps, strict=True):
        with place.container(key=f"step-{state}", height="stretch"):
            st.subheader(heading, anchor=False)
            st.markdown(text)
            st.markdown(badge)
            if state == "now" and st.button("Choose a reference", key="first-reference", icon=":material/upload_file:"):
                st.session_state["tabular_reference"] = "Upload"
                open_page(TABULAR_PAGE)


def show_page(services: Services, project: str) -> None:
    """Draw the page for what is stored now."""
    monitors = monitor.table_monitors(services, project=project)
    live = live_drift(services)
    with title("Overview"):
        if monitors and st.button("New check", type="primary", icon=":material/add:"):
            open_page(TABULAR_PAGE)
    if not monitors and live.status.status == "not_initialized":
        show_first_steps()
        show_parts(services)
        return
    if monitors:
        show_verdict(monitors)
    show_llm_monitor(live, next(iter(monitor.pool_history(services, project=project, limit=1)), None))
    if monitors:
        show_monitors(monitors)
    show_parts(services)


services, chosen = get_services(), current_project()
follow(lambda: drift_token(services))
try:
    show_page(services, chosen)
except DriftiumError as error:
    st.error(prose(str(error)), icon=":material/error:")
