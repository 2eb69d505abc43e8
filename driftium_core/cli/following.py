"""Waiting in the terminal for a prompt run: its progress, what failed, and Ctrl-C."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driftium_core.command import command
from driftium_core.errors import CancelledError

if TYPE_CHECKING:
    from driftium_core.services import Services
    from driftium_core.store.prompt_records import PromptRun

__all__ = ["follow"]

LOOK_S = 0.2


def follow(services: Services, run: PromptRun, *, title: str) -> tuple[PromptRun, str]:
    """Wait for the end of a run; the run as it is then, and why it ended early, empty when it did not.

    Raises
    ------
    CancelledError
        The user pressed Ctrl-C; the run is stopped, and what was answered is kept.
    """
    from driftium_core import monitor
    from driftium_core.terminal import progress_on_stderr

    job = monitor.run_job(services, run.id)
    with progress_on_stderr(title) as progress:
        try:
            while job is not None and not job.wait(LOOK_S):
                if progress:
                    progress(job.done, job.total, job.message)
        except KeyboardInterrupt:
            monitor.stop_run(services, run.id)
            if job:
                job.wait()
            raise CancelledError(
                f"Stopped. What was answered is kept; `{command('run', '--continue', run.id)}` answers the rest."
            ) from None
    return monitor.open_prompt_run(services, run.id), (job.error or "") if job else ""
