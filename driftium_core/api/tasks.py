"""Scheduled work: what there is, how it went, and a run by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from driftium_core import monitor
from driftium_core.api.answers import Document, Opened, Project, answers
from driftium_core.api.waiting import finished
from driftium_core.jobs import Job
from driftium_core.monitor import documents
from driftium_core.services import Services
from driftium_core.store.investigation_records import ReportKind
from driftium_core.store.task_records import RunCause, RunState, TaskKind, TaskRun

__all__ = ["router"]

router = APIRouter(tags=["scheduled work"])

Name = Annotated[str, Path(max_length=300, description="Name or id of the task.")]


class RunFacts(BaseModel):
    """One run of a task."""

    id: str
    task_id: str
    cause: RunCause
    state: RunState
    started_at: datetime
    finished_at: datetime | None = Field(description="Null while it runs.")
    n_read: int = Field(description="Records or rows read.")
    n_new: int = Field(description="New in the store.")
    n_known: int = Field(description="Stored before.")
    n_skipped: int = Field(description="No answers.")
    skipped_text: str = Field(description="How many were skipped for which reason.")
    reasons: list[str] = Field(description="Why the first of them were, with their places.")
    notes: list[str]
    error: str = Field(description="Why it failed; else empty.")
    report_kind: ReportKind | None = Field(description="Of the check that it made, if it made one.")
    report_id: str | None


class TaskFacts(BaseModel):
    """A task; what lets anybody read its origin is left out."""

    id: str
    name: str
    project: str
    kind: TaskKind
    description: str = Field(description="What it does and where it reads from, without secrets.")
    columns: dict[str, str]
    reference_id: str | None
    reference: str | None
    p_threshold: float | None
    schedule: str
    paused: bool
    running: bool
    failures: int = Field(description="Runs in a row that failed.")
    created_at: datetime
    next_run_at: datetime | None = Field(description="Null when it is paused or only runs by hand.")
    last_run: RunFacts | None


class TasksAnswer(BaseModel):
    """All tasks of a project, by name."""

    tasks: list[TaskFacts]


class RunsAnswer(BaseModel):
    """Runs of a task, newest first."""

    task: str
    runs: list[RunFacts]


class RunAnswer(RunFacts):
    """How a run ended; ``error`` says why where ``state`` is not ``done``."""

    task: str


@router.get(
    "/tasks",
    summary="Scheduled work of a project",
    response_model=None,
    responses=answers(TasksAnswer, 404),
)
def tasks(services: Opened, project: Project) -> Document:
    """What is collected and checked, when next, and how the last run went. Tasks are made on the page *Settings*."""
    last = monitor.latest_runs(services, project=project)
    found = monitor.tasks(services, project=project)
    return {"tasks": [documents.task_document(task, last.get(task.id)) for task in found]}


@router.get(
    "/tasks/{name:path}/runs",
    summary="Runs of a task",
    response_model=None,
    responses=answers(RunsAnswer, 404),
)
def runs(
    name: Name,
    services: Opened,
    project: Project,
    limit: Annotated[int, Query(ge=1, le=1000, description="Newest runs to tell.")] = 20,
) -> Document:
    """Rows read, new and skipped, and why."""
    task = monitor.find_task(services, name, project=project)
    found = monitor.task_runs(services, task.id, limit=limit)
    return {"task": task.name, "runs": [documents.task_run_document(run) for run in found]}


@router.post(
    "/tasks/{name:path}/run",
    summary="Run a task now",
    response_model=None,
    responses=answers(RunAnswer, 404, 409),
)
async def run(request: Request, name: Name, services: Opened, project: Project) -> Document:
    """Waits for the end of the run, or of the one in progress, which go on when the connection is closed.

    Takes paused tasks, too. 409 while another process runs it.
    """
    task, job = await run_in_threadpool(_started, services, name, project)
    ended: TaskRun = await finished(job, request, keep=True)
    return {"task": task, **documents.task_run_document(ended)}


def _started(services: Services, name: str, project: str) -> tuple[str, Job[TaskRun]]:
    task = monitor.find_task(services, name, project=project)
    return task.name, monitor.run_task(services, task.id)
