"""Answers from a thread that may block: stopped at once, ended at the deadline, never lost when they break."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import TypeVar

from driftium_core.errors import DriftiumError, GeneratorUnavailableError
from driftium_core.formats import whole
from driftium_core.llm.port import Backend, Generation, StopReason, ignore

__all__ = ["Ending", "Outlet", "paced", "streamed"]

T = TypeVar("T")

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


@dataclass(frozen=True, slots=True)
class _Activity:
    text: str


class Outlet:
    """Takes one answer from the thread that makes it, as long as somebody waits for it."""

    def __init__(self) -> None:
        self._items: queue.SimpleQueue[str | _Activity | Ending | Exception] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._wanted = True
        self._wake: Callable[[], None] = _nothing

    @property
    def wanted(self) -> bool:
        """False once the answer was stopped or is late: the thread should end."""
        return self._wanted

    def text(self, piece: str) -> bool:
        """Hand on a piece of text; answers `wanted`."""
        if piece and self._wanted:
            self._items.put(whole(piece))
        return self._wanted

    def activity(self, what: str) -> bool:
        """Say what is done while no text comes; answers `wanted`."""
        if self._wanted:
            self._items.put(_Activity(what))
        return self._wanted

    def on_unwanted(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` once the answer is unwanted, so that a thread that blocks can end; at once if it is already."""
        with self._lock:
            self._wake = wake
            late = not self._wanted
        if late:
            wake()

    def _abandon(self) -> None:
        with self._lock:
            self._wanted = False
            wake = self._wake
        wake()


def streamed(
    produce: Callable[[Outlet], Ending],
    *,
    model: str,
    backend: Backend,
    timeout_s: float,
    stopped: Callable[[], bool],
    on_activity: Callable[[str], None] = ignore,
) -> Iterator[str | Generation]:
    """Run ``produce`` in a thread of its own; yield its pieces as they come, and at the end the record.

    The thread is left to itself when the answer is stopped or late: it ends when it next looks at its outlet. An
    error before the first piece is raised, one after it is part of the record.
    """
    outlet = Outlet()
    started_s = time.perf_counter()
    threading.Thread(target=_fill, args=(outlet, produce), name="driftium-answer", daemon=True).start()
    text: list[str] = []
    first_token_ms: float | None = None
    ending: Ending | Exception = Ending(stop_reason="cancelled")
    for item in _taken(outlet, until_s=started_s + timeout_s, stopped=stopped, on_activity=on_activity):
        if not isinstance(item, str):
            ending = item
            break
        if first_token_ms is None:
            first_token_ms = 1000 * (time.perf_counter() - started_s)
        text.append(item)
        yield item
    ended, error = _ended(ending, broken_off=bool(text))
    yield Generation(
        text="".join(text),
        model=model,
        backend=backend,
        stop_reason=ended.stop_reason,
        latency_ms=1000 * (time.perf_counter() - started_s),
        first_token_ms=first_token_ms,
        tokens=ended.tokens,
        prompt_tokens=ended.prompt_tokens,
        tokens_per_s=ended.tokens_per_s,
        error=error,
    )


def _fill(outlet: Outlet, produce: Callable[[Outlet], Ending]) -> None:
    try:
        outlet._items.put(produce(outlet))
    except Exception as error:  # noqa: BLE001 - handed to the thread that waits, which knows what to do
        outlet._items.put(error)


def paced(
    items: Callable[[], Iterator[T]], *, every_s: float, break_off: Callable[[], None]
) -> Generator[T | None, None, None]:
    """Yield what an iterator that may block gives, and None whenever nothing has come for ``every_s``.

    It is iterated in a thread of its own. Closing this one calls ``break_off``, which must wake that thread.
    """
    found: queue.SimpleQueue[tuple[T] | Exception | None] = queue.SimpleQueue()

    def work() -> None:
        try:
            for item in items():
                found.put((item,))
            found.put(None)
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits, which knows what to do
            found.put(error)

    threading.Thread(target=work, name="driftium-paced", daemon=True).start()
    try:
        while True:
            try:
                item = found.get(timeout=every_s)
            except queue.Empty:
                yield None
                continue
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            yield item[0]
    finally:
        break_off()


def _ended(ending: Ending | Exception, *, broken_off: bool) -> tuple[Ending, str]:
    """The ending and what is to be said of it; an error before any text is raised."""
    if isinstance(ending, Ending):
        return ending, ""
    known = _known(ending)
    if broken_off:
        return Ending(stop_reason="interrupted"), str(known)
    raise known from (None if known is ending else ending)


def _taken(
    outlet: Outlet, *, until_s: float, stopped: Callable[[], bool], on_activity: Callable[[str], None]
) -> Iterator[str | Ending | Exception]:
    """What the thread puts in, up to its end or the moment when nobody wants more."""
    try:
        while True:
            late = time.perf_counter() > until_s
            if late or stopped():
                yield Ending(stop_reason="deadline" if late else "cancelled")
                return
            try:
                item = outlet._items.get(timeout=POLL_S)
            except queue.Empty:
                continue
            if isinstance(item, _Activity):
                on_activity(item.text)
                continue
            yield item
            if not isinstance(item, str):
                return
    finally:
        outlet._abandon()


def _known(error: Exception) -> DriftiumError:
    if isinstance(error, DriftiumError):
        return error
    _log.error("A model failed unexpectedly", exc_info=error)
    return GeneratorUnavailableError(
        f"The model failed with an unexpected {type(error).__name__}. The details are in the server's log."
    )


def _nothing() -> None:
    pass
