"""Tasks as the tests make them, and their runs, waited for."""

from datetime import datetime
from typing import Any

from driftium_core import monitor
from driftium_core.jobs import Job
from driftium_core.origin import FileOrigin
from driftium_core.schedule import Schedule
from driftium_core.services import Services
from driftium_core.store.task_records import NewTask, Task, TaskRun

QUARTER = Schedule(every_s=900)


def made(services: Services, name: str = "chat", **changes: Any) -> Task:
    values: dict[str, Any] = {"kind": "collect", "origin": FileOrigin(path="chat.jsonl"), "schedule": QUARTER}
    return monitor.create_task(services, NewTask(name=name, **values | changes))


def ended(job: Job[TaskRun]) -> TaskRun:
    assert job.wait(60)
    assert job.result is not None, job.error
    return job.result


def ran(services: Services, task: Task) -> TaskRun:
    return ended(monitor.run_task(services, task.id))


def due(services: Services, now: datetime | None = None) -> list[TaskRun]:
    return [ended(job) for job in monitor.run_due_tasks(services, now=now)]
