"""Tabular drift: two tables in, the verdict first, then why and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError, NotFoundError, StorageError
from driftium_core.formats import fmt_time
from pages.ui.jobs import run_job
from pages.ui.session import get_services
from pages.ui.tabular_help import show_help
from pages.ui.tabular_history import open_run, show_history
from pages.ui.tabular_inputs import Choice, choose_options, choose_tables
from pages.ui.tabular_report import show_downloads, show_report
from pages.ui.widgets import escape, title

if TYPE_CHECKING:
    from driftium_core.monitor import CheckedRun
    from driftium_core.services import Services
    from driftium_core.tabular.report import CompareSettings


def show_live(services: Services) -> None:
    """Check the tables that are chosen now."""
    head = title("Tabular")
    with head:
        actions = st.container(horizontal=True, vertical_alignment="center", width="content")
    choice = choose_tables(services)
    with actions:
        show_help()
        options = choose_options(list(choice.reference.frame.columns) if choice else [])
    if choice is None:
        st.info(
            "The report appears here as soon as a reference and a current table are chosen.", icon=":material/info:"
        )
    else:
        checked = _check(services, choice, options)
        if checked is not None:
            with actions:
                _show_actions(services, choice, options, checked)
            if checked.notice:
                st.warning(escape(f"This run was not saved. {checked.notice}"), icon=":material/database_off:")
            show_report(checked.report, checked.fingerprint, provenance=_provenance(choice, checked))
    show_history(services, selected=None, reference=choice.reference.name if choice else None)


def _check(services: Services, choice: Choice, options: CompareSettings) -> CheckedRun | None:
    """Run the check in a job; a check of files is saved by itself, a simulation on request."""
    return run_job(
        services,
        monitor.fingerprint(choice.reference, choice.current, options),
        "Comparing columns",
        lambda progress: monitor.check_table(
            services,
            choice.reference,
            choice.current,
            options,
            save=choice.simulated is None,
            simulated=choice.simulated,
            progress=progress,
        ),
    )


def _show_actions(services: Services, choice: Choice, options: CompareSettings, checked: CheckedRun) -> None:
    show_downloads(checked.report, f"driftium-{checked.fingerprint[:8]}")
    saved = checked.run_id or _find_saved(services, checked)
    if saved:
        if st.button(
            "Open saved run", icon=":material/link:", help="This run has a link of its own.", key="open-saved"
        ):
            open_run(saved)
    elif st.button("Save run", type="primary", icon=":material/save:", key="save-run", shortcut="Ctrl+S"):
        run = monitor.check_table(
            services, choice.reference, choice.current, options, save=True, simulated=choice.simulated
        )
        if run.notice:
            st.toast(f"Not saved. {escape(run.notice)}", icon=":material/database_off:", duration="long")
        else:
            st.toast("Run saved to the history below.", icon=":material/save:")
            st.rerun()


def _find_saved(services: Services, checked: CheckedRun) -> str | None:
    """Id of the run that a simulation was saved as; a database that fails is told of by the history card."""
    try:
        return monitor.find_run(services, checked.fingerprint)
    except StorageError:
        return None


def _provenance(choice: Choice, checked: CheckedRun) -> str:
    timing = f"Computed in {checked.duration_ms / 1000:.2f} s."
    if choice.simulated:
        return f"Simulated: the rows of “{choice.reference.name}” with {choice.simulated}. {timing}"
    return f"“{choice.current.name}” against “{choice.reference.name}”. {timing}"


def show_saved(services: Services, run_id: str) -> None:
    """Show one run of the history, as it was."""
    try:
        run, report = monitor.open_run(services, run_id)
    except NotFoundError as error:
        with title("Tabular"):
            st.empty()
        st.error(escape(error))
        _back_button()
        show_history(services, selected=None)
        return
    with title("Tabular"):
        show_downloads(report, f"driftium-{run.id}")
        with st.popover("Delete", icon=":material/delete:"):
            st.markdown("Delete this run from the history? Its link stops working.")
            if st.button("Delete run", key="delete-run", type="primary"):
                monitor.delete_run(services, run.id)
                st.query_params.clear()
                st.rerun()
        _back_button()
    when = f"Saved run of {fmt_time(run.created_at)}, computed in {run.duration_ms / 1000:.2f} s."
    data = f"Simulated: {run.reference_name} with {run.simulated}." if run.simulated else f"{run.title}."
    show_report(report, run.fingerprint, provenance=f"{when} {data}")
    show_history(services, selected=run.id, reference=run.reference_name)


def _back_button() -> None:
    if st.button("Check data now", icon=":material/arrow_back:", key="back-to-live"):
        st.query_params.clear()
        st.rerun()


services = get_services()
try:
    if linked_run := st.query_params.get("run"):
        show_saved(services, linked_run)
    else:
        show_live(services)
except DriftiumError as error:
    st.error(escape(error), icon=":material/error:")
