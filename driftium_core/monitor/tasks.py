"""Scheduled work: sources of answers, checks of tables, checks of the pools; made, found, changed and paused."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from driftium_core.errors import InputError
from driftium_core.formats import fmt_name, fmt_names
from driftium_core.monitor.task_runs import stop_task
from driftium_core.services import Services
from driftium_core.store.records import DEFAULT_PROJECT

if TYPE_CHECKING:
    from driftium_core.collect.port import Probe
    from driftium_core.origin import Origin
    from driftium_core.schedule import Schedule
    from driftium_core.store.task_records import NewTask, Task
    from driftium_core.text.log_columns import LogColumns

__all__ = [
    "change_task",
    "create_task",
    "delete_task",
    "describe_task",
    "find_task",
    "probe_origin",
    "tasks",
    "tasks_version",
]


def tasks(services: Services, *, project: str | None = DEFAULT_PROJECT) -> list[Task]:
    """The tasks of a project by name, or of all projects for None."""
    return services.store.tasks.all(project=project)


def find_task(services: Services, name_or_id: str, *, project: str = DEFAULT_PROJECT) -> Task:
    """One task by its name in the project, or by its id; `NotFoundError` when there is none."""
    return services.store.tasks.find(name_or_id, project=project)


def create_task(services: Services, new: NewTask, *, project: str = DEFAULT_PROJECT) -> Task:
    """Store a task; it is due for the first time at once unless it is paused or only runs by hand.

    Raises
    ------
    InputError
        Its name is taken, or its origin, columns, reference or schedule cannot be used.
    """
    _check(services, new, project)
    now = datetime.now(UTC)
    due = now if not new.paused and new.schedule.next_after(now) else None
    return services.store.tasks.add(new, next_run_at=due, project=project)


def change_task(
    services: Services,
    task_id: str,
    *,
    name: str | None = None,
    schedule: Schedule | None = None,
    paused: bool | None = None,
) -> Task:
    """Change what is named; the cursor and history stay. `InputError` as in `create_task`.

    With another schedule, or no longer paused, it runs next when its schedule says from now on; a task that never ran
    is due at once, as in `create_task`.
    """
    task = services.store.tasks.get(task_id)
    new_schedule = schedule if schedule is not None else task.schedule
    now_paused = task.paused if paused is None else paused
    due = task.next_run_at
    if now_paused:
        due = None
    elif new_schedule != task.schedule or task.paused:
        now = datetime.now(UTC)
        due = new_schedule.next_after(now)
        if due is not None and not services.store.task_runs.newest(task_id, limit=1):
            due = now
    return services.store.tasks.change(task_id, name=name, schedule=schedule, paused=paused, next_run_at=due)


def delete_task(services: Services, task_id: str) -> None:
    """Remove a task with its history; what it collected stays. A run in progress stores nothing from then on."""
    stop_task(services, task_id)
    services.store.tasks.delete(task_id)


def describe_task(task: Task) -> str:
    """What it does and where it reads from, in words and without secrets."""
    from driftium_core.collect.open import masked_origin

    if task.origin is None:
        return "Checks current telemetry against the baseline."
    origin = masked_origin(task.origin)
    if task.kind == "collect":
        return f"Collects answers from {origin}."
    reference = "a saved reference that was deleted"
    if task.reference_name is not None:
        reference = f"the saved reference “{fmt_name(task.reference_name)}”"
    return f"Checks the table from {origin} against {reference}."


def probe_origin(services: Services, origin: Origin, *, columns: dict[str, str] | None = None) -> Probe:
    """A first look at an origin, stored nowhere.

    Raises
    ------
    InputError
        The origin cannot be used.
    SourceError
        It cannot be read now.
    """
    from driftium_core.collect.open import check_origin, open_source

    check_origin(origin)
    source = open_source(
        origin,
        name="",
        columns=_log_columns(columns or {}),
        expand=services.settings.expand,
        max_bytes=services.settings.max_upload_bytes,
    )
    return source.probe()


def tasks_version(services: Services, *, project: str = DEFAULT_PROJECT) -> object:
    """Changes whenever a task of the project, or a run of one, does; one statement."""
    return services.store.tasks.revision(project=project)


def _check(services: Services, new: NewTask, project: str) -> None:
    """Look whether the terms of a task fit together and can be used, before anything is stored."""
    from driftium_core.collect.open import check_origin

    if (new.kind == "answers") != (new.origin is None):
        raise InputError(
            "A check of the answers reads the project's own; it takes no origin."
            if new.kind == "answers"
            else "Say where to read from: a file, a database or an endpoint."
        )
    if new.origin is not None:
        check_origin(new.origin)
    if new.kind == "collect":
        _log_columns(new.columns)
    elif new.columns:
        raise InputError("Columns can only be chosen for a source of answers.")
    if new.kind == "table":
        _check_reference(services, new, project)
    elif new.reference_id is not None:
        raise InputError("Only the check of a table compares with a saved reference.")
    if not 0 < new.p_threshold < 1:
        raise InputError(f"The p threshold is {new.p_threshold}, where a number between 0 and 1 is expected.")


def _check_reference(services: Services, new: NewTask, project: str) -> None:
    saved = services.store.references.all(project=project)
    if new.reference_id not in [reference.id for reference in saved]:
        known = f"It has {fmt_names([reference.name for reference in saved])}." if saved else "Save one first."
        raise InputError(f"Project {project!r} has no saved reference to check this table against. {known}")


def _log_columns(columns: dict[str, str]) -> LogColumns | None:
    from driftium_core.text.log_columns import LogColumns

    roles = [each.name for each in fields(LogColumns)]
    unknown = sorted(columns.keys() - set(roles))
    if unknown:
        raise InputError(f"`{fmt_name(unknown[0])}` is no role of a column. There are {fmt_names(roles, limit=20)}.")
    return LogColumns(**columns) if columns else None
