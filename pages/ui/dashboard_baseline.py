"""Which version of the baseline the dashboard compares with: picked by name, and part of the page's link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_n, fmt_name, fmt_time
from pages.ui.project import current_project, of_project
from pages.ui.widgets import escape

if TYPE_CHECKING:
    from driftium_core.services import Services
    from driftium_core.store.records import Baseline

__all__ = ["baseline_label", "linked_baseline", "pick_baseline"]

BASELINE = "baseline"
"""Query parameter: the number of a version; without it, the active one."""


def linked_baseline(services: Services) -> str | None:
    """Id of the version that the link names; None for the active one, and when there is no such version."""
    named = st.query_params.get(BASELINE)
    return next((item.id for item in _versions(services) if str(item.version) == named), None) if named else None


def pick_baseline(services: Services) -> str | None:
    """Draw the picker where there is a choice; returns the id of the picked version, None for the active one."""
    versions = _versions(services)
    named = st.query_params.get(BASELINE)
    numbers = [item.version for item in versions]
    active = next((item.version for item in versions if item.active), None)
    wanted = next((number for number in numbers if str(number) == named), active)
    if named and str(wanted) != named:
        st.toast(f"There is no version {escape(fmt_name(named, limit=12))} of the baseline; this is the active one.")
        st.query_params.pop(BASELINE, None)
    if len(versions) < 2 or wanted is None:
        return None
    key = of_project("dashboard-baseline")
    st.session_state[key] = wanted  # the link decides, also when it is changed by hand or by another page
    by_number = {item.version: item for item in versions}
    st.selectbox(
        "Baseline",
        numbers,
        key=key,
        format_func=lambda number: baseline_label(by_number[number]),
        on_change=_link,
        args=(key, active),
        label_visibility="collapsed",
        width=290,
        help="Compare the current answers with another version of the baseline. Which one is active does not change.",
    )
    return None if wanted == active else by_number[wanted].id


def baseline_label(baseline: Baseline) -> str:
    """``"v3 · as released (active)"``."""
    active = " (active)" if baseline.active else f" · {fmt_time(baseline.created_at)}"
    return f"v{fmt_n(baseline.version)} · {fmt_name(baseline.name)}{active}"


def _link(key: str, active: int | None) -> None:
    picked = st.session_state[key]
    if picked == active:
        st.query_params.pop(BASELINE, None)
    else:
        st.query_params[BASELINE] = str(picked)


def _versions(services: Services) -> list[Baseline]:
    return monitor.baselines(services, project=current_project())
