"""The check of a project's answers, shared by all who ask for it at the same time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from driftium_core import monitor
from driftium_core.api.waiting import finished
from driftium_core.errors import StorageError, UnavailableError
from driftium_core.jobs import Job, Progress
from driftium_core.services import Services

if TYPE_CHECKING:
    from driftium_core.store.records import AlarmState

__all__ = ["CheckedPools", "check_pools"]


@dataclass(frozen=True, slots=True)
class CheckedPools:
    """Where the answers of a project stand; ``evidence`` is None where it could not be told, which a notice says."""

    check: monitor.PoolCheck
    evidence: AlarmState | None
    notices: tuple[str, ...]


async def check_pools(services: Services, project: str, request: Request) -> CheckedPools:
    """Check the answers as they are now, at most once per state, and count new blocks of evidence.

    Any number of callers may wait: they keep no thread, and all that came while one check ran get the one after it.
    """
    job = await run_in_threadpool(_start, services, project)
    checked: CheckedPools = await finished(job, request, keep=True)
    return checked


def _start(services: Services, project: str) -> Job[CheckedPools]:
    about = f"api:{project}"
    with services.starting:
        waiting = services.jobs.working_on(about)
        if waiting is not None and waiting.state == "queued":  # one that runs may have read what was there before
            return waiting
        return services.jobs.start(
            lambda progress: _check(services, project, progress),
            title=f"Checking the answers of {project}",
            about=about,
        )


def _check(services: Services, project: str, progress: Progress) -> CheckedPools:
    check = monitor.check_responses(services, project=project, progress=progress)
    try:
        evidence = monitor.update_evidence(services, project=project, progress=progress)
    except (StorageError, UnavailableError) as error:
        behind = f"The evidence score could not be brought up to date. {error}"
        return CheckedPools(check, None, (*check.notices, behind))
    return CheckedPools(check, evidence, check.notices)
