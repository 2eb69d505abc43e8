"""Is the app up, and does each of its parts work."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from driftium_core import monitor
from driftium_core.api.answers import Document, opened_services
from driftium_core.api.auth import may_see_details
from driftium_core.errors import DriftiumError
from driftium_core.parts import PartState, Status

__all__ = ["router"]

router = APIRouter(tags=["state"])


class PartAnswer(BaseModel):
    """State of one part."""

    status: Status
    detail: str = Field(description="What was found; empty for callers without the token.")
    hint: str = Field(description="What to do about it; empty when nothing needs doing.")


class HealthAnswer(BaseModel):
    """``degraded`` when a part does not work, ``error`` when the database does not."""

    status: Literal["ok", "degraded", "error"]
    generated_at: datetime
    services: dict[str, PartAnswer] = Field(description="`database`, `vectors`, `embedder` and `generator`.")


@router.get(
    "/health",
    summary="State of each part",
    response_model=None,
    responses={
        200: {"model": HealthAnswer, "description": "It is up."},
        503: {"model": HealthAnswer, "description": "The database does not work."},
    },
)
def health(request: Request, response: Response) -> Document:
    """Real state of each part, told without loading it; 503 when the database does not work.

    Needs no token; without one, only the states are told and no details.
    """
    try:
        parts = monitor.health(opened_services(request))
    except DriftiumError:
        if may_see_details(request):
            raise
        parts = [PartState("database", "error", "")]
    failed = {part.name for part in parts if part.status == "error"}
    if "database" in failed:
        response.status_code = 503
    return {
        "status": "error" if "database" in failed else "degraded" if failed else "ok",
        "generated_at": datetime.now(UTC).isoformat(),
        "services": {part.name: _part(part, told=may_see_details(request)) for part in parts},
    }


def _part(part: PartState, *, told: bool) -> Document:
    return {"status": part.status, "detail": part.detail if told else "", "hint": part.hint if told else ""}
