"""One source or scheduled check: what it does, how it stands, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError, NotFoundError
from driftium_core.formats import fmt_n
from pages.ui.project import DASHBOARD_PAGE, open_page
from pages.ui.settings_clock import local
from pages.ui.settings_outcome import STATE_COLOURS, outcome, state_chips
from pages.ui.settings_runs import show_runs
from pages.ui.settings_schedule import choose_schedule
from pages.ui.settings_tasks import TASK
from pages.ui.widgets import card, errors_shown, escape, prose, severity_badge

if TYPE_CHECKING:
    from driftium_core.schedule import Schedule
    from driftium_core.services import Services
    from driftium_core.store.task_records import Task, TaskRun
    from pages.ui.settings_outcome import Verdicts

__all__ = ["NEWEST", "show_task"]

NEWEST = "settings_task_made"
"""Session key with the id of the task that this browser made last."""


def show_task(services: Services, task: Task, verdicts: Verdicts) -> None:
    """Draw the chosen task with its runs."""
    runs = monitor.task_runs(services, task.id, limit=None)
    with card(f"task-{task.id}"):
        badges = " ".join(f":{STATE_COLOURS[chip]}-badge[{chip}]" for chip in state_chips(task, _first(runs)))
        st.subheader(f"{escape(task.name)} {badges}", anchor=False)
        st.markdown(prose(monitor.describe_task(task)))
        _say_when(task)
        if st.session_state.get(NEWEST) == task.id and not runs:
            st.success(_first_words(task), icon=":material/check_circle:")
        elif runs and runs[0].state != "running":
            _say_outcome(task, runs[0], verdicts)
        if task.running:
            _show_running(services, task)
        _offer_actions(services, task)
    show_runs(task, runs, verdicts)


def _first(runs: list[TaskRun]) -> TaskRun | None:
    return runs[0] if runs else None


def _say_when(task: Task) -> None:
    text = task.schedule.words()
    when = f"{text[:1].upper()}{text[1:]}"
    if task.paused:
        when = f"{when}; paused, so that it only runs by hand"
    elif task.next_run_at is not None:
        when = f"{when}; next run {_next(task.next_run_at)}"
    st.caption(prose(f"{when}."))


def _first_words(task: Task) -> str:
    if task.next_run_at is None:
        return "It is set up, and runs when you press Run now."
    return f"It is set up. It runs for the first time {_next(task.next_run_at)}, then {prose(task.schedule.words())}."


def _next(moment: datetime) -> str:
    return "within seconds" if moment <= datetime.now(UTC) else local(moment)


def _say_outcome(task: Task, run: TaskRun, verdicts: Verdicts) -> None:
    words = f"Last run, {local(run.started_at)}: {outcome(task, run)}"
    if run.state == "failed":
        if task.failures > 1:
            words = f"{words} {fmt_n(task.failures)} runs in a row did not end well."
        st.error(prose(words), icon=":material/error:")
    else:
        badge = f" {severity_badge(verdicts[run.report_id])}" if run.report_id in verdicts else ""
        st.markdown(f"{prose(words)}{badge}")


def _offer_actions(services: Services, task: Task) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"foot-task-{task.id}"):
        st.button(
            "Run now",
            key=f"task-run-{task.id}",
            icon=":material/play_arrow:",
            disabled=task.running,
            on_click=_do,
            args=(lambda: monitor.run_task(services, task.id),),
        )
        st.button(
            "Resume" if task.paused else "Pause",
            key=f"task-pause-{task.id}",
            icon=":material/resume:" if task.paused else ":material/pause:",
            on_click=_do,
            args=(lambda: monitor.change_task(services, task.id, paused=not task.paused),),
        )
        _offer_edit(services, task)
        with st.popover("Delete", icon=":material/delete:", type="tertiary", key=f"task-delete-open-{task.id}"):
            st.markdown(
                f"Delete {escape(task.name)} with its history of runs? What it collected, and the reports it made, "
                "stay."
            )
            st.button(
                "Delete it",
                key=f"task-delete-{task.id}",
                icon=":material/delete:",
                on_click=_do,
                args=(lambda: monitor.delete_task(services, task.id), f"{escape(task.name)} is deleted."),
            )
        if task.kind == "collect" and st.button("Open the LLM Dashboard", key="task-dashboard", type="tertiary"):
            open_page(DASHBOARD_PAGE)


def _do(work: Callable[[], object], done: str = "") -> None:
    try:
        work()
    except DriftiumError as error:
        st.toast(prose(str(error)), icon=":material/error:", duration="long")
    else:
        if done:
            st.query_params.pop(TASK, None)
            st.toast(done, icon=":material/delete:")


def _offer_edit(services: Services, task: Task) -> None:
    edit = f"task-edit-{task.id}"
    if st.session_state.pop(f"{edit}-saved", False):
        st.session_state[f"{edit}-open"] = False
    with st.popover("Edit", icon=":material/edit:", key=f"{edit}-open", on_change=_forget, args=(f"{edit}-error",)):
        begun = f"{edit}-{hash((task.name, task.schedule))}"  # what was saved meanwhile is what to begin with
        name = st.text_input("Name", value=task.name, max_chars=120, key=f"{begun}-name")
        schedule = choose_schedule(begun, task.schedule)
        st.caption("What it reads cannot be changed: where it got to would be lost. Set up another one instead.")
        place = st.container()
        st.button(
            "Save",
            type="primary",
            key=f"task-save-{task.id}",
            disabled=schedule is None,
            on_click=_note,
            args=(f"{edit}-wish",),
        )
        if st.session_state.pop(f"{edit}-wish", False) and schedule is not None:
            _save(services, task, name, schedule)
        if error := st.session_state.get(f"{edit}-error"):
            place.error(prose(error), icon=":material/error:")


def _note(key: str) -> None:
    """Noted by a callback, a press counts even when it comes together with a rerun of the whole page."""
    st.session_state[key] = True


def _save(services: Services, task: Task, name: str, schedule: Schedule) -> None:
    edit = f"task-edit-{task.id}"
    try:
        monitor.change_task(services, task.id, name=name, schedule=schedule)
    except NotFoundError as error:
        st.toast(prose(str(error)), icon=":material/error:", duration="long")
        st.rerun()
    except DriftiumError as error:
        st.session_state[f"{edit}-error"] = str(error)
    else:
        _forget(f"{edit}-error")
        st.session_state[f"{edit}-saved"] = True
        st.rerun()


def _forget(key: str) -> None:
    st.session_state.pop(key, None)


def _show_running(services: Services, task: Task) -> None:
    if monitor.task_job(services, task.id) is None:
        st.info("Another process is running it; its end shows here.", icon=":material/sync:")
        return
    with st.container():  # see pages.ui.live on fragments
        _follow(services, task)


@st.fragment(run_every=0.5)
def _follow(services: Services, task: Task) -> None:
    job = monitor.task_job(services, task.id)
    if job is None or job.finished:
        st.rerun()
    with st.container(key=f"task-running-{task.id}"):
        bar, stop = st.columns([5, 1], vertical_alignment="center")
        share = min(1.0, job.done / job.total) if job.total else 0.0
        counted = f", {fmt_n(job.done)} of {fmt_n(job.total)}" if job.total else ""
        now = f": {escape(job.message)}" if job.message else ""
        bar.progress(share, text=f"Running{counted}{now}. You can leave this page; the run goes on.")
        if job.cancelling:
            stop.caption("Stopping; what it has stored stays.")
        else:
            stop.button(
                "Stop",
                key=f"task-stop-{task.id}",
                icon=":material/stop_circle:",
                on_click=_stop,
                args=(services, task.id),
            )


def _stop(services: Services, task_id: str) -> None:
    with errors_shown():
        monitor.stop_task(services, task_id)
