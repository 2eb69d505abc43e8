"""Logged answers from a file, into current telemetry or as a new baseline: production is watched without playing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NoReturn

import pandas as pd
import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_count, fmt_n, fmt_name
from driftium_core.logs import NO_COLUMN, LogColumns, open_log, read_opened
from pages.ui.jobs import GRACE_S, run_job, show_progress
from pages.ui.project import PLAYGROUND_PAGE, current_project, of_project, open_page
from pages.ui.widgets import escape, prose

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from driftium_core.jobs import Job, Progress
    from driftium_core.logs import Log, LogFile
    from driftium_core.monitor import ImportReport
    from driftium_core.response import Response
    from driftium_core.services import Services

__all__ = ["offer_import", "open_import"]

FILE, N, STARTED, REPORT = "play_log", "play_import_n", "play_import", "play_import_report"
RESPONSE, PROMPT, INTO, NAME = "play_response_column", "play_prompt_column", "play_into", "play_log_name"
TO_CURRENT, TO_BASELINE = "Current", "New baseline"
OPEN = "play_import_open"
SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Started:
    """The project's last import until its report is taken, and the file it is of."""

    job: Job[ImportReport]
    file_id: str


def offer_import(services: Services) -> None:
    """Draw the popover with file, columns, pool and button, and what the last import did."""
    _take_report()
    with st.popover("Import a log", icon=":material/upload_file:", type="tertiary", key=OPEN):
        st.markdown(
            "One answer per row, with its prompt where it is known: "
            "CSV, TSV, JSON Lines, JSON or Parquet; gzip or zip too."
        )
        upload = st.file_uploader(
            "Log", key=_file_key(), max_upload_size=services.settings.max_upload_mb, label_visibility="collapsed"
        )
        if upload is not None:
            _offer(services, upload)
        _show_started(upload)
        report: ImportReport | None = st.session_state.get(of_project(REPORT))
        if report:
            _show(report)


def open_import(project: str | None = None) -> NoReturn:
    """Go to the Playground, of the same or another project, where the popover stands open."""
    st.session_state[OPEN] = True
    open_page(PLAYGROUND_PAGE, project=project)


def _file_key() -> str:
    return f"{FILE}-{st.session_state.get(N, 0)}"  # a new key empties the uploader after an import


def _offer(services: Services, upload: UploadedFile) -> None:
    """Which columns are read, what was read, and where it should go."""
    limit = services.settings.max_upload_bytes

    def read(progress: Progress) -> LogFile:
        return open_log(upload.getvalue(), upload.name, max_bytes=limit, progress=progress)

    file = run_job(services, f"log {upload.file_id}", f"Reading {upload.name}", read)
    if file is None:
        return
    columns = _choose_columns(file, upload.file_id)
    if columns is None:
        st.warning(prose(file.unclear), icon=":material/help:")
        st.caption(prose(" ".join(file.records.notes)))
        return
    log = run_job(
        services,
        f"log {upload.file_id} {columns}",
        f"Reading {upload.name}",
        lambda progress: read_opened(file, columns, progress=progress),
    )
    if log is not None:
        _show_head(log)
        _offer_pools(services, log, columns, upload.file_id)


def _choose_columns(file: LogFile, file_id: str) -> LogColumns | None:
    """The user's choice, which begins with what was found; None as long as there is no response column."""
    names, found = list(file.records.columns), file.columns
    left, right = st.columns(2)
    response = left.selectbox(
        "Response column",
        names,
        index=names.index(found.response) if found.response else None,
        placeholder="Choose a column",
        key=f"{RESPONSE}-{file_id}",
    )
    prompts, key = (NO_COLUMN, *file.could_be_prompts(response)), f"{PROMPT}-{file_id}"
    if st.session_state.get(key) not in prompts:  # at first, and when it was made the response column
        st.session_state[key] = found.prompt if found.prompt in prompts else NO_COLUMN
    none = "none" if "none" not in names else "no column"
    prompt = right.selectbox("Prompt column", prompts, format_func=lambda name: name or none, key=key)
    return LogColumns(response=response, prompt=prompt) if response else None


