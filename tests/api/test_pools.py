"""Baseline, drift, history, samples and why: by numbers that can be told in advance."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from driftium_core import monitor
from driftium_core.errors import UnavailableError
from driftium_core.services import Services
from tests.api.conftest import make_client, questions

SCORES = ("centroid_score", "mmd_score", "p_value", "health_index", "severity")
BREAD = "bake the bread for an hour, {n}"


def fill(client: TestClient, project: str = "default") -> None:
    """Sums as the baseline; current answers to the same prompts are about bread."""
    query = {"project": project}
    assert client.post("/responses", json=questions(20), params=query).json()["added"] == 20
    assert client.post("/baseline", json={"name": "sums"}, params=query).status_code == 200
    assert client.post("/responses", json=questions(20, answer=BREAD), params=query).json()["added"] == 20


def test_each_state_says_what_comes_next(client: TestClient) -> None:
    def state() -> str:
        body = client.get("/drift").json()
        assert body["message"]
        if body["status"] != "ready":
            assert [body[name] for name in (*SCORES, "timestamp")] == [None] * 6
            assert client.get("/drift/rca").json() == {"available": False, "message": "Not enough data for RCA."}
            agentic = client.get("/drift/agentic-rca").json()
            assert (agentic["available"], agentic["triage"], agentic["recommendations"]) == (False, None, [])
        return str(body["status"])

    assert state() == "not_initialized"
    client.post("/responses", json=questions(20))
    assert state() == "waiting_for_baseline"
    client.post("/baseline")
    assert state() == "waiting_for_telemetry"
    client.post("/responses", json=questions(20))
    assert state() == "ready"


def test_equal_answers_do_not_drift(client: TestClient) -> None:
    for _ in range(2):
        client.post("/responses", json=questions(20))
        client.post("/baseline")
    client.post("/responses", json=questions(20))
    body = client.get("/drift").json()
    assert (body["verdict"], body["severity"], body["p_value"]) == ("no_drift", "LOW", 1.0)
    assert body["centroid_score"] == pytest.approx(0, abs=1e-6)


def test_drift_is_computed_and_recorded_once_per_state(client: TestClient) -> None:
    fill(client)
    first, second = client.get("/drift").json(), client.get("/drift").json()
    assert first == second
    assert (first["status"], first["verdict"], first["severity"]) == ("ready", "drift", "CRITICAL")
    assert (first["baseline_size"], first["telemetry_size"], first["baseline"]["name"]) == (20, 20, "sums")
    age = datetime.now(UTC) - datetime.fromisoformat(first["timestamp"])
    assert timedelta(0) <= age < timedelta(minutes=5)
    (record,) = client.get("/drift/history").json()["history"]
    assert {name: record[name] for name in (*SCORES, "timestamp")} == {
        name: first[name] for name in (*SCORES, "timestamp")
    }


def test_history_is_oldest_first_and_no_longer_than_asked(client: TestClient) -> None:
    fill(client)
    client.get("/drift")
    client.post("/responses", json=questions(5))
    client.get("/drift")
    history = client.get("/drift/history").json()["history"]
    assert [record["n_current"] for record in history] == [20, 25]
    assert client.get("/drift/history?limit=1").json()["history"] == history[1:]


def test_a_baseline_has_its_name_and_version(client: TestClient, services: Services) -> None:
    answer = client.post("/baseline")
    assert (answer.status_code, "no current answers to promote" in answer.json()["detail"]) == (409, True)
    client.post("/responses", json=questions(4))
    body = client.post("/baseline", json={"name": "week 1", "note": "first"}).json()
    assert (body["message"], body["baseline_size"]) == ("Baseline set successfully", 4)
    assert (body["name"], body["version"], body["note"], body["active"]) == ("week 1", 1, "first", True)
    assert client.post("/baseline", json={"name": "again"}).status_code == 409
    client.post("/responses", json=questions(3))
    assert client.post("/baseline", json={"name": "  "}).status_code == 400
    second = client.post("/baseline", json={}).json()
    assert (second["version"], second["name"].startswith("promoted "), second["baseline_size"]) == (2, True, 3)
    assert [item.version for item in monitor.baselines(services)] == [2, 1]


def test_samples_are_the_newest_of_both_pools(client: TestClient) -> None:
    assert client.get("/samples").json() == {"baseline": [], "current": [], "baseline_size": 0, "current_size": 0}
    fill(client)
    body = client.get("/samples?limit=2").json()
    assert body == {
        "baseline": ["19 plus 19 is 38", "18 plus 18 is 36"],
        "current": ["bake the bread for an hour, 19", "bake the bread for an hour, 18"],
        "baseline_size": 20,
        "current_size": 20,
    }


def test_projects_are_apart(client: TestClient, services: Services) -> None:
    monitor.create_project(services, "other bot")
    fill(client, "other bot")
    assert client.get("/drift").json()["status"] == "not_initialized"
    assert client.get("/drift?project=other%20bot").json()["severity"] == "CRITICAL"
    projects = client.get("/projects").json()["projects"]
    assert [(item["project"], item["status"], item["telemetry_size"]) for item in projects] == [
        ("default", "not_initialized", 0),
        ("other bot", "ready", 20),
    ]


def test_both_explanations_are_one_investigation(client: TestClient, services: Services) -> None:
    fill(client)
    short = client.get("/drift/rca").json()
    assert (short["available"], short["severity"], short["baseline_size"], short["telemetry_size"]) == (
        True,
        "CRITICAL",
        20,
        20,
    )
    whole = client.get("/drift/agentic-rca").json()
    assert whole["diagnosis"]["findings"][0]["summary"]["text"] == short["summary"]
    assert whole["diagnosis"]["headline"] == short["possible_cause"]
    assert whole["triage"]["severity"] == "CRITICAL"
    assert all(isinstance(text, str) and text for text in whole["recommendations"])
    agents = [step["agent"] for step in whole["agent_collaboration_log"]]
    assert list(dict.fromkeys(agents)) == ["orchestrator", "triage", "diagnosis", "recommendation"]
    assert len(monitor.investigations(services)) == 1
    client.get("/drift/agentic-rca?again=true")
    assert len(monitor.investigations(services)) == 2


def test_without_the_encoder_the_reason_is_told(
    client: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(client)

    def fail(*_: object, **__: object) -> None:
        raise UnavailableError("The encoder is not installed.")

    monkeypatch.setattr(services.encoder, "encode", fail)
    client.post("/responses", json=questions(1, answer="never seen before"))
    for path in ("/drift", "/drift/rca"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()) == (503, {"detail": "The encoder is not installed."})


def test_many_who_ask_at_once_share_one_check(api: FastAPI, client: TestClient, services: Services) -> None:
    fill(client)
    start = threading.Barrier(12)

    def ask(worker: int) -> tuple[int, str | None]:
        own = make_client(api)
        start.wait(30)
        answer = own.get("/drift" if worker % 2 else "/drift/rca")
        return answer.status_code, answer.json()["severity"]

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(ask, range(12))) == {(200, "CRITICAL")}
    assert monitor.count_calculations(services) == 1
    assert len(monitor.investigations(services)) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"name": "a\x00b"},
        {"name": "line\nbreak"},
        {"name": "x" * 201},
        {"name": "\u202e"},
        {"note": "\x00"},
        {"name": 3},
    ],
)
def test_a_name_that_cannot_be_is_a_sentence(client: TestClient, services: Services, body: dict[str, object]) -> None:
    client.post("/responses", json=questions(2))
    answer = client.post("/baseline", json=body)
    assert (answer.status_code, answer.json()["detail"].startswith(f"{next(iter(body))}: ")) == (422, True)
    assert monitor.baselines(services) == []
