"""Scheduled work and alerts, as programs see them: how it went, and never an address that holds a secret."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from driftium_core import monitor
from driftium_core.origin import FileOrigin, HttpOrigin
from driftium_core.services import Services
from driftium_core.store.alert_records import table_monitor
from tests.monitor.alerting import NOW, SECRET, add_channel, add_rule, check_tables
from tests.monitor.scheduled import made


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Three answers and a line that is none."""
    path = tmp_path / "chat.jsonl"
    lines = [json.dumps({"prompt": f"{n} + {n}?", "response": str(2 * n)}) for n in range(3)]
    path.write_text("\n".join([*lines, "no json", ""]), "utf-8")
    return path


def test_a_task_is_run_and_its_runs_are_told(client: TestClient, services: Services, log: Path) -> None:
    made(services, "chat/berlin", origin=FileOrigin(path=str(log)), paused=True)
    (before,) = client.get("/tasks").json()["tasks"]
    assert (before["name"], before["schedule"], before["paused"], before["next_run_at"], before["last_run"]) == (
        *("chat/berlin", "every 15 minutes", True, None, None),
    )
    run = client.post("/tasks/chat/berlin/run").json()
    assert (run["task"], run["state"], run["cause"]) == ("chat/berlin", "done", "manual")
    assert (run["n_read"], run["n_new"], run["n_known"], run["n_skipped"]) == (4, 3, 0, 1)
    assert client.get("/samples").json()["current"] == ["4", "2", "0"]
    assert client.post(f"/tasks/{before['id']}/run").json()["n_new"] == 0
    assert [item["n_new"] for item in client.get("/tasks/chat/berlin/runs").json()["runs"]] == [0, 3]
    assert len(client.get("/tasks/chat/berlin/runs?limit=1").json()["runs"]) == 1
    (after,) = client.get("/tasks").json()["tasks"]
    assert (after["last_run"]["n_new"], after["running"]) == (0, False)


def test_a_run_that_fails_says_why(client: TestClient, services: Services, tmp_path: Path) -> None:
    made(services, "chat", origin=FileOrigin(path=str(tmp_path / "gone.jsonl")))
    run = client.post("/tasks/chat/run")
    assert (run.status_code, run.json()["state"], "gone.jsonl" in run.json()["error"]) == (200, "failed", True)
    assert client.get("/tasks").json()["tasks"][0]["failures"] == 1


@pytest.mark.parametrize(("method", "path"), [("POST", "/tasks/nope/run"), ("GET", "/tasks/nope/runs")])
def test_a_task_that_is_not_there_is_not_found(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, "nope" in answer.json()["detail"]) == (404, True)


def test_tasks_are_told_without_the_secrets_of_their_origins(client: TestClient, services: Services) -> None:
    headers = (("Authorization", f"Bearer {SECRET}"),)
    made(services, "feed", origin=HttpOrigin(url=f"http://127.0.0.1:9/log?key={SECRET}", headers=headers))
    assert client.post("/tasks/feed/run").json()["state"] == "failed"
    for path in ("/tasks", "/tasks/feed/runs"):
        answer = client.get(path)
        assert (answer.status_code, SECRET in answer.text) == (200, False)


def test_incidents_and_messages_are_told_without_addresses(client: TestClient, services: Services) -> None:
    add_rule(services, add_channel(services))
    check_tables(services, "LC")
    monitor.process_alerts(services, now=NOW)
    monitor.send_due_messages(services)  # nobody listens there
    (incident,) = client.get("/incidents?open_only=true").json()["incidents"]
    assert (incident["monitor"], incident["severity"], incident["open"]) == (
        *(table_monitor("march.csv"), "CRITICAL", True),
    )
    assert incident["url"].endswith(f"/tabular?run={incident['report_id']}")
    answer = client.get(f"/deliveries?incident_id={incident['id']}&state=waiting")
    (message,) = answer.json()["deliveries"]
    assert (message["event"], message["channel_name"], message["n_attempts"]) == ("opened", "ops", 1)
    assert message["error"]
    assert SECRET not in answer.text
    assert client.get("/deliveries?state=sent").json() == {"deliveries": []}
    check_tables(services, "L")
    monitor.process_alerts(services, now=NOW)
    assert client.get("/incidents?open_only=true").json() == {"incidents": []}
    assert client.get("/incidents").json()["incidents"][0]["resolved_at"] is not None


def test_a_state_that_messages_do_not_have_is_named(client: TestClient) -> None:
    answer = client.get("/deliveries?state=lost")
    assert (answer.status_code, answer.json()["detail"].startswith("state: ")) == (422, True)
