"""Running an investigation: started once, followed live by every browser, stopped, and tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.severity import verdict_headline
from pages.ui.jobs import GRACE_S
from pages.ui.project import current_project, of_project
from pages.ui.rca_chosen import Shown, link_report
from pages.ui.rca_trace import show_terminal
from pages.ui.widgets import card, escape, guide_step, prose, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.jobs import Job
    from driftium_core.monitor import Investigated
    from driftium_core.rca.facts import SubjectKind
    from driftium_core.rca.report import Agent, TraceStep
    from driftium_core.services import Services
    from pages.ui.rca_chosen import Chosen
    from pages.ui.rca_picker import Words

__all__ = ["running_now", "show_ended", "show_running", "start", "unsaved_now"]

JOBS = "rca_jobs"

AGENTS: tuple[tuple[Agent, str, str], ...] = (
    ("triage", "Triage", "What happened, how severe it is, and how soon somebody should look."),
    ("diagnosis", "Diagnosis", "Which causes of the catalogue the evidence supports, and which it rules out."),
    ("recommendation", "Recommendation", "What to do about this cause at this severity, the quickest first."),
)
"""The agents in their order, with what each asks."""


def start(services: Services, kind: SubjectKind, report_id: str, words: Words) -> None:
    """Investigate a report; of two presses, or two browsers, the second follows the run that the first began."""
    link_report(kind, report_id)
    if running_now(services, kind, report_id):
        return
    try:
        job = monitor.start_investigation(
            services, kind, report_id, project=current_project(), choice=words.choice, by_rules=words.by_rules
        )
    except DriftiumError as error:
        st.toast(prose(str(error)), icon=":material/error:", duration="long")
        return
    _jobs()[_about(kind, report_id)] = job
    job.wait(GRACE_S)


def running_now(services: Services, kind: SubjectKind, report_id: str) -> Job[Investigated] | None:
    """The run of a report that goes on, whoever started it."""
    return monitor.investigation_job(services, kind, report_id) if report_id else None


def unsaved_now(chosen: Chosen) -> Shown | None:
    """What this browser's last run of the report found, where that could not be stored."""
    job = _jobs().get(_about(chosen.kind, chosen.report_id))
    if job is None or job.state != "done" or job.result is None or job.result.investigation is not None:
        return None
    return Shown(None, job.result.report)


def show_ended(services: Services, chosen: Chosen, words: Words) -> None:
    """Say how this browser's last run of the report ended, where that is not plain to see."""
    job = _jobs().get(_about(chosen.kind, chosen.report_id))
    if job is None or not job.finished:
        return
    if job.state == "done":
        if job.result and job.result.notice:
            st.warning(prose(job.result.notice), icon=":material/database_off:")
        return
    with st.container(key=f"job-ended-{job.id}"):
        if job.state == "failed":
            st.error(prose(job.error or ""), icon=":material/error:")
        else:
            st.info("The investigation was cancelled. Nothing was stored.", icon=":material/cancel:")
        st.button(
            "Try again",
            key=f"again-{job.id}",
            icon=":material/refresh:",
            on_click=start,
            args=(services, chosen.kind, chosen.report_id, words),
        )


def show_running(services: Services, chosen: Chosen, job: Job[Investigated]) -> None:
    """Draw the agents and the steps as they come; the whole page runs again at the end."""
    if chosen.report:
        headline = verdict_headline(chosen.report.status, chosen.report.severity)
        verdict(chosen.report.severity, headline, f"{chosen.report.title}.", "Being investigated now.")
    with st.container():  # see pages.ui.live on fragments
        _follow(services, chosen.kind, chosen.report_id, job)


@st.fragment(run_every=0.5)
def _follow(services: Services, kind: SubjectKind, report_id: str, job: Job[Investigated]) -> None:
    if job.finished:
        st.rerun()
    steps = monitor.investigation_steps(services, kind, report_id)
    left, right = st.columns([1.18, 1])
    with left, card("agents", "Investigating"):
        now = _agent_at_work(steps)
        for number, (agent, name, asks) in enumerate(AGENTS, start=1):
            said = [step.message for step in steps if step.agent == agent and not step.rejected_reason]
            guide_step(st.container(), agent, number, now, name, prose(said[-1]) if said else asks, next_is="now")
    with right, card("trace"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader("Trace", anchor=False, width="content")
            if job.cancelling:
                st.caption("Stopping at the next step.", width="content")
            else:
                st.button("Cancel", key=f"cancel-{job.id}", icon=":material/stop_circle:", on_click=job.cancel)
        show_terminal(steps, header=f"driftium rca, {escape(job.state)}", footer="> _")
        st.caption("You can leave this page; the work goes on, and its report is kept.")


def _agent_at_work(steps: Sequence[TraceStep]) -> int:
    """Number of the agent that works now: the last that was heard of, or the next once a model has worded that one."""
    names = [agent for agent, *_ in AGENTS]
    last = next((step for step in reversed(steps) if step.agent in names), None)
    if last is None:
        return 1
    worded = last.source == "llm" and not last.rejected_reason
    return names.index(last.agent) + 1 + worded


def _about(kind: SubjectKind, report_id: str) -> str:
    return f"rca:{kind}:{report_id}"


def _jobs() -> dict[str, Job[Investigated]]:
    """The runs that this browser started, by what they are about."""
    jobs: dict[str, Job[Investigated]] = st.session_state.setdefault(of_project(JOBS), {})
    return jobs