def _show_head(log: Log) -> None:
    """The first pairs, so that a wrong column is seen before anything is stored."""
    skipped = f" {log.skipped_text}" if log.skipped_text else ""
    st.markdown(prose(f"{fmt_count(len(log.responses), 'answer')} in {log.name}.{skipped}"))
    head = log.responses[:SHOWN]
    prompts = [fmt_name(response.prompt, limit=160) if response.has_prompt else None for response in head]
    answers = [_excerpt(response) for response in head]
    st.dataframe(
        pd.DataFrame({"Prompt": pd.Series(prompts, dtype="str"), "Response": pd.Series(answers, dtype="str")}),
        hide_index=True,
        placeholder="–",
        alt="The first answers of the file",
        column_config={"Prompt": st.column_config.TextColumn(width=160)},
    )
    st.caption(prose(" ".join(log.notes)))


def _excerpt(response: Response) -> str:
    return f"✕ {fmt_name(response.error)}" if response.error is not None else fmt_name(response.response, limit=160)


def _offer_pools(services: Services, log: Log, columns: LogColumns, file_id: str) -> None:
    to = st.segmented_control(
        "Into", [TO_CURRENT, TO_BASELINE], default=TO_CURRENT, required=True, key=f"{INTO}-{file_id}"
    )
    if to == TO_BASELINE:
        st.text_input("Name of the baseline", value=log.name, max_chars=200, key=f"{NAME}-{file_id}")
    started: _Started | None = st.session_state.get(of_project(STARTED))
    if started and not started.job.finished:
        return  # its progress stands where the button was
    st.button(
        f"Import {fmt_count(len(log.responses), 'answer')}",
        type="primary",
        key="play-import",
        on_click=_start,
        args=(services, log, columns, file_id),
    )


def _start(services: Services, log: Log, columns: LogColumns, file_id: str) -> None:
    """Begin the import; what was typed just before the press is in the session, and not yet on the page."""
    chosen = {key: st.session_state.get(f"{key}-{file_id}") for key in (RESPONSE, PROMPT, INTO, NAME)}
    before: _Started | None = st.session_state.get(of_project(STARTED))
    if (before and not before.job.finished) or (chosen[RESPONSE], chosen[PROMPT]) != (columns.response, columns.prompt):
        return  # pressed twice, or before the columns that were just chosen were shown
    to: Literal["baseline", "current"] = "baseline" if chosen[INTO] == TO_BASELINE else "current"
    name = chosen[NAME] if to == "baseline" and chosen[NAME] is not None else log.name
    project = current_project()

    def work(progress: Progress) -> ImportReport:
        report = monitor.import_log(services, log, to=to, name=name, project=project, progress=progress)
        monitor.start_reconcile(services)
        return report

    job = services.jobs.start(work, title=f"Importing {log.name}")
    st.session_state.pop(of_project(REPORT), None)
    st.session_state[of_project(STARTED)] = _Started(job, file_id)
    job.wait(GRACE_S)


def _take_report() -> None:
    """Once the project's import is done, keep its report and empty the uploader of its file."""
    started: _Started | None = st.session_state.get(of_project(STARTED))
    if started is None or started.job.state != "done":
        return
    st.session_state[of_project(REPORT)] = started.job.result
    del st.session_state[of_project(STARTED)]
    upload: UploadedFile | None = st.session_state.get(_file_key())
    if upload is not None and upload.file_id == started.file_id:
        st.session_state[N] = st.session_state.get(N, 0) + 1


def _show_started(upload: UploadedFile | None) -> None:
    """How far the project's import is, or why it came to nothing, until another file is chosen."""
    started: _Started | None = st.session_state.get(of_project(STARTED))
    if started is None:
        return
    if not started.job.finished or started.job.state == "done":  # done since the report was asked for: it runs again
        show_progress(started.job)
    elif upload is None or upload.file_id == started.file_id:
        if started.job.state == "failed":
            st.error(prose(started.job.error or ""), icon=":material/error:")
        elif started.job.state == "cancelled":
            st.info(f"{escape(started.job.title)} was cancelled. Nothing was stored.", icon=":material/cancel:")


def _show(report: ImportReport) -> None:
    where = f"the baseline “{escape(report.baseline.name)}”" if report.baseline else "current"
    known = f", {fmt_n(report.known)} were stored already" if report.known else ""
    st.success(f"{fmt_count(report.added, 'answer')} added to {where}{known}.", icon=":material/check_circle:")
    for sentence in (*report.reasons, *report.notes):
        st.caption(prose(sentence))
