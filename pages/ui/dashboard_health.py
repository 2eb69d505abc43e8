"""The Health Index as a ring with its interval, and the faults that it misses as flags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.formats import fmt_percent
from driftium_core.text.labels import FLAG_LABELS
from pages.ui.widgets import card, chart, drawn, escape, prose, severity_mark, theme

if TYPE_CHECKING:
    from driftium_core.severity import Severity
    from driftium_core.text.report import Flag, TextReport
    from pages.ui.dashboard_shown import Shown

__all__ = ["show_health"]

FLAG_HELP = (
    "Shares of the answers, baseline → current. Echoes: nearly the prompt itself. Off the prompt: further from it than "
    "95 % of the baseline's answers are. A coloured sign is the tested severity, as in the properties below."
)


def show_health(shown: Shown) -> None:
    """Draw the card."""
    from driftium_core.figures.ring import health_ring

    report = shown.report
    with card("health", "Health"):
        ring, flags = st.columns(2, vertical_alignment="center")
        with ring:
            chart(drawn(health_ring, report.health, theme(), height=184), f"health-{shown.key}")
        with flags:
            st.markdown("  \n".join(_flag(flag, report) for flag in report.flags), help=FLAG_HELP)
        st.caption(prose(report.health.text))


def _flag(flag: Flag, report: TextReport) -> str:
    if flag.baseline is None and flag.current is None:
        return f"{FLAG_LABELS[flag.name]} :gray-badge[not known]"
    change = f"{fmt_percent(flag.baseline)} → {fmt_percent(flag.current)}"
    severity = _tested(flag, report)
    mark = severity_mark(severity, change) if severity else f":gray-badge[{escape(f'– not tested: {change}')}]"
    return f"{FLAG_LABELS[flag.name]} {mark}"


def _tested(flag: Flag, report: TextReport) -> Severity | None:
    """Severity of the descriptor that tests the same, where one does."""
    return next((item.severity for item in report.descriptors if item.name == flag.name), None)
