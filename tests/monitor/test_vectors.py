"""Vectors are derived: lost, foreign or half-written ones come back from SQL, and nothing is said to be drift."""

import shutil
from pathlib import Path

import pytest

from driftium_core import monitor
from driftium_core.errors import StorageError
from driftium_core.response import Response
from driftium_core.services import Services
from driftium_core.settings import Settings
from tests.monitor.answers import answers
from tests.monitor.conftest import open_with_words, settle
from tests.monitor.words import WordsEncoder


def filled(services: Services) -> None:
    services.store.responses.add(answers("bread", 20, seed=1))
    monitor.promote(services, "bread")
    settle(services)
    services.store.responses.add(answers("bread", 15, seed=2))
    monitor.reconcile(services)
    assert counts(services) == (20, 15)


def counts(services: Services) -> tuple[int, int]:
    return services.vectors.count("baseline"), services.vectors.count("current")


def test_a_deleted_folder_is_rebuilt(services: Services, settings: Settings) -> None:
    filled(services)
    services.close()
    shutil.rmtree(settings.qdrant)
    with open_with_words(settings) as restarted:
        assert counts(restarted) == (0, 0)
        job = monitor.start_reconcile(restarted)
        assert job.wait(30)
        assert (job.state, job.result and job.result.written) == ("done", 35)
        assert counts(restarted) == (20, 15)


def test_a_folder_deleted_while_running_is_told_and_rebuilt(services: Services, settings: Settings) -> None:
    filled(services)
    asked = monitor.current_responses(services)[0].id
    before = [monitor.similar(services, asked, pool=pool, limit=3) for pool in ("current", "baseline")]
    shutil.rmtree(settings.qdrant)
    with pytest.raises(StorageError, match=r"were lost, or are not made yet\. .* try again in a moment"):
        monitor.similar(services, asked, limit=3)
    assert any("was deleted while Driftium was running" in notice for notice in services.notices())
    settle(services)
    assert counts(services) == (20, 15)
    after = [monitor.similar(services, asked, pool=pool, limit=3) for pool in ("current", "baseline")]
    assert [[item.response for item in near] for near in after] == [[item.response for item in near] for near in before]


def test_a_part_of_the_vectors_that_is_lost_is_made_again(services: Services) -> None:
    filled(services)
    first, *rest = [item.id for item in monitor.current_responses(services)]
    services.vectors.remove("current", rest[2:])
    assert len(monitor.similar(services, first, limit=14)) == 2
    settle(services)
    assert len(monitor.similar(services, first, limit=14)) == 14


def test_vectors_of_another_encoder_are_made_anew(services: Services, settings: Settings) -> None:
    filled(services)
    before = monitor.check_responses(services)
    services.close()
    with open_with_words(settings, WordsEncoder("words", "bf16")) as restarted:
        result = monitor.reconcile(restarted)
        assert (result.encoder_changed, result.written) == (True, 35)
        after = monitor.check_responses(restarted)
        assert before.calculation is not None
        assert after.calculation is not None
        assert (before.calculation.precision, after.calculation.precision) == ("fp32", "bf16")
        assert "The encoder changed" in after.notices[0]


def test_a_half_written_store_is_completed_and_orphans_go(services: Services) -> None:
    filled(services)
    some = [item.id for item in monitor.current_responses(services)][:7]
    services.vectors.remove("current", some)
    gone = [item.id for item in monitor.current_responses(services)][8:10]
    services.store.responses.delete(gone)
    result = monitor.reconcile(services)
    assert (result.written, result.removed) == (7, 2)
    assert counts(services) == (20, 13)


def test_a_promotion_moves_vectors_between_collections(services: Services) -> None:
    filled(services)
    baseline = monitor.promote(services, "next")
    settle(services)
    assert counts(services) == (35, 0)
    assert sum(fact.baseline_id == baseline.id for fact in services.vectors.facts("baseline").values()) == 15


def test_while_another_process_has_the_folder_vectors_stay_in_memory(services: Services, settings: Settings) -> None:
    filled(services)
    with open_with_words(settings) as second:
        check = monitor.check_responses(second)
        assert check.report is not None
        assert check.report.drift.verdict == "no_drift"
        assert any("not kept" in notice for notice in second.notices())
    assert counts(services) == (20, 15)


def test_a_file_in_place_of_the_folder_is_named(settings: Settings) -> None:
    Path(settings.qdrant).write_text("not a folder")
    with open_with_words(settings) as services:
        services.store.responses.add(answers("bread", 6, seed=1))
        job = monitor.start_reconcile(services)
        assert job.wait(30)
        assert job.state == "failed"
        assert "qdrant" in (job.error or "")
        assert len(monitor.current_responses(services)) == 6


def test_a_response_is_kept_when_its_vectors_cannot_be(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(services.vectors, "put_texts", full)
    stored = monitor.record_response(services, Response(response="Let the dough rise."))
    assert monitor.current_responses(services) == [stored]
    monkeypatch.undo()
    assert monitor.reconcile(services).written == 1


def test_answers_that_another_process_stored_are_found_after_the_next_check(services: Services) -> None:
    filled(services)
    settle(services)
    services.store.responses.add([Response(response=f"Every wave needs a surfboard, number {n}.") for n in range(6)])
    live = monitor.live_check(services)
    assert live.job is not None
    settle(services)
    asked = monitor.current_responses(services)[0].id
    near = monitor.similar(services, asked, limit=5)
    assert all("surfboard" in item.response.content.response for item in near)


def test_without_a_check_they_are_made_when_somebody_asks(services: Services) -> None:
    services.store.responses.add(answers("bread", 20))
    monitor.reconcile(services)
    services.store.responses.add([Response(response=f"Every wave needs a surfboard, number {n}.") for n in range(6)])
    asked = monitor.current_responses(services)[0].id
    assert monitor.vectors_behind(services)
    settle(services)
    assert not monitor.vectors_behind(services)
    near = monitor.similar(services, asked, limit=5)
    assert all("surfboard" in item.response.content.response for item in near)
