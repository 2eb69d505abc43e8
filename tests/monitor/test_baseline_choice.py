"""Comparing current answers with any version of the baseline, not only the active one."""

import threading

import pytest

from driftium_core import monitor
from driftium_core.errors import InputError, NotFoundError, StorageError
from driftium_core.monitor import pools
from driftium_core.monitor.documents import calculation_document
from driftium_core.services import Services
from tests.monitor.answers import answers
from tests.monitor.conftest import settle


@pytest.fixture
def versions(services: Services) -> tuple[str, str]:
    """Version 1 on bread and version 2, active, on bicycles; current answers are on bicycles."""
    services.store.responses.add(answers("bread", 24, seed=1))
    first = monitor.promote(services, "bread")
    services.store.responses.add(answers("bicycle", 24, seed=2))
    second = monitor.promote(services, "bicycle")
    services.store.responses.add(answers("bicycle", 24, seed=3))
    settle(services)
    return first.id, second.id


def test_the_verdict_depends_on_the_version_that_is_looked_at(services: Services, versions: tuple[str, str]) -> None:
    first, second = versions
    against = {id_: monitor.check_responses(services, baseline_id=id_) for id_ in (None, first, second)}
    reports = {id_: check.report for id_, check in against.items()}
    assert reports[first] is not None
    assert reports[second] is reports[None] is not None
    assert (reports[first].drift.verdict, reports[second].drift.verdict) == ("drift", "no_drift")
    for chosen, (name, active) in {first: ("bread", False), second: ("bicycle", True)}.items():
        status, calculation = against[chosen].status, against[chosen].calculation
        assert status.baseline is not None
        assert (status.baseline.name, status.baseline.active, status.n_current) == (name, active, 24)
        assert f"the 24 of the baseline “{name}”" in status.message
        assert calculation is not None
        assert calculation.baseline_id == chosen
        assert against[chosen].ids.baseline == tuple(item.id for item in services.store.baselines.responses(chosen))
        assert monitor.pool_status(services, baseline_id=chosen) == status


def test_two_browsers_on_two_versions_add_one_record_each(services: Services, versions: tuple[str, str]) -> None:
    first, second = versions
    for _ in range(3):
        for chosen in (first, None):
            monitor.check_responses(services, baseline_id=chosen)
    history = monitor.pool_history(services)
    assert [item.baseline_id for item in history] == [second, first]
    assert monitor.pool_history(services, baseline_id=first) == history[1:]
    monitor.delete_baseline(services, first)
    assert monitor.pool_history(services, baseline_id=first) == history[1:]
    assert (monitor.count_calculations(services), monitor.count_calculations(services, baseline_id=first)) == (2, 1)


def test_a_calculation_keeps_the_ranges_of_its_scores(services: Services, versions: tuple[str, str]) -> None:
    check = monitor.check_responses(services, baseline_id=versions[0])
    assert check.report is not None
    assert check.calculation is not None
    mmd, health = check.report.drift.mmd, check.report.health
    assert (check.calculation.mmd_low, check.calculation.mmd_high) == (mmd.low, mmd.high)
    assert (check.calculation.health_low, check.calculation.health_high) == (health.low, health.high)
    document = calculation_document(check.calculation)
    assert document["mmd_null_range"] == [mmd.low, mmd.high]
    assert document["health_interval"] == [health.low, health.high]


def test_scores_that_could_not_be_computed_have_no_range(services: Services) -> None:
    services.store.responses.add(answers("bread", 12, prompts=False))
    monitor.promote(services, "without prompts")
    services.store.responses.add(answers("bread", 12, seed=1, prompts=False))
    calculation = monitor.check_responses(services).calculation
    assert calculation is not None
    assert (calculation.health_index, calculation.health_low, calculation.health_high) == (None, None, None)
    assert calculation_document(calculation)["health_interval"] is None


def test_threads_that_ask_for_two_versions_get_both(services: Services, versions: tuple[str, str]) -> None:
    start, found = threading.Barrier(8), {id_: [] for id_ in versions}

    def ask(chosen: str) -> None:
        start.wait()
        found[chosen].append(monitor.live_check(services, baseline_id=chosen))

    threads = [threading.Thread(target=ask, args=(versions[i % 2],)) for i in range(8)]
    with services.checking:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for chosen in versions:
        assert len({id(live.job) for live in found[chosen]}) == 1
    settle(services)
    for chosen, verdict in zip(versions, ("drift", "no_drift"), strict=True):
        live = monitor.live_check(services, baseline_id=chosen)
        assert (live.current, live.job, live.error) == (True, None, "")
        assert live.check is not None
        assert live.check.report is not None
        assert live.check.report.drift.verdict == verdict
    assert len(monitor.pool_history(services)) == 2


