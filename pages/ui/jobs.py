"""Long work on a page: started once, shown with progress and a cancel button, never in the page's own thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from driftium_core.formats import fmt_n
from pages.ui.widgets import escape, prose

if TYPE_CHECKING:
    from driftium_core.jobs import Job, Progress
    from driftium_core.services import Services

__all__ = ["GRACE_S", "run_job", "show_progress"]

T = TypeVar("T")

GRACE_S = 0.8
"""Work that ends within this time shows no progress bar at all."""


def run_job(services: Services, key: str, title: str, work: Callable[[Progress], T]) -> T | None:
    """Return the result of ``work``, or None while it runs, failed or was cancelled (and say so on the page).

    Parameters
    ----------
    key : str
        Identity of the work: the same key in the same browser session is the same job, whatever page is open.
    title : str
        What is being done, for the progress bar.
    work : callable
        Receives a ``Progress`` and returns the result; runs in a thread of ``services.jobs``.
    """
    ids: dict[str, str] = st.session_state.setdefault("job_ids", {})
    job = services.jobs.get(ids[key]) if key in ids else None
    if job is None:
        job = services.jobs.start(work, title=title)
        ids[key] = job.id
        job.wait(GRACE_S)
    if job.state == "done":
        return job.result
    if job.state in ("failed", "cancelled"):
        _show_ended(job, key)
    else:
        show_progress(job)
    return None


def _show_ended(job: Job, key: str) -> None:
    with st.container(key=f"job-ended-{job.id}"):
        if job.state == "failed":
            st.error(prose(job.error or ""), icon=":material/error:")
        else:
            st.info(f"{escape(job.title)} was cancelled. Nothing was stored.", icon=":material/cancel:")
        if st.button("Try again", key=f"again-{job.id}", icon=":material/refresh:"):
            del st.session_state["job_ids"][key]
            st.rerun()


def show_progress(job: Job) -> None:
    """Draw how far a job is, with a cancel button; the whole page runs again when it has ended."""
    with st.container():  # see pages.ui.live on fragments
        _follow(job)


@st.fragment(run_every=0.4)
def _follow(job: Job) -> None:
    if job.finished:
        st.rerun()
    with st.container(key=f"card-job-{job.id}"):
        share = min(1.0, job.done / job.total) if job.total else 0.0
        counted = f": {fmt_n(job.done)} of {fmt_n(job.total)}" if job.total else ""
        message = f", {escape(job.message)}" if job.message else ""
        st.progress(share, text=f"{escape(job.title)}{counted}{message}. You can leave this page; the work goes on.")
        if job.cancelling:
            st.caption("Stopping at the next step.")
        else:
            # A callback runs even when the press arrives together with a rerun of the whole page.
            st.button("Cancel", key=f"cancel-{job.id}", icon=":material/stop_circle:", on_click=job.cancel)
