"""Where the answers of a project stand: its baseline, drift, history and samples."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field, field_validator

from driftium_core import monitor
from driftium_core.api.answers import Document, Opened, Project, answers
from driftium_core.api.bodies import json_body
from driftium_core.api.checking import check_pools
from driftium_core.api.openapi_bodies import json_request
from driftium_core.errors import ConflictError, InputError
from driftium_core.formats import fmt_moment
from driftium_core.monitor import documents
from driftium_core.severity import Severity

__all__ = ["BaselineFacts", "PoolState", "router"]

router = APIRouter(tags=["answers"])

PoolState = Literal["not_initialized", "waiting_for_baseline", "waiting_for_telemetry", "ready"]


class BaselineFacts(BaseModel):
    """A version of the baseline."""

    id: str
    project: str
    name: str
    version: int
    note: str
    created_at: datetime
    size: int
    active: bool


class NewBaseline(BaseModel):
    """What the new baseline is called."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "week 32"}]})

    name: str | None = Field(default=None, max_length=200, description="By default the time of the promotion.")
    note: str = Field(default="", max_length=2000, description="Why, for those who come later.")

    @field_validator("name")
    @classmethod
    def _is_one_line(cls, value: str | None) -> str | None:
        if value is not None and not value.isprintable():
            raise ValueError("one line of printable characters is expected")
        return value

    @field_validator("note")
    @classmethod
    def _is_text(cls, value: str) -> str:
        if "\x00" in value:
            raise ValueError("a NUL character is no part of a text")
        return value


class BaselineAnswer(BaselineFacts):
    """The baseline that was made."""

    message: str
    baseline_size: int


class Scores(BaseModel):
    """One calculation; scores that could not be computed are null."""

    timestamp: datetime | None
    centroid_score: float | None = Field(description="Cosine distance of the centres of both pools.")
    mmd_score: float | None = Field(description="MMD² with an RBF kernel.")
    p_value: float | None
    health_index: float | None = Field(description="0 to 100: how well answers keep to their prompts.")
    severity: Severity | None = Field(description="Null while inconclusive.")


class DriftAnswer(Scores):
    """Where a project stands; scores and severity are null unless ``status`` is ``ready``."""

    status: PoolState
    message: str
    verdict: Literal["drift", "no_drift", "inconclusive"] | None
    baseline: BaselineFacts | None
    baseline_size: int
    telemetry_size: int
    notices: list[str]


class HistoryAnswer(BaseModel):
    """Calculations, oldest first."""

    history: list[Scores]


class SamplesAnswer(BaseModel):
    """Texts of both pools, newest first, and how many there are in all."""

    baseline: list[str]
    current: list[str]
    baseline_size: int
    current_size: int


@router.post(
    "/baseline",
    summary="Make current answers the baseline",
    response_model=None,
    responses=answers(BaselineAnswer, 400, 404, 409, 413, 415),
    openapi_extra=json_request(NewBaseline, required=False),
)
def promote(
    services: Opened, project: Project, body: Annotated[NewBaseline, Depends(json_body(NewBaseline, required=False))]
) -> Document:
    """Current answers become the active baseline and leave the current pool; the former baseline can be restored.

    409 when there are no current answers.
    """
    if not monitor.count_current(services, project=project):
        raise ConflictError(f"Project {project!r} has no current answers to promote. Nothing was changed.")
    name = body.name if body.name is not None else f"promoted {fmt_moment(datetime.now(UTC))}"
    try:
        baseline = monitor.promote(services, name, note=body.note, project=project)
    except InputError as error:
        if not monitor.count_current(services, project=project):  # someone else was faster
            raise ConflictError(str(error)) from error
        raise
    about = {"message": "Baseline set successfully", "baseline_size": baseline.size}
    return {**about, **documents.baseline_document(baseline)}


@router.get(
    "/drift",
    summary="Compare current answers with the baseline",
    response_model=None,
    responses=answers(DriftAnswer, 404),
)
async def drift(request: Request, services: Opened, project: Project) -> Document:
    """Computed and recorded once per state of the pools: asking again gives the same scores and no second record."""
    checked = await check_pools(services, project, request)
    return {**documents.check_document(checked.check, checked.evidence), "notices": list(checked.notices)}


@router.get(
    "/drift/history",
    summary="Recorded calculations",
    response_model=None,
    responses=answers(HistoryAnswer, 404),
)
def history(
    services: Opened,
    project: Project,
    limit: Annotated[int, Query(ge=1, le=10_000, description="Newest calculations to tell.")] = 20,
) -> Document:
    """The newest calculations, oldest first."""
    found = monitor.pool_history(services, project=project, limit=limit)[::-1]
    return {"history": [documents.calculation_document(item) for item in found]}


@router.get(
    "/samples",
    summary="Texts of both pools",
    response_model=None,
    responses=answers(SamplesAnswer, 404),
)
def samples(
    services: Opened,
    project: Project,
    limit: Annotated[int, Query(ge=1, le=1000, description="Most texts of each pool.")] = 20,
) -> Document:
    """The newest answers of the baseline and of current telemetry."""
    found = monitor.pool_samples(services, project=project, limit=limit)
    return {
        "baseline": [item.content.response for item in found.baseline],
        "current": [item.content.response for item in found.current],
        "baseline_size": found.n_baseline,
        "current_size": found.n_current,
    }
