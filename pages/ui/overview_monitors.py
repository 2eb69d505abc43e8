"""What was checked: the verdict over all references, and a row for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core.formats import fmt_effect, fmt_n, fmt_time
from driftium_core.severity import Severity, severity_label
from pages.ui.project import open_page
from pages.ui.widgets import card, severity_column, theme, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.monitor import TableMonitor

__all__ = ["TABULAR_PAGE", "show_monitors", "show_verdict"]

TABULAR_PAGE = "tabular.py"


def show_verdict(monitors: Sequence[TableMonitor]) -> None:
    """The worst newest result of real data; a simulation is nobody's incident."""
    real = [m for m in monitors if m.latest.simulated is None]
    newest = f"Newest check {fmt_time(max(m.latest.created_at for m in real or monitors))}."
    if not real:
        verdict(
            None, "○ Only simulations so far.", "Check a file of yours on the Tabular page to watch it here.", newest
        )
        return
    attention = [m for m in real if m.latest.severity in (Severity.HIGH, Severity.CRITICAL)]
    if attention:
        worst = max(attention, key=lambda m: m.latest.severity.rank if m.latest.severity else -1)
        run = worst.latest
        headline = f"{severity_label(run.severity)}: {fmt_n(len(attention))} of {fmt_n(len(real))} references."
        sentence = (
            f"`{worst.name}` needs you first: {run.drifted} of {run.monitored} columns of {run.current_name} drifted."
        )
        verdict(run.severity, headline, sentence, newest)
        return
    severities = [m.latest.severity for m in real if m.latest.severity]
    severity = max(severities, key=lambda s: s.rank) if severities else None
    n_open = len(real) - len(severities)
    unclear = f" {fmt_n(n_open)} inconclusive." if n_open else ""
    verdict(severity, f"{severity_label(severity)}.", f"No reference needs attention now.{unclear}", newest)


def show_monitors(monitors: Sequence[TableMonitor]) -> None:
    """One row per reference: its newest run, and how the runs before it went."""
    from driftium_core.figures.palette import PALETTES

    frame = pd.DataFrame(
        {
            "Severity": [[severity_label(m.latest.severity)] for m in monitors],
            "Reference": [m.name for m in monitors],
            "Newest current": [m.latest.simulated or m.latest.current_name for m in monitors],
            "Finding": [f"{m.latest.drifted} of {m.latest.monitored} columns drifted" for m in monitors],
            "Largest effect": [
                None if m.latest.max_effect is None else fmt_effect(m.latest.max_effect) for m in monitors
            ],
            "Last 20": [list(m.effects) for m in monitors],
            "Checked": [fmt_time(m.latest.created_at) for m in monitors],
            "Kind": ["simulated" if m.latest.simulated else "files" for m in monitors],
        }
    )
    with card("monitors", "Checked references", "Pick a row to open its newest run."):
        event = st.dataframe(
            frame,
            hide_index=True,
            key=f"overview-monitors-{monitors[0].latest.id}-{len(monitors)}",  # a pick is of the rows as they were
            on_select="rerun",
            selection_mode="single-row",
            alt="Checked references with severity and newest finding",
            placeholder="–",
            column_config={
                "Severity": severity_column(width=128),
                "Last 20": st.column_config.LineChartColumn(
                    width=130, y_min=0, y_max=1, color=PALETTES[theme()].current, help="Largest effect of each run."
                ),
            },
        )
    if event.selection.rows:
        open_page(TABULAR_PAGE, run=monitors[event.selection.rows[0]].latest.id)
