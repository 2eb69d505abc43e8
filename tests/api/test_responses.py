"""Posted answers: stored once, all or none, never lost; generated ones: real, stored, and stopped with the caller."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from driftium_core import monitor
from driftium_core.errors import GeneratorUnavailableError, ModelNotFoundError, StorageError
from driftium_core.llm.streaming import Ending
from driftium_core.services import Services
from tests.api.conftest import LOCAL, make_client, questions
from tests.monitor.conftest import settle
from tests.monitor.scripted import ScriptedGenerators

FULL = {
    "id": "req-1",
    "prompt": "2 + 2?",
    "response": "4",
    "model": "m1",
    "backend": "vllm",
    "latency_ms": 310.5,
    "tokens": 1,
    "prompt_tokens": 5,
    "created_at": "2026-05-01T12:00:00+02:00",
    "system": "Be brief.",
    "temperature": 0.2,
    "max_tokens": 50,
    "seed": 7,
    "source": "support-bot",
}


def lines(records: list[Any]) -> bytes:
    return "\n".join(map(json.dumps, records)).encode()


def test_every_field_of_a_record_is_kept(client: TestClient, services: Services) -> None:
    body = client.post("/responses", json=FULL).json()
    assert {**body, "ids": len(body["ids"])} == {
        "added": 1,
        "known": 0,
        "ids": 1,
        "rejects": [],
        "ignored_fields": [],
    }
    (stored,) = monitor.current_responses(services)
    content = stored.content
    assert stored.id == body["ids"][0]
    for name in FULL.keys() - {"id", "created_at"}:
        assert getattr(content, name) == FULL[name]
    assert content.created_at is not None
    assert content.created_at.isoformat() == "2026-05-01T10:00:00+00:00"
    settle(services)
    assert services.vectors.count("current") == 1


def test_one_many_wrapped_or_by_lines_are_the_same(client: TestClient, services: Services) -> None:
    many = questions(3)
    assert client.post("/responses", json=many[0]).json()["added"] == 1
    assert client.post("/responses", json=many).json()["added"] == 3
    assert client.post("/responses", json={"responses": many}).json()["added"] == 3
    by_lines = client.post("/responses", content=lines(many), headers={"Content-Type": "application/x-ndjson"})
    assert by_lines.json()["added"] == 3
    assert monitor.count_current(services) == 10
    assert client.post("/responses", json=[]).json()["added"] == 0


def test_a_second_delivery_adds_nothing(client: TestClient, services: Services) -> None:
    with_ids = [{**record, "id": number} for number, record in enumerate(questions(5))]
    assert client.post("/responses", json=with_ids).json()["added"] == 5
    again = client.post("/responses", json=[*with_ids, {**with_ids[0], "latency_ms": 3}]).json()
    assert (again["added"], again["known"], again["ids"]) == (0, 6, [])
    other = client.post("/responses", json={**with_ids[0], "response": "another answer"}).json()
    assert other["added"] == 1  # the same id on another answer is not dropped
    named = {"Idempotency-Key": "batch-7"}
    for added in (5, 0):
        assert client.post("/responses", json=questions(5), headers=named).json()["added"] == added
    assert client.post("/responses", json=questions(5), headers={"Idempotency-Key": "batch-8"}).json()["added"] == 5
    assert client.post("/responses", json=questions(5)).json()["added"] == 5  # nothing says that it is the same
    assert monitor.count_current(services) == 5 + 1 + 15


def test_an_id_is_of_its_project(client: TestClient, services: Services) -> None:
    monitor.create_project(services, "second")
    for project in ("default", "second"):
        assert client.post(f"/responses?project={project}", json=FULL).json()["added"] == 1


def test_one_bad_record_and_nothing_is_stored(client: TestClient, services: Services) -> None:
    bad: list[tuple[Any, str]] = [
        ({"prompt": "x"}, "neither a `response` nor an `error`"),
        ({"response": 4}, "response: "),
        ({"response": "x", "tokens": -1}, "tokens: "),
        ({"response": "x", "tokens": 10**30}, "tokens: "),
        ({"response": "x", "tokens": "12"}, "tokens: "),
        ({"response": "x", "latency_ms": 1e400}, "latency_ms: "),
        ({"response": "x", "seed": 2**63}, "seed: "),
        ({"response": "x", "created_at": "yesterday"}, "created_at: a time is expected"),
        ({"response": "x", "created_at": True}, "created_at: a time is expected"),
        ({"response": "x", "id": "i" * 501}, "id: "),
        ("text", "A record is an object"),
        (None, "A record is an object"),
    ]
    answer = client.post(
        "/responses",
        content=json.dumps([FULL, *(b for b, _ in bad)]).replace("Infinity", "1e999"),
        headers={"Content-Type": "application/json"},
    )
    body = answer.json()
    assert answer.status_code == 422
    assert body["detail"].startswith("12 records cannot be stored, so none was. Record 1: ")
    assert [reject["index"] for reject in body["rejects"]] == list(range(1, 13))
    for reject, (_, expected) in zip(body["rejects"], bad, strict=True):
        assert expected in reject["reason"]
    assert (body["added"], body["known"], body["ids"]) == (0, 0, [])
    assert monitor.count_current(services) == 0


def test_a_line_that_is_no_json_is_rejected_by_its_place(client: TestClient, services: Services) -> None:
    content = b'{"response": "a"}\n\n{broken\n{"response": "b"}\r\n'
    answer = client.post("/responses", content=content, headers={"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 422
    assert answer.json()["rejects"][0]["index"] == 1
    assert "Line 3 is not JSON" in answer.json()["rejects"][0]["reason"]
    assert monitor.count_current(services) == 0


def test_failed_answers_and_unknown_fields_are_told(client: TestClient, services: Services) -> None:
    record = {"error": "timeout", "prompt": "x", "user_id": 3, "created_at": 1_714_557_600}
    assert client.post("/responses", json=record).json()["ignored_fields"] == ["user_id"]
    (stored,) = monitor.current_responses(services)
    assert (stored.content.response, stored.content.error, stored.content.usable) == ("", "timeout", False)
    assert stored.content.created_at is not None
    assert stored.content.created_at.isoformat() == "2024-05-01T10:00:00+00:00"


def test_too_many_records_are_not_taken_at_once(client: TestClient, services: Services) -> None:
    answer = client.post("/responses", json=[{"response": ""}] * 20_001)
    assert (answer.status_code, "Post them in parts" in answer.json()["detail"]) == (400, True)
    assert monitor.count_current(services) == 0


def test_a_hundred_posts_at_once_lose_nothing(api: FastAPI, services: Services) -> None:
    start = threading.Barrier(20)

    def post(worker: int) -> list[str]:
        client = make_client(api)
        start.wait(30)
        ids: list[str] = []
        for number in range(5):
            name = worker * 5 + number
            answer = client.post("/responses", json=[{"id": f"{name}-{i}", "response": f"{name} {i}"} for i in (0, 1)])
            assert answer.status_code == 200, answer.text
            ids += answer.json()["ids"]
        return ids

    with ThreadPoolExecutor(20) as pool:
        posted = [id_ for ids in pool.map(post, range(20)) for id_ in ids]
    stored = monitor.current_responses(services, limit=1000)
    assert len(set(posted)) == len(posted) == 200
    assert {item.id for item in stored} == set(posted)
    assert {item.content.response for item in stored} == {f"{name} {i}" for name in range(100) for i in (0, 1)}


def test_the_same_delivery_at_once_is_stored_once(api: FastAPI, services: Services) -> None:
    start = threading.Barrier(8)

    def post(_worker: int) -> int:
        client = make_client(api)
        start.wait(30)
        added: int = client.post("/responses", json=questions(10), headers={"Idempotency-Key": "k"}).json()["added"]
        return added

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(post, range(8))) == 10
    assert monitor.count_current(services) == 10


def test_posted_answers_are_a_change_that_open_pages_follow(client: TestClient, services: Services) -> None:
    before = monitor.project_version(services)
    client.post("/responses", json=questions(2))
    after = monitor.project_version(services)
    assert after != before
    client.post("/baseline")
    assert monitor.project_version(services) != after


def test_a_database_that_is_gone_is_503_and_nothing_is_claimed(
    client: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StorageError("The database cannot be written.")

    monkeypatch.setattr(services.store.responses, "add", fail)
    answer = client.post("/responses", json=FULL)
    assert (answer.status_code, answer.json()) == (503, {"detail": "The database cannot be written."})


def test_a_generated_answer_is_stored_with_how_it_was_made(client: TestClient, services: Services) -> None:
    body = client.post("/generate", json={"prompt": "What is bread?", "seed": 7, "temperature": 0, "system": "Brief."})
    answer = body.json()
    assert (body.status_code, answer["prompt"], answer["response"]) == (
        200,
        "What is bread?",
        "an answer to What is bread?",
    )
    assert answer["model"] == "scripted"
    assert answer["latency_ms"] >= 0
    assert answer["timestamp"].endswith("+00:00")
    (stored,) = monitor.current_responses(services)
    assert (stored.id, stored.content.source, stored.content.seed) == (answer["id"], "api", 7)
    assert (stored.content.temperature, stored.content.system) == (0, "Brief.")


@pytest.mark.parametrize(
    ("error", "status"),
    [(GeneratorUnavailableError("Nobody can answer."), 503), (ModelNotFoundError("Ollama has no model x."), 404)],
)
def test_no_model_is_a_sentence(
    client: TestClient, model: ScriptedGenerators, services: Services, error: Exception, status: int
) -> None:
    model.script = lambda *_: error
    answer = client.post("/generate", json={"prompt": "x"})
    assert (answer.status_code, answer.json()) == (status, {"detail": str(error)})
    assert monitor.count_current(services) == 0


def test_a_partial_answer_is_503_and_not_stored(
    client: TestClient, model: ScriptedGenerators, services: Services
) -> None:
    model.ending = Ending(stop_reason="deadline")
    answer = client.post("/generate", json={"prompt": "x"})
    assert answer.status_code == 503
    assert "was not stored. No whole answer came within 300 s (DRIFTIUM_ANSWER_TIMEOUT_S)." in answer.json()["detail"]
    assert monitor.count_current(services) == 0


def test_a_caller_that_goes_away_stops_the_model(api: FastAPI, model: ScriptedGenerators, services: Services) -> None:
    model.script = lambda *_: "word " * 500
    model.gate.clear()
    body = json.dumps({"prompt": "x"}).encode()

    async def call() -> None:
        asked = asyncio.Event()

        async def receive() -> dict[str, Any]:
            if not asked.is_set():
                asked.set()
                return {"type": "http.request", "body": body, "more_body": False}
            while not model.asked:
                await asyncio.sleep(0.01)
            return {"type": "http.disconnect"}

        async def send(_message: object) -> None:
            """Nobody listens."""

        headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
        scope = {"type": "http", "method": "POST", "path": "/generate", "query_string": b"", "headers": headers}
        await api({**scope, "client": LOCAL, "server": LOCAL, "scheme": "http", "root_path": ""}, receive, send)  # type: ignore[arg-type]

    asyncio.run(call())
    model.gate.set()
    (job,) = services.answering.all()
    assert job.wait(30)
    assert monitor.count_current(services) == 0