def test_a_failure_against_one_version_leaves_the_other(
    services: Services, versions: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor.live_check(services)
    settle(services)
    active = monitor.live_check(services)

    def fail(*_args: object, **_kwargs: object) -> None:
        raise StorageError("The vectors cannot be read.")

    with monkeypatch.context() as patch:
        patch.setattr(pools, "embed", fail)
        monitor.live_check(services, baseline_id=versions[0])
        settle(services)
    other = monitor.live_check(services, baseline_id=versions[0])
    assert (other.check, other.job, other.error) == (None, None, "The vectors cannot be read.")
    assert monitor.live_check(services) == active
    monitor.retry_check(services, baseline_id=versions[0])
    monitor.live_check(services, baseline_id=versions[0])
    settle(services)
    assert monitor.live_check(services, baseline_id=versions[0]).current
    assert monitor.live_check(services) == active


def test_a_version_that_is_gone_or_foreign_is_refused(services: Services, versions: tuple[str, str]) -> None:
    first, second = versions
    assert monitor.find_baseline(services, first) is not None
    monitor.delete_baseline(services, first)
    assert monitor.find_baseline(services, first) is None
    monitor.create_project(services, "other")
    for ask in (monitor.pool_status, monitor.check_responses, monitor.live_check):
        with pytest.raises(NotFoundError, match=f"Project 'default' has no baseline {first}, or no longer"):
            ask(services, baseline_id=first)
        with pytest.raises(NotFoundError, match=f"Project 'other' has no baseline {second}"):
            ask(services, project="other", baseline_id=second)
    with pytest.raises(InputError, match="is the active one"):
        monitor.delete_baseline(services, second)


def test_the_responses_behind_a_calculation_are_told_as_long_as_they_are_provable(
    services: Services, versions: tuple[str, str]
) -> None:
    check = monitor.check_responses(services)
    calculation = check.calculation
    assert calculation is not None
    assert monitor.calculation_ids(services, calculation) == check.ids
    services.store.responses.add(answers("bread", 5, seed=4))
    assert monitor.calculation_ids(services, calculation) == check.ids  # the first that arrived are still those
    third = monitor.promote(services, "both")
    assert monitor.calculation_ids(services, calculation) == check.ids  # they moved together
    monitor.restore_baseline(services, versions[0])
    monitor.delete_baseline(services, third.id)
    assert monitor.calculation_ids(services, calculation) == monitor.PoolIds(check.ids.baseline)
    monitor.delete_baseline(services, versions[1])
    assert monitor.calculation_ids(services, calculation) == monitor.PoolIds()


def test_deleted_telemetry_is_not_mistaken_for_what_was_compared(services: Services, versions: tuple[str, str]) -> None:
    check = monitor.check_responses(services, baseline_id=versions[0])
    assert check.calculation is not None
    monitor.delete_responses(services, check.ids.current[:1])
    services.store.responses.add(answers("bicycle", 1, seed=9))
    assert monitor.calculation_ids(services, check.calculation) == monitor.PoolIds(check.ids.baseline)


@pytest.mark.usefixtures("versions")
def test_the_responses_behind_a_calculation_with_another_seed_are_told_too(services: Services) -> None:
    check = monitor.check_responses(services, seed=7)
    assert check.calculation is not None
    assert monitor.calculation_ids(services, check.calculation) == check.ids


@pytest.mark.usefixtures("versions")
def test_a_calculation_is_read_from_the_database_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    calculation = monitor.check_responses(services).calculation
    assert calculation is not None
    services.text_reports.drop(calculation.fingerprint)
    opened, ids = monitor.open_calculation(services, calculation.id), monitor.calculation_ids(services, calculation)
    monkeypatch.setattr(services.store, "outline", None)
    monkeypatch.setattr(services.store.calculations, "report", None)
    assert monitor.open_calculation(services, calculation.id) == opened
    assert monitor.calculation_ids(services, calculation) is ids
