"""Why something drifted: a column of posted rows, and the answers of a project."""

from __future__ import annotations

import threading
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from driftium_core import monitor
from driftium_core.api.answers import Document, Opened, Project, answers
from driftium_core.api.bodies import json_body
from driftium_core.api.checking import check_pools
from driftium_core.api.openapi_bodies import json_request
from driftium_core.api.posted_rows import Question, start_explanation, why_not
from driftium_core.api.waiting import finished
from driftium_core.jobs import Job
from driftium_core.monitor import documents
from driftium_core.rca.report import Explanation, RcaReport
from driftium_core.services import Services
from driftium_core.severity import Severity
from driftium_core.store.investigation_records import Investigation

__all__ = ["router"]

router = APIRouter()

_looking = threading.Lock()

NOT_ENOUGH = "Not enough data for RCA."


class ExplainedAnswer(BaseModel):
    """Why a column drifted; every name and number in it is in the rows, or in the report that they are of."""

    available: bool
    content: str | None
    error: str | None = Field(description="Why there is nothing to say.")
    model: str | None = Field(description="The model that was asked for words; null where the rules speak.")


class ShortAnswer(BaseModel):
    """Why the answers of a project drifted, in two sentences; only the first two fields where there is no report."""

    model_config = ConfigDict(extra="allow")

    available: bool
    message: str
    baseline_size: int | None = None
    telemetry_size: int | None = None
    severity: Severity | None = None
    summary: str | None = None
    possible_cause: str | None = None
    model: str | None = None


class AgenticAnswer(BaseModel):
    """The whole report of the three agents."""

    model_config = ConfigDict(extra="allow")

    available: bool
    message: str
    triage: dict[str, Any] | None
    diagnosis: dict[str, Any] | None
    recommendations: list[str]
    agent_collaboration_log: list[dict[str, Any]]


@router.post(
    "/rca",
    tags=["tables"],
    summary="Why a column drifted",
    response_model=None,
    responses=answers(ExplainedAnswer, 400, 404, 413, 415),
    openapi_extra=json_request(Question),
)
async def explain(
    request: Request, services: Opened, project: Project, body: Annotated[Question, Depends(json_body(Question))]
) -> Document:
    """Rules say what the numbers show; a model may word it, and its words pass only when the numbers are in the rows.

    Post `display_rows` as they came: while the report that they are of is known, its root causes and distributions take
    part. What the rows do not hold is not said: `available` is false then.
    """
    rows = body.drift_rows
    refusal = why_not(body.feature, rows)
    if refusal:
        return {"available": False, "content": None, "error": refusal, "model": None}
    job = await run_in_threadpool(start_explanation, services, body, rows, project)
    explanation: Explanation = await finished(job, request)
    return {
        "available": True,
        "content": _content(explanation),
        "error": None,
        "model": explanation.model,
        "worded_by": explanation.worded_by,
        "claims": [{"title": claim.title, "text": claim.text, "source": claim.source} for claim in explanation.claims],
        "recommendations": [action.text for action in explanation.actions],
    }


@router.get(
    "/drift/rca",
    tags=["answers"],
    summary="Why the answers drifted, in short",
    response_model=None,
    responses=answers(ShortAnswer, 404),
)
async def short_rca(request: Request, services: Opened, project: Project) -> Document:
    """A summary and the possible cause, from the same investigation as `GET drift/agentic-rca`."""
    check, found = await _investigated(request, services, project, again=False)
    if found is None:
        return {"available": False, "message": NOT_ENOUGH}
    diagnosis = found.report.findings.diagnosis
    return {
        "available": True,
        "message": check.status.message,
        "baseline_size": check.status.n_baseline,
        "telemetry_size": check.status.n_current,
        "severity": found.report.severity,
        "summary": diagnosis.findings[0].summary.text,
        "possible_cause": diagnosis.headline,
        "confidence": diagnosis.confidence,
        "model": found.report.model,
        "worded_by": found.report.worded_by,
    }


@router.get(
    "/drift/agentic-rca",
    tags=["answers"],
    summary="Why the answers drifted, by three agents",
    response_model=None,
    responses=answers(AgenticAnswer, 404),
)
async def agentic_rca(
    request: Request,
    services: Opened,
    project: Project,
    again: Annotated[bool, Query(description="Investigate once more, also where that was done already.")] = False,
) -> Document:
    """Triage, diagnosis and recommendations on the pools as they are, kept with the page's investigations."""
    check, found = await _investigated(request, services, project, again=again)
    if found is None:
        nothing: Document = {"triage": None, "diagnosis": None, "recommendations": [], "agent_collaboration_log": []}
        return {"available": False, "message": f"{NOT_ENOUGH} {check.status.message}", **nothing}
    document = documents.investigated_document(found.report, found.investigation)
    return {"available": True, "message": found.notice or check.status.message, **document}


async def _investigated(
    request: Request, services: Services, project: str, *, again: bool
) -> tuple[monitor.PoolCheck, monitor.Investigated | None]:
    """The check of the pools as they are, and its newest investigation, which is made where there is none."""
    check = (await check_pools(services, project, request)).check
    if check.report is None:
        return check, None
    if check.calculation is None:  # the database cannot keep it, so nothing else can be kept of it either
        report = await run_in_threadpool(_unstored, services, check, project)
        return check, monitor.Investigated(None, report, " ".join(check.notices))
    return check, await _of_calculation(request, services, check.calculation.id, project, again=again)


async def _of_calculation(
    request: Request, services: Services, calculation_id: str, project: str, *, again: bool
) -> monitor.Investigated:
    known = await run_in_threadpool(_known_or_started, services, calculation_id, project, again=again)
    if isinstance(known, Investigation):
        return await run_in_threadpool(_opened, services, known)
    found: monitor.Investigated = await finished(known, request, keep=True)
    return found


def _known_or_started(
    services: Services, calculation_id: str, project: str, *, again: bool
) -> Investigation | Job[monitor.Investigated]:
    """The investigation of a calculation, or the work on it; callers at one time get the same."""
    with _looking:
        running = monitor.investigation_job(services, "text", calculation_id)
        known = monitor.find_investigation(services, "text", calculation_id, project=project)
        if running is None and known is not None and not again:
            return known
        return running or monitor.start_investigation(services, "text", calculation_id, project=project)


def _unstored(services: Services, check: monitor.PoolCheck, project: str) -> RcaReport:
    assert check.report is not None
    ledger, _ = monitor.text_findings(check.report, title=f"Answers of “{project}”")
    return monitor.investigate_report(services, ledger)


def _opened(services: Services, known: Investigation) -> monitor.Investigated:
    investigation, report = monitor.open_investigation(services, known.id)
    return monitor.Investigated(investigation, report)


def _content(explanation: Explanation) -> str:
    """The explanation as plain text."""
    claims = [f"{claim.title} {claim.text}".strip() for claim in explanation.claims]
    next_steps = [f"- {action.text}" for action in explanation.actions]
    return "\n".join([*claims, "", "Next:", *next_steps])
