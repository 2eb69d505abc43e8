"""Prompt runs: what every database must do for lists of prompts that are given to models."""

import math
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from driftium_core.errors import InputError, NotFoundError
from driftium_core.response import Response
from driftium_core.store import Store, open_store
from driftium_core.store.prompt_records import PromptRun
from tests.store.make import new_arm, new_response

PROMPTS = ["one", "two", "three"]

ARMS = [new_arm("ollama:smollm:135m", system="\ud800", seed=2**70), new_arm("embedded", temperature=0.1 + 0.2)]


def started(store: Store, *, n_arms: int = 1, to_current: bool = False, prompts: list[str] = PROMPTS) -> PromptRun:
    return store.prompt_runs.start("run", prompts, ARMS[:n_arms], to_current=to_current)


def texts(store: Store) -> list[str]:
    return [stored.content.response for stored in store.responses.current()]


FULL = Response(
    response="Grüße\x00\ud800\n\U0001f600",
    prompt=" with\tspace ",
    model="smollm:135m",
    backend="ollama",
    latency_ms=0.1 + 0.2,
    tokens=2**40,
    prompt_tokens=0,
    source="playground",
    created_at=datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC),
    first_token_ms=12.5,
    stop_reason="length",
    system="Be brief.",
    temperature=0.7,
    max_tokens=64,
    seed=7,
)


def test_a_run_comes_back_as_it_went_in(store: Store) -> None:
    before = datetime.now(UTC)
    prompts = ["a", "\ud800\x00", " b\r\n"]
    kept = store.prompt_sets.save("s", prompts)
    run = store.prompt_runs.start(" March ", prompts, ARMS, to_current=False, set_id=kept.id)
    assert (run.name, run.project, run.prompts, run.arms) == ("March", "default", tuple(prompts), tuple(ARMS))
    assert (run.finished, run.stopped, run.to_current, run.set_id) == (False, False, False, kept.id)
    assert (run.done, run.failed) == ((0, 0), (0, 0))
    assert before - timedelta(seconds=1) <= run.created_at == run.updated_at <= datetime.now(UTC)
    assert store.prompt_runs.get(run.id) == run
    assert [(facts.id, facts.n_prompts, facts.arms) for facts in store.prompt_runs.newest()] == [
        (run.id, len(run.prompts), run.arms)
    ]
    assert [store.prompt_runs.facts(run.id)] == store.prompt_runs.newest()
    assert store.prompt_runs.answers(run.id) == []
    assert store.prompt_runs.missing(run.id) == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]


def test_answers_come_back_as_they_went_in(store: Store) -> None:
    run = started(store, n_arms=2)
    zone = FULL.created_at and FULL.created_at.astimezone()
    assert store.prompt_runs.add_answer(run.id, 1, 2, Response(response="")) is None
    assert (
        store.prompt_runs.add_answer(run.id, 0, 2, Response(response="x", created_at=zone, latency_ms=math.inf)) is None
    )
    assert store.prompt_runs.add_answer(run.id, 0, 0, FULL) is None
    store.prompt_runs.add_failure(run.id, 1, 0, "Ollama \ud800 went away.\x00")
    first, failed, plain, empty = store.prompt_runs.answers(run.id)
    assert [(a.position, a.arm) for a in (first, failed, plain, empty)] == [(0, 0), (0, 1), (2, 0), (2, 1)]
    assert first.content == replace(FULL, key=f"run:{run.id}:0:0")
    assert (failed.content, failed.error) == (None, "Ollama \ud800 went away.\x00")
    assert plain.content == Response(response="x", created_at=FULL.created_at, key=f"run:{run.id}:0:2")
    assert empty.content == Response(response="", key=f"run:{run.id}:1:2")
    assert {a.response_id for a in (first, failed, plain, empty)} == {None}
    assert store.prompt_runs.answers(run.id, positions=range(1, 3)) == [plain, empty]
    assert store.prompt_runs.missing(run.id) == [(0, 1), (1, 0), (1, 1)]
    now = store.prompt_runs.get(run.id)
    assert (now.done, now.failed) == ((2, 1), (0, 1))
    assert now.updated_at >= run.updated_at
    assert (store.responses.count(), store.revision()) == (0, 0)


