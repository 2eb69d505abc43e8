"""A project from its first response to a verdict: what a user of the pools would notice."""

from datetime import UTC

import pytest

from driftium_core import monitor
from driftium_core.errors import InputError, NotFoundError
from driftium_core.response import Response
from driftium_core.services import Services
from driftium_core.settings import Settings
from driftium_core.severity import Severity
from tests.monitor.answers import answers
from tests.monitor.conftest import open_with_words
from tests.monitor.words import WordsEncoder


def fill(services: Services, topic: str, count: int, *, seed: int) -> None:
    services.store.responses.add(answers(topic, count, seed=seed))


def baseline_of_bread(services: Services, count: int = 40) -> None:
    fill(services, "bread", count, seed=1)
    monitor.promote(services, "bread")


def test_each_status_says_what_to_do_next(services: Services) -> None:
    assert monitor.pool_status(services).status == "not_initialized"
    assert "import" in monitor.pool_status(services).message.lower()
    fill(services, "bread", 20, seed=1)
    waiting = monitor.check_responses(services)
    assert (waiting.status.status, waiting.report, waiting.calculation) == ("waiting_for_baseline", None, None)
    monitor.promote(services, "bread")
    assert monitor.pool_status(services).status == "waiting_for_telemetry"
    fill(services, "bread", 20, seed=2)
    assert monitor.pool_status(services).status == "ready"
    assert monitor.pool_history(services) == []


def test_another_topic_is_critical_and_the_same_one_is_not(services: Services) -> None:
    baseline_of_bread(services)
    fill(services, "bread", 40, seed=2)
    same = monitor.check_responses(services).report
    assert same is not None
    assert same.drift.verdict == "no_drift"
    monitor.delete_responses(services, [item.id for item in monitor.current_responses(services)])
    fill(services, "bicycle", 40, seed=3)
    moved = monitor.check_responses(services)
    assert moved.report is not None
    assert moved.report.drift.severity is Severity.CRITICAL
    assert {word.term for word in moved.report.evidence.keywords_gained} & {"chain", "brake", "wheel", "gear", "spoke"}


def test_unchanged_pools_give_the_cached_report_and_one_record(services: Services, settings: Settings) -> None:
    baseline_of_bread(services)
    fill(services, "bicycle", 30, seed=2)
    first = monitor.check_responses(services)
    again = monitor.check_responses(services)
    assert again.report is first.report
    assert again.calculation == first.calculation
    services.close()
    with open_with_words(settings) as restarted:
        steps: list[tuple[object, ...]] = []
        after = monitor.check_responses(restarted, progress=lambda *step: steps.append(step))
        assert (steps, after.report) == ([], first.report)
        assert restarted.encoder.encoded == []  # type: ignore[attr-defined]
        assert len(monitor.pool_history(restarted)) == 1


def test_a_changed_pool_is_a_new_record(services: Services) -> None:
    baseline_of_bread(services)
    fill(services, "bread", 10, seed=2)
    first = monitor.check_responses(services).calculation
    fill(services, "bicycle", 10, seed=3)
    second = monitor.check_responses(services).calculation
    history = monitor.pool_history(services)
    assert history == [second, first]
    assert (history[0].n_baseline, history[0].n_current, history[0].encoder) == (40, 20, "words")
    assert history[0].created_at.tzinfo is UTC
    assert history[0].health_index is not None
    assert monitor.open_calculation(services, history[1].id)[1].drift.n_current == 10


def test_promotion_empties_current_and_the_former_baseline_can_be_restored(services: Services) -> None:
    baseline_of_bread(services, 12)
    fill(services, "bicycle", 9, seed=3)
    second = monitor.promote(services, "wheels", note="after the move")
    assert (second.size, second.version, second.note, second.active) == (9, 2, "after the move", True)
    assert monitor.pool_status(services).n_current == 0
    first = monitor.baselines(services)[1]
    assert monitor.restore_baseline(services, first.id).active
    assert monitor.pool_status(services).n_baseline == 12
    assert [item.active for item in monitor.baselines(services)] == [False, True]
    with pytest.raises(InputError, match="no current responses to promote"):
        monitor.promote(services, "nothing")


def test_each_distinct_text_is_embedded_once_ever(services: Services, settings: Settings) -> None:
    repeated = [Response(response="Knead the dough.", prompt="How?") for _ in range(30)]
    services.store.responses.add([*repeated, *answers("bread", 10, seed=1)])
    monitor.promote(services, "bread")
    services.store.responses.add(repeated)
    monitor.reconcile(services)
    monitor.check_responses(services)
    encoder = services.encoder
    assert isinstance(encoder, WordsEncoder)
    assert len(encoder.encoded) == len(set(encoder.encoded)) == 22
    services.close()
    with open_with_words(settings, encoder) as restarted:
        monitor.reconcile(restarted)
        assert len(encoder.encoded) == 22


def test_failed_and_empty_answers_are_counted_but_not_compared_by_meaning(services: Services) -> None:
    baseline_of_bread(services)
    fill(services, "bread", 30, seed=2)
    failed = [Response(response="", prompt="Why?", error="timed out") for _ in range(8)]
    services.store.responses.add([*failed, Response(response="  ", prompt="Why?")])
    check = monitor.check_responses(services)
    report, calculation = check.report, check.calculation
    assert report is not None
    assert calculation is not None
    assert report.drift.n_current == calculation.n_current == 30
    assert report.drift.n_baseline == calculation.n_baseline
    fill(services, "bicycle", 3, seed=3)
    assert monitor.calculation_ids(services, calculation) == check.ids  # those that could not be compared as well
    assert len(check.ids.current) == 39
    assert any("9" in note for note in report.notes)
    errors = next(item for item in report.descriptors if item.name == "error")
    assert errors.current == pytest.approx(8 / 39)


def test_only_failed_answers_are_no_verdict(services: Services) -> None:
    baseline_of_bread(services)
    services.store.responses.add([Response(response="", error="timed out") for _ in range(20)])
    report = monitor.check_responses(services).report
    assert report is not None
    assert (report.drift.verdict, report.drift.severity, report.drift.pvalue) == ("inconclusive", None, None)
    assert len(monitor.pool_history(services)) == 1


def test_similar_finds_the_nearest_in_either_pool(services: Services) -> None:
    baseline_of_bread(services, 10)
    asked = monitor.record_response(services, Response(response="chain brake wheel pedal gear", prompt="What?"))
    near = monitor.record_response(services, Response(response="gear pedal wheel brake chain"))
    monitor.record_response(services, Response(response="dough yeast flour oven"))
    monitor.reconcile(services)
    found = monitor.similar(services, asked.id)
    assert found[0].response.id == near.id
    assert found[0].similarity == pytest.approx(1, abs=1e-5)
    assert asked.id not in {item.response.id for item in found}
    in_baseline = monitor.similar(services, asked.id, pool="baseline", limit=3)
    assert len(in_baseline) == 3
    assert all(item.response.baseline_id for item in in_baseline)
    with pytest.raises(NotFoundError):
        monitor.similar(services, "00000000-0000-0000-0000-000000000000")


def test_projects_do_not_see_each_other(services: Services) -> None:
    services.store.create_project("other")
    baseline_of_bread(services, 10)
    assert monitor.pool_status(services, project="other").status == "not_initialized"
    services.store.responses.add(answers("bread", 5, seed=9), project="other")
    asked = monitor.record_response(services, Response(response="dough yeast flour"))
    monitor.reconcile(services)
    assert monitor.similar(services, asked.id) == []
    with pytest.raises(NotFoundError, match="no project called 'nope'"):
        monitor.check_responses(services, project="nope")
