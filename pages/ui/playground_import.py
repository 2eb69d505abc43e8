"""Logged answers from a file, into current telemetry or as a new baseline: production is watched without playing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.formats import fmt_count, fmt_n
from driftium_core.logs import read_log
from pages.ui.jobs import run_job
from pages.ui.project import current_project, of_project
from pages.ui.widgets import escape, prose

if TYPE_CHECKING:
    from driftium_core.jobs import Progress
    from driftium_core.logs import Log
    from driftium_core.monitor import ImportReport
    from driftium_core.services import Services

__all__ = ["offer_import"]

N, REPORT = "play_import_n", "play_import_report"
TO_CURRENT, TO_BASELINE = "Current", "New baseline"


def offer_import(services: Services) -> None:
    """Draw the popover with file, pool and button, and what the last import did."""
    with st.popover("Import a log", icon=":material/upload_file:", type="tertiary"):
        st.markdown("One answer per row, with its prompt where it is known: CSV, JSON Lines, JSON or Parquet.")
        n = st.session_state.get(N, 0)  # a new key empties the uploader after an import
        upload = st.file_uploader(
            "Log", key=f"play_log-{n}", max_upload_size=services.settings.max_upload_mb, label_visibility="collapsed"
        )
        if upload is not None:
            data = upload.getvalue()

            def read(progress: Progress) -> Log:
                return read_log(data, upload.name, max_bytes=services.settings.max_upload_bytes, progress=progress)

            log = run_job(services, f"log {upload.file_id}", f"Reading {upload.name}", read)
            if log is not None:
                _offer(services, log, n)
        report: ImportReport | None = st.session_state.get(of_project(REPORT))
        if report:
            _show(report)


def _offer(services: Services, log: Log, n: int) -> None:
    """What was read, and where it should go."""
    skipped = f" {log.skipped_text}" if log.skipped_text else ""
    st.markdown(prose(f"{fmt_count(len(log.responses), 'answer')} in {log.name}.{skipped} {' '.join(log.notes)}"))
    to = st.segmented_control("Into", [TO_CURRENT, TO_BASELINE], default=TO_CURRENT, required=True, key=f"play_to-{n}")
    name = ""
    if to == TO_BASELINE:
        name = st.text_input("Name of the baseline", value=log.name, max_chars=200, key=f"play_log_name-{n}")
    st.button(
        f"Import {fmt_count(len(log.responses), 'answer')}",
        type="primary",
        key="play-import",
        on_click=_import,
        args=(services, log, to == TO_BASELINE, name),
    )


def _import(services: Services, log: Log, as_baseline: bool, name: str) -> None:
    try:
        report = monitor.import_log(
            services, log, to="baseline" if as_baseline else "current", name=name, project=current_project()
        )
    except DriftiumError as error:
        st.toast(prose(str(error)), icon=":material/error:", duration="long")
        return
    monitor.start_reconcile(services)
    st.session_state[of_project(REPORT)] = report
    st.session_state[N] = st.session_state.get(N, 0) + 1


def _show(report: ImportReport) -> None:
    where = f"the baseline “{escape(report.baseline.name)}”" if report.baseline else "current"
    known = f", {fmt_n(report.known)} were stored already" if report.known else ""
    st.success(f"{fmt_count(report.added, 'answer')} added to {where}{known}.", icon=":material/check_circle:")
    for sentence in (*report.reasons, *report.notes):
        st.caption(prose(sentence))
