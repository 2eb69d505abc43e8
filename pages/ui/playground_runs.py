"""Prompt runs: those that are going on, and the list of the newest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_n, fmt_name, fmt_time
from pages.ui.project import current_project
from pages.ui.widgets import card, errors_shown, escape

if TYPE_CHECKING:
    from driftium_core.services import Services
    from driftium_core.store.prompt_records import PromptRunFacts

__all__ = ["RUN", "open_run", "run_state", "show_running", "show_runs"]

RUN = "prompt_run"
"""Query parameter with the run that is open."""


def open_run(run_id: str | None) -> None:
    """Make a run the one that is shown, by its link; None shows none."""
    if run_id:
        st.query_params[RUN] = run_id
    else:
        st.query_params.pop(RUN, None)


def show_running(services: Services) -> None:
    """Draw the progress of every run of the project that is going on."""
    for run in monitor.prompt_runs(services, project=current_project()):
        if not run.finished and monitor.run_job(services, run.id):
            with st.container():  # see pages.ui.live on fragments
                _follow(services, run)


@st.fragment(run_every=0.5)
def _follow(services: Services, run: PromptRunFacts) -> None:
    job = monitor.run_job(services, run.id)
    if job is None:
        st.rerun()
    with st.container(key=f"card-running-{run.id}"):
        total = run.n_prompts * len(run.arms)
        done = job.done if job.total else sum(run.done)  # the job counts from its first step on
        bar, stop = st.columns([5, 1], vertical_alignment="center")
        bar.progress(
            min(1.0, done / total),
            text=f"{escape(run.name)}, {fmt_n(done)} of {fmt_n(total)} done. You can leave this page; the run goes on.",
        )
        if job.message:
            st.caption(f"Now: {escape(job.message)}")
        if job.cancelling:
            stop.caption("Stopping; what was answered is kept.")
        else:
            stop.button(
                "Stop the run",
                key=f"stop-{run.id}",
                icon=":material/stop_circle:",
                on_click=_stop,
                args=(services, run.id),
            )


def _stop(services: Services, run_id: str) -> None:
    with errors_shown():
        monitor.stop_run(services, run_id)


def show_runs(services: Services) -> None:
    """Draw the newest runs; picking one opens it."""
    runs = monitor.prompt_runs(services, project=current_project())
    with card("runs", "Runs"):
        if not runs:
            st.caption("No prompt set was run yet. A run is kept with every answer, and has a link of its own.")
            return
        st.caption("Pick a run to open it.")
        chosen = st.query_params.get(RUN)
        default = [place for place, run in enumerate(runs) if run.id == chosen]
        event = st.dataframe(
            pd.DataFrame(
                {
                    "State": [run_state(services, run) for run in runs],
                    "Set": [fmt_name(run.name) for run in runs],
                    "Answered": [" | ".join(f"{n} of {run.n_prompts}" for n in run.done) for run in runs],
                    "Failed": [sum(run.failed) or None for run in runs],
                    "Model": [" | ".join(arm.model.removeprefix("ollama:") for arm in run.arms) for run in runs],
                    "Started": [fmt_time(run.created_at) for run in runs],
                }
            ),
            hide_index=True,
            key=f"play_runs-{hash(tuple(run.id for run in runs))}-{chosen}",
            on_select="rerun",
            selection_mode="single-row",
            selection_default={"selection": {"rows": default}},
            placeholder="–",
            height=min(320, 40 + 36 * len(runs)),
            alt="Prompt runs, newest first",
            column_config={
                "State": st.column_config.TextColumn(width=96),
                "Set": st.column_config.TextColumn(width=150),
                "Answered": st.column_config.TextColumn(width=120),
                "Failed": st.column_config.NumberColumn(width=62),
                "Model": st.column_config.TextColumn(width=130),
            },
        )
        picked = runs[event.selection.rows[0]].id if event.selection.rows else None
        if picked != chosen and (picked or default):
            open_run(picked)
            st.rerun()


def run_state(services: Services, run: PromptRunFacts) -> str:
    """How a run stands, in a word; one that nobody works on and that did not end was interrupted."""
    if monitor.run_job(services, run.id):
        return "running"
    if run.finished:
        return "done"
    return "stopped" if run.stopped else "interrupted"
