"""The evidence score of repeated looks: what a page that is open all day may alarm by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_time
from pages.ui.project import current_project
from pages.ui.widgets import card, chart, drawn, prose, theme

if TYPE_CHECKING:
    from driftium_core.services import Services
    from driftium_core.store.records import AlarmState

__all__ = ["show_evidence_score"]

HELP = (
    "Whoever looks again and again finds p ≤ 0.05 by chance sooner or later. So new answers are cut into blocks in "
    "order of arrival, each block counts once, and one score adds up what they say. Blocks that are not like random "
    "samples of the traffic, such as nights and days in turn, break every rule of this kind."
)


def show_evidence_score(services: Services) -> None:
    """Draw the score against the active baseline, with the alarm's end at a press."""
    from driftium_core.figures.evidence import evidence_trend

    project = current_project()
    state = monitor.evidence_state(services, project=project)
    if state is None:
        return
    looks = tuple(monitor.evidence_looks(services, project=project)[::-1])
    with card("evidence", "Evidence over time"):
        st.markdown(prose(monitor.evidence_sentence(state)), help=HELP)
        if not looks:
            return
        figure = drawn(evidence_trend, looks, state.threshold, state.alarmed_at_block, theme())
        chart(figure, f"evidence-{state.baseline_id}-{state.looks}-{state.alarmed_at_block}")
        _show_alarm(services, state, fmt_time(looks[-1].created_at))


def _show_alarm(services: Services, state: AlarmState, newest: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(f"Newest block counted {newest}.")
        if state.alarmed_at_block is not None:
            st.button(
                "Dismiss the alarm",
                key="evidence-dismiss",
                icon=":material/notifications_off:",
                help="Takes the score to zero; blocks that were counted stay counted.",
                on_click=monitor.dismiss_alarm,
                args=(services,),
                kwargs={"project": current_project()},
            )
