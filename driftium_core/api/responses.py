"""Answers of a model: posted, or made here by a prompt."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response as HttpResponse

from driftium_core import monitor
from driftium_core.api.answers import Document, JsonAnswer, Opened, Project, answers
from driftium_core.api.bodies import MEGABYTE, RECORD_TYPES, json_body, read_body
from driftium_core.api.errors import ErrorAnswer
from driftium_core.api.openapi_bodies import json_request
from driftium_core.api.records import Reject, ResponseRecord, read_records
from driftium_core.api.waiting import finished
from driftium_core.errors import GeneratorUnavailableError
from driftium_core.formats import fmt_count
from driftium_core.monitor import documents

__all__ = ["router"]

router = APIRouter(tags=["answers"])

MAX_RECORDS_BYTES = 32 * MEGABYTE

API = "api"
"""Source of what is generated here."""


class AddedAnswer(BaseModel):
    """What became of posted records; where one is rejected, none is stored."""

    added: int = Field(description="Stored now.")
    known: int = Field(description="Stored before: the same id and texts, or the same delivery.")
    ids: list[str] = Field(description="Of those stored now, in the order of the request.")
    rejects: list[Reject]
    ignored_fields: list[str] = Field(description="Fields that are not known, by name.")


class RejectedAnswer(ErrorAnswer):
    """Why nothing was stored; the other fields are there where records are what is wrong."""

    added: int = 0
    known: int = 0
    ids: list[str] = Field(default_factory=list)
    rejects: list[Reject] = Field(default_factory=list)
    ignored_fields: list[str] = Field(default_factory=list)


class Prompt(BaseModel):
    """What is asked, and how."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"prompt": "Why is the sky blue?", "seed": 1}]}
    )

    prompt: str = Field(min_length=1, max_length=200_000)
    model: str = Field(
        default="auto", max_length=200, description="`auto`, `embedded`, or the name of a model of Ollama."
    )
    system: str = Field(default="", max_length=50_000, description="System prompt.")
    temperature: float = Field(default=0.7, ge=0, le=2, allow_inf_nan=False)
    max_tokens: int = Field(default=256, ge=1, le=100_000)
    seed: int | None = Field(default=None, ge=0, lt=2**32, description="The same seed gives the same answer again.")


class GeneratedAnswer(BaseModel):
    """An answer, stored as current telemetry."""

    id: str
    prompt: str
    response: str
    timestamp: datetime
    model: str
    backend: str
    latency_ms: float
    tokens: int | None
    prompt_tokens: int | None


_RECORD = ResponseRecord.model_json_schema()
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "One record, a list of them, or one a line; at most 20,000 and 32 MB.",
        "content": {
            "application/json": {
                "schema": {
                    "anyOf": [
                        _RECORD,
                        {"type": "array", "items": _RECORD},
                        {"type": "object", "required": ["responses"], "properties": {"responses": {"type": "array"}}},
                    ]
                },
                "example": [{"id": "42", "prompt": "2 + 2?", "response": "4", "model": "m1", "latency_ms": 310.5}],
            },
            "application/x-ndjson": {
                "schema": {"type": "string"},
                "example": '{"prompt": "2 + 2?", "response": "4"}\n{"prompt": "3 + 3?", "response": "6"}\n',
            },
        },
    }
}


async def _records_body(request: Request) -> bytes:
    limit = min(MAX_RECORDS_BYTES, request.app.state.settings.max_upload_bytes)
    return await read_body(request, RECORD_TYPES, limit)


@router.post(
    "/responses",
    summary="Store responses",
    response_model=None,
    responses={
        **answers(AddedAnswer, 400, 404, 413, 415),
        422: {"model": RejectedAnswer, "description": "A record cannot be stored; nothing was."},
    },
    openapi_extra=_BODY,
)
def post_responses(
    request: Request,
    services: Opened,
    project: Project,
    body: Annotated[bytes, Depends(_records_body)],
    idempotency_key: Annotated[
        str | None,
        Header(max_length=200, description="Names this delivery: sent again, it adds nothing."),
    ] = None,
) -> HttpResponse:
    """All records become current telemetry in one step, or none does.

    Delivering twice is safe: records with an `id` are known by it and their texts, others by the `Idempotency-Key`.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    posted = read_records(body, kind, delivery=idempotency_key)
    if posted.rejects:
        count = fmt_count(len(posted.rejects), "record")
        first = posted.rejects[0]
        detail = f"{count} cannot be stored, so none was. Record {first.index}: {first.reason}"
        rejects = [reject.model_dump() for reject in posted.rejects]
        nothing = {"added": 0, "known": 0, "ids": [], "rejects": rejects, "ignored_fields": posted.ignored}
        return JsonAnswer({"detail": detail, **nothing}, 422)
    added = monitor.record_responses(services, posted.responses, project=project)
    return JsonAnswer(
        {
            "added": len(added.stored),
            "known": added.known,
            "ids": [item.id for item in added.stored],
            "rejects": [],
            "ignored_fields": posted.ignored,
        }
    )


@router.post(
    "/generate",
    summary="Let a model answer",
    response_model=None,
    responses=answers(GeneratedAnswer, 400, 404, 413, 415),
    openapi_extra=json_request(Prompt),
)
async def generate(
    request: Request, services: Opened, project: Project, body: Annotated[Prompt, Depends(json_body(Prompt))]
) -> Document:
    """A real answer of a real model, stored as current telemetry. 503 when no model can answer, or not in time.

    Closing the connection stops the model; what it has said by then is not stored.
    """
    options = monitor.GenerationOptions(
        system=body.system, temperature=body.temperature, max_tokens=body.max_tokens, seed=body.seed
    )
    choice = monitor.ModelChoice.parse(body.model)
    answer = await run_in_threadpool(
        monitor.start_answer, services, body.prompt, options, choice=choice, project=project, source=API
    )
    assert answer.job is not None
    await finished(answer.job, request)
    if answer.generation is None or answer.stored is None:
        why = monitor.why_partial(services, answer.generation) if answer.generation else ""
        raise GeneratorUnavailableError(answer.error or f"The answer is partial and was not stored. {why}".strip())
    return documents.answer_document(answer.stored, answer.generation)
