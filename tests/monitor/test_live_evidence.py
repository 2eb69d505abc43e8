"""The evidence score follows open pages: blocks are counted in the background, each once."""

import logging
import threading
from pathlib import Path

import pytest

from driftium_core import monitor
from driftium_core.errors import StorageError
from driftium_core.jobs import Progress
from driftium_core.monitor import evidence, live
from driftium_core.services import Services
from driftium_core.settings import Settings
from tests.monitor.answers import answers
from tests.monitor.conftest import open_with_words, settle


@pytest.fixture
def watched(services: Services) -> Services:
    """A baseline of 80, so blocks of 20, and two and a half blocks of current answers on another topic."""
    services.store.responses.add(answers("bread", 80, seed=1))
    monitor.promote(services, "week 1")
    services.store.responses.add(answers("bicycle", 50, seed=2))
    settle(services)
    return services


def looks(services: Services) -> list[int]:
    return [look.block for look in monitor.evidence_looks(services)]


def test_an_open_page_counts_new_blocks_and_each_once(watched: Services, settings: Settings) -> None:
    before = watched.store.version()
    monitor.live_check(watched)
    settle(watched)
    assert looks(watched) == [1, 0]
    after = watched.store.version()
    assert after != before
    for _ in range(3):
        monitor.live_check(watched)
        settle(watched)
    assert watched.store.version() == after
    with open_with_words(settings) as restarted:  # and again by another process
        monitor.live_check(restarted)
        settle(restarted)
        assert looks(restarted) == [1, 0]
        restarted.store.responses.add(answers("bicycle", 10, seed=3))
        monitor.live_check(restarted)
        settle(restarted)
        assert looks(restarted) == [2, 1, 0]
    monitor.dismiss_alarm(watched)
    assert watched.store.version() != after


def test_pages_of_two_processes_count_a_block_once(watched: Services, settings: Settings, tmp_path: Path) -> None:
    vectors = settings.model_copy(update={"qdrant": str(tmp_path / "other vectors")})
    with open_with_words(vectors) as second:
        start = threading.Barrier(4)

        def ask(services: Services) -> None:
            start.wait()
            monitor.live_check(services)
            settle(services)

        threads = [threading.Thread(target=ask, args=(services,)) for services in (watched, second) * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert looks(watched) == [1, 0]
    state = monitor.evidence_state(watched)
    assert state is not None
    assert state.looks == 2


def test_a_process_that_ended_while_counting_is_caught_up_with(watched: Services) -> None:
    monitor.check_responses(watched)  # as the command line does before it counts
    assert looks(watched) == []
    assert monitor.live_check(watched).current  # known: nothing is computed for the verdict
    settle(watched)
    assert looks(watched) == [1, 0]


def test_looking_at_an_older_version_counts_nothing(watched: Services) -> None:
    old = monitor.active_baseline(watched)
    assert old is not None
    monitor.promote(watched, "week 2")
    watched.store.responses.add(answers("bicycle", 20, seed=3))
    monitor.live_check(watched, baseline_id=old.id)
    settle(watched)
    assert monitor.live_check(watched, baseline_id=old.id).current
    assert looks(watched) == []
    assert watched.store.alarms.looks("llm", old.id) == []


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (StorageError("The vectors cannot be read."), "The vectors cannot be read."),
        (
            ZeroDivisionError("division by zero"),
            "The counting stopped on an unexpected ZeroDivisionError. The details are in the server's log.",
        ),
    ],
)
def test_a_failure_to_count_costs_no_verdict_and_is_told(
    watched: Services,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    sentence: str,
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise error

    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR, logger=live.__name__):
        patch.setattr(evidence, "embed", fail)
        monitor.live_check(watched)
        settle(watched)
    shown = monitor.live_check(watched)
    assert (shown.current, shown.error) == (True, "")
    assert shown.check is not None
    assert shown.check.report is not None
    assert shown.check.notices == (f"The evidence score could not be brought up to date. {sentence}",)
    assert "The evidence score of project default" in caplog.text
    assert ("Traceback" in caplog.text) == isinstance(error, ZeroDivisionError)
    watched.store.responses.add(answers("bicycle", 1, seed=5))
    monitor.live_check(watched)
    settle(watched)
    recovered = monitor.live_check(watched).check
    assert recovered is not None
    assert recovered.notices == ()
    assert looks(watched) == [1, 0]


def test_counting_lets_others_go_first_and_goes_on_after_them(watched: Services) -> None:
    watched.store.responses.add(answers("bicycle", 30, seed=3))
    seen: list[int] = []

    def wait_and_see(_progress: Progress) -> None:
        seen.append(len(looks(watched)))

    monitor.check_responses(watched)
    held = threading.Event()
    watched.background.start(lambda _progress: held.wait(30), title="something long")
    monitor.live_check(watched)  # what is known needs counting only, which waits for the worker
    watched.background.start(wait_and_see, title="somebody else")
    held.set()
    settle(watched)
    assert seen == [1]
    assert looks(watched) == [3, 2, 1, 0]
