"""The REST API, mounted under ``/api`` beside the pages: same process, same services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from driftium_core import monitor
from driftium_core.errors import DriftiumError, InputError, NotFoundError, StorageError
from driftium_core.guard import Guard
from driftium_core.parts import Status
from driftium_core.services import Services
from driftium_core.settings import Settings

__all__ = ["create_api"]


class PartAnswer(BaseModel):
    """State of one part."""

    status: Status
    detail: str
    hint: str


class HealthAnswer(BaseModel):
    """Answer of ``GET health``: ``degraded`` when a part does not work, ``error`` when the database does not."""

    status: Literal["ok", "degraded", "error"]
    generated_at: datetime
    services: dict[str, PartAnswer]


def create_api(get_services: Callable[[], Services], *, settings: Settings) -> FastAPI:
    """Return the API over services that are opened at the first request that needs them.

    Every answer is JSON, errors are ``{"detail": sentence}``. There is no documentation page, as it would load from
    another host; ``openapi.json`` has the same content.
    """
    api = FastAPI(title="Driftium", docs_url=None, redoc_url=None)
    api.add_middleware(Guard, allowed_hosts=settings.allowed_hosts, max_body_bytes=settings.max_upload_bytes)
    _add_error_handlers(api)

    @api.get("/health")
    def health(response: Response) -> HealthAnswer:
        """Real state of each part, told without loading it; 503 when the database does not work."""
        parts = monitor.health(get_services())
        failed = {part.name for part in parts if part.status == "error"}
        if "database" in failed:
            response.status_code = 503
        return HealthAnswer(
            status="error" if "database" in failed else "degraded" if failed else "ok",
            generated_at=datetime.now(UTC),
            services={part.name: PartAnswer(status=part.status, detail=part.detail, hint=part.hint) for part in parts},
        )

    return api


def _add_error_handlers(api: FastAPI) -> None:
    @api.exception_handler(HTTPException)
    async def refused(_request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"detail": error.detail}, error.status_code, headers=error.headers)

    @api.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        name = str(first["loc"][-1]) if first["loc"] else "request"
        return JSONResponse({"detail": f"{name}: {first['msg']}."}, 422)

    @api.exception_handler(DriftiumError)
    async def known(_request: Request, error: DriftiumError) -> JSONResponse:
        statuses = {InputError: 400, NotFoundError: 404, StorageError: 503}
        status = next((code for kind, code in statuses.items() if isinstance(error, kind)), 500)
        return JSONResponse({"detail": str(error)}, status)

    @api.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        detail = f"{request.method} {request.url.path} stopped on an unexpected {type(error).__name__}."
        return JSONResponse({"detail": f"{detail} The details are in the server's log."}, 500)
