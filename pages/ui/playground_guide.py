"""The first steps: from an empty install to a drift that the newcomer caused, on answers of the real model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.examples import ASTRONOMY, COOKING, ExampleSet
from driftium_core.monitor import GenerationOptions
from driftium_core.severity import Severity
from pages.ui.generator_chip import chosen_model
from pages.ui.project import current_project, of_project
from pages.ui.widgets import prose, severity_badge

if TYPE_CHECKING:
    from driftium_core.monitor import LiveCheck
    from driftium_core.services import Services
    from driftium_core.store.prompt_records import PromptRun

__all__ = ["show_guide"]

HIDDEN = "play_guide_hidden"

BASELINE_NAME = "Cooking answers"
OPTIONS = GenerationOptions(max_tokens=64)


def show_guide(services: Services, live: LiveCheck) -> None:
    """Draw the three steps, the one that is next with its button; nothing once the guide was hidden."""
    if st.session_state.get(HIDDEN):
        return
    step = _step(live)
    if step == 0:
        return
    running = monitor.running_to_current(services, project=current_project())
    with st.container(key="banner-guide"):
        head, hide = st.columns([5, 1], vertical_alignment="top")
        head.subheader("See a drift of your own in three steps", anchor=False)
        head.markdown(
            f"Two example prompt sets on two topics are answered here and now by the model on this machine: "
            f"{len(COOKING.prompts)} prompts each, short answers. Nothing is prepared, and nothing leaves the machine."
        )
        hide.button("Hide guide", key="play-guide-hide", on_click=_hide, width="stretch")
        steps = st.columns(3)
        _draw_step(steps[0], 1, step, "Answers as they should be", f"The model answers {COOKING.topic}.")
        _draw_step(steps[1], 2, step, "Make them the baseline", "What comes later is compared with these answers.")
        _draw_step(steps[2], 3, step, "Let the topic change", f"The model gets {ASTRONOMY.topic}.")
        if running is None:
            _draw_action(services, steps, step, live)


def _step(live: LiveCheck) -> int:
    """Which step is next: 1 to 3, 4 when all are done, 0 when the project is used for something else."""
    status = live.status
    guided = status.baseline is not None and status.baseline.name == BASELINE_NAME
    if status.status == "not_initialized":
        return 1
    if status.status == "waiting_for_baseline":
        return 2
    if not guided:
        return 0
    return 3 if status.status == "waiting_for_telemetry" else 4


def _draw_step(place: object, number: int, now: int, heading: str, text: str) -> None:
    state = "done" if number < now else "now" if number == now else "later"
    badge = {"done": ":green-badge[● done]", "now": ":blue-badge[next]", "later": ":gray-badge[○ later]"}[state]
    with place.container(key=f"step-{state}-play-{number}", height="stretch"):  # type: ignore[attr-defined]
        st.markdown(f"**{number} · {heading}** {badge}")
        st.markdown(prose(text[0].upper() + text[1:]))
