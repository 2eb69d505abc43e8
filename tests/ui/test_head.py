"""The theme reaches the HTML document and nothing else."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from pages.ui.theme.head import HeadInject, head_snippet

PAGE = "<!doctype html><html><head><title>x</title></head><body>" + "é" * 5000 + "</body></html>"


def page(_request: Request) -> Response:
    return HTMLResponse(PAGE, headers={"etag": "abc", "last-modified": "now", "accept-ranges": "bytes"})


def pieces(_request: Request) -> Response:
    return StreamingResponse((PAGE[i : i + 7] for i in range(0, len(PAGE), 7)), media_type="text/html; charset=utf-8")


def data(_request: Request) -> Response:
    return JSONResponse({"text": "<head>"})


@pytest.fixture
def client() -> TestClient:
    routes = [Route("/", page, methods=["GET", "POST"]), Route("/pieces", pieces), Route("/data", data)]
    routes.append(Route("/api/docs", page))
    layers = [Middleware(HeadInject, snippet=b"<script>1</script>"), Middleware(GZipMiddleware)]
    return TestClient(Starlette(routes=routes, middleware=layers), headers={"Accept": "text/html,*/*"})


@pytest.mark.parametrize("path", ["/", "/pieces"])
def test_the_document_gets_the_snippet_first_in_its_head(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.text == PAGE.replace("<head>", "<head><script>1</script>")
    assert answer.headers["content-length"] == str(len(answer.content))
    assert not {"etag", "last-modified", "accept-ranges", "content-encoding"} & set(answer.headers)


def test_other_answers_are_untouched(client: TestClient) -> None:
    assert client.get("/data").json() == {"text": "<head>"}
    assert client.get("/", headers={"Accept": "application/json"}).text == PAGE
    assert client.post("/").text == PAGE
    assert client.get("/api/docs").text == PAGE


def test_the_snippet_cannot_break_out_of_its_tags_and_asks_no_other_host() -> None:
    snippet = head_snippet().decode()
    assert snippet.count("</script>") == snippet.count("</style>") == 1
    assert "http://" not in snippet
    assert "https://" not in snippet
