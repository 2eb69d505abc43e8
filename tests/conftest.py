"""What holds for every test: no network, no user settings, no model loaded by accident."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_OFFLINE = Path(__file__).parent / "offline"
_SCRATCH = Path(tempfile.mkdtemp(prefix="driftium-tests-"))
_OUTSIDE_LOG = _SCRATCH / "outside.log"
_OUTSIDE_LOG.touch()

# Before anything of the project is imported: settings are read from here, in this process and its children.
for _name in [n for n in os.environ if n.startswith(("DRIFTIUM_", "STREAMLIT_"))]:
    del os.environ[_name]
os.environ |= {
    "DRIFTIUM_TESTING": "1",
    "TESTS_OUTSIDE_LOG": str(_OUTSIDE_LOG),
    "OLLAMA_HOST": "http://127.0.0.1:9",  # the discard port: a developer's own Ollama must not answer here
    "HF_HUB_OFFLINE": "1",
    "PYTHONPATH": os.pathsep.join(filter(None, [str(_OFFLINE), os.environ.get("PYTHONPATH")])),
}

# A shell lets what it runs in the background ignore Ctrl-C, and so would every process that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

from driftium_core.llm.embedded import Embedded  # noqa: E402 - reads no settings and loads nothing
from tests.offline import sitecustomize as _guard  # noqa: E402, F401 - importing it starts the guard here

_MODEL_LIBRARIES = {"sentence_transformers", "xllamacpp"}
_models_allowed = False


def _refuse_model_libraries(event: str, args: tuple[object, ...]) -> None:
    if event == "import" and args[0] in _MODEL_LIBRARIES and not _models_allowed:
        raise RuntimeError(f"a test without @pytest.mark.models imported {args[0]}, which loads models for seconds")


sys.addaudithook(_refuse_model_libraries)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run browser tests last: Playwright keeps an event loop on the main thread, where asyncio.run would then fail."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(_SCRATCH, ignore_errors=True)


@pytest.fixture(autouse=True)
def _offline() -> Iterator[None]:
    """Fail a test during which another machine was wanted, even when the attempt was swallowed."""
    before = _OUTSIDE_LOG.stat().st_size
    yield
    with _OUTSIDE_LOG.open(encoding="utf-8") as log:
        log.seek(before)
        attempts = log.read().splitlines()
    assert not attempts, f"outside hosts were wanted: {attempts}"


@pytest.fixture(autouse=True)
def _models(request: pytest.FixtureRequest) -> Iterator[None]:
    """Allow the libraries that load models only where a test says so."""
    global _models_allowed
    _models_allowed = request.node.get_closest_marker("models") is not None
    yield
    _models_allowed = False


@pytest.fixture(scope="session")
def embedded() -> Iterator[Embedded]:
    """The embedded language model, loaded once for all tests by the first that asks it."""
    model = Embedded(None, threads=2)
    yield model
    model.close()
