"""The REST API: the real state of the parts, and JSON for whatever goes wrong."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from driftium_core.api import create_api
from driftium_core.api.waiting import CLOSED
from driftium_core.errors import InputError, NotFoundError, StorageError
from driftium_core.services import Services
from driftium_core.settings import Settings
from tests.api.conftest import REMOTE, make_client

LIMIT = 2 * 1024 * 1024


def test_health_has_the_documented_shape(client: TestClient) -> None:
    answer = client.get("/health")
    body = answer.json()
    assert (answer.status_code, body["status"]) == (200, "ok")
    assert list(body["services"]) == ["database", "vectors", "embedder", "generator"]
    assert body["services"]["database"]["status"] == "ok"
    assert body["services"]["vectors"]["status"] == "idle"
    assert all(part["detail"] for part in body["services"].values())
    generated_at = datetime.fromisoformat(body["generated_at"])
    assert abs(datetime.now(UTC) - generated_at) < timedelta(seconds=10)


def test_health_is_503_while_the_database_is_gone(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "data").rename(tmp_path / "away")
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "error")
    assert "is gone" in answer.json()["services"]["database"]["detail"]
    (tmp_path / "away").rename(tmp_path / "data")
    assert client.get("/health").status_code == 200


def test_services_that_cannot_open_are_one_sentence(settings: Settings) -> None:
    def fail() -> Services:
        raise StorageError("The database a.db was written by a newer version.")

    answer = make_client(create_api(fail, settings=settings)).get("/health")
    assert (answer.status_code, answer.json()) == (503, {"detail": "The database a.db was written by a newer version."})
    elsewhere = make_client(create_api(fail, settings=settings), REMOTE).get("/health")
    assert (elsewhere.status_code, elsewhere.json()["status"], "a.db" in elsewhere.text) == (503, "error", False)


def test_errors_are_json(client: TestClient, api: FastAPI) -> None:
    @api.get("/typed")
    def typed(age_threshold: int) -> int:
        return age_threshold

    @api.get("/raise/{kind}")
    def failing(kind: str) -> None:
        raise {"input": InputError("bad"), "missing": NotFoundError("gone"), "bug": ZeroDivisionError("secret")}[kind]

    for method, path, status in (("GET", "/nope", 404), ("DELETE", "/health", 405), ("GET", "/docs/x", 404)):
        answer = client.request(method, path)
        assert (answer.status_code, answer.json()) == (
            status,
            {"detail": f"There is no {method} {path}. `GET /api/docs` lists the endpoints."},
        )
    invalid = client.get("/typed?age_threshold=old")
    assert (invalid.status_code, invalid.json()["detail"].startswith("age_threshold: ")) == (422, True)
    assert (client.get("/raise/input").status_code, client.get("/raise/input").json()) == (400, {"detail": "bad"})
    assert (client.get("/raise/missing").status_code, client.get("/raise/missing").json()) == (404, {"detail": "gone"})
    bug = client.get("/raise/bug")
    assert bug.status_code == 500
    assert "unexpected ZeroDivisionError" in bug.json()["detail"]
    assert "secret" not in bug.text
    assert "Traceback" not in bug.text


def test_a_caller_that_is_gone_is_no_error_of_the_server(api: FastAPI) -> None:
    @api.get("/gone")
    def gone() -> None:
        raise HTTPException(CLOSED, "The connection was closed before the answer was there.")

    assert make_client(api).get("/gone").status_code == CLOSED


def test_the_documentation_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.headers["Content-Type"].startswith("text/html")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "://" not in page.text
    for link in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        if not link.startswith("data:"):
            assert client.get(f"/{link}").status_code == 200
    assert client.get("/docs/../app.py").status_code == 404
    assert client.get("/docs/index.html").status_code == 404
    assert client.get("/redoc").status_code == 404


def test_the_document_names_every_endpoint(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    paths = {f"{method.upper()} {path[1:]}" for path, methods in document["paths"].items() for method in methods}
    assert paths == {
        *("GET health", "GET monitoring/simulated", "POST monitoring/upload", "POST rca", "POST generate"),
        *("POST baseline", "GET drift", "GET drift/history", "GET samples", "GET drift/rca", "GET drift/agentic-rca"),
        *("POST responses", "POST tables/{monitor}", "GET projects", "GET references", "POST references"),
        *("GET tasks", "GET tasks/{name}/runs", "POST tasks/{name}/run", "GET incidents", "GET deliveries"),
    }
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["summary"]
            assert operation["description"]
    assert '"null"' not in json.dumps(document)  # the bundled Swagger UI reads OpenAPI 3.0, which has no such type


@pytest.fixture
def echo(client: TestClient, api: FastAPI) -> TestClient:
    @api.post("/echo")
    async def size(request: Request) -> int:
        return len(await request.body())

    return client


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::"])
def test_other_hosts_are_refused(client: TestClient, host: str) -> None:
    answer = client.get("/health", headers={"Host": host})
    assert (answer.status_code, "DRIFTIUM_ALLOWED_HOSTS" in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize("host", ["LOCALHOST", "127.0.0.1:8501", "[::1]:8501"])
def test_own_hosts_pass(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:9999", "http://[::"])
def test_pages_of_other_origins_cannot_change_anything(echo: TestClient, origin: str) -> None:
    answer = echo.post("/echo", content=b"x", headers={"Origin": origin})
    assert (answer.status_code, answer.json()) == (403, {"detail": "This request comes from a page of another origin."})


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "empty"}, 200),
        ({"Sec-Fetch-Site": "none", "Sec-Fetch-Dest": "document"}, 200),
        ({"Origin": "http://localhost"}, 200),
    ],
)
def test_pages_of_other_origins_start_no_check_behind_their_visitors_back(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    assert client.get("/drift", headers=headers).status_code == status


def test_own_origin_and_no_origin_pass(echo: TestClient) -> None:
    assert echo.post("/echo", content=b"xyz", headers={"Origin": "http://localhost"}).json() == 3
    assert echo.post("/echo", content=b"x" * LIMIT).json() == LIMIT


def test_large_bodies_are_refused_stated_or_streamed(echo: TestClient) -> None:
    detail = {"detail": "The body is larger than 2 MB (DRIFTIUM_MAX_UPLOAD_MB)."}
    stated = echo.post("/echo", content=b"x" * (LIMIT + 1))
    assert (stated.status_code, stated.json()) == (413, detail)
    streamed = echo.post("/echo", content=(b"x" * 65_536 for _ in range(LIMIT // 65_536 + 1)))
    assert (streamed.status_code, streamed.json()) == (413, detail)


def test_the_examples_of_the_readme_are_endpoints(api: FastAPI) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    named = set(re.findall(r"8501/api(/[\w/-]+)", readme)) - {"/docs"}
    paths = [re.sub(r"\{\w+\}", r"[\\w-]+", path) for path in api.openapi()["paths"]]
    assert len(named) >= 7
    assert [path for path in named if not any(re.fullmatch(known, path) for known in paths)] == []
