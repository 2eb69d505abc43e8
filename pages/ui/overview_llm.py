"""The project's LLM monitor in one line: where it stands, or what its newest calculation found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.formats import UNKNOWN, fmt_effect, fmt_n, fmt_p, fmt_time
from pages.ui.widgets import card, escape, prose, severity_badge

if TYPE_CHECKING:
    from driftium_core.monitor import PoolStatus
    from driftium_core.store.records import Calculation

__all__ = ["show_llm_monitor"]

HEADING = "LLM answers"


def show_llm_monitor(status: PoolStatus, newest: Calculation | None) -> None:
    """Draw where the pools stand and their newest recorded calculation; nothing is computed here."""
    if status.status != "ready" or newest is None:
        _show_waiting(status, newest)
        return
    with card("llm", HEADING):
        st.markdown(_finding(newest))
        st.caption(prose(" ".join(_compared(newest, status))))


def _show_waiting(status: PoolStatus, newest: Calculation | None) -> None:
    """What is there, and what to do next."""
    with st.container(key=f"banner-{status.status}"):
        st.markdown(f"**{HEADING}.** {prose(status.message)}")
        if status.status == "ready":
            st.markdown(prose("They are not calculated yet: `driftium status` does that."))
    if newest is not None:
        st.caption(f"The newest calculation, {escape(fmt_time(newest.created_at))}, was before the pools changed.")


def _finding(newest: Calculation) -> str:
    health = UNKNOWN if newest.health_index is None else f"{newest.health_index:.0f}"
    words = (
        f"health **{health}**",
        f"effect {fmt_effect(newest.effect_size)}",
        escape(fmt_p(newest.pvalue)),
        escape(newest.design.replace("_", " ")),
        f"calculated {escape(fmt_time(newest.created_at))}",
    )
    return f"{severity_badge(newest.severity)} {' · '.join(words)}"


def _compared(newest: Calculation, status: PoolStatus) -> list[str]:
    """Which answers the verdict is about, and whether they are still the ones that are stored."""
    compared = (newest.n_current, newest.n_baseline)
    sentences = [f"{fmt_n(compared[0])} current against {fmt_n(compared[1])} baseline answers."]
    same_baseline = status.baseline is not None and status.baseline.id == newest.baseline_id
    if not same_baseline or compared != (status.n_current, status.n_baseline):
        name = status.baseline.name if status.baseline else ""
        sentences.append(
            f"Not counted yet: there are now {fmt_n(status.n_current)} current and {fmt_n(status.n_baseline)} "
            f"baseline answers of “{name}”. `driftium status` calculates anew."
        )
    return sentences