def test_an_answer_becomes_current_telemetry_at_once(store: Store) -> None:
    run = started(store, to_current=True)
    sent = store.prompt_runs.add_answer(run.id, 0, 1, FULL)
    assert sent is not None
    assert (sent.content.key, sent.baseline_id) == (f"run:{run.id}:0:1", None)
    assert store.responses.current() == [sent]
    assert store.revision() == 1
    answer = store.prompt_runs.answers(run.id)[0]
    assert (answer.content, answer.response_id) == (sent.content, sent.id)
    assert store.prompt_runs.add_answer(run.id, 0, 1, new_response("again")) is None
    assert (store.prompt_runs.answers(run.id), store.responses.current(), store.revision()) == ([answer], [sent], 1)


def test_an_answer_replaces_a_failure_and_never_the_other_way(store: Store) -> None:
    run = started(store, to_current=True)
    store.prompt_runs.add_failure(run.id, 0, 0, "first")
    store.prompt_runs.add_failure(run.id, 0, 0, "second")
    assert [a.error for a in store.prompt_runs.answers(run.id)] == ["second"]
    assert (0, 0) in store.prompt_runs.missing(run.id)
    assert store.prompt_runs.add_answer(run.id, 0, 0, new_response("x")) is not None
    revision = store.playground_revision()
    store.prompt_runs.add_failure(run.id, 0, 0, "third")
    assert store.playground_revision() == revision
    answer = store.prompt_runs.answers(run.id)[0]
    assert (answer.error, answer.content and answer.content.response) == (None, "x")
    assert (store.prompt_runs.get(run.id).done, store.prompt_runs.get(run.id).failed) == ((1,), (0,))


def test_deleted_telemetry_does_not_come_back(store: Store) -> None:
    """Neither by continuing the run, nor by sending its arm, nor by an answer that comes late."""
    run = started(store, to_current=True)
    first = store.prompt_runs.add_answer(run.id, 0, 0, new_response("unwanted"))
    store.prompt_runs.add_answer(run.id, 0, 1, new_response("kept"))
    store.prompt_runs.end(run.id, stopped=True)
    assert first is not None
    assert store.responses.delete([first.id]) == 1
    store.prompt_runs.resume(run.id)
    assert store.prompt_runs.missing(run.id) == [(2, 0)]
    assert store.prompt_runs.add_answer(run.id, 0, 0, new_response("unwanted")) is None
    store.prompt_runs.add_answer(run.id, 0, 2, new_response("last"))
    again = store.prompt_runs.send(run.id, 0)
    assert (again.stored, again.known) == ((), 3)
    assert texts(store) == ["kept", "last"]
    assert store.prompt_runs.answers(run.id)[0].response_id == first.id


def test_one_arm_is_sent_once(store: Store) -> None:
    run = started(store, n_arms=2)
    for position in (2, 0):
        for arm in (0, 1):
            store.prompt_runs.add_answer(run.id, arm, position, new_response(f"{arm} {position}"))
    store.prompt_runs.add_failure(run.id, 1, 1, "no")
    revision, seen = store.revision(), store.playground_revision()
    sent = store.prompt_runs.send(run.id, 1)
    assert ([s.content.response for s in sent.stored], sent.known, sent.ids_reused) == (["1 0", "1 2"], 0, 0)
    assert [s.content.key for s in sent.stored] == [f"run:{run.id}:1:0", f"run:{run.id}:1:2"]
    assert (store.revision(), store.playground_revision() > seen) == (revision + 1, True)
    ids = [(a.position, a.response_id) for a in store.prompt_runs.answers(run.id) if a.arm == 1]
    assert ids == [(0, sent.stored[0].id), (1, None), (2, sent.stored[1].id)]
    assert {a.response_id for a in store.prompt_runs.answers(run.id) if a.arm == 0} == {None}
    again = store.prompt_runs.send(run.id, 1)
    assert (again.stored, again.known, store.revision()) == ((), 2, revision + 1)
    store.prompt_runs.add_answer(run.id, 1, 1, new_response("1 1"))
    later = store.prompt_runs.send(run.id, 1)
    assert ([s.content.response for s in later.stored], later.known) == (["1 1"], 2)
    store.baselines.promote("b")
    assert store.prompt_runs.send(run.id, 1).known == 3
    assert len(store.prompt_runs.send(run.id, 0).stored) == 2
    assert store.prompt_runs.send(started(store).id, 0).known == 0


