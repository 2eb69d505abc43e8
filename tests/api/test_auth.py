"""Who may call: this machine, or whoever has the token."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from driftium_core.api import create_api
from driftium_core.errors import SettingsError
from driftium_core.services import Services
from driftium_core.settings import Settings
from tests.api.conftest import LOCAL, REMOTE, TOKEN, make_client

ClientOf = Callable[..., TestClient]
WITH_TOKEN = {"Authorization": f"Bearer {TOKEN}"}


def statuses(client: TestClient, headers: dict[str, str] | None = None) -> list[int]:
    """Of what is open, of a read, of a write and of what does not exist."""
    calls = [("GET", "/health"), ("GET", "/docs"), ("GET", "/openapi.json"), ("GET", "/docs/swagger-ui.css")]
    calls += [("GET", "/drift"), ("POST", "/responses"), ("GET", "/nope"), ("GET", "/health/x"), ("GET", "/docsx")]
    return [client.request(method, path, headers=headers).status_code for method, path in calls]


OPEN = [200, 200, 200, 200]


def test_this_machine_needs_no_token(client: TestClient) -> None:
    assert statuses(client) == [*OPEN, 200, 400, 404, 404, 404]


@pytest.mark.parametrize("client_address", [LOCAL, REMOTE])
def test_with_a_token_set_every_call_needs_it(client_of: ClientOf, client_address: tuple[str, int]) -> None:
    client = client_of(client=client_address, api_token=SecretStr(TOKEN))
    assert statuses(client) == [*OPEN, *[401] * 5]
    assert statuses(client, WITH_TOKEN) == [*OPEN, 200, 400, 404, 404, 404]


@pytest.mark.parametrize(
    "sent",
    [
        TOKEN,
        f"Basic {TOKEN}",
        "Bearer",
        "Bearer ",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN.upper()}",
        "Bearer é€",
        f"Bearer {TOKEN} {TOKEN}",
    ],
)
def test_another_token_is_refused_with_a_challenge(client_of: ClientOf, sent: str) -> None:
    answer = client_of(api_token=SecretStr(TOKEN)).get("/drift", headers={"Authorization": sent.encode()})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "DRIFTIUM_API_TOKEN" in answer.json()["detail"]
    assert TOKEN not in answer.text


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER  "])
def test_the_scheme_is_read_as_http_says(client_of: ClientOf, scheme: str) -> None:
    client = client_of(api_token=SecretStr(TOKEN))
    assert client.get("/drift", headers={"Authorization": f"{scheme} {TOKEN}"}).status_code == 200


@pytest.mark.parametrize(
    ("options", "headers"),
    [
        ({"client": REMOTE}, {}),
        ({"client": ("::ffff:192.0.2.7", 1)}, {}),
        ({"client": ("a-name", 1)}, {}),
        ({"allowed_hosts": ("localhost", "drift.example.org")}, {}),
        ({"allowed_hosts": ("*",)}, {}),
        ({}, {"X-Forwarded-For": "127.0.0.1"}),
        ({}, {"Forwarded": "for=127.0.0.1"}),
        ({}, {"X-Forwarded-Host": "drift.example.org"}),
        ({}, {"Via": "1.1 proxy"}),
        ({}, {"CF-Connecting-IP": "192.0.2.7"}),
    ],
)
def test_without_a_token_nobody_else_may_call(
    client_of: ClientOf, options: dict[str, Any], headers: dict[str, str]
) -> None:
    client = client_of(**options)
    assert statuses(client, headers) == [*OPEN, *[403] * 5]
    answer = client.get("/drift", headers=headers)
    assert "Set DRIFTIUM_API_TOKEN (at least 16 characters" in answer.json()["detail"]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_every_loopback_address_is_this_machine(client_of: ClientOf, address: str) -> None:
    assert client_of(client=(address, 1)).get("/drift").status_code == 200


def test_a_socket_that_others_reach_needs_a_token_whoever_calls(api: FastAPI) -> None:
    client = TestClient(api, base_url="http://192.0.2.1", client=LOCAL)
    assert client.get("/drift", headers={"Host": "localhost"}).status_code == 403


def test_health_tells_details_to_those_who_may_know(client_of: ClientOf) -> None:
    client = client_of(client=REMOTE, api_token=SecretStr(TOKEN))
    for headers, told in ((None, False), (WITH_TOKEN, True)):
        body = client.get("/health", headers=headers).json()
        assert body["status"] == "ok"
        assert body["services"]["database"]["status"] == "ok"
        assert any(part["detail"] or part["hint"] for part in body["services"].values()) is told


def test_the_token_is_a_secret_of_one_word() -> None:
    assert Settings(api_token="").api_token is None
    settings = Settings(api_token=TOKEN)
    assert TOKEN not in repr(settings)
    assert TOKEN not in str(settings.in_force())
    for bad in ("short-secret", "a secret of many words", "a-secret-with-a\nbreak", "a-secret-with-\x00"):
        with pytest.raises(SettingsError) as caught:
            Settings(api_token=bad)
        assert str(caught.value) == (
            "DRIFTIUM_API_TOKEN is set to a secret, which cannot be used; allowed: at least 16 characters without "
            "blanks."
        )
        assert bad not in f"{caught.value.__cause__}"


def test_documented_security_is_the_token(api: FastAPI) -> None:
    document = make_client(api).get("/openapi.json").json()
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert {} in document["security"]


def test_what_is_open_is_so_below_the_app_too(services: Services, settings: Settings) -> None:
    api = create_api(lambda: services, settings=settings.model_copy(update={"api_token": SecretStr(TOKEN)}))
    client = TestClient(Starlette(routes=[Mount("/api", api)]), base_url="http://localhost", client=LOCAL)
    opened = [client.get(f"/api/{path}").status_code for path in ("health", "docs", "openapi.json", "docs/docs.js")]
    assert opened == OPEN
    assert client.get("/api/drift").status_code == 401
    assert client.get("/api/drift", headers=WITH_TOKEN).status_code == 200
