"""Posted records of prompts and responses: read, checked one by one, and given their keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError, WithJsonSchema

from driftium_core.api.bodies import LINES_TYPES, strict_json
from driftium_core.api.errors import refused_value
from driftium_core.errors import InputError
from driftium_core.formats import fmt_n
from driftium_core.response import Response
from driftium_core.text.log_keys import KeyedRow, row_keys
from driftium_core.text.log_values import moment_of

__all__ = ["MAX_RECORDS", "PostedRecords", "Reject", "ResponseRecord", "read_records"]

MAX_RECORDS = 20_000
"""Of one request; a record takes about a hundred times its own size while it is stored."""

MAX_REJECTS = 100
LARGEST = 2**63 - 1


def _text(value: object) -> str:
    """Any text: also half a character, which models that are cut off leave, and which the strict type refuses."""
    if not isinstance(value, str):
        raise ValueError("a text is expected")
    return value


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool)):
        moment, _ = moment_of(str(value))
        if moment is not None:
            return moment
    raise ValueError("a time is expected, in ISO 8601 or in seconds since 1970")


def _id(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Text = Annotated[str, PlainValidator(_text), WithJsonSchema({"type": "string"})]
Moment = Annotated[
    datetime | None,
    PlainValidator(_moment),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "number"}, {"type": "null"}]}),
]
Name = Annotated[str, Field(max_length=500)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)]
Milliseconds = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False, strict=True)]


class ResponseRecord(BaseModel):
    """One answer of a model. ``response`` is needed unless there is an ``error``; fields not named here are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    response: Text | None = Field(default=None, description="What the model answered.")
    prompt: Text | None = Field(default=None, description="What it was asked.")
    model: Name | None = None
    latency_ms: Milliseconds | None = None
    tokens: Count | None = Field(default=None, description="Of the response.")
    prompt_tokens: Count | None = None
    error: Text | None = Field(default=None, description="What went wrong, where something did.")
    created_at: Moment = Field(default=None, description="When it was answered; UTC where no zone is told.")
    id: Annotated[Name | None, BeforeValidator(_id)] = Field(
        default=None, description="Your own id: the same id and texts are stored once, however often they come."
    )
    backend: Name | None = None
    system: Text | None = Field(default=None, description="The system prompt.")
    temperature: Annotated[float, Field(allow_inf_nan=False, strict=True)] | None = None
    max_tokens: Count | None = None
    seed: Annotated[int, Field(ge=-LARGEST, le=LARGEST, strict=True)] | None = None
    source: Name = Field(default="api", description="Where it came from.")


KNOWN = frozenset(ResponseRecord.model_fields)


class Reject(BaseModel):
    """A record that cannot be stored."""

    index: int = Field(description="Its place in the request, counted from 0.")
    reason: str


@dataclass(frozen=True, slots=True)
class PostedRecords:
    """What a request holds.

    Attributes
    ----------
    responses : tuple of Response
        All of them; empty when one is rejected, as then none is stored.
    rejects : tuple of Reject
        The first that cannot be stored.
    ignored : tuple of str
        Names of fields that are not known.
    """

    responses: tuple[Response, ...]
    rejects: tuple[Reject, ...]
    ignored: tuple[str, ...]


def read_records(body: bytes, content_type: str, *, delivery: str | None) -> PostedRecords:
    """The records of a body: one, a list, ``{"responses": [...]}``, or one a line.

    Parameters
    ----------
    delivery : str or None
        What names this request: when it comes again, records without an id of their own are known by it.

    Raises
    ------
    InputError
        The body is none of these, or has more records than are taken at once.
    """
    lines = content_type in LINES_TYPES
    values = list(_of_lines(body)) if lines else _of_json(strict_json(body))
    if len(values) > MAX_RECORDS:
        raise InputError(
            f"These are {fmt_n(len(values))} records; at most {fmt_n(MAX_RECORDS)} are taken at once. Post them in "
            "parts."
        )
    read = [_read(value) for value in values]
    rejects = [Reject(index=index, reason=item) for index, item in enumerate(read) if isinstance(item, str)]
    known = [item for item in read if isinstance(item, ResponseRecord)]
    ignored = {str(name) for value in values if isinstance(value, dict) for name in value.keys() - KNOWN}
    responses = () if rejects else tuple(_with_keys(known, delivery))
    return PostedRecords(responses, tuple(rejects[:MAX_REJECTS]), tuple(sorted(ignored)[:MAX_REJECTS]))


def _of_json(value: Any) -> Sequence[object]:
    if isinstance(value, dict) and isinstance(value.get("responses"), list):
        return list(value["responses"])
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list):
        return value
    raise InputError('A record, a list of records or {"responses": [...]} is expected.')


def _of_lines(body: bytes) -> Iterable[object]:
    """Values of the lines; a line that is no JSON is what is wrong with it."""
    for number, line in enumerate(body.split(b"\n"), start=1):
        if line.strip():
            try:
                yield strict_json(line, what=f"Line {fmt_n(number)}")
            except InputError as error:
                yield error


def _read(value: object) -> ResponseRecord | str:
    """The record, or what is wrong with it."""
    if isinstance(value, InputError):
        return str(value)
    if not isinstance(value, dict):
        return "A record is an object with fields such as `prompt` and `response`."
    try:
        record = ResponseRecord.model_validate(value)
    except ValidationError as error:
        return refused_value(error.errors())
    if record.response is None and record.error is None:
        return "It has neither a `response` nor an `error`."
    return record


def _with_keys(records: Sequence[ResponseRecord], delivery: str | None) -> Iterable[Response]:
    rows = [
        KeyedRow(
            position=place,
            id=record.id or (f"delivery:{_short(delivery)}:{place}" if delivery else None),
            prompt=record.prompt,
            response=record.response or "",
            time=record.created_at,
        )
        for place, record in enumerate(records)
    ]
    keys, _ = row_keys(rows, content_hash="", unit="record", id_column="id", id_is_told=True)
    for record, row, key in zip(records, rows, keys, strict=True):
        yield replace(_response(record), key=key if row.id else None)


def _response(record: ResponseRecord) -> Response:
    values = {name: getattr(record, name) for name in KNOWN - {"id", "response"}}
    return Response(response=record.response or "", **values)


def _short(text: str) -> str:
    return hashlib.sha256(json.dumps(text).encode()).hexdigest()[:32]
