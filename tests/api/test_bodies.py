"""Bodies: of the right kind and size, and JSON as JSON is written; whatever comes, the answer is a sentence."""

import gzip
import json
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

JSON = {"Content-Type": "application/json"}
MB = 2**20
POSTS = ("/baseline", "/responses", "/generate", "/monitoring/upload", "/tables/march", "/rca")
FORMS = ("application/x-www-form-urlencoded", "text/plain", "text/plain;charset=utf-8")


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("kind", [*FORMS, "application/xml", "nonsense"])
def test_bodies_that_a_foreign_form_can_send_are_refused(client: TestClient, path: str, kind: str) -> None:
    for content in (b'{"prompt": "x"}', b""):
        answer = client.post(path, content=content, headers={"Content-Type": kind})
        assert answer.status_code == 415
        assert "Content-Type" in answer.json()["detail"]


@pytest.mark.parametrize("path", POSTS)
def test_a_body_says_what_it_is(client: TestClient, path: str) -> None:
    assert client.post(path, content=b"{}").status_code == 415
    encoded = {**JSON, "Content-Encoding": "gzip"}
    assert client.post(path, content=gzip.compress(b"{}"), headers=encoded).status_code == 415
    if path not in ("/monitoring/upload", "/tables/march"):
        form = {"file": ("x.csv", b"a,b\n1,2\n")}
        assert client.post(path, files=form).status_code == 415


def in_pieces(content: bytes) -> Iterator[bytes]:
    """A body without a stated length."""
    yield from (content[start : start + 65_536] for start in range(0, len(content), 65_536))


@pytest.mark.parametrize(
    ("path", "limit_mb", "kind"),
    [
        ("/baseline", 1, "application/json"),
        ("/generate", 1, "application/json"),
        ("/rca", 1, "application/json"),
        ("/responses", 2, "application/json"),
        ("/responses", 2, "application/x-ndjson"),
        ("/monitoring/upload", 2, "text/csv"),
        ("/tables/march", 2, "application/octet-stream"),
    ],
)
def test_large_bodies_are_refused_also_without_a_length(
    client: TestClient, path: str, limit_mb: int, kind: str
) -> None:
    content = b"a" * (limit_mb * MB + 1)
    for body in (content, in_pieces(content)):
        answer = client.post(path, content=body, headers={"Content-Type": kind})
        assert (answer.status_code, " MB" in answer.json()["detail"]) == (413, True)


def test_a_large_form_is_refused(client: TestClient) -> None:
    answer = client.post("/monitoring/upload", files={"file": ("big.csv", b"a\n" * (MB + 1))})
    assert (answer.status_code, "2 MB" in answer.json()["detail"]) == (413, True)


BAD_JSON = {
    "no JSON": (b"hello", "is not JSON"),
    "cut off": (b'{"prompt": "x"', "is not JSON"),
    "NaN": (b'{"temperature": NaN}', "NaN is no number"),
    "Infinity": (b'{"temperature": -Infinity}', "-Infinity is no number"),
    "not UTF-8": (b'{"prompt": "\xff\xfe"}', "is not UTF-8"),
    "half a character": (b'{"prompt": "\xed\xa0\x80"}', "is not UTF-8"),
    "deep": (b"[" * 200_000, "nested too deeply"),
    "deep objects": (b'{"a":' * 50_000, "nested too deeply"),
    "huge number": (b'{"seed": ' + b"9" * 10_000 + b"}", "too many digits"),
}


@pytest.mark.parametrize("path", ["/baseline", "/generate", "/rca", "/responses"])
@pytest.mark.parametrize("name", BAD_JSON)
def test_what_is_no_json_is_a_sentence(client: TestClient, path: str, name: str) -> None:
    content, expected = BAD_JSON[name]
    answer = client.post(path, content=content, headers=JSON)
    assert (answer.status_code, expected in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize("path", ["/generate", "/rca", "/responses"])
@pytest.mark.parametrize("value", [None, 1, "text", True, [1], [[]], ["a"], {"a": {}}, [None], {"responses": 3}])
def test_json_of_another_shape_is_a_sentence(client: TestClient, path: str, value: object) -> None:
    answer = client.post(path, json=value)
    assert (answer.status_code in (400, 422), bool(answer.json()["detail"])) == (True, True)


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/generate", {"prompt": ""}, "prompt"),
        ("/generate", {"prompt": "x", "seed": 10**40}, "seed"),
        ("/generate", {"prompt": "x", "max_tokens": 0}, "max_tokens"),
        ("/generate", {"prompt": "x", "temperature": 1e300}, "temperature"),
        ("/generate", {"prompt": "x", "temprature": 1}, "temprature"),
        ("/baseline", {"nme": "x"}, "nme"),
        ("/rca", {"feature": "a"}, "drift_rows"),
        ("/rca", {"feature": "a", "drift_rows": [{"feature": "a", "p_value": 2}]}, "drift_rows.0.p_value"),
        ("/rca", {"feature": "a", "drift_rows": [{"feature": "a", "effect_size": "big"}]}, "drift_rows.0.effect_size"),
    ],
)
def test_a_field_that_cannot_be_is_named(client: TestClient, path: str, body: object, where: str) -> None:
    answer = client.post(path, json=body)
    assert (answer.status_code, answer.json()["detail"].startswith(f"{where}: ")) == (422, True)


def test_half_a_character_is_refused_where_it_cannot_be_meant(client: TestClient) -> None:
    answer = client.post("/generate", content=rb'{"prompt": "\ud83d"}', headers=JSON)
    assert (answer.status_code, answer.json()["detail"].startswith("prompt: ")) == (422, True)


@pytest.mark.parametrize(
    "query",
    [
        "/drift/history?limit=0",
        "/drift/history?limit=-1",
        f"/drift/history?limit={10**50}",
        "/drift/history?limit=1e3",
        "/samples?limit=many",
        "/monitoring/simulated?age_threshold=nan",
        "/monitoring/simulated?age_threshold=-1",
        f"/monitoring/simulated?age_threshold={10**30}",
        "/monitoring/simulated?p_threshold=0",
        "/monitoring/simulated?p_threshold=1",
        "/monitoring/simulated?p_threshold=inf",
        "/monitoring/simulated?p_threshold=",
        "/drift/agentic-rca?again=perhaps",
    ],
)
def test_absurd_parameters_are_named(client: TestClient, query: str) -> None:
    answer = client.get(query)
    name = query.partition("?")[2].partition("=")[0]
    assert (answer.status_code, answer.json()["detail"].startswith(f"{name}: ")) == (422, True)


@pytest.mark.parametrize("project", ["nope", "%00", "%ff", "a" * 150, "%ED%A0%80", "..%2F..", "%27%3B--"])
@pytest.mark.parametrize("path", ["/drift", "/drift/history", "/samples", "/references", "/drift/rca"])
def test_an_unknown_project_is_not_found(client: TestClient, path: str, project: str) -> None:
    answer = client.get(f"{path}?project={project}")
    assert (answer.status_code, "GET /api/projects" in answer.json()["detail"]) == (404, True)


def test_answers_hold_whatever_texts_are_stored(client: TestClient) -> None:
    texts = ["nul \x00 inside", "half \ud83d a character", "naïve “quotes”", "line\u2028break", "<script>"]
    lines = "\n".join(json.dumps({"response": text}) for text in texts)
    posted = client.post("/responses", content=lines.encode(), headers={"Content-Type": "application/x-ndjson"})
    assert posted.json()["added"] == 5
    answer = client.get("/samples")
    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(answer.content)["current"] == texts[::-1]
