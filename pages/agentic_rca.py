"""Agentic RCA: why did it drift, how sure is that, and what to do about it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from pages.ui.live import follow
from pages.ui.project import current_project
from pages.ui.rca_chosen import START, chosen_now
from pages.ui.rca_evidence import show_ledger
from pages.ui.rca_findings import show_findings, show_rca_verdict, show_set_aside
from pages.ui.rca_help import show_help
from pages.ui.rca_history import show_past
from pages.ui.rca_picker import choose_words, pick_report
from pages.ui.rca_run import running_now, show_ended, show_running, start, unsaved_now
from pages.ui.rca_todo import show_todo
from pages.ui.rca_trace import show_trace
from pages.ui.rca_waiting import show_no_report, show_not_investigated
from pages.ui.session import get_services
from pages.ui.widgets import errors_shown, prose, title

if TYPE_CHECKING:
    from driftium_core.services import Services
    from pages.ui.rca_chosen import Chosen, Shown
    from pages.ui.rca_picker import Words


def rca_token(services: Services) -> object:
    """What changes whenever the page may look different: reports, investigations, and a run that began."""
    going_on = [job.about for job in services.investigating.all() if not job.finished]
    return monitor.project_version(services, project=current_project()), going_on


def show_page(services: Services) -> None:
    """Draw the page: what is investigated, the verdict, reasons and actions beside the trace."""
    chosen = chosen_now(services)
    unsaved = unsaved_now(chosen)
    shown = unsaved or chosen.shown
    with title("Agentic RCA"):
        show_help()
        words = choose_words(services)
        pick_report(chosen)
        offer_start(services, chosen, words, again=shown is not None)
    if chosen.problem:
        st.error(prose(chosen.problem), icon=":material/link_off:")
    if st.query_params.pop(START, "") and chosen.report and shown is None:
        start(services, chosen.kind, chosen.report_id, words)
        st.rerun()
    running = running_now(services, chosen.kind, chosen.report_id)
    place = st.container()  # always there, so that what stands below never moves up for a moment
    with place:
        if running:
            show_running(services, chosen, running)
        else:
            show_ended(services, chosen, words)
    if not running:
        show_outcome(services, chosen, shown)


def offer_start(services: Services, chosen: Chosen, words: Words, *, again: bool) -> None:
    """Draw the one primary button of the page."""
    running = running_now(services, chosen.kind, chosen.report_id)
    st.button(
        "Investigate again" if again else "Investigate",
        key="rca-start",
        type="primary",
        icon=":material/replay:" if again else ":material/troubleshoot:",
        disabled=chosen.report is None or running is not None,
        on_click=start,
        args=(services, chosen.kind, chosen.report_id, words),
    )


def show_outcome(services: Services, chosen: Chosen, shown: Shown | None) -> None:
    """Draw what was found, or what to do where nothing was looked for yet."""
    if shown is None:
        if chosen.report:
            show_not_investigated(chosen.report)
        elif not chosen.reports:
            show_no_report()
        show_past(services, None)
        return
    show_rca_verdict(shown)
    left, right = st.columns([1.18, 1])
    with left:
        show_findings(shown.report)
        show_todo(services, shown)
        show_set_aside(shown.report)
    with right:
        show_trace(shown.report)
        show_past(services, shown.record)
    show_ledger(shown.report)


services = get_services()
follow(lambda: rca_token(services))
with errors_shown():
    show_page(services)
