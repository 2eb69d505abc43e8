"""The verbs of scheduled work in memory, in place of the monitor's: what a page does with them, without their work."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from driftium_core import monitor
from driftium_core.collect.port import Probe
from driftium_core.errors import InputError, NotFoundError
from driftium_core.jobs import Job
from driftium_core.store.task_records import NewTask, Task, TaskRun

VERBS = (
    "tasks", "find_task", "create_task", "change_task", "delete_task", "describe_task", "probe_origin", "probe_table",
    "run_task", "task_job", "stop_task", "task_runs", "latest_runs", "tasks_version",
)  # fmt: skip


class FakeTasks:
    """Tasks and runs as lists; ``probe`` is what `probe_origin` returns or raises, ``calls`` what else was asked."""

    def __init__(self) -> None:
        self.all: list[Task] = []
        self.runs: dict[str, list[TaskRun]] = {}
        self.jobs: dict[str, Job[Any]] = {}
        self.probe: Probe | Exception | None = None
        self.probed: list[tuple[Any, Any]] = []
        self.calls: list[tuple[str, str]] = []

    def patch(self, monkeypatch: Any) -> None:
        for name in VERBS:
            monkeypatch.setattr(monitor, name, getattr(self, name), raising=False)

    def tasks(self, _services, *, project="default"):
        return [task for task in self.all if project in (None, task.project)]

    def find_task(self, _services, name_or_id, *, project="default"):
        for task in self.all:
            if task.id == name_or_id or (task.name, task.project) == (name_or_id, project):
                return task
        raise NotFoundError(f"There is no source or check “{name_or_id}”.")

    def create_task(self, _services, new: NewTask, *, project="default"):
        if not new.name:
            raise InputError("A task needs a name.")
        if any(task.name == new.name and task.project == project for task in self.all):
            raise InputError(f"There is a task called “{new.name}” already.")
        values = {f.name: getattr(new, f.name) for f in fields(NewTask)}
        now = datetime.now(UTC)
        due = None if new.schedule.every_s is None and not new.schedule.cron else now
        self.all.append(Task(**values, id=f"t{len(self.all)}", project=project, created_at=now, next_run_at=due))
        return self.all[-1]

    def change_task(self, services, task_id, *, name=None, schedule=None, paused=None):
        task = self.find_task(services, task_id)
        given = {"name": name, "schedule": schedule, "paused": paused}
        changed = replace(task, **{key: value for key, value in given.items() if value is not None})
        self.all[self.all.index(task)] = changed
        return changed

    def delete_task(self, services, task_id):
        self.all.remove(self.find_task(services, task_id))

    def describe_task(self, task):
        return f"Collects answers from `{getattr(task.origin, 'path', 'somewhere')}`."

    def probe_origin(self, _services, origin, *, columns=None):
        self.probed.append((origin, columns))
        if isinstance(self.probe, Exception):
            raise self.probe
        return self.probe

    def probe_table(self, services, origin, *, reference_id=None):
        return self.probe_origin(services, origin, columns=reference_id)

    def run_task(self, services, task_id):
        self.find_task(services, task_id)
        self.calls.append(("run", task_id))

    def task_job(self, _services, task_id):
        return self.jobs.get(task_id)

    def stop_task(self, _services, task_id):
        self.calls.append(("stop", task_id))

    def task_runs(self, _services, task_id, *, limit=50):
        return self.runs.get(task_id, [])[:limit]

    def latest_runs(self, _services, *, project="default"):
        return {task.id: self.runs[task.id][0] for task in self.tasks(None, project=project) if task.id in self.runs}

    def tasks_version(self, _services, *, project="default"):
        return (project, len(self.all), sum(map(len, self.runs.values())))
