"""The state of a project's drift as open pages follow it: checked once per change, in the background."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from driftium_core.errors import CancelledError, DriftiumError
from driftium_core.monitor.pools import PoolCheck, PoolStatus, check_responses, pool_status
from driftium_core.services import Services
from driftium_core.store.records import DEFAULT_PROJECT

if TYPE_CHECKING:
    from driftium_core.jobs import Job, Progress

__all__ = ["LiveCheck", "live_check", "retry_check"]


@dataclass(frozen=True, slots=True)
class LatestCheck:
    """The newest check of a project's pools: of which revision, what came out, or why nothing did."""

    revision: int
    check: PoolCheck | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCheck:
    """What is known of a project's drift now.

    Attributes
    ----------
    status : PoolStatus
        Of the pools as they are now.
    check : PoolCheck or None
        The newest check of this process; None before the first, and when the pools cannot be compared.
    current : bool
        Whether ``check`` is about the pools as they are now.
    job : Job or None
        The check that is being computed, or waits for its turn.
    error : str
        Why the check of these pools failed; empty otherwise.
    """

    status: PoolStatus
    check: PoolCheck | None
    current: bool
    job: Job[PoolCheck] | None
    error: str


def live_check(services: Services, *, project: str = DEFAULT_PROJECT, start: bool = True) -> LiveCheck:
    """What is known now, and, unless it is computed already, start to compute what is not.

    Costs a few look-ups, so that every open page may ask every second. One check per project runs at a time; changes
    meanwhile are covered by the next one. With ``start`` False nothing is started, e.g. while a batch is running,
    whose every answer changes the pools.

    Raises
    ------
    NotFoundError
        There is no such project.
    StorageError
        The database cannot be read.
    """
    status = pool_status(services, project=project)
    latest: LatestCheck | None = services.latest_checks.get(project)
    current = latest is not None and latest.revision == status.revision
    job = _running(services, project)
    if status.status == "ready" and start and not current and job is None:
        job = _start(services, project)
    ready = status.status == "ready" and latest is not None
    return LiveCheck(
        status=status,
        check=latest.check if ready and latest else None,
        current=current,
        job=job,
        error=latest.error if ready and current and latest else "",
    )


def retry_check(services: Services, *, project: str = DEFAULT_PROJECT) -> None:
    """Compute a check that failed once more."""
    services.latest_checks.drop(project)


def _running(services: Services, project: str) -> Job[PoolCheck] | None:
    title = _title(project)
    return next((job for job in services.background.all() if job.title == title and not job.finished), None)


def _start(services: Services, project: str) -> Job[PoolCheck]:
    with services.starting:  # two pages that ask at once start one check
        running = _running(services, project)
        return running or services.background.start(
            lambda progress: _check(services, project, progress), title=_title(project)
        )


def _check(services: Services, project: str, progress: Progress) -> PoolCheck:
    revision = services.store.revision(project)
    try:
        check = check_responses(services, project=project, progress=progress)
    except CancelledError:  # the process ends, or somebody else's next question starts it again
        raise
    except Exception as error:  # an unexpected one too: every open page would start it anew every other second
        known: LatestCheck | None = services.latest_checks.get(project)
        said = str(error) if isinstance(error, DriftiumError) else _unexpected(error)
        services.latest_checks.put(project, LatestCheck(revision, known.check if known else None, said))
        raise
    services.latest_checks.put(project, LatestCheck(check.status.revision, check, ""))
    return check


def _unexpected(error: Exception) -> str:
    return f"The check stopped on an unexpected {type(error).__name__}. The details are in the server's log."


def _title(project: str) -> str:
    return f"Checking the answers of {project}"
