"""``driftium watch``: what the app does by itself, without its pages."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from driftium_core.cli.project import opened_services
from driftium_core.cli.streams import say
from driftium_core.command import command

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["watch"]


def watch() -> None:
    """Run due tasks and send alerts without the app, until Ctrl-C.

    The app does the same while it runs. Both can run at once: a task is run by one of them.
    """
    from driftium_core import monitor
    from driftium_core.scheduler import Scheduler

    with opened_services() as services:
        n_tasks = len(monitor.tasks(services, project=None))
        hint = "" if n_tasks else f" `{command('tasks', '--help')}` says how to make one."
        say(f"Running what is due of {n_tasks} task{'' if n_tasks == 1 else 's'}; Ctrl-C ends.{hint}")
        scheduler = Scheduler(lambda: services)
        with _until_told_to_end() as ended:
            try:
                scheduler.start()
                ended.wait()
            except KeyboardInterrupt:
                pass
            finally:
                scheduler.stop()
    say("Ended.")


@contextmanager
def _until_told_to_end() -> Iterator[threading.Event]:
    """An event that SIGTERM sets, which is how services are ended."""
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    ours = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, end) if ours else None
    try:
        yield ended
    finally:
        if ours:
            signal.signal(signal.SIGTERM, before)
