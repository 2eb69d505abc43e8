"""Jobs: progress, cancel, failures as sentences, and bounded memory."""

import threading
from collections.abc import Iterator

import pytest

from driftium_core.errors import CancelledError, DriftiumError, InputError, NotFoundError
from driftium_core.jobs import Jobs, Progress


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    opened = Jobs(max_workers=1, keep=3, keep_s=60)
    yield opened
    opened.close()


def test_result_progress_and_times(jobs: Jobs) -> None:
    seen = threading.Event()
    go = threading.Event()

    def work(progress: Progress) -> int:
        progress(3, 10, "age")
        seen.set()
        assert go.wait(5)
        return 42

    job = jobs.start(work, title="Comparing columns")
    assert seen.wait(5)
    assert (job.state, job.done, job.total, job.message, job.finished) == ("running", 3, 10, "age", False)
    assert job.result is None
    go.set()
    assert job.wait(5)
    assert (job.state, job.result, job.error) == ("done", 42, None)
    assert job.started_at is not None
    assert job.finished_at is not None
    assert job.started_at <= job.finished_at
    assert jobs.get(job.id) is job


def test_cancel_stops_at_the_next_progress_call(jobs: Jobs) -> None:
    running = threading.Event()

    def work(progress: Progress) -> None:
        for i in range(100_000_000):
            progress(i, 100_000_000, "")
            running.set()

    job = jobs.start(work, title="Counting")
    assert running.wait(5)
    jobs.cancel(job.id)
    assert job.wait(5)
    assert (job.state, job.result, job.error) == ("cancelled", None, None)


def test_a_queued_job_that_is_cancelled_never_starts(jobs: Jobs) -> None:
    go = threading.Event()
    started: list[str] = []
    first = jobs.start(lambda _progress: go.wait(5), title="first")
    second = jobs.start(lambda _progress: started.append("second"), title="second")
    assert second.state == "queued"
    second.cancel()
    go.set()
    assert first.wait(5)
    assert second.wait(5)
    assert second.state == "cancelled"
    assert started == []


def test_work_is_found_by_what_it_is_about_until_it_ends(jobs: Jobs) -> None:
    go = threading.Event()
    first, _, last = (jobs.start(lambda _progress: go.wait(5), title="same", about=about) for about in ("a", "b", "a"))
    assert (jobs.working_on("a"), jobs.working_on("c")) == (last, None)
    last.cancel()
    assert jobs.working_on("a") is last, "it has not ended yet"
    go.set()
    assert first.wait(5)
    assert last.wait(5)
    assert jobs.working_on("a") is None


def test_known_errors_keep_their_sentence(jobs: Jobs) -> None:
    def work(_progress: Progress) -> None:
        raise InputError("Line 214 of answers.csv has 3 fields, 4 expected.")

    job = jobs.start(work, title="Reading")
    assert job.wait(5)
    assert (job.state, job.error) == ("failed", "Line 214 of answers.csv has 3 fields, 4 expected.")
    assert isinstance(job.failure, InputError)
    assert job.failure.__traceback__ is None


def test_unexpected_errors_are_logged_and_become_a_sentence(jobs: Jobs, caplog: pytest.LogCaptureFixture) -> None:
    def work(_progress: Progress) -> float:
        return 1 / 0

    job = jobs.start(work, title="Comparing columns")
    assert job.wait(5)
    assert job.state == "failed"
    assert job.error == (
        "Comparing columns stopped on an unexpected ZeroDivisionError. Nothing was stored. "
        f"The details are in the server's log under job {job.id}."
    )
    assert job.id in caplog.text
    assert "ZeroDivisionError: division by zero" in caplog.text


def test_finished_jobs_are_forgotten_beyond_the_limit(jobs: Jobs) -> None:
    finished = []
    for i in range(6):
        job = jobs.start(lambda _progress, i=i: i, title=str(i))
        assert job.wait(5)
        finished.append(job)
    assert jobs.all() == finished[3:]
    assert jobs.get(finished[0].id) is None
    with pytest.raises(NotFoundError, match="no job"):
        jobs.cancel(finished[0].id)


def test_finished_jobs_are_forgotten_after_a_while() -> None:
    jobs = Jobs(keep_s=0)
    job = jobs.start(lambda _progress: "large", title="x")
    assert job.wait(5)
    assert jobs.get(job.id) is None
    assert job.result == "large"  # whoever still holds the job keeps its result
    jobs.close()


def test_close_cancels_running_and_queued_jobs() -> None:
    jobs = Jobs(max_workers=1)
    running = threading.Event()
    stopped: list[bool] = []

    def work(progress: Progress) -> None:
        running.set()
        try:
            while True:
                progress.check()
        except CancelledError:
            stopped.append(True)
            raise

    first = jobs.start(work, title="first")
    second = jobs.start(lambda _progress: None, title="second")
    assert running.wait(5)
    jobs.close()
    assert stopped == [True]
    assert (first.state, second.state) == ("cancelled", "cancelled")
    with pytest.raises(DriftiumError, match="shutting down"):
        jobs.start(lambda _progress: None, title="late")
