"""Waiting in the terminal for runs of tasks, and for the checks that they start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from driftium_core.cli.streams import say
from driftium_core.errors import DriftiumError

if TYPE_CHECKING:
    from driftium_core.jobs import Job
    from driftium_core.services import Services
    from driftium_core.store.task_records import TaskRun

__all__ = ["follow_all"]

LOOK_S = 0.2


def follow_all(services: Services, jobs: Sequence[Job[TaskRun]]) -> tuple[list[tuple[str, TaskRun]], list[str]]:
    """Wait for runs: names of tasks and how each ended, and why others did not begin.

    Ctrl-C stops them; they end as stopped, and what they had stored stands.
    """
    from driftium_core.terminal import progress_on_stderr

    try:
        for job in jobs:
            with progress_on_stderr(job.title) as progress:
                while not job.wait(LOOK_S):
                    if progress and job.total:
                        progress(job.done, job.total, job.message)
                    elif progress:
                        progress(job.done, max(job.done, 1), job.message)
        ended = [(job.title, job.result) for job in jobs if job.result is not None]
        if any(run.n_new for _, run in ended):
            _wait_for_checks(services)
    except KeyboardInterrupt:
        for job in (*jobs, *services.background.all()):
            job.cancel()
        for job in jobs:
            job.wait()
        say("Stopped. What was stored stays, and the next run goes on from there.")
        ended = [(job.title, job.result) for job in jobs if job.result is not None]
    return ended, [job.error for job in jobs if job.error]


def _wait_for_checks(services: Services) -> None:
    """The app checks new answers in the background; a command that ends has to wait for it."""
    from driftium_core.terminal import progress_on_stderr

    try:
        _ = services.vectors
    except DriftiumError as error:
        say(str(error))
        return
    if services.vector_notices():  # each text would be embedded here once more, for nothing
        say("Another process, such as the running app, keeps the vectors and checks these answers.")
        for job in services.background.all():
            job.cancel()
        return
    with progress_on_stderr("Checking the new answers") as progress:
        while waiting := [job for job in services.background.all() if not job.finished]:
            if not waiting[0].wait(LOOK_S) and progress:
                progress(waiting[0].done, waiting[0].total or 1, waiting[0].message)
    for job in services.background.all():
        if job.error:
            say(job.error)
