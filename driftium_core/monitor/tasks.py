"""Scheduled work: sources of answers, checks of tables, checks of the pools; made, paused, run, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from driftium_core.services import Services
from driftium_core.store.records import DEFAULT_PROJECT

if TYPE_CHECKING:
    from driftium_core.collect.port import Probe
    from driftium_core.jobs import Job
    from driftium_core.origin import Origin
    from driftium_core.schedule import Schedule
    from driftium_core.store.task_records import NewTask, Task, TaskRun

__all__ = [
    "change_task",
    "create_task",
    "delete_task",
    "describe_task",
    "find_task",
    "probe_origin",
    "run_due_tasks",
    "run_task",
    "stop_task",
    "task_job",
    "task_runs",
    "tasks",
    "tasks_version",
]


def tasks(services: Services, *, project: str | None = DEFAULT_PROJECT) -> list[Task]:
    """The tasks of a project by name, or of all projects for None."""
    raise NotImplementedError


def find_task(services: Services, name_or_id: str, *, project: str = DEFAULT_PROJECT) -> Task:
    """One task by its name in the project, or by its id; `NotFoundError` when there is none."""
    raise NotImplementedError


def create_task(services: Services, new: NewTask, *, project: str = DEFAULT_PROJECT) -> Task:
    """Store a task; it is due for the first time at once unless it is paused or only runs by hand.

    Raises
    ------
    InputError
        Its name is taken, or its origin, columns, reference or schedule cannot be used.
    """
    raise NotImplementedError


def change_task(
    services: Services,
    task_id: str,
    *,
    name: str | None = None,
    schedule: Schedule | None = None,
    paused: bool | None = None,
) -> Task:
    """Change what is named; the cursor and history stay. `InputError` as in `create_task`."""
    raise NotImplementedError


def delete_task(services: Services, task_id: str) -> None:
    """Remove a task with its history; what it collected stays. A run in progress is stopped first."""
    raise NotImplementedError


def describe_task(task: Task) -> str:
    """What it does and where it reads from, in words and without secrets."""
    raise NotImplementedError


def probe_origin(services: Services, origin: Origin, *, columns: dict[str, str] | None = None) -> Probe:
    """A first look at an origin, stored nowhere.

    Raises
    ------
    InputError
        The origin cannot be used.
    SourceError
        It cannot be read now.
    """
    raise NotImplementedError


def run_task(services: Services, task_id: str) -> Job[TaskRun]:
    """Run a task now, in the background; joins the run that is in progress in this process.

    Raises
    ------
    ConflictError
        Another process runs it.
    """
    raise NotImplementedError


def task_job(services: Services, task_id: str) -> Job[TaskRun] | None:
    """The run in progress in this process, or None."""
    raise NotImplementedError


def stop_task(services: Services, task_id: str) -> None:
    """Ask the run in progress in this process to stop after its batch; without one nothing happens."""
    raise NotImplementedError


def task_runs(services: Services, task_id: str, *, limit: int = 50) -> list[TaskRun]:
    """The newest runs of a task, newest first."""
    raise NotImplementedError


def tasks_version(services: Services, *, project: str = DEFAULT_PROJECT) -> object:
    """Changes whenever a task of the project, or a run of one, does; one statement."""
    raise NotImplementedError


def run_due_tasks(services: Services, *, now: datetime | None = None) -> list[Job[TaskRun]]:
    """Start every task that is due and that nobody runs; called by the scheduler every few seconds."""
    raise NotImplementedError
