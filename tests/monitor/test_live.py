"""The state of drift as pages follow it: one check per change, whoever asks and however often."""

import threading

import pytest

from driftium_core import monitor
from driftium_core.errors import StorageError
from driftium_core.monitor import pools
from driftium_core.services import Services
from pages.ui.drift_now import waiting_words
from tests.monitor.answers import answers
from tests.monitor.conftest import settle


def watched(services: Services) -> Services:
    """A project with a baseline on bread and current answers on bicycles."""
    services.store.responses.add(answers("bread", 12))
    monitor.promote(services, "week 1")
    services.store.responses.add(answers("bicycle", 12))
    return services


def test_nothing_is_computed_before_there_is_something_to_compare(services: Services) -> None:
    live = monitor.live_check(services)
    assert (live.status.status, live.check, live.job, live.error) == ("not_initialized", None, None, "")
    assert services.background.all() == []


def test_a_change_is_checked_once_for_all_who_ask(services: Services) -> None:
    watched(services)
    with services.checking:  # holds the check back, so that all ask while it is under way
        jobs = {id(monitor.live_check(services).job) for _ in range(20)}
    assert len(jobs) == 1
    settle(services)
    live = monitor.live_check(services)
    assert (live.current, live.job, live.error) == (True, None, "")
    assert live.check is not None
    assert live.check.report is not None
    assert live.check.report.drift.severity == "CRITICAL"
    assert len(monitor.pool_history(services)) == 1


def test_pages_that_ask_at_the_same_moment_start_one_check(services: Services) -> None:
    watched(services)
    barrier, jobs = threading.Barrier(8), []

    def ask() -> None:
        barrier.wait()
        jobs.append(monitor.live_check(services).job)

    with services.checking:
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({id(job) for job in jobs}) == 1
    settle(services)


def test_an_older_verdict_is_shown_as_such_until_the_new_one_is_there(services: Services) -> None:
    watched(services)
    monitor.live_check(services)
    settle(services)
    services.store.responses.add(answers("bicycle", 3, seed=1))
    live = monitor.live_check(services)
    assert live.check is not None
    assert not live.current
    assert live.job is not None
    settle(services)
    assert monitor.live_check(services).current


def test_while_a_batch_runs_nothing_is_started(services: Services) -> None:
    watched(services)
    live = monitor.live_check(services, start=False)
    assert (live.check, live.job) == (None, None)
    assert not live.current


def test_a_promotion_empties_the_verdict(services: Services) -> None:
    watched(services)
    monitor.live_check(services)
    settle(services)
    monitor.promote(services, "week 2")
    live = monitor.live_check(services)
    assert (live.status.status, live.check) == ("waiting_for_telemetry", None)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (StorageError("The vectors cannot be read."), "The vectors cannot be read."),
        (
            ZeroDivisionError("division by zero"),
            "The check stopped on an unexpected ZeroDivisionError. The details are in the server's log.",
        ),
    ],
)
def test_a_failed_check_is_told_and_not_repeated_until_asked(
    services: Services, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    watched(services)

    def fail(*_args: object, **_kwargs: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(pools, "embed", fail)
        monitor.live_check(services)
        settle_failed(services)
        live = monitor.live_check(services)
        assert (live.error, live.job) == (sentence, None)
    monitor.retry_check(services)
    monitor.live_check(services)
    settle(services)
    live = monitor.live_check(services)
    assert (live.error, live.current) == ("", True)


def test_after_a_failed_check_the_verdict_before_it_is_no_longer_current(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.store.responses.add(answers("bread", 24))
    monitor.promote(services, "week 1")
    services.store.responses.add(answers("bread", 24, seed=1))
    monitor.live_check(services)
    settle(services)

    def fail(*_args: object, **_kwargs: object) -> None:
        raise StorageError("The vectors cannot be read.")

    monkeypatch.setattr(pools, "embed", fail)
    services.store.responses.add(answers("bicycle", 24))
    monitor.live_check(services)
    settle_failed(services)
    live = monitor.live_check(services)
    assert (live.current, live.job, live.error) == (False, None, "The vectors cannot be read.")
    assert live.check is not None
    assert live.check.report is not None
    assert live.check.report.drift.n_current == 24, "of the pools before"
    assert waiting_words(live) == "The pools have changed since."


def test_a_check_is_found_by_its_baseline_and_not_by_a_title(services: Services) -> None:
    monitor.create_project(services, "bot against version 2")
    for project in ("bot against version 2", "bot"):
        if project == "bot":
            monitor.create_project(services, project)
        services.store.responses.add(answers("bread", 12), project=project)
        monitor.promote(services, "week 1", project=project)
    services.store.responses.add(answers("bread", 12, seed=1), project="bot")
    second = monitor.promote(services, "week 2", project="bot").id
    services.store.responses.add(answers("bread", 12, seed=2), project="bot")
    monitor.promote(services, "week 3", project="bot")
    for project in ("bot against version 2", "bot"):
        services.store.responses.add(answers("bicycle", 12), project=project)
    with services.checking:
        one = monitor.live_check(services, project="bot against version 2").job
        other = monitor.live_check(services, project="bot", baseline_id=second).job
    assert one is not None
    assert other is not None
    assert one is not other
    settle(services)


def settle_failed(services: Services) -> None:
    for job in services.background.all():
        job.wait(60)


def test_projects_do_not_mix(services: Services) -> None:
    monitor.create_project(services, "other")
    watched(services)
    monitor.live_check(services)
    settle(services)
    assert monitor.live_check(services, project="other").check is None
