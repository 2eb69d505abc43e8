"""The project's sources and scheduled checks as a table; one of them is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_count, fmt_name
from driftium_core.severity import severity_label
from pages.ui.project import current_project
from pages.ui.settings_clock import browser_zone, local
from pages.ui.settings_outcome import STATE_COLOURS, outcome, state_chips
from pages.ui.widgets import card, escape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from driftium_core.services import Services
    from driftium_core.store.task_records import Task, TaskRun
    from pages.ui.settings_outcome import Verdicts

__all__ = ["TASK", "show_tasks"]

TASK = "task"
"""Query parameter with the task that is chosen."""

MOST_ROWS = 8
"""That the card shows without scrolling."""

WORST_FIRST = ("failed", "interrupted")


def show_tasks(services: Services, tasks: Sequence[Task], verdicts: Verdicts, offer_new: Callable[[], None]) -> Task:
    """Draw the table and return the chosen task: the one of the link, else one that failed, else the first."""
    last = monitor.latest_runs(services, project=current_project())
    named = next((task for task in tasks if task.id == st.query_params.get(TASK)), None)
    chosen = named or next((task for task in tasks if _failed(last.get(task.id))), tasks[0])
    with card("tasks"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader("Sources and scheduled checks", anchor=False, width="content")
            offer_new()
        pick = "" if len(tasks) == 1 else f"{fmt_count(len(tasks), 'task')}; pick one to see its runs. "
        st.caption(f"{pick}Times are by this browser's clock ({escape(browser_zone())}).")
        event = st.dataframe(
            _frame(tasks, last, verdicts),
            hide_index=True,
            key=f"tasks-{hash(tuple(task.id for task in tasks))}-{chosen.id}",
            on_select="rerun",
            selection_mode="single-row",
            selection_default={"selection": {"rows": [tasks.index(chosen)]}},
            height="auto" if len(tasks) <= MOST_ROWS else 320,
            placeholder="–",
            alt="Sources and scheduled checks with state, schedule, next run and what came of the last one",
            column_config={
                "State": st.column_config.MultiselectColumn(
                    options=list(STATE_COLOURS), color=list(STATE_COLOURS.values()), width=172
                ),
                "Name": st.column_config.TextColumn(width=170),
                "Next run": st.column_config.TextColumn(width=120),
                "Last run": st.column_config.TextColumn(width=120),
                "Outcome": st.column_config.TextColumn(width=250),
                "Schedule": st.column_config.TextColumn(width=216),
                "What it does": st.column_config.TextColumn(width=420),
            },
        )
    rows = event.selection.rows
    if rows and tasks[rows[0]].id != chosen.id:
        st.query_params[TASK] = tasks[rows[0]].id
        st.rerun()
    return chosen


def _failed(run: TaskRun | None) -> bool:
    return run is not None and run.state in WORST_FIRST


def _frame(tasks: Sequence[Task], last: dict[str, TaskRun], verdicts: Verdicts) -> pd.DataFrame:
    def said(task: Task) -> str | None:
        run = last.get(task.id)
        if run is None:
            return None
        severity = f"{severity_label(verdicts[run.report_id])} · " if run.report_id in verdicts else ""
        return fmt_name(f"{severity}{outcome(task, run)}".replace("`", ""), limit=160)

    return pd.DataFrame(
        {
            "State": [state_chips(task, last.get(task.id)) for task in tasks],
            "Name": [fmt_name(task.name, limit=80) for task in tasks],
            "Next run": [local(task.next_run_at) for task in tasks],
            "Last run": [local(last[task.id].started_at) if task.id in last else None for task in tasks],
            "Outcome": [said(task) for task in tasks],
            "Schedule": [task.schedule.words() for task in tasks],
            "What it does": [fmt_name(monitor.describe_task(task).replace("`", ""), limit=200) for task in tasks],
        }
    )
