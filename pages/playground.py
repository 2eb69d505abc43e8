"""The playground: prompt a model, keep its answers, make them the baseline, and watch the drift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.ui.drift_now import drift_token, live_drift, show_drift_now
from pages.ui.live import follow
from pages.ui.playground_guide import show_guide
from pages.ui.playground_help import show_help
from pages.ui.playground_model import choose_model, show_standing
from pages.ui.playground_promote import show_promotion
from pages.ui.playground_prompt import show_prompt
from pages.ui.playground_run import show_run
from pages.ui.playground_runs import RUN, show_running, show_runs
from pages.ui.playground_sets import show_sets
from pages.ui.playground_telemetry import show_telemetry
from pages.ui.session import get_services
from pages.ui.widgets import errors_shown, title

if TYPE_CHECKING:
    from driftium_core.monitor import LiveCheck
    from driftium_core.services import Services

PROMPT, SETS = "Prompt", "Prompt sets"


def show_page(services: Services) -> None:
    """Draw the page: verdict, first steps, what is asked, what was answered."""
    with title("Playground"):
        show_help()
        choose_model(services)
    # Places that are always there: where one of these comes or goes, all below would for a moment be there twice.
    verdict, standing, guide, running = (st.container() for _ in range(4))
    with standing:
        show_standing(services)
    live = live_drift(services)
    with guide:
        guided = show_guide(services, live)
    with verdict:
        show_drift_now(services, live, with_banner=not guided)
    with running:
        show_running(services)
    view = st.segmented_control(
        "View",
        [PROMPT, SETS],
        default=SETS if RUN in st.query_params else PROMPT,
        required=True,
        key="view",
        bind="query-params",
        label_visibility="collapsed",
    )
    if view == SETS:
        show_prompt_sets(services, live)
    else:
        show_one_prompt(services, live)


def show_one_prompt(services: Services, live: LiveCheck) -> None:
    """One prompt at a time, beside the telemetry it adds to."""
    left, right = st.columns([1.3, 1])
    with left:
        show_prompt(services, live)
        bar = st.container()
    with right:
        show_telemetry(services)
    with bar:  # after the list, whose picks it promotes
        show_promotion(services, live.status)


def show_prompt_sets(services: Services, live: LiveCheck) -> None:
    """Whole lists of prompts, on one model or two."""
    left, right = st.columns([1.3, 1])
    with left:
        show_sets(services)
    with right:
        show_runs(services)
        show_promotion(services, live.status)
    show_run(services)


services = get_services()
follow(lambda: drift_token(services))
with errors_shown():
    show_page(services)
