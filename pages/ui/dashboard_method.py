"""How a verdict was computed: everything that is needed to judge it, and to compute it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.formats import fmt_effect, fmt_n, fmt_p
from driftium_core.text.labels import MEMBER_LABELS
from pages.ui.widgets import card, prose

if TYPE_CHECKING:
    from driftium_core.text.drift_report import EmbeddingReport
    from pages.ui.dashboard_shown import Shown

__all__ = ["show_method"]


def show_method(shown: Shown) -> None:
    """Draw the card: the tests behind the p-value, the notes, and how to reproduce it."""
    report = shown.report
    drift = report.drift
    with card("method", "How sure, and how computed"):
        st.markdown(prose(_numbers(drift)))
        if drift.members:
            # A table of words breaks its lines on a phone, where a dataframe would cut the column of p-values.
            cells = [(MEMBER_LABELS.get(item.name, item.name), fmt_p(item.pvalue)) for item in drift.members]
            rows = [f"| {prose(statistic)} | {prose(pvalue)} |" for statistic, pvalue in cells]
            st.markdown("\n".join(["| Statistic | p on its own |", "|---|---|", *rows]))
            st.caption(
                "The p-value of the verdict is that of the smallest of these, corrected for having looked at five."
            )
        notes = [*drift.notes, *report.evidence.notes, *report.notes]
        if notes:
            st.markdown("\n".join(f"- {prose(note)}" for note in notes))
        versions = ", ".join(f"{name} {number}" for name, number in report.versions.items())
        st.caption(
            prose(
                f"Encoder {report.encoder.id} ({report.encoder.precision}) · seed {fmt_n(report.seed)} · {versions} · "
                f"content of the baseline {report.baseline_hash[:12]}, of current {report.current_hash[:12]}."
            )
        )


def _numbers(drift: EmbeddingReport) -> str:
    if drift.pvalue is None:
        return drift.reason
    return (
        f"{fmt_p(drift.pvalue)}, from {drift.method}; these sizes could give {fmt_p(drift.attainable_pvalue)} at the "
        f"least. Effect {fmt_effect(drift.effect_size)}; a full change of topic is 0.53 on average, whatever the "
        "number of answers, and can be more."
    )
