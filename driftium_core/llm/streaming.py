"""Answers from a thread that may block: stopped at once, ended at the deadline, never lost when they break off."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from driftium_core.errors import DriftiumError, GeneratorUnavailableError
from driftium_core.llm.port import Backend, Generation, StopReason

__all__ = ["Ending", "Produce", "streamed"]

POLL_S = 0.05
"""How late a stop or the deadline may be noticed while nothing comes."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What a backend says at the end of an answer; fields as in `Generation`."""

    stop_reason: StopReason = "stop"
    tokens: int | None = None
    prompt_tokens: int | None = None
    tokens_per_s: float | None = None


Produce = Callable[[Callable[[str], bool]], Ending]
"""Hands each piece of text to its argument and ends early once that answers False."""


def streamed(
    produce: Produce, *, model: str, backend: Backend, timeout_s: float, stopped: Callable[[], bool]
) -> Iterator[str | Generation]:
    """Run ``produce`` in a thread of its own; yield its pieces as they come, and at the end the record.

    The thread is left to itself when the answer is stopped or late: it ends at its next piece. An error before the
    first piece is raised, one after it is part of the record.
    """
    pieces: queue.SimpleQueue[str | Ending | Exception] = queue.SimpleQueue()
    go_on = threading.Event()
    go_on.set()

    def emit(piece: str) -> bool:
        if piece and go_on.is_set():
            pieces.put(piece)
        return go_on.is_set()

    def work() -> None:
        try:
            pieces.put(produce(emit))
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits, which knows what to do
            pieces.put(error)

    started = time.perf_counter()
    threading.Thread(target=work, name="driftium-answer", daemon=True).start()
    text: list[str] = []
    first_token_ms: float | None = None
    ending: Ending | Exception
    try:
        while True:
            elapsed_s = time.perf_counter() - started
            if stopped() or elapsed_s > timeout_s:
                ending = Ending(stop_reason="deadline" if elapsed_s > timeout_s else "cancelled")
                break
            try:
                item = pieces.get(timeout=POLL_S)
            except queue.Empty:
                continue
            if not isinstance(item, str):
                ending = item
                break
            if first_token_ms is None:
                first_token_ms = 1000 * (time.perf_counter() - started)
            text.append(item)
            yield item
    finally:
        go_on.clear()
    error = ""
    if isinstance(ending, Exception):
        known = _known(ending)
        if not text:
            raise known from ending
        ending, error = Ending(stop_reason="interrupted"), str(known)
    yield Generation(
        text="".join(text),
        model=model,
        backend=backend,
        stop_reason=ending.stop_reason,
        latency_ms=1000 * (time.perf_counter() - started),
        first_token_ms=first_token_ms,
        tokens=ending.tokens,
        prompt_tokens=ending.prompt_tokens,
        tokens_per_s=ending.tokens_per_s,
        error=error,
    )


def _known(error: Exception) -> DriftiumError:
    if isinstance(error, DriftiumError):
        return error
    _log.error("A model failed unexpectedly", exc_info=error)
    return GeneratorUnavailableError(
        f"The model failed with an unexpected {type(error).__name__}. The details are in the server's log."
    )
