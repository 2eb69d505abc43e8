"""Whatever fits the OpenAPI document, and much that does not, is answered as the document says; nothing is a 5xx."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from driftium_core import monitor
from driftium_core.api import create_api
from driftium_core.settings import Settings
from tests.api.conftest import TOKEN, make_client, questions
from tests.monitor.conftest import open_with_words, settle
from tests.monitor.scripted import ScriptedGenerators

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]


HEADERS = {"Host": "localhost", "Authorization": f"Bearer {TOKEN}"}

BOUNDED = hypothesis.settings(
    max_examples=50,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    suppress_health_check=list(hypothesis.HealthCheck),
)


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """An API with a baseline, current answers and a saved reference; cases send the token."""
    folder = tmp_path_factory.mktemp("schema")
    settings = Settings(
        database_url=f"sqlite:///{folder / 'a.db'}", qdrant=str(folder / "qdrant"), max_upload_mb=2, api_token=TOKEN
    )
    with open_with_words(settings) as services:
        services.generators = ScriptedGenerators(lambda *_: "an answer")  # type: ignore[assignment]
        api = create_api(lambda: services, settings=settings)
        client = make_client(api)
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        assert client.post("/responses", json=questions(12)).status_code == 200
        assert client.post("/baseline").status_code == 200
        assert client.post("/responses", json=questions(12, answer="bread {n}")).status_code == 200
        monitor.save_reference(services, monitor.sample_table(services, 300), name="march")
        yield schemathesis.openapi.from_asgi("/openapi.json", api, headers={"Host": "localhost"})
        settle(services)


def operations() -> list[tuple[str, str, GenerationMode]]:
    """Every operation of the document with what fits it and, where it takes anything, what does not."""
    paths = create_api(pytest.fail, settings=Settings()).openapi()["paths"]
    found = [(path, method, operation) for path, methods in paths.items() for method, operation in methods.items()]
    return [
        (path, method, mode)
        for path, method, operation in found
        for mode in GenerationMode
        if mode is GenerationMode.POSITIVE or operation.keys() & {"parameters", "requestBody"}
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "method", "mode"), operations())
def test_every_case_is_answered_as_documented(described: Any, path: str, method: str, mode: GenerationMode) -> None:
    @hypothesis.given(case=described[path][method].as_strategy(generation_mode=mode))
    @BOUNDED
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS, headers=HEADERS)

    check()
