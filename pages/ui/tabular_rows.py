"""The download of the rows behind the drift, on the Tabular page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_n
from driftium_core.monitor import MAX_CSV_ROWS
from pages.ui.widgets import prose

if TYPE_CHECKING:
    from driftium_core.tabular.drifted_rows import DriftedRows
    from pages.ui.tabular_inputs import Choice
    from pages.ui.tabular_shown import Shown

__all__ = ["show_rows_download"]

LABELS = {
    "current": ("Download the drifted rows", "drifted-rows"),
    "reference": ("Download the rows that are gone", "rows-that-are-gone"),
}
NOT_AT_HAND = "A saved run holds its report and not its tables. Choose the same tables under “Check data now”."
NO_ROOT = "No root column was named, so it is not known which rows drifted."
NO_ROWS = "The shift of the root columns is spread thin: no values stand out whose rows could be handed out."


def show_rows_download(shown: Shown) -> None:
    """Draw the button; where there are no rows to hand out it is disabled and its help says why."""
    choice, attribution = shown.choice, shown.report.attribution
    rows = _rows(shown.key, shown) if choice and attribution and attribution.roots else None
    if choice is None or rows is None:
        reason = NOT_AT_HAND if choice is None else NO_ROWS if attribution and attribution.roots else NO_ROOT
        st.button(
            "Download the drifted rows",
            icon=":material/download:",
            disabled=True,
            help=reason,
            key="download-rows-none",
        )
        return
    _draw(rows, choice)


def _draw(rows: DriftedRows, choice: Choice) -> None:
    label, name = LABELS[rows.side]
    first = f" The file holds the first {fmt_n(MAX_CSV_ROWS)} of them." if rows.places.size > MAX_CSV_ROWS else ""
    st.download_button(
        label,
        data=lambda: monitor.export_drifted_rows(rows, choice.reference, choice.current),
        file_name=f"driftium-{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="download-rows",
        help=prose(
            f"{rows.description}{first} All columns, as CSV; cells that a spreadsheet would run as a formula are made "
            "harmless."
        ),
    )


@st.cache_data(max_entries=16, show_spinner=False)
def _rows(key: str, _shown: Shown) -> DriftedRows | None:  # noqa: ARG001
    """The rows, found once per pair of tables and options (``key``)."""
    choice = _shown.choice
    return monitor.drifted_rows(choice.reference, choice.current, _shown.report) if choice else None
