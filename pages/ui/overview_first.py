"""The Overview before there is anything to show: three steps that lead to a first result, and what that looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import __version__, monitor
from driftium_core.command import command
from driftium_core.errors import InputError
from driftium_core.formats import fmt_name
from pages.ui.playground_import import open_import
from pages.ui.project import PLAYGROUND_PAGE, SETTINGS_PAGE, TABULAR_PAGE, current_project, open_page
from pages.ui.widgets import card, guide_step, prose

if TYPE_CHECKING:
    from driftium_core.services import Services

__all__ = ["offer_monitors", "show_first_steps", "show_next_steps", "show_own_data"]

WHAT_YOU_WILL_SEE = """
- **One line over everything**: which monitor needs you first, and since when.
- **A verdict per table and per model**: drift or not, how sure that is, and what your numbers of rows or answers can
  detect. With too few it says *inconclusive*, never *all is well*.
- **Every number on the range that chance gives**, so that a large one is not taken for news.
- **What moved**, down to single columns, words and answers; and each check again, from the history.
"""

STEPS = (
    ("Install", f"Driftium {__version__} runs on this machine."),
    (
        "Choose a reference",
        "A CSV or Parquet file with data as it should be, or answers as they should be. A few show a large change, "
        "more a small one; each report says what it can detect.",
    ),
    (
        "Give current data",
        "The same columns, newer rows; or newer answers. The report appears by itself and is kept here.",
    ),
)

ANSWERS_LABEL = "Let a model answer"


def offer_monitors(services: Services, *, holds_answers: bool) -> None:
    """Draw the page's one primary action: begin to watch a table or a model's answers.

    ``holds_answers`` says whether the chosen project watches those of a model already.
    """
    with st.popover("New monitor", icon=":material/add:", type="primary", key="new-monitor"):
        st.markdown("What is to be watched? It shows here after its first check.")
        if st.button("A table", icon=":material/table_chart:", width="stretch", key="new-table"):
            _upload_reference()
        if st.button("A log or table, on a schedule", icon=":material/schedule:", width="stretch", key="new-schedule"):
            open_page(SETTINGS_PAGE, add="collect")
        if holds_answers:
            _offer_project(services)
        elif st.button("A model's answers", icon=":material/forum:", width="stretch", key="new-answers"):
            open_page(PLAYGROUND_PAGE)


def _offer_project(services: Services) -> None:
    """A project watches the answers of one model: another model's would mix with them."""
    with st.form("new-answers-form", border=False):
        st.markdown(
            prose(
                f"Another model's answers, in a project of their own: those in "
                f"`{fmt_name(current_project(), limit=80)}` stay as they are."
            )
        )
        name = st.text_input("Project", key="new-answers-project", placeholder="e.g. support-bot", max_chars=80)
        ask = st.form_submit_button(ANSWERS_LABEL, icon=":material/forum:", width="stretch", key="new-answers-ask")
        log = st.form_submit_button(
            "Import a log", icon=":material/upload_file:", width="stretch", key="new-answers-log"
        )
    if not (ask or log):
        return
    try:
        project = monitor.create_project(services, name)
    except InputError as error:
        st.error(prose(str(error)), icon=":material/error:")
        return
    if log:
        open_import(project)
    open_page(PLAYGROUND_PAGE, project=project)


def show_next_steps(project: str) -> None:
    """Say that the chosen project holds nothing while others do, and how to begin."""
    if _offer(f"The project `{fmt_name(project, limit=80)}` holds nothing yet.", "Check a table"):
        open_page(TABULAR_PAGE)


def show_own_data() -> None:
    """Offer what comes after a simulation."""
    if _offer("Next, data or answers of your own; simulations stay in the list.", "Check a file"):
        _upload_reference()


def _offer(words: str, check: str) -> bool:
    """Draw words beside two buttons: one leads to a model's answers; whether the one named ``check`` was pressed."""
    with (
        st.container(key="banner-project"),
        st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"),
    ):
        st.markdown(prose(words), width="content")
        with st.container(horizontal=True, width="content"):
            pressed = st.button(check, icon=":material/table_chart:", key="first-table")
            if st.button(ANSWERS_LABEL, icon=":material/forum:", key="first-playground"):
                open_page(PLAYGROUND_PAGE)
    return pressed


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
    _show_steps()
    _show_preview()


def _show_steps() -> None:
    steps = [
        guide_step(place, "first", number, 2, heading, words)
        for number, (place, (heading, words)) in enumerate(zip(st.columns(3), STEPS, strict=True), 1)
    ]
    with steps[1].container(horizontal=True):
        if st.button("A table", key="first-reference", icon=":material/upload_file:"):
            _upload_reference()
        if st.button("A log of answers", key="first-log", icon=":material/forum:"):
            open_import()


def _upload_reference() -> None:
    st.session_state["tabular_reference"] = "Upload"
    open_page(TABULAR_PAGE)


def _show_preview() -> None:
    with card("preview", "What you will see"):
        st.markdown(WHAT_YOU_WILL_SEE)
        st.caption("A first drift from a terminal, with a model that answers here and now:")
        st.code(command("demo"), language=None)
