"""Tabular drift: two tables in, the verdict first, then why and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import NotFoundError
from driftium_core.formats import fmt_time
from pages.ui.live import follow
from pages.ui.project import choose_project, current_project
from pages.ui.session import get_services
from pages.ui.tabular_alarm import show_table_alarm, show_table_evidence
from pages.ui.tabular_check import Check, check_tables, forget_run, keep_run, link_run, live_run, open_run, save_run
from pages.ui.tabular_help import show_help
from pages.ui.tabular_history import show_history
from pages.ui.tabular_inputs import choose_tables, saved_reference
from pages.ui.tabular_options import choose_options
from pages.ui.tabular_report import show_details, show_downloads, show_verdict
from pages.ui.tabular_shown import Shown
from pages.ui.widgets import errors_shown, prose, title

if TYPE_CHECKING:
    from driftium_core.services import Services


def tabular_token(services: Services, project: str) -> object:
    """What changes whenever the page may look different: the runs, and the evidence scores."""
    version = monitor.project_version(services, project=project)
    return version.runs, version.evidence


def show_live(services: Services) -> None:
    """Check the tables that are chosen now."""
    with title("Tabular"):
        actions = st.container(horizontal=True, vertical_alignment="center", width="content")
    top = st.container(key="top")  # the verdict stands first, though the data below it decides
    choice = choose_tables(services)
    with actions:
        show_help()
        options = choose_options(list(choice.reference.frame.columns) if choice else [])
    check = None
    if choice:
        with top:
            check = check_tables(services, choice, options)
    reference = choice.reference.name if choice else saved_reference(services)
    with top:
        if check:
            show_verdict(check.report, check.provenance)
        show_table_alarm(services, reference)
    if check:
        with actions:
            show_actions(services, check)
        show_details(
            services,
            Shown(
                check.report, check.fingerprint, check.title, check.run_id, check.choice,
                save=lambda: keep_run(services, check),
            ),
        )  # fmt: skip
    show_table_evidence(services, reference)
    show_history(services, selected=None, reference=choice.reference.name if choice else None)


def show_actions(services: Services, check: Check) -> None:
    """Downloads, and saving or opening the run."""
    show_downloads(services, check.report, check.about)
    if check.run_id:
        label, words = "Open saved run", "This run has a link of its own."
        if st.button(label, icon=":material/link:", help=words, key="open-saved"):
            open_run(check.run_id)
    elif st.button("Save run", type="primary", icon=":material/save:", key="save-run", shortcut="Ctrl+S"):
        save_run(services, check)


def show_saved(services: Services, run_id: str) -> None:
    """Show one run of the history, as it was."""
    try:
        run, report = monitor.open_run(services, run_id)
    except NotFoundError as error:
        with title("Tabular"):
            show_way_back()
        st.error(prose(str(error)), icon=":material/link_off:")
        show_history(services, selected=None)
        return
    if run.project != current_project():  # a link names the run; the picker follows
        choose_project(run.project)
    with title("Tabular"):
        show_downloads(services, report, run.about())
        with st.popover("Delete", icon=":material/delete:"):
            st.markdown("Delete this run from the history? Its link stops working.")
            if st.button("Delete run", key="delete-run"):
                forget_run(services, run)
        show_way_back()
    data = f"Simulated: “{run.reference_name}” with {run.simulated}." if run.simulated else f"{run.title}."
    options = f" Options: {run.options}." if run.options else ""
    when = f"Saved run of {fmt_time(run.created_at)}, computed in {run.duration_ms / 1000:.2f} s."
    show_verdict(report, f"{when} {data}{options}")
    show_table_alarm(services, run.reference_name)
    show_details(services, Shown(report, run.fingerprint, monitor.run_title(run), run.id))
    show_table_evidence(services, run.reference_name)
    show_history(services, selected=run.id, reference=run.reference_name)


def show_way_back() -> None:
    """Leave a saved run for the data that is chosen now."""
    if st.button("Check data now", icon=":material/arrow_back:", key="back-to-live"):
        link_run(None)
        st.rerun()


services, project = get_services(), current_project()
follow(lambda: tabular_token(services, project))
with errors_shown():
    linked_run = st.query_params.get("run")
    if linked_run and linked_run != live_run():
        show_saved(services, linked_run)
    else:
        show_live(services)
