"""The Overview before there is anything to show: three steps that lead to a first result, and what that looks like."""

from __future__ import annotations

import streamlit as st

from driftium_core import __version__
from driftium_core.formats import fmt_name
from driftium_core.severity import Severity
from driftium_core.text.report import Banded
from pages.ui.project import PLAYGROUND_PAGE, TABULAR_PAGE, open_page
from pages.ui.widgets import card, chart, drawn, prose, theme, verdict

__all__ = ["offer_monitors", "show_first_steps", "show_next_steps"]

EXAMPLE = Banded(
    value=0.132,
    low=0.012,
    high=0.096,
    draws=(
        0.01,
        0.014,
        0.016,
        0.018,
        0.02,
        0.022,
        0.023,
        0.025,
        0.026,
        0.027,
        0.029,
        0.03,
        0.031,
        0.032,
        0.033,
        0.035,
        0.036,
        0.037,
        0.038,
        0.04,
        0.041,
        0.042,
        0.044,
        0.045,
        0.047,
        0.048,
        0.05,
        0.052,
        0.053,
        0.055,
        0.057,
        0.059,
        0.062,
        0.065,
        0.068,
        0.071,
        0.076,
        0.082,
        0.09,
        0.107,
    ),
)
"""A statistic and its null range as they look; the shape is that of a gamma distribution."""

ANSWERS_LABEL = "Let a model answer"


def offer_monitors() -> None:
    """Draw the page's one primary action: begin to watch a table or a model's answers."""
    with st.popover("New monitor", icon=":material/add:", type="primary", key="new-monitor"):
        st.markdown("What is to be watched? It shows here after its first check.")
        if st.button("A table", icon=":material/table_chart:", width="stretch", key="new-table"):
            _upload_reference()
        if st.button("A model's answers", icon=":material/forum:", width="stretch", key="new-answers"):
            open_page(PLAYGROUND_PAGE)


def show_next_steps(project: str) -> None:
    """Say that the chosen project holds nothing while others do, and how to begin."""
    with (
        st.container(key="banner-project"),
        st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"),
    ):
        st.markdown(prose(f"The project `{fmt_name(project, limit=80)}` holds nothing yet."), width="content")
        with st.container(horizontal=True, width="content"):
            if st.button("Check a table", icon=":material/table_chart:", key="first-table"):
                open_page(TABULAR_PAGE)
            if st.button(ANSWERS_LABEL, icon=":material/forum:", key="first-playground"):
                open_page(PLAYGROUND_PAGE)


def show_first_steps() -> None:
    """Draw what a new install shows."""
    with st.container(key="banner"):
        left, table, answers = st.columns([2.2, 1, 1], vertical_alignment="top", gap="medium")
        left.subheader("Nothing is being watched yet", anchor=False)
        left.markdown(
            "Driftium compares what your data, or a model's answers, do now with a reference you trust, and says how "
            "sure it is. See either drift in about two minutes, or begin with data of your own below."
        )
        if table.button(
            "Try it on the sample", type="primary", icon=":material/bolt:", width="stretch", key="first-table"
        ):
            open_page(TABULAR_PAGE)
        table.caption("A table of 20 000 made-up bank customers; nothing is uploaded.")
        if answers.button(ANSWERS_LABEL, icon=":material/forum:", width="stretch", key="first-playground"):
            open_page(PLAYGROUND_PAGE)
        answers.caption("It answers on this machine; with or without Ollama.")
    done, now, later = st.columns(3)
    with done.container(key="step-done", height="stretch"):
        st.subheader("1 · Install", anchor=False)
        st.markdown(f"Driftium {__version__} runs on this machine.")
        st.markdown(":green-badge[● done]")
    with now.container(key="step-now", height="stretch"):
        st.subheader("2 · Choose a reference", anchor=False)
        st.markdown(
            "A CSV or Parquet file with data as it should be, or answers as they should be: 30 or more of either. Each "
            "report says what it can detect."
        )
        st.markdown(":blue-badge[next]")
        with st.container(horizontal=True):
            if st.button("A table", key="first-reference", icon=":material/upload_file:"):
                _upload_reference()
            if st.button("A log of answers", key="first-log", icon=":material/forum:"):
                open_page(PLAYGROUND_PAGE)
    with later.container(key="step-later", height="stretch"):
        st.subheader("3 · Give current data", anchor=False)
        st.markdown("The same columns, newer rows; or newer answers. The report appears by itself and is kept here.")
        st.markdown(":gray-badge[○ waits for step 2]")
    _show_examples()


def _upload_reference() -> None:
    st.session_state["tabular_reference"] = "Upload"
    open_page(TABULAR_PAGE)


def _show_examples() -> None:
    """A verdict and its evidence, as every page shows them."""
    from driftium_core.figures.null_range import null_range

    with card("examples", "What you will see", "Two examples, not your data."):
        left, right = st.columns([1.25, 1], gap="medium")
        with left:
            verdict(None, "○ Inconclusive.", "9 current rows; 30 are needed to tell drift from chance.")
            st.caption("A first drift from a terminal, with a model that answers here and now:")
            st.code("python -m driftium_core demo", language="sh")
        with right:
            chart(drawn(null_range, "Example", EXAMPLE, Severity.MEDIUM, theme()), "example")
            st.caption("Dots: what chance alone does. Marker: your data. Outside the band it is unlikely to be chance.")
