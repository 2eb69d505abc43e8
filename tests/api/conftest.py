"""The API on services of its own: the encoder loads nothing, and the model says what the test wrote."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from driftium_core.api import create_api
from driftium_core.services import Services
from driftium_core.settings import Settings
from tests.monitor.conftest import open_with_words, settle
from tests.monitor.scripted import ScriptedGenerators

TOKEN = "0123456789abcdef-secret"
LOCAL, REMOTE = ("127.0.0.1", 50_000), ("192.0.2.7", 50_000)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'data' / 'a.db'}",
        qdrant=str(tmp_path / "qdrant"),
        ollama_host="127.0.0.1:9",
        max_upload_mb=2,
    )


@pytest.fixture
def model() -> ScriptedGenerators:
    """The model; a test may change what it says."""
    return ScriptedGenerators(lambda prompt, _choice: f"an answer to {prompt}")


@pytest.fixture
def services(settings: Settings, model: ScriptedGenerators) -> Iterator[Services]:
    with open_with_words(settings) as opened:
        opened.generators = model  # type: ignore[assignment]
        yield opened
        settle(opened)


@pytest.fixture
def api(services: Services, settings: Settings) -> FastAPI:
    return create_api(lambda: services, settings=settings)


@pytest.fixture
def client(api: FastAPI) -> Iterator[TestClient]:
    with make_client(api) as opened:
        yield opened


@pytest.fixture
def client_of(services: Services, settings: Settings) -> Callable[..., TestClient]:
    """A client of an API with changed settings."""

    def make(*, client: tuple[str, int] = LOCAL, **changes: Any) -> TestClient:
        changed = settings.model_copy(update=changes)
        return make_client(create_api(lambda: services, settings=changed), client)

    return make


def make_client(api: FastAPI, client: tuple[str, int] = LOCAL) -> TestClient:
    """A client on this machine, unless told otherwise, to which a bug is an answer too."""
    return TestClient(api, base_url="http://localhost", client=client, raise_server_exceptions=False)


def questions(count: int, *, answer: str = "{n} plus {n} is {sum}", first: int = 0) -> list[dict[str, str]]:
    """Records of small sums."""
    return [
        {"prompt": f"How much is {n} + {n}?", "response": answer.format(n=n, sum=2 * n)}
        for n in range(first, first + count)
    ]
