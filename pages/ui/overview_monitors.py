"""Every monitor on the Overview: the verdict over all, four numbers, and a row for each that opens its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core import monitor
from driftium_core.formats import UNKNOWN, fmt_count, fmt_n, fmt_name, fmt_names, fmt_p, fmt_time
from driftium_core.severity import severity_label
from pages.ui.drift_now import show_check_problems
from pages.ui.project import DASHBOARD_PAGE, TABULAR_PAGE, open_page
from pages.ui.widgets import card, prose, severity_column, theme, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.monitor import LiveCheck, MonitorRow, RecentCounts
    from driftium_core.services import Services

__all__ = ["show_headline", "show_monitors", "show_numbers"]

WAITING, SIMULATED = "– WAITING", "simulated"

HEALTH_HELP = (
    "Health Index of a model's answers, 0 to 100: how well they keep to their prompts. Tables have none: no one number "
    "says how well a table is, and one bad column among many would look healthy."
)
EFFECT_HELP = (
    "Effect size of the last 20 checks, drawn from 0 to 0.6: of the answers against the baseline in force, or the "
    "largest among a table's columns. Inconclusive checks are left out."
)
P_HELP = "Of the test of all answers. A table's columns are tested one by one; open the row to see them."
ALARM_HELP = "The evidence that many small looks have added up crossed its line, and nobody has dismissed it."
SINCE_HELP = "First check of the unbroken row with severity above LOW, as far back as the history goes."


def show_headline(rows: Sequence[MonitorRow]) -> None:
    """Draw the verdict line over all monitors."""
    line = monitor.overview_headline(rows)
    verdict(line.severity, line.headline, line.sentence, line.detail)


def show_numbers(rows: Sequence[MonitorRow], counts: RecentCounts) -> None:
    """Draw how much is watched, and how much came in within a day."""
    real = [row for row in rows if not row.simulated]
    n_llm = sum(row.kind == "llm" for row in real)
    alarms = sum(row.alarm is not None for row in real)
    attention = sum(row.needs_attention for row in real)
    numbers = (
        ("Monitors", len(real), f"{fmt_n(n_llm)} LLM, {fmt_n(len(real) - n_llm)} tabular"),
        ("Need attention", attention, fmt_count(alarms, "open alarm") if alarms else "HIGH or CRITICAL"),
        ("Answers, 24 h", counts.responses, "stored in all projects"),
        ("Rows, 24 h", counts.rows, "of tables checked"),
    )
    with st.container(key="metrics"):
        for place, (label, value, below) in zip(st.columns(4), numbers, strict=True):
            place.metric(label, fmt_n(value), below, delta_color="off", delta_arrow="off", border=False)


def show_monitors(services: Services, rows: Sequence[MonitorRow], live: LiveCheck) -> None:
    """Draw a row for each monitor; picking one opens it in its project."""
    with card("monitors", "Monitors", "Most urgent first. Pick a row to open it."):
        event = st.dataframe(
            _frame(rows),
            hide_index=True,
            # A pick is of the rows in the order they had.
            key=f"overview-monitors-{hash(tuple((row.project, row.kind, row.name, row.simulated) for row in rows))}",
            on_select="rerun",
            selection_mode="single-row",
            alt="Monitors of all projects with severity, finding and next step",
            placeholder=UNKNOWN,
            column_config=_columns(),
        )
        watched = {row.project for row in rows}
        if empty := [name for name in monitor.projects(services) if name not in watched]:
            verb = "holds" if len(empty) == 1 else "hold"
            st.caption(prose(f"{fmt_count(len(empty), 'project')} {verb} nothing yet: {fmt_names(empty)}."))
        show_check_problems(services, live)
    if event.selection.rows:
        _open(rows[event.selection.rows[0]])


def _open(row: MonitorRow) -> None:
    if row.run_id:
        open_page(TABULAR_PAGE, project=row.project, run=row.run_id)
    open_page(DASHBOARD_PAGE, project=row.project)


def _frame(rows: Sequence[MonitorRow]) -> pd.DataFrame:
    columns = {
        "Severity": [_chips(row) for row in rows],
        "Monitor": [fmt_name(row.name, limit=80) for row in rows],
        "Kind": ["LLM" if row.kind == "llm" else "Tabular" for row in rows],
        "Health": [row.health for row in rows],
        "Effect": [list(row.trend) if len(row.trend) > 1 else [] for row in rows],
        "Finding": [row.finding for row in rows],
        "p": [None if row.pvalue is None else fmt_p(row.pvalue) for row in rows],
        "Next step": [row.next_step for row in rows],
        "Checked": [row.checked_at and fmt_time(row.checked_at) for row in rows],
        "Since": [row.since and fmt_time(row.since) for row in rows],
        "Alarm": [_alarm(row) for row in rows],
        "Project": [fmt_name(row.project, limit=80) for row in rows],
    }
    if not any(columns["Alarm"]):
        del columns["Alarm"]
    return pd.DataFrame(columns)


def _chips(row: MonitorRow) -> list[str]:
    label = WAITING if row.outcome == "waiting" else severity_label(row.severity)
    return [SIMULATED if row.simulated else label]


def _alarm(row: MonitorRow) -> str | None:
    if row.alarm is None or row.alarm.alarmed_at_block is None:
        return None
    return f"since block {fmt_n(row.alarm.alarmed_at_block + 1)}"


def _columns() -> dict[str, object]:
    from driftium_core.palette import PALETTES

    palette, config = PALETTES[theme()], st.column_config
    return {
        "Severity": severity_column(WAITING, SIMULATED, width=122),
        "Monitor": config.TextColumn(width=134),
        "Kind": config.TextColumn(width=62),
        "Health": config.ProgressColumn(
            width=84, min_value=0, max_value=100, format="%.0f", color=palette.current, help=HEALTH_HELP
        ),
        "Effect": config.LineChartColumn(width=80, y_min=0, y_max=0.6, color=palette.current, help=EFFECT_HELP),
        "Finding": config.TextColumn(width=206),
        "p": config.TextColumn(width=74, help=P_HELP),
        "Next step": config.TextColumn(width=170),
        "Alarm": config.TextColumn(width=110, help=ALARM_HELP),
        "Since": config.TextColumn(width=86, help=SINCE_HELP),
        "Checked": config.TextColumn(width=86),
    }
