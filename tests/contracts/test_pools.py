"""Responses and baselines: what every database must do for the two pools."""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from driftium_core.errors import CancelledError, ConflictError, InputError, NotFoundError
from driftium_core.response import Response, text_hash
from driftium_core.store import Store, open_store
from driftium_core.store.records import StoredResponse
from tests.store.make import new_response, new_responses


def texts(responses: Any) -> list[str]:
    return [stored.content.response for stored in responses]


FULL = Response(
    response="Grüße\n\U0001f600",
    prompt=" with\tspace ",
    model="smollm:135m",
    backend="ollama",
    latency_ms=0.1 + 0.2,
    tokens=2**40,
    prompt_tokens=0,
    error="timeout",
    source="log.csv",
    created_at=datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC),
    key="id:7:abc",
    first_token_ms=12.5,
    stop_reason="length",
    system="Be brief.\n",
    temperature=0.7,
    max_tokens=2**40,
    seed=-(2**40),
)


def test_a_response_comes_back_as_it_went_in(store: Store) -> None:
    before = datetime.now(UTC)
    added = store.responses.add([FULL, Response(response="")])
    first, second = added.stored
    assert (added.known, added.ids_reused) == (0, 0)
    assert (first.content, second.content) == (FULL, Response(response=""))
    assert store.responses.current() == [first, second]
    assert store.responses.get(first.id) == first
    assert first.seq < second.seq
    assert (first.project, first.baseline_id) == ("default", None)
    assert before - timedelta(seconds=1) <= first.stored_at <= datetime.now(UTC)
    assert (first.response_hash, first.prompt_hash) == (text_hash(FULL.response), text_hash(" with\tspace "))
    assert second.prompt_hash is None
    assert len({first.digest, second.digest}) == 2


ODD_TEXTS = ["\ud800 lone \udfff", "nul\x00byte", "\ufdd0", "\ufdd0d800", "\x00\ufdd00000", "'; --%_"]


@pytest.mark.parametrize("text", ODD_TEXTS, ids=ascii)
def test_any_text_comes_back(store: Store, text: str) -> None:
    odd = Response(response=text, prompt=text, model=text, error=text, source=text, key=text, system=text)
    stored = store.responses.add([odd]).stored[0]
    assert store.responses.get(stored.id).content == odd
    assert store.responses.texts([text_hash(text)]) == {text_hash(text): text}
    assert store.responses.add([odd]).known == 1
    assert store.responses.current(search=text) == [stored]


