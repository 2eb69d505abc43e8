"""The terminal: each step as it ran, who said it, on which evidence, and how long it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.formats import fmt_count, fmt_duration
from pages.ui.widgets import card

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.rca.report import RcaReport, TraceStep

__all__ = ["show_terminal", "show_trace"]


def show_trace(report: RcaReport) -> None:
    """Draw the trace of a finished investigation."""
    refused = sum(bool(step.rejected_reason) for step in report.steps)
    with card("trace"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader("Trace", anchor=False, width="content")
            chips = [":green-badge[● finished]", f":gray-badge[{fmt_count(len(report.steps), 'step')}]"]
            chips += [f":orange-badge[{fmt_count(refused, 'attempt')} not used]"] if refused else []
            st.markdown(" ".join([*chips, f":gray-badge[{fmt_duration(report.duration_ms)}]"]), width="content")
        versions = " ".join(f"{name} {version}" for name, version in report.versions.items())
        footer = (
            f"done in {fmt_duration(report.duration_ms)}, {fmt_count(len(report.ledger.facts), 'fact')} in the ledger"
        )
        show_terminal(report.steps, header=versions or "driftium rca", footer=footer)
        st.caption("Each step as it ran. A model's words that were not used are not shown, only why.")


def show_terminal(steps: Sequence[TraceStep], *, header: str, footer: str) -> None:
    """Draw the steps that there are, a line each, as plain text; every text wraps."""
    with st.container(key="term"):
        _line("dim-head", "", header, "")
        for number, step in enumerate(steps, start=1):
            kind = _kind(step)
            _line(f"{kind}-{number}", f"{number:02} {step.agent}", _words(step), fmt_duration(step.duration_ms))
            if step.rejected_reason:
                _line(f"warn-{number}-why", "", f"why: {step.rejected_reason}", "")
        _line("dim-foot", "", footer, "")


def _line(key: str, head: str, words: str, time: str) -> None:
    with st.container(key=f"t-{key}", horizontal=True, gap="xsmall"):
        if head:
            st.text(head, width="content")
        st.text(words, width="stretch")
        if time:
            st.text(time, width="content")


def _kind(step: TraceStep) -> str:
    """Which ink a step is written in, by the stylesheet's names."""
    if step.rejected_reason:
        return "warn"
    if step.agent == "orchestrator":
        return "tool"
    return "model" if step.source == "llm" else "ok"


def _words(step: TraceStep) -> str:
    return f"{step.message} [{' '.join(step.evidence_ids)}]" if step.evidence_ids else step.message
