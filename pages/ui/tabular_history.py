"""Saved runs of the Tabular page: the trend, and every run by its link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core import monitor
from driftium_core.errors import StorageError
from driftium_core.formats import fmt_effect, fmt_n, fmt_time
from driftium_core.severity import severity_label
from pages.ui.project import current_project
from pages.ui.tabular_check import open_run
from pages.ui.widgets import card, chart, prose, severity_column, theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.services import Services
    from driftium_core.store.table_records import TableRun

__all__ = ["show_history"]

TREND_RUNS = 20
MAX_RUNS = 100


def show_history(services: Services, *, selected: str | None, reference: str | None = None) -> None:
    """Draw the trend of the newest runs and their table; picking one opens it.

    With ``reference``, the runs against it come first: a trend over different references has no meaning.
    """
    no_runs = (
        "No run is saved yet. Checks of uploaded files are saved by themselves; a simulation when you press Save run."
    )
    with card("history", "Saved runs"):
        try:
            runs: Sequence[TableRun] = monitor.table_runs(services, project=current_project(), limit=MAX_RUNS)
            if runs and reference:
                no_runs = "No run against this reference is saved yet."
                runs = _of_reference(services, runs, reference)
        except StorageError as error:
            st.error(prose(str(error)), icon=":material/database_off:")
            return
        if not runs:
            st.caption(no_runs)
            return
        one_reference = len({run.reference_name for run in runs}) == 1
        if one_reference and len(runs) > 1:
            n_shown = min(len(runs), TREND_RUNS)
            st.caption(f"The newest {n_shown} of {len(runs)} as a trend. Pick a run to open it.")
            _show_trend(runs[:TREND_RUNS][::-1], selected)
        else:
            st.caption("Pick a run to open it. Two runs against one reference make a trend.")
        _show_table(runs, selected)


def _of_reference(services: Services, runs: Sequence[TableRun], reference: str) -> Sequence[TableRun]:
    same = monitor.table_runs(services, project=current_project(), limit=MAX_RUNS, reference=reference)
    if len(same) == len(runs):
        return runs
    shown = st.segmented_control(
        "Runs", ["This reference", "All"], default="This reference", key="tabular_runs", required=True
    )
    return same if shown == "This reference" else runs


def _show_trend(runs: Sequence[TableRun], selected: str | None) -> None:
    from driftium_core.figures.runs import RunPoint, run_trend

    points = [
        RunPoint(run.id, fmt_time(run.created_at), run.title, run.severity, run.drift_rate, run.max_effect)
        for run in runs
    ]
    event = chart(
        run_trend(points, theme(), selected=selected),
        f"trend-{runs[-1].id}-{selected}",
        on_select="rerun",
        selection_mode="points",
    )
    picked = [point.get("customdata") for point in event.selection.points]
    if picked and picked[0]:
        run_id = picked[0] if isinstance(picked[0], str) else picked[0][0]
        if run_id != selected:
            open_run(run_id)


def _show_table(runs: Sequence[TableRun], selected: str | None) -> None:
    frame = pd.DataFrame(
        {
            "Severity": [[severity_label(run.severity)] for run in runs],
            "When": [fmt_time(run.created_at) for run in runs],
            "Reference": [run.reference_name for run in runs],
            "Current": [run.simulated or run.current_name for run in runs],
            "Drifted": [f"{run.drifted} of {run.monitored}" for run in runs],
            "Largest effect": [None if run.max_effect is None else fmt_effect(run.max_effect) for run in runs],
            "Rows": [f"{fmt_n(run.current_rows)} v {fmt_n(run.reference_rows)}" for run in runs],
            "Kind": ["simulated" if run.simulated else "files" for run in runs],
            "Options": [run.options or None for run in runs],
        }
    )
    event = st.dataframe(
        frame,
        hide_index=True,
        height=min(38 + 35 * len(runs), 38 + 35 * 6),
        key=f"runs-{runs[0].id}-{len(runs)}-{selected}",
        on_select="rerun",
        selection_mode="single-row",
        alt="Saved runs with severity, time, data and number of drifted columns",
        placeholder="–",
        column_config={
            "Severity": severity_column(width=128),
            "Reference": st.column_config.TextColumn(width=180),
            "Current": st.column_config.TextColumn(width=180),
        },
    )
    rows = event.selection.rows
    if rows and runs[rows[0]].id != selected:
        open_run(runs[rows[0]].id)