def test_the_time_of_another_zone_is_the_same_moment(store: Store) -> None:
    moment = datetime(2026, 3, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    stored = store.responses.add([new_response("a", created_at=moment)]).stored[0]
    assert stored.content.created_at == moment
    read = store.responses.get(stored.id).content.created_at
    assert (read, read and read.tzinfo) == (moment, UTC)


def test_a_latency_that_is_no_number_is_unknown(store: Store) -> None:
    added = store.responses.add(
        [new_response("a", latency_ms=bad, first_token_ms=bad) for bad in (math.nan, math.inf, 1.5)]
    )
    assert [stored.content.latency_ms for stored in added.stored] == [None, None, 1.5]
    assert [stored.content.first_token_ms for stored in added.stored] == [None, None, 1.5]
    assert tuple(store.responses.current()) == added.stored


def test_the_digest_is_of_what_a_report_says(store: Store) -> None:
    silent = {"first_token_ms": 1.0, "stop_reason": "stop", "seed": 1, "source": "other"}
    told = [{"latency_ms": 2.0}, {"system": "s"}, {"temperature": 0.0}, {"max_tokens": 9}]
    pairs = [{}, silent, *told]
    digests = [stored.digest for stored in store.responses.add([new_response("a", **pair) for pair in pairs]).stored]
    assert digests[0] == digests[1]
    assert len(set(digests[1:])) == 1 + len(told)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"tokens": -1}, "Response 2 has -1 as tokens, where a count from 0"),
        ({"prompt_tokens": 2**63}, "Response 2 has 9223372036854775808 as prompt_tokens"),
        ({"max_tokens": -1}, "Response 2 has -1 as max_tokens, where a count from 0"),
        ({"seed": 2**63}, "Response 2 has 9223372036854775808 as seed, where a whole number from -"),
        ({"temperature": math.nan}, "Response 2 has the temperature nan, which is no number"),
        ({"created_at": datetime(2026, 1, 1)}, "Response 2 has the time 2026-01-01 00:00:00 without a time zone"),
    ],
)
def test_what_cannot_be_stored_is_said_and_nothing_is_stored(
    store: Store, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        store.responses.add([new_response("good"), new_response("bad", **changes)])
    assert store.responses.count() == 0
    assert store.revision() == 0


def test_known_keys_are_not_stored_again(store: Store) -> None:
    assert len(store.responses.add(new_responses(3, key="file")).stored) == 3
    revision = store.revision()
    again = store.responses.add(new_responses(5, key="file"))
    assert (texts(again.stored), again.known) == (["answer 3", "answer 4"], 3)
    assert store.responses.add(new_responses(5, key="file")).known == 5
    assert store.revision() == revision + 1
    store.create_project("second")
    assert store.responses.add(new_responses(5, key="file"), project="second").known == 0


def test_a_key_given_twice_at_once_is_stored_once_and_no_key_twice(store: Store) -> None:
    added = store.responses.add([new_response("a", key="k"), new_response("b", key="k"), *[new_response("same")] * 2])
    assert texts(added.stored) == ["a", "same", "same"]
    assert added.known == 1
    assert texts(store.responses.current()) == ["a", "same", "same"]


def test_keys_of_promoted_responses_stay_known(store: Store) -> None:
    store.responses.add(new_responses(3, key="file"))
    store.baselines.promote("b")
    assert store.responses.add(new_responses(3, key="file")).known == 3
    assert store.responses.count() == 0


def test_ids_with_other_content_are_counted(store: Store) -> None:
    store.responses.add([new_response("a", key="id:1:aa"), new_response("b", key="id:x:2:bb")])
    added = store.responses.add(
        [
            new_response("a", key="id:1:aa"),
            new_response("c", key="id:1:cc"),
            new_response("d", key="id:x:2:dd"),
            new_response("e", key="id:x:ee"),
            new_response("f", key="id:5:ff"),
            new_response("g", key="id:5:gg"),
            new_response("h", key="file:x:1"),
            new_response("i", key="file:x:2"),
        ]
    )
    assert (len(added.stored), added.known, added.ids_reused) == (7, 1, 3)  # c, d and g


def test_many_responses_keep_their_order(store: Store) -> None:
    many = new_responses(11_000, key="file")  # more than two statements' worth
    added = store.responses.add([*many[:10], *many])
    assert (len(added.stored), added.known) == (11_000, 10)
    assert texts(added.stored) == [response.response for response in many]
    assert tuple(store.responses.current()) == added.stored
    ids = [stored.id for stored in added.stored]
    assert list(store.responses.by_ids(ids[::-1])) == ids[::-1]
    assert len(store.responses.texts(store.responses.hashes())) == 22_000
    assert store.baselines.promote("most", ids=ids[:10_500]).size == 10_500
    assert store.responses.delete(ids[10_500:]) == 500


def test_current_is_paged_and_searched(store: Store) -> None:
    store.responses.add([new_response(text) for text in ("apple pie", "Banana", "100% pie", "100 pies")])
    assert texts(store.responses.current(limit=2, offset=1)) == ["Banana", "100% pie"]
    assert texts(store.responses.current(offset=3)) == ["100 pies"]
    assert texts(store.responses.current(newest_first=True, limit=1)) == ["100 pies"]
    assert texts(store.responses.current(search=" PIE ")) == ["apple pie", "100% pie", "100 pies"]
    assert texts(store.responses.current(search="0% p")) == ["100% pie"]
    assert store.responses.count(search="what of ban") == 1
    assert store.responses.current(search="nowhere") == []


def test_usable_responses_are_counted(store: Store) -> None:
    store.responses.add([new_response("a"), new_response(" \u2003\n"), new_response("b", error="refused")])
    assert [store.responses.count(usable=usable) for usable in (None, True, False)] == [3, 1, 2]
    first, second, third = (response.seq for response in store.responses.current())
    assert [store.responses.count(after_seq=seq) for seq in (0, first, second, third)] == [3, 2, 1, 0]
    assert [store.responses.count(usable=True, after_seq=seq) for seq in (0, first)] == [1, 0]
    baseline = store.baselines.promote("b")
    assert store.responses.count(baseline_id=baseline.id, usable=True) == 1
    assert store.responses.n_usable() == sum(fact.usable for fact in store.responses.facts().values())
    assert [facts.usable for facts in store.responses.facts().values()] == [True, False, False]


def test_what_is_not_stored_is_said(store: Store) -> None:
    assert store.responses.by_ids(["nope"]) == {}
    assert store.responses.texts(["nope"]) == {}
    for ask in (store.responses.get, store.baselines.get, store.baselines.restore, store.baselines.delete):
        with pytest.raises(NotFoundError, match="nope is not stored, or no longer"):
            ask("nope")
    with pytest.raises(NotFoundError, match="no project called 'nope'"):
        store.responses.add([], project="nope")
    with pytest.raises(NotFoundError, match="no project called 'nope'"):
        store.pools("nope")


def test_hashes_and_facts_cover_all_projects(store: Store) -> None:
    store.create_project("second")
    one = store.responses.add([Response(response="x", prompt="p")]).stored[0]
    two = store.responses.add([Response(response="x"), Response(response="p")], project="second").stored
    baseline = store.baselines.promote("b", ids=[two[0].id], project="second")
    assert store.responses.hashes() == {text_hash("x"), text_hash("p")}
    facts = store.responses.facts()
    assert list(facts) == [one.id, two[0].id, two[1].id]
    assert (facts[one.id].project, facts[one.id].baseline_id) == ("default", None)
    assert (facts[two[0].id].project, facts[two[0].id].baseline_id) == ("second", baseline.id)
    assert (facts[one.id].response_hash, facts[one.id].prompt_hash) == (text_hash("x"), text_hash("p"))
    assert facts[two[0].id].prompt_hash is None


def test_current_responses_are_deleted_and_a_baseline_s_are_not(store: Store) -> None:
    stored = store.responses.add(new_responses(4)).stored
    store.baselines.promote("b", ids=[stored[0].id])
    with pytest.raises(InputError, match="1 of the chosen responses belong to a baseline, which never changes"):
        store.responses.delete([stored[0].id, stored[1].id])
    assert store.responses.count() == 3
    revision = store.revision()
    assert store.responses.delete([stored[1].id, "unknown", stored[1].id]) == 1
    assert store.revision() == revision + 1
    assert store.responses.delete([stored[1].id]) == 0
    assert store.revision() == revision + 1
    store.create_project("second")
    assert store.responses.delete([stored[2].id], project="second") == 0
    assert texts(store.responses.current()) == ["answer 2", "answer 3"]
    newer = store.responses.add([new_response("newest")]).stored[0]
    assert newer.seq > stored[3].seq


def test_promotion_moves_everything_current(store: Store) -> None:
    responses = [*new_responses(3), new_response("", error="timeout")]
    stored = store.responses.add(responses).stored
    before = store.revision()
    baseline = store.baselines.promote(" March ", note=" good ones ")
    assert (baseline.name, baseline.version, baseline.note, baseline.size, baseline.active) == (
        *("March", 1, "good ones", 4),
        True,
    )
    assert baseline.created_at.tzinfo is UTC
    assert store.revision() == before + 1
    assert store.baselines.active() == baseline == store.baselines.get(baseline.id)
    pools = store.pools()
    assert (pools.project, pools.baseline, pools.current_responses) == ("default", baseline, ())
    assert [r.id for r in pools.baseline_responses] == [r.id for r in stored]
    assert {r.baseline_id for r in pools.baseline_responses} == {baseline.id}
    assert list(pools.baseline_responses) == store.baselines.responses(baseline.id)
    assert pools.revision == before + 1


def test_the_same_name_makes_the_next_version(store: Store) -> None:
    first_id = _promoted(store, "one")
    second_id = _promoted(store, "two")
    assert [(b.name, b.version, b.active) for b in store.baselines.all()] == [("b", 2, True), ("b", 1, False)]
    assert texts(store.baselines.responses(first_id)) == ["one"]
    store.create_project("second")
    store.responses.add([new_response("x")], project="second")
    assert store.baselines.promote("b", project="second").version == 1
    assert store.baselines.active() == store.baselines.get(second_id)


def _promoted(store: Store, text: str) -> str:
    store.responses.add([new_response(text)])
    return store.baselines.promote("b").id


def test_chosen_responses_are_promoted_or_none(store: Store) -> None:
    stored = store.responses.add(new_responses(5)).stored
    baseline = store.baselines.promote("some", ids=[stored[1].id, stored[3].id, stored[1].id])
    assert baseline.size == 2
    assert texts(store.baselines.responses(baseline.id)) == ["answer 1", "answer 3"]
    revision = store.revision()
    with pytest.raises(InputError, match="1 of the 2 chosen responses are not, or no longer, current"):
        store.baselines.promote("more", ids=[stored[0].id, stored[1].id])
    with pytest.raises(InputError, match="No responses were chosen"):
        store.baselines.promote("more", ids=[])
    assert texts(store.responses.current()) == ["answer 0", "answer 2", "answer 4"]
    assert store.baselines.all() == [baseline]
    assert store.revision() == revision


def test_only_the_pools_that_were_looked_at_are_promoted(store: Store) -> None:
    store.responses.add(new_responses(2))
    seen = store.revision()
    store.responses.add(new_responses(3, prefix="late"))
    sentence = "pools changed since this preview: now 5 responses are current, and of the baselines none is active"
    with pytest.raises(ConflictError, match=sentence):
        store.baselines.promote("b", expected_revision=seen)
    assert (store.baselines.all(), store.responses.count(), store.revision()) == ([], 5, seen + 1)
    assert store.baselines.promote("b", expected_revision=seen + 1).size == 5
    assert store.baselines.next_version() == 2


def test_of_two_promotions_at_once_exactly_one_wins(url: str) -> None:
    with open_store(url, history_limit=5) as store:
        for round_ in range(1, 9):
            store.responses.add(new_responses(4, prefix=f"round {round_}"))
            seen, won, lost = store.revision(), [], []

            def promote(worker: int, seen: int = seen, won: Any = won, lost: Any = lost) -> None:
                try:
                    won.append(store.baselines.promote(f"tab {worker}", expected_revision=seen))
                except ConflictError as error:
                    lost.append(str(error))

            _run_together([promote, promote])
            assert (len(won), len(lost)) == (1, 1)
            assert (won[0].version, won[0].size) == (round_, 4)
            assert f"“{won[0].name}” (version {round_}) is active. Nothing was promoted; look again." in lost[0]
        _assert_whole(store)


def test_a_promotion_is_withdrawn_whole(store: Store) -> None:
    first, second = (_promoted(store, text) for text in ("one", "two"))
    store.responses.add(new_responses(1))
    before, revision = store.baselines.responses(second), store.revision()
    with pytest.raises(ConflictError, match="Nothing was undone"):
        store.baselines.withdraw(first)
    former = store.baselines.withdraw(second)
    assert former is not None
    assert (former.id, former.active) == (first, True)
    assert [item.id for item in store.responses.current()][: len(before)] == [item.id for item in before]
    assert [item.id for item in store.baselines.all()] == [first]
    assert store.revision() > revision
    with pytest.raises(NotFoundError):
        store.baselines.withdraw(second)
    assert store.baselines.withdraw(first) is None
    assert store.baselines.active() is None
    assert store.baselines.promote("again").version == 3, "a number is not given twice"


def test_an_imported_baseline_is_no_promotion_to_undo(store: Store) -> None:
    baseline, _ = store.baselines.add("log", new_responses(2))
    assert baseline is not None
    assert not store.baselines.was_promoted(baseline.id)
    with pytest.raises(InputError, match="“log” was imported as a baseline"):
        store.baselines.withdraw(baseline.id)
    assert store.baselines.active() == baseline


def test_a_promotion_is_not_undone_after_another_was_restored(store: Store) -> None:
    first, second = (_promoted(store, text) for text in ("one", "two"))
    store.baselines.restore(first)
    for version in (first, second):
        with pytest.raises(ConflictError):
            store.baselines.withdraw(version)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("b", "no current responses to promote. Generate or import some"),
        ("  ", "A baseline needs a name"),
        ("x" * 201, "may have 200 characters, and this one has 201"),
    ],
)
def test_what_cannot_be_promoted_is_said(store: Store, name: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        store.baselines.promote(name)
    assert (store.baselines.all(), store.baselines.active(), store.revision()) == ([], None, 0)


def test_an_import_makes_a_version_of_what_is_new(store: Store) -> None:
    store.responses.add(new_responses(2, key="file"))
    baseline, added = store.baselines.add("imported", new_responses(5, key="file"), note="n")
    assert baseline is not None
    assert (baseline.size, baseline.version, baseline.active, added.known) == (3, 1, True, 2)
    assert {stored.baseline_id for stored in added.stored} == {baseline.id}
    assert tuple(store.baselines.responses(baseline.id)) == added.stored
    revision = store.revision()
    again, nothing = store.baselines.add("imported", new_responses(5, key="file"))
    assert again is None
    assert (nothing.stored, nothing.known) == ((), 5)
    assert store.baselines.all() == [baseline]
    assert store.revision() == revision
    assert store.baselines.add("empty", []) == (None, type(nothing)((), 0, 0))
    assert _promoted(store, "x") == store.baselines.all()[0].id
    assert store.baselines.all()[0].version == 2
    with pytest.raises(InputError, match="needs a name"):
        store.baselines.add("", new_responses(1))


def test_restoring_makes_an_older_one_active_and_keeps_the_newer(store: Store) -> None:
    old, new = _promoted(store, "old"), _promoted(store, "new")
    revision = store.revision()
    restored = store.baselines.restore(old)
    assert (restored.id, restored.active, store.revision()) == (old, True, revision + 1)
    assert texts(store.pools().baseline_responses) == ["old"]
    assert texts(store.baselines.responses(new)) == ["new"]
    assert [b.active for b in store.baselines.all()] == [False, True]
    assert store.baselines.restore(old) == restored
    assert store.revision() == revision + 1


def test_a_baseline_is_deleted_with_its_responses_but_not_the_active_one(store: Store) -> None:
    old, new = _promoted(store, "old"), _promoted(store, "new")
    with pytest.raises(InputError, match=r"'b' \(version 2\) of project 'default' is the active one"):
        store.baselines.delete(new)
    revision = store.revision()
    store.baselines.delete(old)
    assert store.revision() == revision + 1
    assert texts(store.pools().baseline_responses) == ["new"]
    assert store.responses.hashes() == {text_hash("new"), text_hash("What of new?")}
    store.baselines.restore(_promoted(store, "third"))
    store.baselines.delete(new)
    assert [b.version for b in store.baselines.all()] == [3]
    store.responses.add([new_response("fourth")])
    fourth = store.baselines.promote("b")
    store.baselines.restore(store.baselines.all()[1].id)
    store.baselines.delete(fourth.id)
    store.responses.add([new_response("fifth")])
    assert store.baselines.promote("b").version == 5  # a deleted version's number is not given again


def test_pools_can_be_read_against_any_baseline(store: Store) -> None:
    first, second = _promoted(store, "one"), _promoted(store, "two")
    current = store.responses.add([new_response("now"), new_response("", error="timeout")]).stored
    for chosen, text, active in ((None, "two", True), (second, "two", True), (first, "one", False)):
        pools = store.pools(baseline_id=chosen)
        assert pools.baseline is not None
        assert (texts(pools.baseline_responses), pools.baseline.active) == ([text], active)
        assert pools.current_responses == current
        assert store.outline(baseline_id=chosen) == pools.outline
        standing = store.standing(baseline_id=chosen)
        assert (standing.baseline, standing.n_current, standing.revision) == (pools.baseline, 2, pools.revision)
    outline = store.outline(baseline_id=first)
    assert outline.of_current.ids == tuple(response.id for response in current)
    assert outline.of_current.first(1).digests == (current[0].digest,)
    assert [len(part.ids) for part in (outline.of_baseline, outline.of_current)] == [1, 2]


def test_a_baseline_that_is_gone_or_of_another_project_is_not_compared_with(store: Store) -> None:
    gone, _ = _promoted(store, "one"), _promoted(store, "two")
    store.baselines.delete(gone)
    store.create_project("second")
    foreign = store.baselines.add("b", new_responses(1), project="second")[0]
    assert foreign is not None
    for ask in (store.pools, store.outline, store.standing):
        for wrong in (gone, foreign.id):
            with pytest.raises(NotFoundError, match=f"Project 'default' has no baseline {wrong}, or no longer"):
                ask("default", wrong)


def test_pools_are_of_one_moment(store: Store) -> None:
    """A promotion between the two reads would show responses in both pools, or in neither."""
    assert store.pools() == type(store.pools())(
        project="default", baseline=None, baseline_responses=(), current_responses=(), revision=0
    )
    _promoted(store, "first")
    store.responses.add(new_responses(300))
    total, seen, stop = 301, [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            pools = store.pools()
            seen.append(pools)

    reader = threading.Thread(target=read)
    reader.start()
    for promotion in range(12):
        store.baselines.promote("next", ids=[stored.id for stored in store.responses.current(limit=20)])
        while len(seen) <= promotion:  # a lock is not fair: the reader gets its turn before the next promotion
            time.sleep(0.001)
    stop.set()
    reader.join()
    assert len(seen) > 11
    for pools in seen:
        assert pools.baseline is not None
        assert pools.baseline.size == len(pools.baseline_responses)
        moved = 1 + 20 * (pools.baseline.version - 1)
        assert len(pools.current_responses) == total - moved
        assert pools.revision == pools.baseline.version + 2  # and the two additions


def test_eight_threads_lose_and_double_nothing(url: str) -> None:
    """Adding, importing the same keys, promoting, importing baselines, restoring and reading, all at once."""
    rounds = 6
    with open_store(url, history_limit=5) as store:
        _promoted(store, "seed")

        def generate(worker: int) -> None:
            for i in range(rounds):
                store.responses.add([new_response(f"generated {worker} {i} {k}") for k in range(5)])

        def import_shared(_worker: int) -> None:
            for i in range(rounds):
                store.responses.add(new_responses(10 * (i + 1), prefix="shared", key="shared"))

        def import_baseline(worker: int) -> None:
            for i in range(rounds):
                store.baselines.add(f"import {worker}", new_responses(5 * (i + 1), prefix="based", key="based"))

        def promote(_worker: int) -> None:
            for _ in range(rounds):
                with suppress(InputError):  # there may be nothing left to promote
                    store.baselines.promote("promoted")

        def restore_and_read(_worker: int) -> None:
            revisions = []
            for _ in range(rounds):
                store.baselines.restore(store.baselines.all()[-1].id)
                pools = store.pools()
                revisions.append(pools.revision)
                assert pools.baseline is not None
                assert len(pools.baseline_responses) == pools.baseline.size
            assert revisions == sorted(revisions)

        jobs = [generate, generate, import_shared, import_shared, import_baseline, import_baseline, promote]
        _run_together([*jobs, restore_and_read])
        _assert_whole(store)
        everything = Counter(text for facts in _all_stored(store) for text in texts([facts]))
        assert set(everything.values()) == {1}
        assert Counter(text.split()[0] for text in everything) == {
            "seed": 1,
            "generated": 2 * rounds * 5,
            "shared": 10 * rounds,
            "based": 5 * rounds,
        }


def _run_together(jobs: list[Callable[[int], None]]) -> None:
    barrier = threading.Barrier(len(jobs))
    failures: list[BaseException] = []

    def run(job: Callable[[int], None], worker: int) -> None:
        barrier.wait()
        try:
            job(worker)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=run, args=(job, worker)) for worker, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def _all_stored(store: Store) -> list[StoredResponse]:
    of_baselines = [stored for baseline in store.baselines.all() for stored in store.baselines.responses(baseline.id)]
    return of_baselines + store.responses.current()


def _assert_whole(store: Store) -> None:
    baselines = store.baselines.all()
    assert [b.version for b in baselines] == list(range(len(baselines), 0, -1))
    assert sum(b.active for b in baselines) == 1
    for baseline in baselines:
        assert baseline.size == len(store.baselines.responses(baseline.id)) > 0
    stored = _all_stored(store)
    assert len({s.id for s in stored}) == len({s.seq for s in stored}) == len(stored) == len(store.responses.facts())


def test_an_import_that_is_stopped_half_way_stores_nothing(store: Store) -> None:
    seen: list[tuple[int, int]] = []

    def stop_at_the_second_chunk(done: int, total: int) -> None:
        seen.append((done, total))
        if done:
            raise CancelledError("Stopped.")

    many = new_responses(6_000, prefix="many", key="many")
    with pytest.raises(CancelledError):
        store.responses.add(many, progress=stop_at_the_second_chunk)
    with pytest.raises(CancelledError):
        store.baselines.add("stopped", many, progress=stop_at_the_second_chunk)
    assert seen == 2 * [(0, 6_000), (5_000, 6_000)]
    assert not store.responses.any()
    assert store.baselines.all() == []
    assert store.baselines.next_version() == 1
