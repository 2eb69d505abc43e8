"""The section before there is a source: what sources are for, and how they flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.formats import fmt_name
from pages.ui.project import current_project
from pages.ui.settings_new import offer_new
from pages.ui.settings_section import open_section
from pages.ui.widgets import guide_step, prose

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

__all__ = ["show_first_source"]

STEPS = (
    (
        "Collect",
        "A source reads what is new in a log file, a folder, a database or an HTTP endpoint, and adds the answers to "
        "current telemetry. Nothing is read twice, and nothing is changed there.",
    ),
    (
        "Check",
        "A scheduled check compares a table with a saved reference, or current answers with the baseline. Each "
        "report is kept and has a link.",
    ),
    ("Alert", "A rule sends one message when a check is bad enough: to Slack, Teams, PagerDuty, e-mail or a webhook."),
)


def show_first_source() -> None:
    """Draw the first steps, with one primary action."""
    with st.container(key="banner-sources"):
        left, right = st.columns([2.6, 1], vertical_alignment="center", gap="medium")
        left.subheader("Nothing is collected or checked by itself yet", anchor=False)
        left.markdown(
            prose(
                f"Tell Driftium where the data of `{fmt_name(current_project(), limit=80)}` comes from and how often "
                "to look. It then watches without anybody pressing a button."
            )
        )
        with right:
            offer_new(width="stretch")
    collect, check, alert = (
        _step(place, number, words) for number, (place, words) in enumerate(zip(st.columns(3), STEPS, strict=True), 1)
    )
    if collect.button("Post them instead", key="first-api", icon=":material/api:", type="tertiary"):
        open_section("api")
    if check.button("Schedule a check", key="first-check", icon=":material/schedule:", type="tertiary"):
        open_section("sources", add="table")
    if alert.button("Set up alerts", key="first-alerts", icon=":material/notifications:", type="tertiary"):
        open_section("alerts")


def _step(place: DeltaGenerator, number: int, words: tuple[str, str]) -> DeltaGenerator:
    return guide_step(place, "sources", number, 1, *words)
