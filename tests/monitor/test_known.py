"""What is known already is shown at once: after a restart, and while something else is being computed."""

import json
import sqlite3
import threading
import zlib
from collections.abc import Iterator

import numpy as np
import pytest

from driftium_core import monitor
from driftium_core.errors import StorageError, UnavailableError
from driftium_core.monitor import calculations
from driftium_core.services import Services
from driftium_core.settings import Settings
from tests.monitor.answers import answers
from tests.monitor.conftest import open_with_words, settle
from tests.monitor.words import WordsEncoder


class NoEncoder(WordsEncoder):
    """Fails when it is asked for anything."""

    def encode(self, *_args: object, **_options: object) -> np.ndarray:
        raise UnavailableError("The encoder must not be needed.")


@pytest.fixture
def restarted(services: Services, settings: Settings) -> Iterator[Services]:
    """A process that starts on what another one has checked, and could not compute anything."""
    services.store.responses.add(answers("bread", 12))
    monitor.promote(services, "week 1")
    services.store.responses.add(answers("bicycle", 12))
    monitor.live_check(services)
    settle(services)
    services.close()
    with open_with_words(settings, NoEncoder()) as opened:
        yield opened


def test_a_restart_finds_the_stored_report_without_encoding_anything(restarted: Services) -> None:
    live = monitor.live_check(restarted)
    assert (live.current, live.job, live.error) == (True, None, "")
    assert live.check is not None
    assert live.check.report is not None
    assert live.check.report.drift.severity == "CRITICAL"
    assert live.check.calculation == monitor.pool_history(restarted)[0]
    settle(restarted)
    assert monitor.live_check(restarted) == live
    assert restarted.opened_vectors is None


def test_a_known_report_does_not_wait_for_what_another_project_computes(restarted: Services) -> None:
    done = threading.Event()
    with restarted.checking:
        restarted.background.start(lambda _progress: done.wait(30), title="Checking the answers of another project")
        live = monitor.live_check(restarted)
        assert (live.current, live.error) == (True, "")
        assert monitor.check_responses(restarted).report is live.check.report  # type: ignore[union-attr]
        done.set()


def test_what_is_not_known_waits_for_its_turn_and_does_not_hold_the_page(services: Services) -> None:
    services.store.responses.add(answers("bread", 12))
    monitor.promote(services, "week 1")
    services.store.responses.add(answers("bicycle", 12))
    with services.checking:
        live = monitor.live_check(services)
        assert (live.current, live.check) == (False, None)
        assert live.job is not None
    settle(services)
    assert monitor.live_check(services).current


def test_a_state_that_returns_is_shown_at_once_and_recorded_anew(services: Services) -> None:
    services.store.responses.add(answers("bread", 12))
    monitor.promote(services, "week 1")
    services.store.responses.add(answers("bicycle", 12))
    first = monitor.check_responses(services)
    more = services.store.responses.add(answers("bread", 3, seed=4)).stored
    second = monitor.check_responses(services)
    monitor.delete_responses(services, [item.id for item in more])
    settle(services)
    with services.checking:
        live = monitor.live_check(services)
        assert live.current
        assert live.check is not None
        assert live.check.report is first.report
        settle(services)
    again = monitor.live_check(services).check
    assert again is not None
    assert first.calculation is not None
    assert again.calculation is not None
    history = monitor.pool_history(services)
    assert history == [again.calculation, second.calculation, first.calculation]
    assert again.calculation.fingerprint == first.calculation.fingerprint


def test_a_report_of_another_version_is_a_sentence_and_is_computed_anew(services: Services, settings: Settings) -> None:
    services.store.responses.add(answers("bread", 12))
    monitor.promote(services, "week 1")
    services.store.responses.add(answers("bicycle", 12))
    checked = monitor.check_responses(services)
    assert checked.calculation is not None
    services.close()
    database = settings.database_url.removeprefix("sqlite:///")
    with sqlite3.connect(database) as raw:
        ((blob,),) = raw.execute("SELECT report FROM calculations")
        values = json.loads(zlib.decompress(blob))
        del values["evidence"]["groups"]  # as format 1 had none
        raw.execute("UPDATE calculations SET report = ?", [zlib.compress(json.dumps(values).encode())])
    raw.close()
    with open_with_words(settings) as opened:
        with pytest.raises(StorageError, match="was stored by another version of Driftium and cannot be read"):
            monitor.open_calculation(opened, checked.calculation.id)
        steps: list[str] = []
        again = monitor.check_responses(opened, progress=lambda _done, _total, step: steps.append(step))
        assert "Testing for drift" in steps, "it is computed anew"
        assert again.report == checked.report


def test_an_upgrade_computes_the_same_pools_anew_and_adds_no_point_to_the_trend(
    services: Services, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.store.responses.add(answers("bread", 12))
    monitor.promote(services, "week 1")
    services.store.responses.add(answers("bicycle", 12))
    before = monitor.check_responses(services)
    monkeypatch.setattr(calculations, "TEXT_REPORT_FORMAT", calculations.TEXT_REPORT_FORMAT + 1)
    with open_with_words(settings) as upgraded:
        steps: list[tuple[object, ...]] = []
        after = monitor.check_responses(upgraded, progress=lambda *step: steps.append(step))
        assert steps, "it was computed"
        assert before.calculation is not None
        assert after.calculation is not None
        assert (after.calculation.id, after.calculation.created_at) == (
            before.calculation.id, before.calculation.created_at,
        )  # fmt: skip
        assert monitor.pool_history(upgraded) == [after.calculation]
        assert monitor.calculation_ids(upgraded, after.calculation) == after.ids
        assert monitor.check_responses(upgraded).report is after.report
