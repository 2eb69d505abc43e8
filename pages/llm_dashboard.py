"""The LLM Dashboard: do a model's answers still look like the baseline, how sure is that, and what changed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import NotFoundError, StorageError
from pages.ui.dashboard_baseline import linked_baseline, pick_baseline
from pages.ui.dashboard_changes import show_changes
from pages.ui.dashboard_descriptors import show_descriptors
from pages.ui.dashboard_distances import show_centroid, show_mmd
from pages.ui.dashboard_downloads import show_downloads
from pages.ui.dashboard_evidence import show_evidence_score
from pages.ui.dashboard_health import show_health
from pages.ui.dashboard_help import show_help
from pages.ui.dashboard_history import leave_calculation, linked_calculation, show_history
from pages.ui.dashboard_method import show_method
from pages.ui.dashboard_shown import Shown, shown_now
from pages.ui.dashboard_similar import show_linked_answer
from pages.ui.dashboard_traffic import show_traffic
from pages.ui.dashboard_verdict import let_verdict_land, show_live_verdict, show_past_verdict
from pages.ui.dashboard_waiting import show_waiting
from pages.ui.dashboard_why import show_why
from pages.ui.drift_now import drift_token, live_drift
from pages.ui.live import follow
from pages.ui.playground_runs import show_running
from pages.ui.project import choose_project, current_project
from pages.ui.session import get_services
from pages.ui.widgets import errors_shown, prose, title

if TYPE_CHECKING:
    from driftium_core.services import Services


def show_live(services: Services) -> None:
    """The pools as they are now, against the chosen version of the baseline."""
    with title("LLM Dashboard"):
        baseline_id = pick_baseline(services)
        actions = st.container(horizontal=True, width="content")
    live = live_drift(services, baseline_id)
    with actions:
        show_help()
        shown = shown_now(live)
        if shown:
            show_downloads(services, shown)
    verdict = st.container()
    with verdict:
        show_live_verdict(services, live, shown)
        if shown:
            show_why(services, shown)
    show_running(services)
    show_linked_answer(services, shown.baseline if shown else None)
    if shown is None:
        show_waiting(live)
        show_history(services, selected=None, baseline=None)
        return
    show_report(services, shown)


def show_past(services: Services, calculation_id: str) -> None:
    """One calculation of the history, as it was."""
    try:
        calculation, report = monitor.open_calculation(services, calculation_id)
    except (NotFoundError, StorageError) as error:
        with title("LLM Dashboard"):
            leave_calculation()
        st.error(prose(str(error)), icon=":material/link_off:")
        show_history(services, selected=None, baseline=None)
        return
    if calculation.project != current_project():  # a link names the calculation; the picker follows
        choose_project(calculation.project)
    shown = Shown(
        report=report,
        calculation=calculation,
        baseline=monitor.find_baseline(services, calculation.baseline_id),
        ids=monitor.calculation_ids(services, calculation),
    )
    with title("LLM Dashboard"):
        show_help()
        show_downloads(services, shown)
        leave_calculation()
    show_past_verdict(services, shown)
    show_why(services, shown)
    show_linked_answer(services, shown.baseline, follow=False)
    show_report(services, shown)


def show_report(services: Services, shown: Shown) -> None:
    """Everything below the verdict: the numbers, what changed, and what it was computed with."""
    let_verdict_land(shown)
    left, right = st.columns([1, 1.5])
    with left:
        show_health(shown)
        show_centroid(shown)
        show_mmd(shown)
    with right:
        show_history(
            services,
            selected=shown.calculation.id if shown.calculation else None,
            baseline=shown.baseline,
        )
        show_traffic(shown)
    show_changes(services, shown)
    show_descriptors(shown)
    left, right = st.columns([1.25, 1])
    with left:
        show_evidence_score(services)
    with right:
        show_method(shown)


services = get_services()
follow(lambda: drift_token(services, linked_baseline(services)))
with errors_shown():
    linked = linked_calculation()
    show_past(services, linked) if linked else show_live(services)
