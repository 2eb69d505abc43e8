"""Asking a backend in tests."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from driftium_core.llm.port import Generation, GenerationOptions

Parts = Iterator[str | Generation]


def never() -> bool:
    """Nobody stops."""
    return False


def answered(parts: Parts) -> Generation:
    """The record of an answer, once all of its pieces have come."""
    *pieces, record = parts
    assert isinstance(record, Generation)
    assert "".join(str(piece) for piece in pieces) == record.text
    return record


def greedy(**values: Any) -> GenerationOptions:
    """Options that always give the same text."""
    return GenerationOptions(**{"temperature": 0.0, "max_tokens": 16, "seed": 7} | values)


def answer_threads() -> list[threading.Thread]:
    """Threads that make an answer, wanted or not."""
    return [thread for thread in threading.enumerate() if thread.name == "driftium-answer"]


def wait_until(true: Callable[[], bool], timeout_s: float) -> bool:
    """Whether it becomes true in time."""
    until_s = time.monotonic() + timeout_s
    while not true() and time.monotonic() < until_s:
        time.sleep(0.02)
    return true()
