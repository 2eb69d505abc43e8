"""What there is: projects and saved references."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from driftium_core import monitor
from driftium_core.api.answers import Document, Opened, Project, answers
from driftium_core.api.bodies import Uploaded
from driftium_core.api.monitoring import posted_table, read_posted, worked_out
from driftium_core.api.openapi_bodies import file_request
from driftium_core.api.pools import BaselineFacts, PoolState
from driftium_core.jobs import Progress
from driftium_core.monitor import documents

__all__ = ["router"]

router = APIRouter()


class ProjectFacts(BaseModel):
    """A project and where its answers stand."""

    project: str
    status: PoolState
    baseline: BaselineFacts | None
    baseline_size: int
    telemetry_size: int


class ProjectsAnswer(BaseModel):
    """All projects, oldest first."""

    projects: list[ProjectFacts]


class ReferenceFacts(BaseModel):
    """A saved reference without its data."""

    id: str
    name: str
    created_at: datetime
    rows: int
    columns: list[str]
    size_bytes: int = Field(description="Stored, compressed.")


class ReferencesAnswer(BaseModel):
    """All saved references of a project, by name."""

    references: list[ReferenceFacts]


@router.get(
    "/projects",
    tags=["state"],
    summary="All projects",
    response_model=None,
    responses=answers(ProjectsAnswer),
)
def projects(services: Opened) -> Document:
    """The projects and where each stands; `default` is there from the start."""
    found = [(name, monitor.pool_status(services, project=name)) for name in monitor.projects(services)]
    return {"projects": [documents.project_document(*item) for item in found]}


@router.get(
    "/references",
    tags=["tables"],
    summary="Saved references of a project",
    response_model=None,
    responses=answers(ReferencesAnswer, 404),
)
def references(services: Opened, project: Project) -> Document:
    """What `POST tables/{monitor}` can compare with."""
    found = monitor.references(services, project=project)
    return {"references": [documents.reference_document(item) for item in found]}


@router.post(
    "/references",
    tags=["tables"],
    summary="Save a reference",
    response_model=None,
    responses=answers(ReferenceFacts, 400, 404, 413, 415),
    openapi_extra=file_request("The table: CSV, TSV, JSON Lines, JSON or Parquet; gzip or zip too."),
)
async def post_reference(
    request: Request,
    services: Opened,
    project: Project,
    file: Annotated[Uploaded, Depends(posted_table)],
) -> Document:
    """Keep a table under the `name` of the query; it never changes, so save another one for newer data."""

    def work(_progress: Progress) -> Document:
        table = read_posted(services, file)
        return documents.reference_document(monitor.save_reference(services, table, project=project))

    return await worked_out(services, request, work)
