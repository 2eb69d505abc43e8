"""The evidence score of repeated looks: what a page that is open all day may alarm by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.formats import fmt_time
from pages.ui.project import current_project
from pages.ui.widgets import card, chart, drawn, prose, theme

if TYPE_CHECKING:
    from driftium_core.services import Services
    from driftium_core.store.records import AlarmState

__all__ = ["show_evidence_score"]

HELP = (
    "Whoever looks again and again finds p ≤ 0.05 by chance sooner or later. So new {units} are cut into blocks in "
    "order of arrival, each block counts once, and one score adds up what they say. Blocks that are not like random "
    "samples of the traffic, such as nights and days in turn, break every rule of this kind."
)

DISMISSING = (
    "Dismissing the alarm takes the score to zero; blocks that were counted stay counted, and new ones can raise it "
    "again."
)


def show_evidence_score(services: Services, *, reference: str | None = None) -> None:
    """Draw the score of the answers, or of the tables of a saved reference, with the alarm's end at a press.

    Of a reference nothing is drawn before its first block.
    """
    from driftium_core.figures.evidence import evidence_trend

    project = current_project()
    state = monitor.evidence_state(services, project=project, reference=reference)
    if state is None or (reference is not None and not state.looks):
        return
    looks = tuple(monitor.evidence_looks(services, project=project, reference=reference)[::-1])
    alarmed = state.alarmed_at_block is not None
    with card("evidence", "⚑ Alarm open: evidence over time" if alarmed else "Evidence over time"):
        units = "answers" if reference is None else "rows"
        st.markdown(prose(monitor.evidence_sentence(state)), help=HELP.format(units=units))
        if not looks:
            return
        figure = drawn(evidence_trend, looks, state.threshold, state.alarmed_at_block, theme(), units=units)
        chart(figure, f"evidence-{state.baseline_id}-{state.looks}-{state.alarmed_at_block}")
        _show_alarm(services, state, fmt_time(looks[-1].created_at), reference)


def _show_alarm(services: Services, state: AlarmState, newest: str, reference: str | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        alarmed = state.alarmed_at_block is not None
        st.caption(f"Newest block counted {newest}.{f' {DISMISSING}' if alarmed else ''}", width="stretch")
        if alarmed:
            st.button(
                "Dismiss the alarm",
                key="evidence-dismiss",
                icon=":material/notifications_off:",
                on_click=_dismiss,
                args=(services, reference),
            )


def _dismiss(services: Services, reference: str | None) -> None:
    try:
        monitor.dismiss_alarm(services, project=current_project(), reference=reference)
    except DriftiumError as error:
        st.toast(prose(str(error)), icon=":material/error:", duration="long")
