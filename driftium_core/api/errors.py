"""Whatever goes wrong, as JSON with a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from driftium_core.documents import json_text
from driftium_core.errors import (
    CancelledError,
    ConflictError,
    DriftiumError,
    InputError,
    NotFoundError,
    StorageError,
    UnavailableError,
)
from driftium_core.formats import fmt_name

__all__ = ["ErrorAnswer", "add_error_handlers", "refused_value"]

STATUSES: dict[type[DriftiumError], int] = {
    InputError: 400,
    NotFoundError: 404,
    ConflictError: 409,
    StorageError: 503,
    UnavailableError: 503,
    CancelledError: 503,
}

UNROUTED = {HTTPStatus.NOT_FOUND.phrase, HTTPStatus.METHOD_NOT_ALLOWED.phrase}
"""What the framework says when no endpoint takes a request."""


class ErrorAnswer(BaseModel):
    """Every error."""

    detail: str = Field(description="What is wrong and what to do, in a sentence or two.")


def add_error_handlers(api: FastAPI) -> None:
    """Answer every error of the API with `ErrorAnswer`."""

    @api.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        detail = error.detail
        if detail in UNROUTED:
            detail = f"There is no {request.method} {fmt_name(request.url.path)}. `GET /api/docs` lists the endpoints."
        return _answer(detail, error.status_code, error.headers)

    @api.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> Response:
        return _answer(refused_value(error.errors()), 422)

    @api.exception_handler(DriftiumError)
    async def known(_request: Request, error: DriftiumError) -> Response:
        status = next((code for kind, code in STATUSES.items() if isinstance(error, kind)), 500)
        return _answer(str(error), status)

    @api.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        detail = f"{request.method} {request.url.path} stopped on an unexpected {type(error).__name__}."
        return _answer(f"{detail} The details are in the server's log.", 500)


def refused_value(errors: Sequence[Any]) -> str:
    """The first thing that is wrong with parameters or a body, as a sentence: where, and what is expected."""
    first = errors[0]
    where = ".".join(fmt_name(part) for part in first["loc"] if part not in ("query", "path", "header", "body"))
    return f"{where or 'The body'}: {first['msg'].removeprefix('Value error, ')}."


def _answer(detail: str, status: int, headers: Any = None) -> Response:
    body = json_text({"detail": detail}, indent=None).encode()
    return Response(body, status, headers=headers, media_type="application/json")
