"""The verdict on a project's answers as it is now, on every page that shows drift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_name
from driftium_core.text.differences import telling
from driftium_core.text.labels import score_words
from pages.ui.project import current_project
from pages.ui.widgets import prose, verdict

if TYPE_CHECKING:
    from driftium_core.monitor import LiveCheck
    from driftium_core.services import Services
    from driftium_core.text.report import TextReport

__all__ = ["changed_words", "drift_token", "live_drift", "show_check_problems", "show_drift_now", "waiting_words"]

MOST_WORDS = 5


def drift_token(services: Services, baseline_id: str | None = None) -> object:
    """What changes whenever the verdict of the project may look different; cheap enough to be asked every second."""
    project, live = current_project(), live_drift(services, baseline_id)
    return (monitor.project_version(services, project=project), live.current, live.job and live.job.state, live.error)


def live_drift(services: Services, baseline_id: str | None = None) -> LiveCheck:
    """What is known of the current project's drift from a version of the baseline; starts to compute what is not."""
    project = current_project()
    return monitor.live_check(services, project=project, baseline_id=baseline_id, start=_may_start(services, project))


def show_drift_now(services: Services, live: LiveCheck, *, with_banner: bool = True) -> None:
    """Draw the verdict line, or where the pools stand; an older verdict is called so while a new one is computed."""
    if live.status.status != "ready":
        if with_banner:
            with st.container(key=f"banner-{live.status.status}"):
                st.markdown(prose(live.status.message))
        return
    report = live.check.report if live.check else None
    if report:
        drift = report.drift
        sentence = f"{drift.sizes}, {drift.pairing}. {drift.reason}"
        verdict(drift.severity, drift.headline, sentence, _detail(live, report))
    elif not live.error:
        verdict(None, "○ Not calculated yet.", live.status.message, waiting_words(live))
    show_check_problems(services, live)


def show_check_problems(services: Services, live: LiveCheck) -> None:
    """Say why the pools could not be compared, with another try; and what the newest check had to tell besides."""
    if live.error:
        st.error(prose(f"The answers could not be compared. {live.error}"), icon=":material/error:")
        st.button("Try again", key="drift-retry", on_click=_retry, args=(services, live))
    for notice in live.check.notices if live.check else ():
        st.warning(prose(notice), icon=":material/info:")


def _retry(services: Services, live: LiveCheck) -> None:
    baseline = live.status.baseline
    monitor.retry_check(services, project=current_project(), baseline_id=baseline.id if baseline else None)


def _may_start(services: Services, project: str) -> bool:
    """Not while a batch is running, whose every answer changes the pools."""
    return monitor.running_to_current(services, project=project) is None


def _detail(live: LiveCheck, report: TextReport) -> str:
    """Whether it is still so, what changed, how the answers keep to their prompts, and the numbers."""
    sentences = ["" if live.current else waiting_words(live)]
    if report.drift.verdict == "drift":
        sentences += [changed_words(report), report.traffic.text]
    if report.health.value is not None:
        sentences.append(report.health.text)
    centroid, mmd = score_words(report.drift.centroid), score_words(report.drift.mmd)
    sentences.append(f"Centroid distance {centroid}, MMD² {mmd}.")
    if report.drift.verdict == "drift":
        sentences.append(report.drift.detectable.text)
    return " ".join(filter(None, sentences))


def changed_words(report: TextReport) -> str:
    """The words that came and went most, where some stand out."""
    gained, lost = (
        ", ".join(fmt_name(word.term) for word in telling(words)[:MOST_WORDS])
        for words in (report.evidence.keywords_gained, report.evidence.keywords_lost)
    )
    found = [f"{what}: {words}" for what, words in (("more of", gained), ("less of", lost)) if words]
    return f"Words: {'; '.join(found)}." if found else ""


def waiting_words(live: LiveCheck) -> str:
    """What is being done about a verdict that is older than the pools, or not there yet."""
    if live.error:
        return "The pools have changed since." if live.check else ""
    if live.job is None:
        changed = "The pools have changed since; they are compared again" if live.check else "They are compared"
        return f"{changed} when the running batch is done."
    message = f": {live.job.message.lower()}" if live.job.message else ""
    return f"The pools have changed since; comparing them now{message}." if live.check else f"Comparing now{message}."
