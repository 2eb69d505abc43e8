"""The project's LLM monitor in one line: where it stands, or what its newest check found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.formats import UNKNOWN, fmt_effect, fmt_n, fmt_p, fmt_time
from pages.ui.project import open_page
from pages.ui.widgets import card, escape, prose, severity_badge

if TYPE_CHECKING:
    from driftium_core.monitor import LiveCheck
    from driftium_core.store.records import Calculation

__all__ = ["PLAYGROUND_PAGE", "show_llm_monitor"]

HEADING = "LLM answers"


PLAYGROUND_PAGE = "playground.py"


def show_llm_monitor(live: LiveCheck, newest: Calculation | None) -> None:
    """Draw where the pools stand and their check; the newest recorded one while theirs is computed."""
    if live.current and live.check and live.check.calculation:
        newest = live.check.calculation
    if live.status.status != "ready" or newest is None:
        _show_waiting(live, newest)
        return
    with card("llm", HEADING):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(_finding(newest))
            _offer_playground()
        st.caption(prose(" ".join(_compared(newest, live))))


def _offer_playground() -> None:
    if st.button("Open the playground", icon=":material/forum:", key="overview-playground"):
        open_page(PLAYGROUND_PAGE)


def _show_waiting(live: LiveCheck, newest: Calculation | None) -> None:
    """What is there, and what to do next."""
    with st.container(key=f"banner-{live.status.status}"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            waiting = " Comparing them now." if live.job else ""
            st.markdown(f"**{HEADING}.** {prose(live.status.message)}{waiting}")
            _offer_playground()
        if live.error:
            st.markdown(prose(f"They could not be compared. {live.error}"))
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


def _compared(newest: Calculation, live: LiveCheck) -> list[str]:
    """Which answers the verdict is about, and whether they are still the ones that are stored."""
    sentences = [f"{fmt_n(newest.n_current)} current against {fmt_n(newest.n_baseline)} baseline answers."]
    if not live.current:
        name = live.status.baseline.name if live.status.baseline else ""
        sentences.append(
            f"Since then: now {fmt_n(live.status.n_current)} current and {fmt_n(live.status.n_baseline)} baseline "
            f"answers of “{name}”, which {'are being compared' if live.job else 'are compared next'}."
        )
    elif live.error:
        sentences.append(f"The answers as they are now could not be compared. {live.error}")
    return sentences
