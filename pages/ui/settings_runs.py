"""The runs of one task: what each read, what it left out and why, and the report that it made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core.formats import UNKNOWN, fmt_count, fmt_duration, fmt_name
from driftium_core.severity import severity_label
from pages.ui.project import DASHBOARD_PAGE, TABULAR_PAGE, open_page
from pages.ui.settings_clock import local, local_times
from pages.ui.settings_outcome import CAUSES, STATE_COLOURS, STATES, outcome
from pages.ui.widgets import card, prose, severity_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.store.task_records import Task, TaskRun
    from pages.ui.settings_outcome import Verdicts

__all__ = ["show_runs"]

MOST_ROWS = 8
"""That the card shows without scrolling."""


def show_runs(task: Task, runs: Sequence[TaskRun], verdicts: Verdicts) -> None:
    """Draw the newest runs as a table, and one of them in full: the picked one, or the newest."""
    with card(f"task-runs-{task.id}", "Runs"):
        if not runs:
            st.caption("It has not run yet. Each run is kept here with what it read and what it left out.")
            return
        picked = f"task-run-picked-{task.id}"
        runs = _listed(task, runs, keep=st.session_state.get(picked))
        if len(runs) > 1:
            st.caption("Newest first; pick one for what it left out and its report.")
        shown = next((run for run in runs if run.id == st.session_state.get(picked)), runs[0])
        event = st.dataframe(
            _frame(task, runs, verdicts),
            hide_index=True,
            key=f"task-runs-table-{task.id}-{hash(tuple(run.id for run in runs))}",
            on_select="rerun",
            selection_mode="single-row",
            selection_default={"selection": {"rows": [] if shown is runs[0] else [runs.index(shown)]}},
            height="auto" if len(runs) <= MOST_ROWS else 320,
            placeholder=UNKNOWN,
            alt="Runs of the task, newest first, with how many records each read, stored and skipped",
            column_config={
                "State": st.column_config.MultiselectColumn(
                    options=list(STATE_COLOURS), color=list(STATE_COLOURS.values()), width=128
                ),
                "Severity": severity_column(width=128),
                "Started": st.column_config.TextColumn(width=130),
                "Took": st.column_config.TextColumn(width=80),
                "Begun": st.column_config.TextColumn(width=100),
                "Outcome": st.column_config.TextColumn(width=420),
                **{name: st.column_config.NumberColumn(width=80) for name in ("Read", "New", "Known", "Skipped")},
            },
        )
        rows = event.selection.rows
        shown = runs[rows[0]] if rows else runs[0]
        st.session_state[picked] = shown.id if rows else None  # it stays picked when newer runs come
        if rows:  # what came of the newest stands above
            st.markdown(f"**{local(shown.started_at)}, {CAUSES[shown.cause]}.** {prose(outcome(task, shown))}")
        _show_run(task, shown)


def _listed(task: Task, runs: Sequence[TaskRun], *, keep: str | None) -> Sequence[TaskRun]:
    """Without the many that had nothing to do, unless they are asked for; the newest and the picked one stay."""
    telling = [run for run in runs if run is runs[0] or run.id == keep or not run.quiet]
    n_quiet = len(runs) - len(telling)
    if len(runs) <= MOST_ROWS or not n_quiet:
        return runs
    key = f"task-runs-all-{task.id}"
    words = f"Also show {fmt_count(n_quiet, 'run')} that found nothing to do"
    return runs if st.toggle(words, key=key, persist_state="session") else telling


def _frame(task: Task, runs: Sequence[TaskRun], verdicts: Verdicts) -> pd.DataFrame:
    columns = {
        "State": [[STATES[run.state]] for run in runs],
        "Started": local_times([run.started_at for run in runs]),
        "Took": [None if run.duration_ms is None else fmt_duration(run.duration_ms) for run in runs],
        "Begun": [CAUSES[run.cause] for run in runs],
        "Read": [run.n_read for run in runs],
    }
    if task.kind == "collect":
        columns |= {
            "New": [run.n_new for run in runs],
            "Known": [run.n_known for run in runs],
            "Skipped": [run.n_skipped for run in runs],
        }
    else:
        columns["Severity"] = [
            [severity_label(verdicts[run.report_id])] if run.report_id in verdicts else None for run in runs
        ]
    columns["Outcome"] = [fmt_name(outcome(task, run).replace("`", ""), limit=200) for run in runs]
    return pd.DataFrame(columns)


def _show_run(task: Task, run: TaskRun) -> None:
    said = outcome(task, run)
    with st.container(key=f"task-run-shown-{run.id}"):
        for sentence in (*run.reasons, *run.notes):
            if sentence not in said:
                st.caption(prose(sentence))
        if run.report_id is not None and st.button(
            "Open its report", key=f"task-report-{run.id}", icon=":material/open_in_new:", type="tertiary"
        ):
            if run.report_kind == "table":
                open_page(TABULAR_PAGE, run=run.report_id)
            open_page(DASHBOARD_PAGE, calculation=run.report_id)
