"""A current batch against a saved reference."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field

from driftium_core import monitor
from driftium_core.api.answers import Document, Opened, Project, answers
from driftium_core.api.bodies import Uploaded
from driftium_core.api.monitoring import (
    CheckAnswer,
    PThreshold,
    checked_document,
    posted_table,
    read_posted,
    worked_out,
)
from driftium_core.api.openapi_bodies import file_request
from driftium_core.errors import InputError
from driftium_core.jobs import Progress
from driftium_core.monitor import documents
from driftium_core.store.table_records import SavedReference
from driftium_core.tabular.report import CompareSettings
from driftium_core.tabular.table import Table

__all__ = ["router"]

router = APIRouter(tags=["tables"])


class BatchAnswer(CheckAnswer):
    """A check of a batch, stored as the newest one against its reference."""

    evidence_score: Document | None = Field(description="Of all blocks counted so far; null unless `count` was asked.")
    not_counted: str = Field(description="Why the batch was not counted although that was asked; else empty.")


@router.post(
    "/tables/{monitor:path}",
    summary="Check a batch against a saved reference",
    response_model=None,
    responses=answers(BatchAnswer, 400, 404, 413, 415),
    openapi_extra=file_request("The batch: CSV, TSV, JSON Lines, JSON or Parquet; gzip or zip too."),
)
async def post_table(
    request: Request,
    reference_name: Annotated[str, Path(alias="monitor", max_length=300, description="Name or id of the reference.")],
    services: Opened,
    project: Project,
    file: Annotated[Uploaded, Depends(posted_table)],
    p_threshold: PThreshold = 0.05,
    count: Annotated[
        bool, Query(description="The rows are new data: count them as a block of the evidence score.")
    ] = False,
) -> Document:
    """The path ends with the name or id of the reference (see `GET references`).

    The check is stored, and is the newest one also when the same batch was checked before. The same batch is counted
    once.
    """

    def work(progress: Progress) -> Document:
        reference = monitor.find_reference(services, reference_name, project=project)
        current = read_posted(services, file)
        checked = monitor.check_table(
            services,
            monitor.open_reference(services, reference.id),
            current,
            CompareSettings(p_threshold=p_threshold),
            project=project,
            renew=True,
            progress=progress,
        )
        document = checked_document(services, checked, reference.name, current.name, project=project)
        score, why = _counted(services, reference, current, project) if count else (None, "")
        return {**document, "reference_id": reference.id, "evidence_score": score, "not_counted": why}

    return await worked_out(services, request, work)


def _counted(services: Opened, reference: SavedReference, current: Table, project: str) -> tuple[Document | None, str]:
    """The score after this block, or why it is no block; the check stands in any case."""
    try:
        return documents.alarm_document(monitor.count_table(services, reference, current, project=project)), ""
    except InputError as error:
        return None, str(error)
