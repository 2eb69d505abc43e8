"""Every monitor on the Overview: the verdict over all, four numbers, and a row for each that opens its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core import monitor
from driftium_core.formats import UNKNOWN, fmt_count, fmt_n, fmt_name, fmt_names, fmt_p, fmt_time
from driftium_core.severity import severity_label
from driftium_core.store.records import DEFAULT_PROJECT
from pages.ui.drift_now import show_check_problems
from pages.ui.project import DASHBOARD_PAGE, TABULAR_PAGE, open_page
from pages.ui.tabular_inputs import choose_saved
from pages.ui.widgets import WRAPPED_ROW, card, escape, prose, severity_badge, severity_column, theme, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.monitor import LiveCheck, MonitorRow, RecentCounts
    from driftium_core.services import Services

__all__ = ["show_headline", "show_monitors", "show_numbers"]

WAITING, SIMULATED, ALARM, INCIDENT = "– WAITING", "simulated", "⚑ ALARM", "◈ INCIDENT"

HEALTH_HELP = (
    "Health Index of a model's answers, 0 to 100: how well they keep to their prompts. Tables have none: no one number "
    "says how well a table is, and one bad column among many would look healthy."
)
TREND_HELP = (
    "Effect size of the last 20 checks, drawn from 0 to 1: of the answers against the baseline in force, or the "
    "largest among a table's columns. A single check is a level line; inconclusive ones are left out."
)
P_HELP = "Of the test of all answers. A table's columns are tested one by one; open the row to see them."
SEVERITY_HELP = (
    f"Of the newest check. {ALARM}: the evidence that many small looks have added up crossed its line, and nobody has "
    f"dismissed it. {INCIDENT}: an alert rule has opened one, and it is not over."
)
NAME_LIMIT = 48
"""Characters that fit three lines of the column of names, wherever they break."""

LINES = 8
"""Monitors that a phone shows above the table."""

SINCE_HELP = "First check of the unbroken row with severity above LOW, as far back as the history goes."


def show_headline(rows: Sequence[MonitorRow]) -> None:
    """Draw the verdict line over all monitors."""
    line = monitor.overview_headline(rows)
    verdict(line.severity, line.headline, line.sentence, line.detail)


def show_numbers(rows: Sequence[MonitorRow], counts: RecentCounts) -> None:
    """Draw how much is watched, and how much came in within a day."""
    totals = monitor.overview_totals(rows)
    alarms = fmt_count(totals.open_alarms, "open alarm") if totals.open_alarms else "HIGH or CRITICAL"
    numbers = (
        ("Monitors", totals.monitors, f"{fmt_n(totals.llm)} LLM, {fmt_n(totals.tabular)} tabular"),
        ("Need attention", totals.need_attention, alarms),
        ("Answers, 24 h", counts.responses, "stored in all projects"),
        ("Rows, 24 h", counts.rows, "of tables checked"),
    )
    with st.container(key="metrics"):
        for place, (label, value, below) in zip(st.columns(4), numbers, strict=True):
            place.metric(label, fmt_n(value), below, delta_color="off", delta_arrow="off", border=False)


def show_monitors(services: Services, rows: Sequence[MonitorRow], live: LiveCheck) -> None:
    """Draw a row for each monitor; picking one opens it in its project."""
    with card("monitors", "Monitors", "Most urgent first. Pick a row to open it. Times are UTC."):
        _show_lines(rows[:LINES])
        event = st.dataframe(
            _frame(rows),
            hide_index=True,
            # A pick is of the rows in the order they had.
            key=f"overview-monitors-{hash(tuple((row.project, row.kind, row.name, row.simulated) for row in rows))}",
            on_select="rerun",
            selection_mode="single-row",
            row_height=WRAPPED_ROW,
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
    if row.kind == "tabular" and row.alarm:  # of a saved reference that no stored check names
        choose_saved(row.alarm.baseline_id, project=row.project)
    open_page(DASHBOARD_PAGE if row.kind == "llm" else TABULAR_PAGE, project=row.project)


def _show_lines(rows: Sequence[MonitorRow]) -> None:
    """Draw the first monitors in lines that a phone shows whole; the stylesheet hides them on wider screens."""
    with st.container(key="narrow-monitors"):
        for number, row in enumerate(rows):
            with st.container(key=f"line-{number}", gap="xxsmall"):
                badges = " ".join(_badge(row, label) for label in _chips(row))
                st.markdown(f"{badges} **{escape(_name(row, limit=80))}**  \n{escape(row.finding)}")
                step = "Open" if row.next_step == monitor.NOTHING_NOW else escape(row.next_step)
                key = f"open-line-{hash((row.project, row.kind, row.name, row.simulated))}"
                if st.button(step, icon=":material/chevron_right:", type="tertiary", key=key):
                    _open(row)


def _frame(rows: Sequence[MonitorRow]) -> pd.DataFrame:
    columns = {
        "Severity": [_chips(row) for row in rows],
        "Monitor": [_name(row, limit=NAME_LIMIT) for row in rows],
        "Finding": [row.finding for row in rows],
        "Next step": [row.next_step for row in rows],
        "Health": [row.health for row in rows],
        "Last 20": [_drawn(row.trend) for row in rows],
        "p": [None if row.pvalue is None else fmt_p(row.pvalue) for row in rows],
        "Checked": [row.checked_at and fmt_time(row.checked_at) for row in rows],
        "Since": [row.since and fmt_time(row.since) for row in rows],
        "Kind": ["LLM" if row.kind == "llm" else "Table" for row in rows],
    }
    return pd.DataFrame(columns)


def _name(row: MonitorRow, *, limit: int) -> str:
    """A project's pools by its name; a table with its project, unless that is the default one.

    Of two names, each may take what the other leaves of ``limit``, and half of it in any case.
    """
    if row.kind == "llm" or row.project == DEFAULT_PROJECT:
        return fmt_name(row.name, limit=limit)
    room, names = limit - len(" in "), [fmt_name(name, limit=80) for name in (row.name, row.project)]
    limits = [max(room // 2, room - len(other)) for other in names[::-1]]
    return " in ".join(fmt_name(name, limit=most) for name, most in zip(names, limits, strict=True))


def _drawn(trend: Sequence[float]) -> list[float]:
    """A line takes two points."""
    return [*trend, *trend] if len(trend) == 1 else [*trend]


def _chips(row: MonitorRow) -> list[str]:
    label = WAITING if row.outcome == "waiting" else severity_label(row.severity)
    # Two chips fit; the next step speaks of an alarm in any case.
    opened = INCIDENT if row.incidents else ALARM if row.alarm else ""
    return [SIMULATED if row.simulated else label, *([opened] if opened else [])]


def _badge(row: MonitorRow, label: str) -> str:
    return severity_badge(row.severity) if label == severity_label(row.severity) else f":gray-badge[{escape(label)}]"


def _columns() -> dict[str, object]:
    from driftium_core.palette import PALETTES

    palette, config = PALETTES[theme()], st.column_config
    return {
        "Severity": severity_column(WAITING, SIMULATED, ALARM, INCIDENT, width=122, help=SEVERITY_HELP),
        "Monitor": config.TextColumn(width=150),
        "Finding": config.TextColumn(width=206),
        "Next step": config.TextColumn(width=176),
        "Health": config.ProgressColumn(
            width=84, min_value=0, max_value=100, format="%.0f", color=palette.current, help=HEALTH_HELP
        ),
        "Last 20": config.LineChartColumn(width=80, y_min=0, y_max=1, color=palette.current, help=TREND_HELP),
        "p": config.TextColumn(width=76, help=P_HELP),
        "Checked": config.TextColumn(width=70),
        "Since": config.TextColumn(width=70, help=SINCE_HELP),
        "Kind": config.TextColumn(width=58),
    }
