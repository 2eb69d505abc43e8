"""Waiting for a source, which may keep silent for minutes, without being kept from stopping."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from driftium_core.jobs import Progress

__all__ = ["read_or_leave"]

T = TypeVar("T")

LOOK_S = 0.1


def read_or_leave(read: Callable[[], T], progress: Progress) -> T:
    """What *read* returns; `CancelledError` as soon as the job is cancelled.

    A read that is left ends by itself, within the limits of its source, and what it finds is dropped. Its thread keeps
    no process from ending.
    """
    found: Future[T] = Future()
    threading.Thread(target=_read, args=(read, found), name="driftium-reading", daemon=True).start()
    while not wait((found,), LOOK_S).done:
        progress.check()
    return found.result()


def _read(read: Callable[[], T], found: Future[T]) -> None:
    try:
        found.set_result(read())
    except BaseException as error:  # noqa: BLE001 - raised where it is waited for
        found.set_exception(error)
