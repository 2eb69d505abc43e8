"""The dashboard before there is anything to compare: where the pools stand, and the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.ui.playground_import import open_import
from pages.ui.project import PLAYGROUND_PAGE, open_page
from pages.ui.widgets import card, guide_step, prose

if TYPE_CHECKING:
    from driftium_core.monitor import LiveCheck

__all__ = ["show_waiting"]

HEADINGS = {
    "not_initialized": "No answers yet",
    "waiting_for_baseline": "One step to go: a baseline",
    "waiting_for_telemetry": "Waiting for current answers",
}
STEPS = (
    (
        "Give answers",
        "Generate some in the Playground, or import the log of a model in production.",
    ),
    ("Make them the baseline", "Answers as they should be. Versions are kept; any of them can be compared with later."),
    ("Let current answers come", "Every new answer is compared by itself; the verdict appears here within seconds."),
)
NEXT = {"not_initialized": 1, "waiting_for_baseline": 2, "waiting_for_telemetry": 3}
"""The step that is next, by status."""

BUTTONS = {
    "not_initialized": "Open the playground",
    "waiting_for_baseline": "Promote in the playground",
    "waiting_for_telemetry": "Generate answers",
}
PREVIEW = """
- **Is it drift, and how sure is that?** A tested verdict, with what your numbers of answers can detect.
- **Health**: how well answers keep to their prompts, and what alignment alone would miss.
- **What moved**: new and lost answers side by side, words, topics, a map of both pools.
- **Why**: did the prompts change, or does the model answer the same prompts differently?
- **Since when**: every calculation is kept, and each opens again from the trend.
"""


def show_waiting(live: LiveCheck) -> None:
    """Draw what there will be, under the banner with the three steps unless a first comparison is under way."""
    if live.status.status != "ready":
        _show_steps(live)
    with card("preview", "What this page will show"):
        st.markdown(PREVIEW)


def _show_steps(live: LiveCheck) -> None:
    status = live.status.status
    with st.container(key=f"banner-{status}"):
        text, action = st.columns([4, 1.2], vertical_alignment="center")
        text.subheader(HEADINGS[status], anchor=False)
        text.markdown(prose(live.status.message))
        if action.button(BUTTONS[status], type="primary", icon=":material/forum:", width="stretch", key="waiting-next"):
            open_page(PLAYGROUND_PAGE)
        if action.button("Import a log", icon=":material/upload_file:", width="stretch", key="waiting-import"):
            open_import()
        for number, (place, (heading, words)) in enumerate(zip(st.columns(3), STEPS, strict=True), start=1):
            guide_step(place, "dashboard", number, NEXT[status], heading, words)
