"""What is said before a promotion, and the way back after it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from driftium_core import monitor
from driftium_core.errors import ConflictError, InputError, NotFoundError, StorageError, UnavailableError
from driftium_core.response import Response
from driftium_core.services import Services
from tests.monitor.answers import answers
from tests.monitor.conftest import settle


def store(services: Services, topic: str, count: int, *, seed: int) -> list[str]:
    return [item.id for item in services.store.responses.add(answers(topic, count, seed=seed)).stored]


def test_the_first_baseline_is_described_without_a_former_one(services: Services) -> None:
    store(services, "bread", 80, seed=1)
    preview = monitor.preview_promotion(services)
    assert (preview.n, preview.n_usable, preview.n_unusable, preview.n_prompts) == (80, 80, 0, 80)
    assert (preview.next_version, preview.replaces, preview.mixture) == (1, None, None)
    assert (preview.by_model, preview.cut_off, preview.cautions) == ((("test", 80),), 0, ())
    assert len({example.content.response for example in preview.examples}) == 3
    assert preview.revision == services.store.revision()
    assert monitor.pool_status(services).n_current == 80


def test_a_mixed_pool_is_warned_of_and_one_like_the_baseline_is_not(services: Services) -> None:
    store(services, "bread", 70, seed=1)
    former = monitor.promote(services, "bread")
    store(services, "bread", 40, seed=2)
    like = monitor.preview_promotion(services)
    assert like.mixture is not None
    assert not like.mixture.mixed
    new = store(services, "bicycle", 30, seed=3)
    mixed = monitor.preview_promotion(services)
    assert mixed.mixture is not None
    assert mixed.mixture.new_like == tuple(range(40, 70))
    assert mixed.replaces == former
    assert mixed.cautions[0].startswith("30 of 70 responses are of a kind that the baseline does not have")
    all_new = monitor.preview_promotion(services, ids=new)
    assert all_new.mixture is not None
    assert not all_new.mixture.mixed
    assert all_new.n == 30


def test_cautions_name_what_speaks_against_it(services: Services) -> None:
    some = answers("bread", 12, seed=1)
    services.store.responses.add(
        [
            *some,
            replace(some[0], model="other"),
            replace(some[1], prompt="Again?", stop_reason="length"),
            Response(response="", error="timed out", prompt="Why?"),
        ]
    )
    preview = monitor.preview_promotion(services)
    assert (preview.n, preview.n_usable, preview.n_unusable, preview.cut_off) == (15, 14, 1, 1)
    assert preview.by_model == (("test", 13), ("other", 1))
    assert preview.n_prompts == 14
    assert [caution.split(":")[0].split(".")[0] for caution in preview.cautions] == [
        "1 of 15 responses failed or is empty",
        "14 responses are few",
        "Answers of 2 models",
        "2 of 14 responses repeat the text of another word for word; they show less of what is normal than as many "
        "different ones",
        "1 of 15 responses was cut off at the token limit",
    ]


def test_times_are_of_the_answers_where_they_are_known(services: Services) -> None:
    asked = datetime(2026, 3, 1, 12, tzinfo=UTC)
    before = datetime.now(UTC)
    services.store.responses.add([Response(response="a", created_at=asked, source="log.csv"), Response(response="b")])
    preview = monitor.preview_promotion(services)
    assert preview.oldest == asked
    assert before <= preview.newest <= datetime.now(UTC)
    assert preview.by_source == (("log.csv", 1),)


@pytest.mark.parametrize("error", [UnavailableError("The encoder is missing."), StorageError("The folder is gone.")])
def test_without_vectors_the_preview_still_comes(
    services: Services, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise error

    store(services, "bread", 70, seed=1)
    monkeypatch.setattr(services.encoder, "encode", fail)
    preview = monitor.preview_promotion(services)
    assert (preview.n, preview.examples, preview.mixture) == (70, (), None)
    assert preview.cautions == (f"Whether old and new answers are mixed could not be tested. {error}",)


def test_only_failed_answers_are_named_as_such(services: Services) -> None:
    services.store.responses.add([Response(response="", error="timed out") for _ in range(5)])
    preview = monitor.preview_promotion(services)
    assert (preview.n_usable, preview.mixture, preview.examples) == (0, None, ())
    assert preview.cautions == (
        "All of these responses failed or are empty: no answer could be compared with such a baseline.",
    )


def test_what_cannot_be_promoted_cannot_be_previewed(services: Services) -> None:
    with pytest.raises(InputError, match="no current responses to promote"):
        monitor.preview_promotion(services)
    old = store(services, "bread", 5, seed=1)
    monitor.promote(services, "bread")
    new = store(services, "bread", 5, seed=2)
    with pytest.raises(InputError, match="1 of the 2 chosen responses are not, or no longer, current"):
        monitor.preview_promotion(services, ids=[old[0], new[0]])
    with pytest.raises(InputError, match="No responses were chosen"):
        monitor.preview_promotion(services, ids=[])
    with pytest.raises(NotFoundError, match="no project called 'nope'"):
        monitor.preview_promotion(services, project="nope")


def test_what_came_in_after_the_preview_is_not_promoted(services: Services) -> None:
    store(services, "bread", 10, seed=1)
    preview = monitor.preview_promotion(services)
    store(services, "bicycle", 3, seed=2)
    with pytest.raises(ConflictError, match=r"now 13 responses are current.*Nothing was promoted; look again"):
        monitor.promote(services, "bread", expected_revision=preview.revision)
    assert monitor.baselines(services) == []
    seen = monitor.preview_promotion(services).revision
    assert monitor.promote(services, "bread", expected_revision=seen).size == 13


def test_the_number_of_a_deleted_version_is_not_announced_again(services: Services) -> None:
    store(services, "bread", 5, seed=1)
    first = monitor.promote(services, "first")
    store(services, "bread", 5, seed=2)
    second = monitor.promote(services, "second")
    monitor.restore_baseline(services, first.id)
    monitor.delete_baseline(services, second.id)
    store(services, "bread", 5, seed=3)
    assert monitor.preview_promotion(services).next_version == 3
    assert monitor.promote(services, "third").version == 3


def test_a_promotion_is_undone_and_its_answers_are_current_again(services: Services) -> None:
    store(services, "bread", 12, seed=1)
    first = monitor.promote(services, "bread")
    store(services, "bicycle", 9, seed=2)
    second = monitor.promote(services, "wheels")
    assert monitor.promotion_to_undo(services) == second
    former = monitor.undo_promotion(services, second.id)
    assert former is not None
    assert former.id == first.id
    assert monitor.count_current(services) == 9
    settle(services)
    assert (services.vectors.count("baseline"), services.vectors.count("current")) == (12, 9)
    assert monitor.promotion_to_undo(services) == former
    assert monitor.undo_promotion(services, first.id) is None
    assert monitor.count_current(services) == 21
    with pytest.raises(NotFoundError):
        monitor.undo_promotion(services, second.id)


def test_what_was_restored_is_no_promotion_to_undo(services: Services) -> None:
    store(services, "bread", 5, seed=1)
    first = monitor.promote(services, "bread")
    store(services, "bicycle", 5, seed=2)
    second = monitor.promote(services, "wheels")
    monitor.restore_baseline(services, first.id)
    assert monitor.promotion_to_undo(services) is None
    with pytest.raises(ConflictError, match="another one by now"):
        monitor.undo_promotion(services, second.id)
