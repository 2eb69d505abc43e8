"""Past investigations of the project: opened, and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.formats import fmt_n, fmt_name, fmt_time
from driftium_core.rca.causes import CAUSE_TITLES
from driftium_core.severity import severity_label
from pages.ui.project import current_project
from pages.ui.rca_chosen import link_investigation, link_report
from pages.ui.rca_picker import KINDS
from pages.ui.widgets import card, prose, severity_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.services import Services
    from driftium_core.store.investigation_records import Investigation

__all__ = ["show_past"]

MOST_ROWS = 8
"""That the card shows without scrolling."""


def show_past(services: Services, selected: Investigation | None) -> None:
    """Draw every investigation of the project, the newest first; picking one opens it."""
    past = monitor.investigations(services, project=current_project())
    with card("past", "Past investigations"):
        if not past:
            st.caption("None yet. Each is kept with its report, and has a link of its own.")
            return
        st.caption("Pick one to open it.")
        chosen = selected.id if selected else None
        default = [place for place, item in enumerate(past) if item.id == chosen]
        event = st.dataframe(
            _frame(past),
            hide_index=True,
            key=f"rca-past-{hash(tuple(item.id for item in past))}-{chosen}",
            on_select="rerun",
            selection_mode="single-row",
            selection_default={"selection": {"rows": default}},
            height="auto" if len(past) <= MOST_ROWS else 320,
            placeholder="–",
            alt="Past investigations, newest first, with severity, cause and what is done",
            column_config={
                "Severity": severity_column(width=112),
                "When": st.column_config.TextColumn(width=88),
                "Cause": st.column_config.TextColumn(width=184),
                "What": st.column_config.TextColumn(width=210),
                "Worded by": st.column_config.TextColumn(width=110),
                "Done": st.column_config.TextColumn(width=60, help="Actions that were ticked, of all."),
            },
        )
        if selected:
            _offer_delete(services, selected)
    rows = event.selection.rows
    if rows and past[rows[0]].id != chosen:
        link_investigation(past[rows[0]].id)
        st.rerun()


def _frame(past: Sequence[Investigation]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Severity": [[severity_label(item.severity)] for item in past],
            "When": [fmt_time(item.created_at) for item in past],
            "Cause": [_cause(item) for item in past],
            "Done": [f"{fmt_n(len(item.done))} of {fmt_n(item.n_actions)}" for item in past],
            "What": [f"{KINDS[item.kind]}: {fmt_name(item.title, limit=80)}" for item in past],
            "Worded by": [(item.model or "a model") if item.source == "llm" else "rules" for item in past],
        }
    )


def _cause(item: Investigation) -> str:
    title = CAUSE_TITLES.get(item.cause, item.cause)  # another version may have named another one
    return f"{title[:1].upper()}{title[1:]}"


def _offer_delete(services: Services, selected: Investigation) -> None:
    with st.popover("Delete this one", icon=":material/delete:", type="tertiary", key="rca-delete-open"):
        st.markdown("Delete this investigation with its ticks? Its link stops working; the report it is about stays.")
        st.button("Delete investigation", key="rca-delete", on_click=_delete, args=(services, selected))


def _delete(services: Services, selected: Investigation) -> None:
    try:
        monitor.delete_investigation(services, selected.id)
    except DriftiumError as error:
        st.toast(prose(str(error)), icon=":material/error:", duration="long")
        return
    link_report(selected.kind, selected.report_id)
    st.toast("The investigation is deleted.", icon=":material/delete:")
