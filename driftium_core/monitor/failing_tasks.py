"""Tasks that have failed so often in a row that somebody should look."""

from __future__ import annotations

from dataclasses import dataclass

from driftium_core.monitor.task_runs import latest_runs
from driftium_core.monitor.tasks import tasks
from driftium_core.services import Services
from driftium_core.store.task_records import FAILING_RUNS

__all__ = ["FailingTask", "failing_tasks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingTask:
    """A task whose newest runs failed; ``error`` is why the last one did."""

    project: str
    id: str
    name: str
    n_runs: int
    error: str


def failing_tasks(services: Services) -> list[FailingTask]:
    """Tasks of all projects that failed `FAILING_RUNS` times in a row or more, and are not paused; the worst first."""
    found = [task for task in tasks(services, project=None) if task.failures >= FAILING_RUNS and not task.paused]
    if not found:
        return []
    latest = latest_runs(services, project=None)
    errors = {task.id: latest[task.id].error if task.id in latest else "" for task in found}
    return [
        FailingTask(project=task.project, id=task.id, name=task.name, n_runs=task.failures, error=errors[task.id])
        for task in sorted(found, key=lambda task: -task.failures)
    ]
