"""The first steps: from an empty install to a drift that the newcomer caused, on answers of the real model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.examples import ASTRONOMY, BASELINE, COOKING, MAX_TOKENS, ExampleSet
from driftium_core.monitor import GenerationOptions
from driftium_core.severity import Severity
from pages.ui.generator_chip import chosen_model
from pages.ui.project import DASHBOARD_PAGE, current_project, of_project, open_page
from pages.ui.widgets import guide_step, prose, severity_badge

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from driftium_core.monitor import LiveCheck
    from driftium_core.services import Services
    from driftium_core.store.prompt_records import PromptRunFacts

__all__ = ["show_guide"]

HIDDEN = "play_guide_hidden"

STEPS = (
    ("Answers as they should be", f"The model answers {COOKING.topic}."),
    ("Make them the baseline", "What comes later is compared with these answers."),
    ("Let the topic change", f"The model gets {ASTRONOMY.topic}."),
)


def show_guide(services: Services, live: LiveCheck) -> bool:
    """Draw the three steps, the one that is next with its button; False when there is nothing to guide to."""
    if st.session_state.get(of_project(HIDDEN)):
        return False
    running = monitor.running_to_current(services, project=current_project())
    step = {COOKING.name: 1, ASTRONOMY.name: 3}.get(running.name, 0) if running else _step(services, live)
    if step == 0:
        return False
    with st.container(key="banner-guide"):
        head, hide = st.columns([5, 1], vertical_alignment="center")
        hide.button("Hide guide", key="play-guide-hide", on_click=_hide, width="stretch")
        if step > len(STEPS):
            head.markdown(_result(live))
            if live.check and head.button("Open the evidence", key="play-guide-evidence", icon=":material/hub:"):
                open_page(DASHBOARD_PAGE)
            return True
        head.subheader("See a drift of your own in three steps", anchor=False)
        head.markdown(
            f"Two example prompt sets on two topics, {len(COOKING.prompts)} prompts each, are answered here and now by "
            "the model chosen above. No answer is prepared."
        )
        boxes = [
            guide_step(place, "play", number, step, heading, text, next_is="running" if running else "next")
            for number, (place, (heading, text)) in enumerate(zip(st.columns(3), STEPS, strict=True), 1)
        ]
        if running is None:
            _draw_action(services, boxes[step - 1], step, live)
    return True


def _step(services: Services, live: LiveCheck) -> int:
    """Which step is next: 1 to 3, 4 when all are done, 0 when the project is used for something else."""
    status = live.status
    if status.status == "not_initialized":
        return 1
    if status.status == "waiting_for_baseline":
        if _newest(services, COOKING) is None:
            return 0
        return 1 if _unfinished(services, COOKING) else 2
    if status.baseline is None or status.baseline.name != BASELINE:
        return 0
    if status.status == "waiting_for_telemetry" or _unfinished(services, ASTRONOMY):
        return 3
    run = _newest(services, ASTRONOMY)
    return 4 if run and sum(run.sent) == status.n_current else 0  # with other answers the verdict is about more


def _newest(services: Services, example: ExampleSet) -> PromptRunFacts | None:
    """The last run of an example set into telemetry, if it is one of the project's last."""
    runs = monitor.prompt_runs(services, project=current_project(), limit=3)
    return next((run for run in runs if run.name == example.name and run.to_current), None)


def _unfinished(services: Services, example: ExampleSet) -> PromptRunFacts | None:
    """The run of a step that was stopped or broke off; the step's button goes on with it."""
    newest = _newest(services, example)
    return newest if newest and not newest.finished else None


def _draw_action(services: Services, box: DeltaGenerator, step: int, live: LiveCheck) -> None:
    """The button of the step that is next."""
    nobody = monitor.standing(services, chosen_model()).backend is None
    if step == 2:
        label = f"Make {live.status.n_current} answers the baseline"
        box.button(label, type="primary", key="play-guide-promote", on_click=_promote, args=(services, live))
        return
    example = COOKING if step == 1 else ASTRONOMY
    begun = _unfinished(services, example)
    box.button(
        f"Continue: {begun.n_prompts - sum(begun.done)} to go" if begun else f"Run {len(example.prompts)} prompts",
        type="primary",
        key=f"play-guide-run-{step}",
        icon=":material/play_arrow:",
        disabled=nobody,
        help="No model answers; see below what to do." if nobody else None,
        on_click=_run,
        args=(services, example),
    )


def _result(live: LiveCheck) -> str:
    report = live.check.report if live.check and live.current else None
    if report is None:
        return "Done. The answers are being compared; the verdict appears above."
    if report.drift.severity in (Severity.HIGH, Severity.CRITICAL):
        badge = severity_badge(report.drift.severity)
        return (
            f"**That {badge} above is a drift you caused:** the same model, asked about another topic. Next: send a "
            "prompt of your own, save a prompt set, or delete these answers and begin with yours."
        )
    return "Done. The verdict is above; the answers are too alike, or too few, for a strong one."


def _run(services: Services, example: ExampleSet) -> None:
    project = current_project()
    try:
        if begun := _unfinished(services, example):
            monitor.continue_run(services, begun.id)
            return
        saved = monitor.save_prompt_set(services, example.name, example.prompts, system=example.system, project=project)
        arm = monitor.run_arm(chosen_model(), GenerationOptions(system=example.system, max_tokens=MAX_TOKENS))
        monitor.start_run(services, saved.name, saved.prompts, [arm], to_current=True, set_id=saved.id, project=project)
    except DriftiumError as error:
        st.toast(prose(str(error)), icon=":material/error:")


def _promote(services: Services, live: LiveCheck) -> None:
    try:
        monitor.promote(services, BASELINE, project=current_project(), expected_revision=live.status.revision)
    except DriftiumError as error:
        st.toast(prose(str(error)), icon=":material/error:")


def _hide() -> None:
    st.session_state[of_project(HIDDEN)] = True