def test_a_run_is_finished_or_stopped_and_goes_on(store: Store) -> None:
    run = started(store)
    seen = [store.playground_revision()]

    def state() -> tuple[bool, bool]:
        now = store.prompt_runs.get(run.id)
        seen.append(store.playground_revision())
        return now.finished, now.stopped

    store.prompt_runs.end(run.id, stopped=True)
    assert state() == (False, True)
    store.prompt_runs.add_answer(run.id, 0, 0, new_response("on its way when it was stopped"))
    assert store.prompt_runs.get(run.id).done == (1,)
    store.prompt_runs.resume(run.id)
    assert state() == (False, False)
    store.prompt_runs.end(run.id, stopped=False)
    assert state() == (True, False)
    assert seen == sorted(set(seen))


def test_deleting_a_run_keeps_what_was_sent(store: Store) -> None:
    run, other = started(store, to_current=True), started(store)
    store.prompt_runs.add_answer(run.id, 0, 0, new_response("x"))
    store.prompt_runs.add_answer(other.id, 0, 0, new_response("y"))
    revision, seen = store.revision(), store.playground_revision()
    store.prompt_runs.delete(run.id)
    assert (texts(store), store.revision(), store.playground_revision()) == (["x"], revision, seen + 1)
    assert [r.id for r in store.prompt_runs.newest()] == [other.id]
    assert len(store.prompt_runs.answers(other.id)) == 1
    runs = store.prompt_runs
    for ask in (runs.get, runs.facts, runs.answers, runs.missing, runs.resume):
        with pytest.raises(NotFoundError, match=f"Prompt run {run.id} is not stored, or no longer: it was deleted"):
            ask(run.id)
    for late in (
        lambda: store.prompt_runs.add_answer(run.id, 0, 1, new_response("z")),
        lambda: store.prompt_runs.add_failure(run.id, 0, 1, "z"),
        lambda: store.prompt_runs.send(run.id, 0),
        lambda: store.prompt_runs.delete(run.id),
        lambda: store.prompt_runs.end(run.id, stopped=False),
    ):
        with pytest.raises(NotFoundError, match="not stored, or no longer"):
            late()
    assert texts(store) == ["x"]


def test_a_deleted_set_leaves_its_runs(store: Store) -> None:
    kept = store.prompt_sets.save("s", PROMPTS)
    run = store.prompt_runs.start("r", PROMPTS, ARMS[:1], to_current=False, set_id=kept.id)
    store.prompt_sets.delete("s")
    now = store.prompt_runs.get(run.id)
    assert (now.set_id, now.prompts) == (None, tuple(PROMPTS))
    with pytest.raises(NotFoundError, match=f"Prompt set {kept.id} is not stored, or no longer"):
        store.prompt_runs.start("r", PROMPTS, ARMS[:1], to_current=False, set_id=kept.id)


def test_the_newest_hundred_are_kept_per_project(store: Store) -> None:
    store.create_project("quiet")
    quiet = store.prompt_runs.start("q", ["a"], ARMS, to_current=False, project="quiet")
    first = started(store, to_current=True)
    store.prompt_runs.add_answer(first.id, 0, 0, new_response("x"))
    ids = [started(store).id for _ in range(100)]
    assert [run.id for run in store.prompt_runs.newest()] == ids[:79:-1]
    assert [run.id for run in store.prompt_runs.newest(limit=None)] == ids[::-1]
    assert [run.id for run in store.prompt_runs.newest(project="quiet")] == [quiet.id]
    with pytest.raises(NotFoundError, match="or made room for newer runs"):
        store.prompt_runs.answers(first.id)
    assert texts(store) == ["x"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "A prompt run needs a name"),
        ({"name": "x" * 201}, "The name of a prompt run may have 200 characters"),
        ({"prompts": []}, "There are no prompts"),
        ({"prompts": ["a", ""]}, "Prompt 2 of 2 is blank"),
        ({"arms": []}, "asks one or two models, and 0 were given"),
        ({"arms": [*ARMS, *ARMS]}, "asks one or two models, and 4 were given"),
        ({"arms": ARMS, "to_current": True}, "two models cannot become current telemetry as they come. Choose one"),
        ({"arms": [new_arm(system="x" * (2**20 + 1))]}, "The system prompt is longer than 1 MB"),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_what_cannot_be_started_is_said(store: Store, changes: dict[str, object], sentence: str) -> None:
    values = {"name": "r", "prompts": ["a"], "arms": ARMS[:1], "to_current": False} | changes
    with pytest.raises(InputError, match=sentence):
        store.prompt_runs.start(**values)  # type: ignore[arg-type]
    assert store.prompt_runs.newest() == []


