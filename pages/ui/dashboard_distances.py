"""The two raw distances, each beside the range that it has when nothing changed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.formats import fmt_statistic
from pages.ui.widgets import card, chart, drawn, theme

if TYPE_CHECKING:
    from driftium_core.text.drift_report import NullRange
    from pages.ui.dashboard_shown import Shown

__all__ = ["show_centroid", "show_mmd"]

CENTROID_HELP = (
    "Cosine distance of the two pools' mean vectors. It mostly measures how many answers there are, so it says nothing "
    "without its null range: what permuted pools of the same sizes give. The verdict comes from the tests."
)
MMD_HELP = (
    "Maximum mean discrepancy, squared, with an RBF kernel: how different the two clouds of answers are. Its size "
    "depends on how many answers there are, so it stands beside its null range. The verdict comes from the tests."
)


def show_centroid(shown: Shown) -> None:
    """Draw the centroid's card."""
    _show(shown, "centroid", "Centroid distance", shown.report.drift.centroid, CENTROID_HELP)


def show_mmd(shown: Shown) -> None:
    """Draw the card of the maximum mean discrepancy."""
    _show(shown, "mmd", "MMD²", shown.report.drift.mmd, MMD_HELP)


def _show(shown: Shown, key: str, name: str, score: NullRange, words: str) -> None:
    from driftium_core.figures.null_range import null_range

    with card(key):
        drift = shown.report.drift
        place = _place(score, inconclusive=drift.severity is None)
        st.markdown(f"**{name}** {fmt_statistic(score.value)} · {place}", help=words)
        figure = drawn(null_range, name, score, drift.mark_of(score), theme(), reason=drift.reason)
        chart(figure, f"{key}-{shown.key}")


def _place(score: NullRange, *, inconclusive: bool) -> str:
    if math.isnan(score.value):
        return "not computed: nothing could be compared by meaning"
    if inconclusive:  # of so few splits the largest value is no more than one of them
        return f"too few answers to judge; chance gives {fmt_statistic(score.low)} to {fmt_statistic(score.high)}"
    where = "above" if score.value > score.high else "below" if score.value < score.low else "within"
    return f"{where} chance, {fmt_statistic(score.low)} to {fmt_statistic(score.high)}"
