"""Long work in background threads of this process, with progress and cancel."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Generic, Literal, TypeVar

from driftium_core.errors import CancelledError, DriftiumError, NotFoundError

__all__ = ["Job", "JobState", "Jobs", "Progress"]

T = TypeVar("T")
JobState = Literal["queued", "running", "done", "failed", "cancelled"]

_log = logging.getLogger(__name__)


class Job(Generic[T]):
    """One piece of work. Written by its own thread, read by any; every attribute is a plain value.

    Attributes
    ----------
    id, title : str
    about : str
        What is worked on, for whoever looks for its job, as titles can be the same; empty where nobody does.
    state : JobState
    done, total : int
        Steps finished and steps in all; ``total`` is 0 until the work says how many.
    message : str
        What is being worked on.
    started_at, finished_at : datetime or None
        UTC.
    result : object or None
        What the work returned, once ``state`` is ``"done"``.
    error : str or None
        A sentence for the user, once ``state`` is ``"failed"``.
    failure : DriftiumError or None
        What ``error`` says, for a caller that waits for the result; None of an unexpected failure.
    """

    def __init__(self, title: str, *, about: str = "") -> None:
        self.id = secrets.token_hex(5)
        self.title = title
        self.about = about
        self.state: JobState = "queued"
        self.done = 0
        self.total = 0
        self.message = ""
        self.started_at: datetime | None = None
        self.finished_at: datetime | None = None
        self.result: T | None = None
        self.error: str | None = None
        self.failure: DriftiumError | None = None
        self._cancel = threading.Event()
        self._ended = threading.Event()
        self._ended_s = 0.0

    @property
    def finished(self) -> bool:
        """Done, failed or cancelled."""
        return self._ended.is_set()

    @property
    def cancelling(self) -> bool:
        """Cancel was asked for, and the work has not stopped yet."""
        return self._cancel.is_set() and not self.finished

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the end; False when it has not come within the time."""
        return self._ended.wait(timeout_s)

    def cancel(self) -> None:
        """Ask the work to stop at its next progress call; work that is queued never starts."""
        self._cancel.set()

    def _run(self, work: Callable[[Progress], T]) -> None:
        self.started_at = datetime.now(UTC)
        self.state = "running"
        try:
            progress = Progress(self)
            progress.check()
            self.result = work(progress)
        except CancelledError:
            self._end("cancelled")
        except DriftiumError as error:
            self.error = str(error)
            self.failure = error.with_traceback(None)  # its frames would keep all of the work's data
            self._end("failed")
        except Exception as error:  # noqa: BLE001 - the last frame of a thread: nobody above could report it
            _log.exception("Job %s (%s) failed", self.id, self.title)
            self.error = (
                f"{self.title} stopped on an unexpected {type(error).__name__}. Nothing was stored. "
                f"The details are in the server's log under job {self.id}."
            )
            self._end("failed")
        else:
            self._end("done")

    def _end(self, state: JobState) -> None:
        self.state = state
        self.finished_at = datetime.now(UTC)
        self._ended_s = time.monotonic()
        self._ended.set()


class Progress:
    """Handed to the work; calling it tells how far it is, and stops the work once it was cancelled."""

    def __init__(self, job: Job[Any]) -> None:
        self._job = job

    def __call__(self, done: int, total: int, message: str = "") -> None:
        """Report ``done`` of ``total`` steps; raises `CancelledError` after a cancel."""
        self.check()
        self._job.done, self._job.total, self._job.message = done, total, message

    def cancelled(self) -> bool:
        """Whether a cancel was asked for, for work that keeps what it has so far."""
        return self._job._cancel.is_set()

    def check(self) -> None:
        """Raise `CancelledError` after a cancel."""
        if self.cancelled():
            raise CancelledError(f"{self._job.title} was cancelled. Nothing was stored.")


class Jobs:
    """Runs jobs, at most ``max_workers`` at a time, and forgets finished ones.

    Results can be large, so a finished job is dropped ``keep_s`` seconds after its end, or earlier when more than
    ``keep`` have ended; a page that still holds the `Job` keeps its result. Thread-safe.
    """

    def __init__(self, max_workers: int = 2, *, keep: int = 20, keep_s: float = 900) -> None:
        self._pool = ThreadPoolExecutor(max_workers, thread_name_prefix="driftium-job")
        self._keep, self._keep_s = keep, keep_s
        self._jobs: dict[str, Job[Any]] = {}
        self._lock = threading.Lock()
        self._closed = False

    @property
    def closing(self) -> bool:
        """Whether everything is being stopped, as the process ends."""
        return self._closed

    def start(self, work: Callable[[Progress], T], *, title: str, about: str = "") -> Job[T]:
        """Queue ``work(progress)`` and return its job at once."""
        job: Job[T] = Job(title, about=about)
        with self._lock:
            if self._closed:
                raise DriftiumError(f"{title} was not started, as Driftium is shutting down.")
            self._forget()
            self._jobs[job.id] = job
            future = self._pool.submit(job._run, work)
        future.add_done_callback(lambda ended: _end_unstarted(job, ended))
        return job

    def get(self, job_id: str) -> Job[Any] | None:
        """The job of this id, or None when it is unknown or forgotten."""
        with self._lock:
            self._forget()
            return self._jobs.get(job_id)

    def all(self) -> list[Job[Any]]:
        """Every job that is not forgotten, oldest first."""
        with self._lock:
            self._forget()
            return list(self._jobs.values())

    def working_on(self, about: str) -> Job[Any] | None:
        """The job about this that waits or runs, the one that was started last; None while there is none."""
        return next((job for job in reversed(self.all()) if job.about == about and not job.finished), None)

    def cancel(self, job_id: str) -> None:
        """Cancel a job; `NotFoundError` when it is unknown or forgotten."""
        job = self.get(job_id)
        if job is None:
            raise NotFoundError(f"There is no job {job_id}; it may have ended a while ago.")
        job.cancel()

    def close(self) -> None:
        """Cancel everything and wait for the running work to stop at its next progress call."""
        with self._lock:
            self._closed = True
            jobs = list(self._jobs.values())
        for job in jobs:
            job.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _forget(self) -> None:
        ended = [job for job in self._jobs.values() if job.finished]
        oldest_kept_s = time.monotonic() - self._keep_s
        too_many = len(ended) - self._keep
        for position, job in enumerate(sorted(ended, key=lambda job: job._ended_s)):
            if position < too_many or job._ended_s < oldest_kept_s:
                del self._jobs[job.id]


def _end_unstarted(job: Job[Any], future: Future[None]) -> None:
    if future.cancelled():
        job._end("cancelled")
