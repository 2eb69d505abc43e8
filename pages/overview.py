"""Is anything drifting, anywhere? Every monitor of every project, what happened lately, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from pages.ui.drift_now import live_drift
from pages.ui.live import follow
from pages.ui.overview_alerts import show_hint, show_open_incidents, show_undelivered
from pages.ui.overview_events import show_events
from pages.ui.overview_failing import show_failing_tasks
from pages.ui.overview_first import offer_monitors, show_first_steps, show_next_steps, show_own_data
from pages.ui.overview_monitors import show_headline, show_monitors, show_numbers
from pages.ui.parts import show_parts
from pages.ui.project import current_project
from pages.ui.session import get_services
from pages.ui.widgets import errors_shown, title

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from driftium_core.services import Services


def overview_token(services: Services) -> object:
    """What changes whenever the page may look different; asking it also starts the project's check."""
    live = live_drift(services)
    work = live.job and (live.job.state, live.job.message, live.job.done)
    return monitor.overview_version(services), live.current, live.error, work


def show_page(services: Services, actions: DeltaGenerator) -> None:
    """Draw what is stored now: one verdict over everything, then each monitor."""
    project, live = current_project(), live_drift(services)
    with actions:
        offer_monitors(services, holds_answers=live.status.status != "not_initialized")
    rows = monitor.overview(services, live={project: live})
    if not rows:
        show_failing_tasks(services)
        show_first_steps()
        show_parts(services)
        return
    show_headline(rows)
    show_undelivered(services)
    show_failing_tasks(services)
    if not any(row.project == project for row in rows):
        show_next_steps(project)
    elif all(row.simulated for row in rows):
        show_own_data()
    with errors_shown():
        show_numbers(rows, monitor.counts_of_a_day(services))
    show_open_incidents(services, rows)
    show_monitors(services, rows, live)
    show_hint(services, rows)
    left, right = st.columns([1.5, 1])
    with left, errors_shown():
        show_events(monitor.recent_events(services))
    with right:
        show_parts(services)


services = get_services()
follow(lambda: overview_token(services))
with title("Overview"):
    actions = st.container(width="content")
with errors_shown():
    show_page(services, actions)
