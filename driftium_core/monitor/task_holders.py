"""Who runs a task: told apart across threads, processes and machines, and known to be gone after a kill -9."""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from driftium_core.errors import StorageError
from driftium_core.services import Services
from driftium_core.store.task_rows import LEASE_S

__all__ = ["holder_of", "is_gone", "kept"]

_log = logging.getLogger(__name__)

RENEW_S = LEASE_S / 4


def holder_of(services: Services) -> str:
    """Names these services among all processes of all machines that share the database."""
    pid = os.getpid()
    return " ".join((_machine(), str(pid), _started(pid) or "-", services.id))


def is_gone(holder: str, services: Services) -> bool:
    """Whether a holder is known to be no more; one on another machine never is.

    It is also when it is ourselves: whoever asks has no run of the task in progress.
    """
    try:
        machine, pid, started, id_ = holder.split(" ")
    except ValueError:
        return False
    if machine != _machine():
        return False
    return id_ == services.id or not _is_alive(int(pid), started)


@contextmanager
def kept(services: Services, run_id: str) -> Iterator[None]:
    """Renew the claim of a run while it lasts, however long a batch takes to read."""
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(RENEW_S):
            try:
                if not services.store.task_runs.renew(run_id):
                    return
            except StorageError as error:  # the next time, or the run's own next step, tells
                _log.warning("The claim of run %s could not be renewed: %s", run_id, error)

    thread = threading.Thread(target=renew, name=f"driftium-lease-{run_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@cache
def _machine() -> str:
    """This machine since its start, and which numbers of processes mean something to us, as a container has its own."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot}/{os.stat('/proc/self/ns/pid').st_ino}"
    except (OSError, UnicodeDecodeError):
        return socket.gethostname().replace(" ", "-") or "-"


def _is_alive(pid: int, started: str) -> bool:
    if sys.platform == "win32":  # where asking would end it
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # somebody else's, so it is there
        return True
    found = _started(pid)
    return found is None or started in ("-", found)


def _started(pid: int) -> str | None:
    """When a process began, as Linux counts it, empty for one that has ended and was not cleared away; None elsewhere.

    A number of a process is given again; a number with its beginning is not.
    """
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except (OSError, ValueError):
        return None
    return "" if state in (b"Z", b"X") else rest[18].decode("ascii")
