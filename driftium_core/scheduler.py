"""What happens by itself: tasks that are due, answers that rules look at, new checks, messages.

APScheduler goes by the clock of the machine, which can be put back while the app runs: what is due in five seconds
would then be due in an hour and five seconds. So the next tick is always counted from now, and one that is further
away than a tick is made due.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.services import Services

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

__all__ = ["TICK_S", "Scheduler"]

_log = logging.getLogger(__name__)

TICK_S = 5.0
"""Between two looks at what is due; a task's interval is at least twice as long."""

WATCH_TICKS = 60
"""Ticks from one look at answers that changed with no page open to the next: five minutes."""

STOP_S = 2.0
"""Longest wait for ticks in progress when the app ends. What still runs then finds the stores usable."""


class Scheduler:
    """Ticks in threads of its own until it is stopped.

    A tick that fails is logged, once for each kind of failure in a row, and the next one comes all the same. A tick
    that lasts, such as a message that hangs, holds up its own kind only.

    Parameters
    ----------
    get_services : callable
        Asked at every tick, as services that cannot be opened now may be later.
    tick_s : float
        Seconds from one tick to the next.
    """

    def __init__(self, get_services: Callable[[], Services], *, tick_s: float = TICK_S) -> None:
        self._get_services, self._tick_s = get_services, tick_s
        self._ended = threading.Event()
        self._starting = threading.Lock()
        self._scheduler: BackgroundScheduler | None = None
        self._failures: dict[str, str] = {}

    def start(self) -> None:
        """Begin to tick, unless it was stopped before."""
        with self._starting:
            if self._ended.is_set() or self._scheduler is not None:
                return
            self._scheduler = _background_scheduler(self._tick_s)
            for name, (work, n_ticks) in _TICKS.items():
                self._scheduler.add_job(self._tick, _every(n_ticks * self._tick_s), args=(name, work), id=name)
            self._scheduler.start()

    def stop(self, *, timeout_s: float = STOP_S) -> None:
        """End, and wait a moment for ticks in progress."""
        self._ended.set()
        with self._starting:
            scheduler, self._scheduler = self._scheduler, None
        if scheduler is not None:
            ending = threading.Thread(target=scheduler.shutdown, name="driftium-scheduler-end", daemon=True)
            ending.start()
            ending.join(timeout_s)

    def _tick(self, name: str, work: Callable[[Services], object]) -> None:
        if self._ended.is_set():
            return
        try:
            work(self._get_services())
        except DriftiumError as error:
            self._log_once(name, str(error), None)
        except Exception as error:  # noqa: BLE001 - the next tick must come whatever this one met
            self._log_once(name, type(error).__name__, error)
        else:
            self._failures.pop(name, None)

    def _log_once(self, name: str, kind: str, unexpected: Exception | None) -> None:
        if self._failures.get(name) != kind:
            self._failures[name] = kind
            _log.error("What is due (%s) could not be done: %s", name, kind, exc_info=unexpected)


def _look(services: Services) -> None:
    """Start what is due, then look at the checks that are new."""
    try:
        monitor.run_due_tasks(services)
    finally:
        monitor.process_alerts(services)


def _send(services: Services) -> None:
    """Send what waits; what a channel keeps waiting for its answer keeps waiting nothing else."""
    monitor.send_due_messages(services)


def _watch(services: Services) -> None:
    """Let answers that somebody wants to be told of be checked, whoever stored them."""
    monitor.check_watched_answers(services)


_TICKS: dict[str, tuple[Callable[[Services], object], int]] = {
    "tasks and alerts": (_look, 1),
    "messages": (_send, 1),
    "answers that rules look at": (_watch, WATCH_TICKS),
}
"""What is done, and every how many ticks."""


def _every(tick_s: float) -> Any:
    """A trigger that counts from now: a machine that slept for a month must not make up for each tick of it."""
    from apscheduler.triggers.base import BaseTrigger

    class Every(BaseTrigger):  # type: ignore[misc]
        def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
            return now if previous is None else now + timedelta(seconds=tick_s)

    return Every()


def _background_scheduler(tick_s: float) -> BackgroundScheduler:
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    class Steady(BackgroundScheduler):  # type: ignore[misc]
        def _process_jobs(self) -> float | None:
            """Run what is due; seconds until something is. Documented as what a scheduler of one's own builds on."""
            wait_s: float | None = super()._process_jobs()
            if wait_s is None or wait_s <= 2 * tick_s:
                return wait_s
            for job in self.get_jobs():
                job.modify(next_run_time=datetime.now(UTC))
            return 0.0

    # It tells of each tick, and warns of each that finds the one before still running.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    return Steady(
        timezone=UTC,
        daemon=True,
        executors={"default": ThreadPoolExecutor(len(_TICKS))},
        job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
    )
