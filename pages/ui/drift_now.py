"""The verdict on a project's answers as it is now, on every page that shows drift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from pages.ui.project import current_project

from driftium_core import monitor
from driftium_core.formats import UNKNOWN, fmt_effect, fmt_n, fmt_value
from pages.ui.widgets import prose, verdict

if TYPE_CHECKING:
    from driftium_core.monitor import LiveCheck
    from driftium_core.services import Services
    from driftium_core.text.report import TextReport

__all__ = ["drift_token", "show_drift_now"]


def drift_token(services: Services) -> object:
    """What changes whenever the verdict of the project may look different; cheap enough to be asked every second."""
    project = current_project()
    live = monitor.live_check(services, project=project, start=_may_start(services, project))
    return (monitor.project_version(services, project=project), live.current, live.job and live.job.state, live.error)


def show_drift_now(services: Services) -> LiveCheck:
    """Draw the verdict line, or where the pools stand; an older verdict is called so while a new one is computed."""
    project = current_project()
    live = monitor.live_check(services, project=project, start=_may_start(services, project))
    if live.status.status != "ready":
        with st.container(key=f"banner-{live.status.status}"):
            st.markdown(prose(live.status.message))
        return live
    report = live.check.report if live.check else None
    if report:
        verdict(report.drift.severity, report.drift.headline, report.drift.reason, _detail(live, report))
    elif not live.error:
        verdict(None, "○ Not calculated yet.", live.status.message, _waiting(live))
    if live.error:
        st.error(prose(f"The answers could not be compared. {live.error}"), icon=":material/error:")
        st.button(
            "Try again", key="drift-retry", on_click=monitor.retry_check, args=(services,), kwargs={"project": project}
        )
    for notice in live.check.notices if live.check else ():
        st.warning(prose(notice), icon=":material/info:")
    return live


def _may_start(services: Services, project: str) -> bool:
    """Not while a batch is running, whose every answer changes the pools."""
    return monitor.running_to_current(services, project=project) is None


def _detail(live: LiveCheck, report: TextReport) -> str:
    health = UNKNOWN if report.health.value is None else fmt_n(round(report.health.value))
    facts = (
        f"Health {health}, effect {fmt_effect(report.drift.effect_size)}, centroid distance "
        f"{fmt_value(report.drift.centroid.value)} (without drift {fmt_value(report.drift.centroid.low)} to "
        f"{fmt_value(report.drift.centroid.high)})."
    )
    return facts if live.current else f"{facts} {_waiting(live)}"


def _waiting(live: LiveCheck) -> str:
    if live.job is None:
        return "The pools have changed since; they are compared again when the running batch is done."
    message = f": {live.job.message.lower()}" if live.job.message else ""
    return f"The pools have changed since; comparing them now{message}." if live.check else f"Comparing now{message}."