def test_places_that_a_run_does_not_have_are_said(store: Store) -> None:
    run = started(store, to_current=True)
    for arm, position in ((1, 0), (0, 3), (-1, 0), (0, -1)):
        with pytest.raises(InputError, match=f"has 3 prompts and 1 model; there is no prompt {position + 1} of"):
            store.prompt_runs.add_answer(run.id, arm, position, new_response("x"))
        with pytest.raises(InputError, match="there is no prompt"):
            store.prompt_runs.add_failure(run.id, arm, position, "x")
    with pytest.raises(InputError, match="there is no prompt 1 of model 2"):
        store.prompt_runs.send(run.id, 1)
    with pytest.raises(InputError, match="Response 3 has -1 as tokens"):
        store.prompt_runs.add_answer(run.id, 0, 2, new_response("x", tokens=-1))
    assert (store.prompt_runs.answers(run.id), store.responses.count()) == ([], 0)


def test_revisions_are_of_the_project_of_the_run(store: Store) -> None:
    store.create_project("second")
    run = store.prompt_runs.start("r", PROMPTS, ARMS[:1], to_current=True, project="second")
    sent = store.prompt_runs.add_answer(run.id, 0, 0, new_response("x"))
    assert sent is not None
    assert sent.project == "second"
    assert (store.revision(), store.playground_revision()) == (0, 0)
    assert (store.revision("second"), store.playground_revision("second")) == (1, 2)


def test_eight_threads_answer_every_place_once_and_send_once(url: str) -> None:
    prompts = [f"prompt {i}" for i in range(15)]
    with open_store(url) as store:
        live, pair = started(store, to_current=True, prompts=prompts), started(store, n_arms=2, prompts=prompts)
        barrier = threading.Barrier(8)
        became, sent = [], []

        def work(worker: int) -> None:
            barrier.wait()
            for position in range(15):
                store.prompt_runs.add_failure(live.id, 0, position, f"{worker}")
                answer = store.prompt_runs.add_answer(live.id, 0, position, new_response(f"{worker} {position}"))
                became.extend([answer] if answer else [])
                store.prompt_runs.add_answer(pair.id, worker % 2, position, new_response(f"pair {worker} {position}"))
                if position % 5 == 4:
                    sent.extend(store.prompt_runs.send(pair.id, 1).stored)
            store.prompt_runs.end(live.id, stopped=False)

        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sent.extend(store.prompt_runs.send(pair.id, 1).stored)
        assert store.prompt_runs.missing(live.id) == store.prompt_runs.missing(pair.id) == []
        assert {s.content.key for s in became} == {f"run:{live.id}:0:{i}" for i in range(15)}
        assert {s.content.key for s in sent} == {f"run:{pair.id}:1:{i}" for i in range(15)}
        assert len(became) == len(sent) == 15
        current = {stored.id: stored for stored in store.responses.current()}
        assert current == {stored.id: stored for stored in [*became, *sent]}
        answers = store.prompt_runs.answers(live.id) + store.prompt_runs.answers(pair.id)
        for answer in answers:
            if answer.response_id:
                assert answer.content == current[answer.response_id].content
        assert sum(answer.response_id is not None for answer in answers) == 30
        assert (store.prompt_runs.get(live.id).done, store.prompt_runs.get(pair.id).done) == ((15,), (15, 15))
