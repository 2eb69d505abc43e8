"""Did the prompts move, or the answers to like prompts? One word, one sentence, and both tests drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.formats import fmt_p, fmt_percent
from pages.ui.widgets import card, chart, drawn, prose, theme

if TYPE_CHECKING:
    from driftium_core.text.drift_report import NullRange
    from pages.ui.dashboard_shown import Shown

__all__ = ["show_traffic"]

HELP = (
    "Answers move when the prompts move (traffic), and when the model answers like prompts differently (behaviour). "
    "Each is a permutation test of its own; the second takes out what the prompts explain, and looks only at prompts "
    "that have a like one in the other pool. Values are in standard deviations of what chance gives."
)


CLOSER_LOOK = (
    "The verdict above is not drift. These tests look more closely, and are no alarm by themselves: in a few of a "
    "hundred unchanged pools one of them is this low."
)


def show_traffic(shown: Shown) -> None:
    """Draw the panel."""
    found = shown.report.traffic
    with card("traffic", "Traffic or behaviour?"):
        st.markdown(f"**{found.answer}** {prose(found.text)}", help=HELP)
        left, right = st.columns(2)
        with left:
            _show_test(shown, "prompts", "Prompts (traffic)", found.prompts, found.prompt_pvalue)
        with right:
            _show_test(shown, "behaviour", "Answers given the prompt", found.behaviour, found.behaviour_pvalue)
        if shown.report.drift.verdict != "drift" and found.verdict not in ("neither", "no_prompts"):
            st.caption(CLOSER_LOOK)
        if found.overlap is not None:
            st.caption(
                f"{prose(fmt_percent(found.overlap))} of the prompts have a like one in the other pool; "
                f"{prose(fmt_percent(found.share_tested))} of the answers took part in the second test."
            )


def _show_test(shown: Shown, key: str, name: str, score: NullRange | None, pvalue: float | None) -> None:
    from driftium_core.figures.null_range import null_range

    st.markdown(f"{name} · {prose(fmt_p(pvalue))}")
    if score is None:
        if pvalue is None:
            st.caption("This test was not possible; the sentence above says why.")
        return
    severity = shown.report.drift.mark_of(score)
    chart(drawn(null_range, name, score, severity, theme(), narrow=True), f"traffic-{key}-{shown.key}")
