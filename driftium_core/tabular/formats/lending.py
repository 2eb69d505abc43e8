"""Bytes of Python lent to Arrow, whose threads must have let go of them before the process may end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["lent"]

LONGEST_S = 1.0
"""A thread is a few milliseconds late; whoever keeps the bytes for longer holds them on purpose."""


@contextmanager
def lent(view: memoryview) -> Iterator[memoryview]:
    """The same bytes for a reader of Arrow; at the end, wait until none of its threads holds them.

    Arrow returns what it read while a thread of its pool may still hold the buffer. To give it back the thread takes
    Python's lock, and where Python is ending by then the process aborts: "terminate called without an active
    exception", exit code 134 (apache/arrow#34314).

    Inside, keep nothing that refers to the bytes, nor let an exception pass whose frames do: both are waited for.
    """
    loan = view[:]
    try:
        yield loan
    finally:
        until_s = time.monotonic() + LONGEST_S
        while not _given_back(loan) and time.monotonic() < until_s:
            time.sleep(0.0005)


def _given_back(loan: memoryview) -> bool:
    try:
        loan.release()
    except BufferError:  # it is exported
        return False
    return True
