"""Prompt runs: how far they are, what was answered and what failed, two models side by side, and sending to current."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError, NotFoundError
from driftium_core.formats import UNKNOWN, fmt_n, fmt_name, fmt_time
from pages.ui.jobs import run_job
from pages.ui.playground_export import offer_downloads
from pages.ui.playground_prompt import show_text
from pages.ui.project import choose_project, current_project
from pages.ui.widgets import card, escape, prose, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.services import Services
    from driftium_core.store.prompt_records import PromptRun, PromptRunFacts, RunAnswer

__all__ = ["RUN", "open_run", "show_run", "show_running", "show_runs"]

RUN = "prompt_run"
"""Query parameter with the run that is open."""

ARMS = "AB"


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
            _follow(services, run)


@st.fragment(run_every=0.5)
def _follow(services: Services, run: PromptRunFacts) -> None:
    job = monitor.run_job(services, run.id)
    if job is None:
        st.rerun()
    with st.container(key=f"card-running-{run.id}"):
        share = min(1.0, job.done / job.total) if job.total else 0.0
        bar, stop = st.columns([5, 1], vertical_alignment="center")
        bar.progress(
            share,
            text=f"{escape(run.name)}, {fmt_n(job.done)} of {fmt_n(job.total)} answered. "
            "You can leave this page; the run goes on.",
        )
        if job.message:
            st.caption(f"Now: {escape(job.message)}")
        if job.cancelling:
            stop.caption("Stopping; what was answered is kept.")
        else:
            stop.button("Stop the run", key=f"stop-{run.id}", icon=":material/stop_circle:", on_click=job.cancel)


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
                    "State": [_state(services, run) for run in runs],
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


def show_run(services: Services) -> None:
    """Draw the run of the link: counts, answers, the comparison of two models, and what can be done with it."""
    run_id = st.query_params.get(RUN)
    if not run_id:
        return
    try:
        run = monitor.open_prompt_run(services, run_id)
        answers = monitor.run_answers(services, run_id)
    except NotFoundError as error:
        st.error(prose(str(error)), icon=":material/link_off:")
        return
    if run.project != current_project():  # a link names the run; the picker follows
        choose_project(run.project)
    with card("run", f"{run.name}: {_state(services, run)}"):
        _show_actions(services, run, answers)
        if len(run.arms) == 2:
            _show_comparison(services, run)
        _show_answers(run, answers)


def _state(services: Services, run: PromptRunFacts) -> str:
    if monitor.run_job(services, run.id):
        return "running"
    if run.finished:
        return "done"
    return "stopped" if run.stopped else "interrupted"


def _show_actions(services: Services, run: PromptRun, answers: Sequence[RunAnswer]) -> None:
    missing = len(run.prompts) * len(run.arms) - sum(run.done)
    where = "Answers became telemetry as they came." if run.to_current else "Nothing is telemetry until you send it."
    failed = f", {fmt_n(sum(run.failed))} failed" if sum(run.failed) else ""
    st.caption(
        f"{fmt_n(sum(run.done))} of {fmt_n(len(run.prompts) * len(run.arms))} answered{failed}. {where} "
        f"Started {fmt_time(run.created_at)}."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if missing and not monitor.run_job(services, run.id):
            label = f"Continue: {fmt_n(missing)} to go"
            if st.button(label, key="play-continue", type="primary", icon=":material/play_arrow:"):
                monitor.continue_run(services, run.id)
                st.rerun()
        if not run.to_current:
            for arm in range(len(run.arms)):
                _offer_sending(services, run, arm, answers)
        offer_downloads(run, answers)
        with st.popover("Delete", icon=":material/delete:", type="tertiary"):
            st.markdown("Delete this run? Answers that were sent to current stay there.")
            if st.button("Delete run", key="play-delete-run"):
                monitor.delete_prompt_run(services, run.id)
                open_run(None)
                st.rerun()


def _offer_sending(services: Services, run: PromptRun, arm: int, answers: Sequence[RunAnswer]) -> None:
    of_arm = [answer for answer in answers if answer.arm == arm and answer.content]
    unsent = sum(answer.response_id is None for answer in of_arm)
    label = f"Send {ARMS[arm]} to current ({fmt_n(unsent)})" if unsent else f"{ARMS[arm]} is in current"
    if not st.button(label, key=f"play-send-{arm}", icon=":material/send:", disabled=not unsent):
        return
    try:
        added = monitor.send_to_current(services, run.id, arm)
    except DriftiumError as error:
        st.error(prose(str(error)), icon=":material/error:")
        return
    st.toast(f"{fmt_n(len(added.stored))} answers are telemetry now.", icon=":material/send:")
    st.rerun()


def _show_comparison(services: Services, run: PromptRun) -> None:
    """Do both answer alike? Tested once the run is at rest, on the prompts that both have answered."""
    if monitor.run_job(services, run.id) or not min(run.done):
        return
    report = run_job(
        services,
        f"arms {run.id} {run.done}",
        "Comparing the answers of A and B",
        lambda progress: monitor.compare_arms(services, run.id, progress=progress),
    )
    if report:
        headline = report.drift.headline.replace("Drift", "B differs from A").replace("drift", "difference")
        verdict(report.drift.severity, headline, report.drift.reason, "A is taken for the baseline, B for current.")


def _show_answers(run: PromptRun, answers: Sequence[RunAnswer]) -> None:
    if not answers:
        st.caption("No answer yet.")
        return
    at = {(answer.position, answer.arm): answer for answer in answers}
    positions = sorted({answer.position for answer in answers})
    columns: dict[str, list[object]] = {
        "#": [position + 1 for position in positions],
        "Prompt": [fmt_name(run.prompts[position], limit=120) for position in positions],
    }
    for arm in range(len(run.arms)):
        name = f"{ARMS[arm]}: " if len(run.arms) > 1 else ""
        found = [at.get((position, arm)) for position in positions]
        columns[f"{name}answer"] = [_excerpt(answer) for answer in found]
        columns[f"{name}s"] = [
            answer.content.latency_ms / 1000 if answer and answer.content and answer.content.latency_ms else None
            for answer in found
        ]
        columns[f"{name}tokens"] = [answer.content.tokens if answer and answer.content else None for answer in found]
    event = st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        key=f"play_answers-{run.id}",
        on_select="rerun",
        selection_mode="single-row",
        placeholder="–",
        height=min(420, 40 + 36 * len(positions)),
        alt="Answers of the run, by prompt",
        column_config={
            name: st.column_config.NumberColumn(format="%.2f", width=64)
            for name in columns
            if name[-1] == "s" and name[-2:] in ("s", " s")
        }
        | {"#": st.column_config.NumberColumn(width=44)},
    )
    chosen = [positions[row] for row in event.selection.rows if row < len(positions)]
    if chosen:
        _show_pair(run, at, chosen[0])
    else:
        st.caption("Pick a prompt to read what was answered.")


def _excerpt(answer: RunAnswer | None) -> str:
    if answer is None:
        return UNKNOWN
    return f"✕ {answer.error}" if answer.content is None else fmt_name(answer.content.response, limit=160)


def _show_pair(run: PromptRun, at: dict[tuple[int, int], RunAnswer], position: int) -> None:
    """One prompt, and the answers to it side by side."""
    st.caption(f"Prompt {position + 1}")
    show_text(run.prompts[position], f"run-prompt-{run.id}-{position}")
    for arm, place in enumerate(st.columns(len(run.arms))):
        answer = at.get((position, arm))
        with place:
            model = answer.content.model if answer and answer.content else run.arms[arm].model
            st.caption(escape(f"{ARMS[arm]} · {model}" if len(run.arms) > 1 else str(model)))
            if answer is None:
                st.caption("Not answered yet.")
            elif answer.content is None:
                st.error(prose(answer.error or ""), icon=":material/error:")
            else:
                show_text(answer.content.response, f"run-{run.id}-{position}-{arm}")
