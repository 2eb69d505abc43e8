"""Which model answers, or why none does: seen on every page, in the sidebar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.monitor import AUTOMATIC, ModelChoice
from pages.ui.live import follow
from pages.ui.widgets import escape, prose

if TYPE_CHECKING:
    from driftium_core.services import Services

__all__ = ["MODEL", "chosen_model", "show_generator_chip"]

MODEL = "play_model"
"""Key of the model picker on the Playground."""


def chosen_model() -> ModelChoice:
    """The model this browser has chosen; automatic until one is."""
    text: str | None = st.session_state.get(MODEL)
    return ModelChoice.parse(text) if text else AUTOMATIC


def show_generator_chip(services: Services) -> None:
    """Draw the chip; the page runs again when who answers changes, as Ollama comes and goes."""
    follow(lambda: monitor.standing(services, chosen_model()), key="chip", every_s=5)
    standing = monitor.standing(services, chosen_model())
    colour, glyph = ("red", "✕") if standing.backend is None else ("gray", "◆") if standing.fallback else ("green", "●")
    help_text = prose(standing.text)
    names = {"ollama": "Ollama answers", "embedded": "Embedded model answers", None: "No model answers"}
    with st.container(key="model-chip", gap="xxsmall"):
        st.markdown(f":{colour}-badge[{glyph} {names[standing.backend]}]", help=help_text)
        if standing.model:
            st.caption(escape(standing.model))
