"""The real state of the parts under the app: database, vectors, embedder, generator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_clock
from pages.ui.widgets import card, escape, prose

if TYPE_CHECKING:
    from driftium_core.services import Services

__all__ = ["show_parts"]

BADGES = {
    "ok": ":green-badge[● ready]",
    "idle": ":gray-badge[○ not used yet]",
    "missing": ":yellow-badge[◆ missing]",
    "error": ":red-badge[✕ error]",
}


def show_parts(services: Services) -> None:
    """Draw one line per part, with what to do where something is missing.

    Asking Ollama may take a second, so it happens in a fragment of its own after the rest of the page is drawn.
    """
    with card("parts", "Parts"):
        _show_states(services)


@st.fragment
def _show_states(services: Services) -> None:
    parts = monitor.health(services)
    st.caption(f"Asked at {fmt_clock(datetime.now(UTC))}. The same as JSON: `GET /api/health`.")
    for part in parts:
        st.markdown(f"**{escape(part.name.capitalize())}** {BADGES[part.status]} {prose(part.detail)}")
        if part.hint:
            st.caption(prose(part.hint))
    st.button("Ask again", key="parts-refresh", icon=":material/refresh:", type="tertiary")
