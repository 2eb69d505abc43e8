"""The language model inside this process: llama.cpp through xllamacpp, for machines without Ollama."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from driftium_core.errors import DriftiumError, GeneratorUnavailableError, UnavailableError
from driftium_core.formats import fmt_n
from driftium_core.llm.gguf import Identity, identity, model_file, not_a_model, start_server
from driftium_core.llm.port import Backend, Generation, GenerationOptions, ignore
from driftium_core.llm.prompt import check_prompt, too_long
from driftium_core.llm.streaming import Ending, Outlet, streamed

__all__ = ["Embedded"]

SESSIONS = 2
"""Answers at once; more wait for one of them to end."""

CLOSE_S = 15.0
"""Longest wait at the end for answers to stop; they look up after every batch and token."""


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
        self._served: Identity | None = None
        self._broken: tuple[Identity, str] | None = None
        self._loading = threading.Lock()
        self._sessions = threading.Condition()
        self._n_running = 0
        self._n_waiting = 0
        self._closing = False

    @property
    def file(self) -> Path | None:
        """The model file; None when there is none."""
        return model_file(self._gguf)[0]

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
        file, what, remedy = model_file(self._gguf)
        if file is None:
            return what, remedy
        if find_spec("xllamacpp") is None:
            return f"{file.name} is here, xllamacpp is not", "Run `pip install -r requirements.txt`."
        if self._broken and self._broken[0] == identity(file):
            return self._broken[1], remedy
        wrong = not_a_model(file)
        return (wrong, remedy) if wrong else ("", "")

    def stream(
        self,
        prompt: str,
        options: GenerationOptions,
        *,
        model: str = "",  # noqa: ARG002 - there is one model
        timeout_s: float,
        stopped: Callable[[], bool],
        on_activity: Callable[[str], None] = ignore,
    ) -> Iterator[str | Generation]:
        """Answer a prompt; see `Generator.stream`."""
        check_prompt(prompt)
        check_prompt(options.system, what="system prompt")
        name = self.model

        def produce(outlet: Outlet) -> Ending:
            with self._session(outlet) as mine:
                if not mine:
                    return Ending(stop_reason="cancelled")
                server = self._loaded_server(outlet)
                return _Chunks(outlet, name, closing=lambda: self._closing).run(server, _request(prompt, options))

        return streamed(
            produce,
            model=name,
            backend="embedded",
            timeout_s=timeout_s,
            stopped=stopped,
            on_activity=on_activity,
        )

    def close(self) -> None:
        """End the answers under way and give the memory back; the next prompt loads the model again.

        Waits for their threads: one that is inside llama.cpp when Python exits would take the process down.
        """
        self._end()
        self._closing = False
        atexit.unregister(self._end)

    def _end(self) -> None:
        self._closing = True
        with self._sessions:
            self._sessions.notify_all()
            self._sessions.wait_for(lambda: not self._n_running and not self._n_waiting, CLOSE_S)
        with self._loading:
            self._server = self._served = None

    @contextmanager
    def _session(self, outlet: Outlet) -> Iterator[bool]:
        """Wait for a session; False when the answer is no longer wanted before it gets one."""
        outlet.on_unwanted(self._look_again)
        with self._sessions:
            self._n_waiting += 1
            if self._n_running >= SESSIONS:
                outlet.activity("waiting for another answer to end")
            self._sessions.wait_for(lambda: self._n_running < SESSIONS or self._closing or not outlet.wanted)
            self._n_waiting -= 1
            mine = not self._closing and outlet.wanted
            self._n_running += mine
        try:
            yield mine
        finally:
            with self._sessions:
                self._n_running -= mine
                self._sessions.notify_all()

    def _look_again(self) -> None:
        with self._sessions:
            self._sessions.notify_all()

    def _loaded_server(self, outlet: Outlet) -> Any:
        with self._loading:
            what, remedy = self.problem()
            if what:
                raise GeneratorUnavailableError(f"The embedded model cannot answer: {what}. {remedy}")
            file = self.file
            assert file is not None, "looked at by problem()"
            now = identity(file)
            if self._server is None or self._served != now:  # another file: answers under way keep the old model
                outlet.activity("loading the model")
                atexit.register(self._end)
                try:
                    self._server, self._served = start_server(file, self._threads, sessions=SESSIONS), now
                except UnavailableError as error:
                    self._broken = (now, str(error))
                    _, remedy = self.problem()
                    raise GeneratorUnavailableError(f"The embedded model cannot answer: {error}. {remedy}") from None
            return self._server


class _Chunks:
    """Reads llama.cpp's chunks: pieces of text, progress of reading the prompt, counts, errors."""

    def __init__(self, outlet: Outlet, model: str, *, closing: Callable[[], bool]) -> None:
        self._outlet, self._model, self._closing = outlet, model, closing
        self._finish: str | None = None
        self._counts: dict[str, Any] = {}
        self._timings: dict[str, Any] = {}
        self._error: Exception | None = None
        self._ended_early = False

    def run(self, server: Any, request: dict[str, Any]) -> Ending:
        """Answer one request."""
        reply = server.handle_chat_completions(request, self._take)
        if isinstance(reply, dict):
            self._take(reply)
        if self._error is not None:
            raise self._error
        if self._ended_early:
            return Ending(stop_reason="cancelled")
        if self._finish is None:
            raise GeneratorUnavailableError("The embedded model stopped without an end. Send the prompt again.")
        return Ending(
            stop_reason="length" if self._finish == "length" else "stop",
            tokens=self._counts.get("completion_tokens"),
            prompt_tokens=self._counts.get("prompt_tokens"),
            tokens_per_s=self._timings.get("predicted_per_second"),
        )

    def _take(self, chunk: dict[str, Any]) -> bool:
        """Take one chunk; True ends the answer."""
        try:
            self._ended_early = not self._read(chunk) or self._closing()
        except Exception as error:  # noqa: BLE001 - llama.cpp would swallow it
            self._error = error
        return self._ended_early or self._error is not None

    def _read(self, chunk: dict[str, Any]) -> bool:
        if "error" in chunk:
            raise _translated(chunk["error"], self._model)
        self._counts = chunk.get("usage") or self._counts
        self._timings = chunk.get("timings") or self._timings
        read = chunk.get("prompt_progress")
        if read:
            self._outlet.activity(
                f"reading the prompt, {fmt_n(read['processed'])} of {fmt_n(read['total'])} tokens"
                if read["processed"] < read["total"]
                else "answering"
            )
        for choice in chunk.get("choices", ()):
            self._finish = choice.get("finish_reason") or self._finish
            self._outlet.text((choice.get("delta") or {}).get("content") or "")
        return self._outlet.wanted


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
    return request if options.seed is None else {**request, "seed": options.sent_seed}


def _translated(error: dict[str, Any], model: str) -> DriftiumError:
    if error.get("type") == "exceed_context_size_error":
        return too_long(model, length=f"{fmt_n(error['n_prompt_tokens'])} tokens", n_context=error["n_ctx"])
    message = " ".join(str(error.get("message", error)).split())
    return GeneratorUnavailableError(f"The embedded model failed: {message[:300]}. Send the prompt again.")
