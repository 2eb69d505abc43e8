"""What happened lately, on the Overview."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core.formats import fmt_name, fmt_time
from driftium_core.severity import severity_label
from pages.ui.project import DASHBOARD_PAGE, TABULAR_PAGE, open_page
from pages.ui.widgets import WRAPPED_ROW, card, severity_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.monitor import Event

__all__ = ["show_events"]

BASELINE, ALARM, INCIDENT = "baseline", "⚑ alarm", "◈ incident"


CAPTION = "Severities that changed, tables checked, new baselines, alarms, incidents. Pick a row."


def show_events(events: Sequence[Event]) -> None:
    """Draw a row for each event; picking one opens what it is about."""
    with card("events", "Recent events", CAPTION):
        if not events:
            st.caption("Nothing happened yet.")
            return
        picked = st.dataframe(
            pd.DataFrame(
                {
                    "When": [fmt_time(event.at) for event in events],
                    "What": [[_label(event)] for event in events],
                    "Event": [event.text for event in events],
                    "Project": [fmt_name(event.project, limit=32) for event in events],
                }
            ),
            hide_index=True,
            key=f"overview-events-{hash(tuple((event.at, event.project, event.text) for event in events))}",
            on_select="rerun",
            selection_mode="single-row",
            row_height=WRAPPED_ROW,
            alt="Recent events with time, severity, words and project",
            column_config={
                "When": st.column_config.TextColumn(width=64),
                "What": severity_column(BASELINE, ALARM, INCIDENT, width=122),
                "Event": st.column_config.TextColumn(width=330),
                "Project": st.column_config.TextColumn(width=106),
            },
        )
    if picked.selection.rows:
        _open(events[picked.selection.rows[0]])


def _label(event: Event) -> str:
    labels = {"baseline": BASELINE, "alarm": ALARM, "incident": INCIDENT}
    return labels.get(event.kind) or severity_label(event.severity)


def _open(event: Event) -> None:
    if event.run_id:
        open_page(TABULAR_PAGE, project=event.project, run=event.run_id)
    if event.calculation_id:
        open_page(DASHBOARD_PAGE, project=event.project, calculation=event.calculation_id)
    open_page(TABULAR_PAGE if event.about == "tables" else DASHBOARD_PAGE, project=event.project)
