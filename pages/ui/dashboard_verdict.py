"""The dashboard's verdict line: what it is, how sure, since when, and what these sizes could have seen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_p, fmt_time
from driftium_core.text.labels import effect_words
from pages.ui.dashboard_baseline import baseline_label
from pages.ui.drift_now import changed_words, show_check_problems, waiting_words
from pages.ui.project import current_project
from pages.ui.widgets import verdict

if TYPE_CHECKING:
    from driftium_core.monitor import LiveCheck
    from driftium_core.services import Services
    from driftium_core.text.report import TextReport
    from pages.ui.dashboard_shown import Shown

__all__ = ["let_verdict_land", "show_live_verdict", "show_past_verdict"]

LANDING_S = 0.2
LANDED = "dashboard-landed"


def show_live_verdict(services: Services, live: LiveCheck, shown: Shown | None) -> None:
    """The verdict on the pools as they are; an older one is called so while a new one is computed."""
    if live.status.status == "ready":
        if shown:
            of = shown.calculation
            when = f"Calculated {fmt_time(of.created_at)}" if of else ""
            _draw(services, shown, "" if live.current else waiting_words(live), when=when)
            _show_alarm(services, shown)
        elif not live.error:
            verdict(None, "○ Not calculated yet.", live.status.message, waiting_words(live))
    show_check_problems(services, live)


def show_past_verdict(services: Services, shown: Shown) -> None:
    """The verdict of a calculation of the history."""
    when = fmt_time(shown.calculation.created_at) if shown.calculation else "an earlier time"
    with st.container(key="past"):
        _draw(services, shown, "This is how it was; it may be otherwise now.", headline=f"As of {when}: ")


def _draw(services: Services, shown: Shown, first: str, *, headline: str = "", when: str = "") -> None:
    drift = shown.report.drift
    sentences = [first, _since(services, shown), *_why(shown.report), _how(shown, when)]
    detail = " ".join(filter(None, sentences))
    verdict(drift.severity, f"{headline}{drift.headline}", _sentence(shown.report), detail)


def _show_alarm(services: Services, shown: Shown) -> None:
    """Say that the evidence score has crossed its line, where that is about the baseline on the page."""
    state = monitor.evidence_state(services, project=current_project())
    if state and state.alarmed_at_block is not None and shown.baseline and state.baseline_id == shown.baseline.id:
        st.markdown(
            ":red-badge[⚑ alarm open] The evidence over many looks has crossed its line. It stands, and can be "
            "dismissed, under *Evidence over time* below."
        )


def let_verdict_land(shown: Shown) -> None:
    """Give the browser a moment for the verdict, once per report.

    All figures are kept, so that everything would arrive at once, and drawn in one go: seconds, with 4,000 answers on
    the map, before the first word of it shows.
    """
    if st.session_state.get(LANDED) != shown.key:
        st.session_state[LANDED] = shown.key
        time.sleep(LANDING_S)


def _sentence(report: TextReport) -> str:
    """Sizes, design, p-value, and what these sizes can detect."""
    drift = report.drift
    sizes = f"{drift.sizes}, {drift.pairing}"
    if drift.verdict == "drift":
        found = f"{fmt_p(drift.pvalue)}, {effect_words(drift.effect_size)}"
        if drift.found_by:
            found += f"; found by {drift.found_by}, while MMD² does not show it"
        return f"{sizes}, {found}; these sizes can detect {drift.detectable.short}."
    return f"{sizes}. {drift.reason}"


def _since(services: Services, shown: Shown) -> str:
    if shown.report.drift.verdict != "drift" or shown.calculation is None:
        return ""
    since = monitor.drifting_since(services, shown.calculation)
    return f"Drifting since {fmt_time(since.created_at)}." if since.id != shown.calculation.id else ""


def _why(report: TextReport) -> list[str]:
    """What moved, where something did."""
    if report.drift.verdict != "drift":
        return []
    return [report.traffic.text, changed_words(report)]


def _how(shown: Shown, when: str) -> str:
    """When, with which baseline, how tested."""
    against = f"baseline {baseline_label(shown.baseline)}" if shown.baseline else "its baseline was deleted since"
    text = " · ".join(filter(None, (when, against, shown.report.drift.method)))
    return f"{text[0].upper()}{text[1:]}."
