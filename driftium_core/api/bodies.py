"""Bodies of requests: of a kind that is taken, of a bearable size, and read strictly."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from driftium_core.api.errors import refused_value
from driftium_core.errors import InputError
from driftium_core.formats import fmt_count, fmt_n

__all__ = ["FILE_TYPES", "RECORD_TYPES", "Uploaded", "json_body", "read_body", "read_upload", "strict_json"]

Model = TypeVar("Model", bound=BaseModel)

MEGABYTE = 2**20

JSON_TYPES = ("application/json",)
LINES_TYPES = ("application/x-ndjson", "application/ndjson", "application/jsonl")
RECORD_TYPES = (*JSON_TYPES, *LINES_TYPES)
MULTIPART = "multipart/form-data"
FILE_TYPES = (
    *("text/csv", "text/tab-separated-values", *RECORD_TYPES, "application/octet-stream"),
    *("application/vnd.apache.parquet", "application/x-parquet", "application/gzip", "application/zip", MULTIPART),
)
"""None but multipart is a type that a page of another origin could send without being asked first; such a page is
refused by its Origin."""

UNNAMED = "posted data"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file as it came; ``kind`` is the Content-Type that it was sent as, without parameters."""

    data: bytes
    name: str
    kind: str = ""

    @property
    def is_json(self) -> bool:
        """Whether the sender said so; the content of a file that begins with a bracket does not always tell."""
        return self.kind in RECORD_TYPES


async def read_body(request: Request, types: tuple[str, ...], max_bytes: int) -> bytes:
    """The body as bytes; empty when there is none.

    Raises
    ------
    HTTPException
        415 for another kind of content, 413 when it is larger.
    """
    kind = _checked_type(request, types)
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > max_bytes:
                raise HTTPException(413, f"The body is larger than the {fmt_n(max_bytes // MEGABYTE)} MB taken here.")
            chunks.append(chunk)
    except ClientDisconnect:
        raise HTTPException(400, "The connection was closed before the body had come.") from None
    if size and not kind:
        raise HTTPException(415, f"The body has no Content-Type. {_wanted(types)}")
    return b"".join(chunks)


async def read_upload(request: Request, name: str) -> Uploaded:
    """A file as the body itself, or as the field ``file`` of a form; ``name`` is what it is called then.

    Raises
    ------
    HTTPException
        As `read_body`; 400 where a form has no file.
    """
    kind = _checked_type(request, FILE_TYPES)
    if kind != MULTIPART:
        max_bytes = request.app.state.settings.max_upload_bytes
        return Uploaded(await read_body(request, FILE_TYPES, max_bytes), name or UNNAMED, kind)
    try:
        async with request.form(max_files=1, max_fields=10) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise HTTPException(400, "The form has no file in a field called `file`.")
            return Uploaded(await file.read(), name or file.filename or UNNAMED)
    except ClientDisconnect:
        raise HTTPException(400, "The connection was closed before the body had come.") from None


def json_body(model: type[Model], *, required: bool = True) -> Callable[[Request], Awaitable[Model]]:
    """A dependency that reads a JSON body of at most a megabyte as this model."""

    async def read(request: Request) -> Model:
        body = await read_body(request, JSON_TYPES, MEGABYTE)
        if not body and required:
            raise HTTPException(422, "The body is missing: send a JSON object.")
        try:
            return model.model_validate(strict_json(body) if body else {})
        except ValidationError as error:
            raise HTTPException(422, refused_value(error.errors())) from None

    return read


def strict_json(data: bytes, *, what: str = "The body") -> Any:
    """The value of a JSON text.

    Raises
    ------
    InputError
        It is none: also for NaN and Infinity, which JSON does not have, numbers of thousands of digits and hundreds of
        brackets within one another.
    """
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise InputError(f"{what} is not UTF-8 (at byte {fmt_n(error.start + 1)}).") from None
    except json.JSONDecodeError as error:
        place = f"line {fmt_n(error.lineno)}, column {fmt_n(error.colno)}"
        raise InputError(f"{what} is not JSON: {error.msg} at {place}.") from None
    except RecursionError:
        raise InputError(f"{what} is nested too deeply.") from None
    except InputError as error:
        raise InputError(f"{what} is not JSON: {error}") from None
    except ValueError:
        raise InputError(f"{what} holds a number of too many digits.") from None


def _no_number(name: str) -> NoReturn:
    raise InputError(f"{name} is no number there; write null.")


def _checked_type(request: Request, types: tuple[str, ...]) -> str:
    """The type of the body without its parameters; empty when none is stated."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind not in types:
        raise HTTPException(415, f"A body of this kind is not taken here. {_wanted(types)}")
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise HTTPException(415, "A body with a Content-Encoding is not taken here. Send it plain.")
    return kind


def _wanted(types: tuple[str, ...]) -> str:
    if types == JSON_TYPES:
        return "Send JSON with `Content-Type: application/json`."
    named = ", ".join(f"`{kind}`" for kind in types)
    return f"State what it is with a Content-Type of these {fmt_count(len(types), 'kind')}: {named}."
