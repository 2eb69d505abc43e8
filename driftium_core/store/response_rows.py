"""Rows of the responses table: made from responses, inserted in chunks, read back without the ORM."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from uuid import uuid4

from sqlalchemy import ColumnElement, CursorResult, Delete, Row, Table, Update, func, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from driftium_core.errors import InputError
from driftium_core.response import Response, text_hash
from driftium_core.store.projects import project_names
from driftium_core.store.records import Added, StoredResponse
from driftium_core.store.schema import ResponseRow

__all__ = ["Stored", "add_responses", "chunks", "n_changed", "read_responses", "storable"]

T = TypeVar("T")
Stored = Callable[[int, int], None]
"""Responses done, and responses in all."""

CHUNK = 5_000
"""Values per statement; SQLite takes at most 32,766, PostgreSQL 65,535."""

_LARGEST = 2**63 - 1
"""The largest whole number that a database holds."""

_TABLE = cast(Table, ResponseRow.__table__)
"""Many rows are read and written past the ORM, which would track each."""


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Parts of a sequence that one SQL statement can take."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def n_changed(session: Session, statement: Update | Delete) -> int:
    """Execute a statement; return how many rows it changed."""
    result = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return result.rowcount


def add_responses(
    session: Session,
    responses: Sequence[Response],
    *,
    project_id: int,
    project: str,
    baseline_id: str | None = None,
    progress: Stored | None = None,
) -> Added:
    """Insert those whose key the project does not have. The caller holds the project's lock.

    ``progress`` is called before each chunk; what it raises ends the work.

    Raises
    ------
    InputError
        A number or time in a response cannot be stored.
    """
    place = {"project_id": project_id, "baseline_id": baseline_id, "stored_at": datetime.now(UTC)}
    checked = [storable(response, number) for number, response in enumerate(responses, start=1)]
    keys: set[str] = set()
    ids: set[str] = set()
    stored: list[StoredResponse] = []
    ids_reused = 0
    for number, part in enumerate(chunks(checked)):
        if progress is not None:
            progress(number * CHUNK, len(checked))
        hashes = [None if response.key is None else text_hash(response.key) for response in part]
        keys |= _stored(session, ResponseRow.key_hash, hashes, project_id)
        fresh = [pair for pair in zip(part, hashes, strict=True) if _first_time(pair[1], keys)]
        if not fresh:
            continue
        rows = [_values(response, key_hash) | place for response, key_hash in fresh]
        id_hashes = [row["id_hash"] for row in rows]
        ids |= _stored(session, ResponseRow.id_hash, id_hashes, project_id)
        ids_reused += sum(not _first_time(id_hash, ids) for id_hash in id_hashes)
        seqs = _insert(session, rows, project_id)
        contents = [response for response, _ in fresh]
        stored += [_just_stored(*new, project) for new in zip(rows, seqs, contents, strict=True)]
    return Added(tuple(stored), known=len(responses) - len(stored), ids_reused=ids_reused)


def _insert(session: Session, rows: list[dict[str, Any]], project_id: int) -> Sequence[int]:
    """Insert rows and return their arrival numbers, which are in their order."""
    last_seq = session.scalar(select(func.max(ResponseRow.seq))) or 0
    session.execute(insert(_TABLE), rows)
    # Nobody else adds to this project meanwhile, so these are the rows just inserted. With RETURNING, SQLAlchemy could
    # not hand all rows to the driver at once.
    query = select(ResponseRow.seq).where(ResponseRow.project_id == project_id, ResponseRow.seq > last_seq)
    return session.scalars(query.order_by(ResponseRow.seq)).all()


def read_responses(
    session: Session, *where: ColumnElement[bool], limit: int | None = None, offset: int = 0, newest_first: bool = False
) -> list[StoredResponse]:
    """Stored responses in order of arrival, or the newest first."""
    order = ResponseRow.seq.desc() if newest_first else ResponseRow.seq
    query = select(*_READ).where(*where).order_by(order).limit(limit).offset(offset or None)
    names = project_names(session)
    return [_record(row, names) for row in session.execute(query)]


_READ = [
    _TABLE.c[name]
    for name in (
        *("id", "seq", "project_id", "baseline_id", "stored_at", "response_hash", "prompt_hash", "digest"),
        *("response", "prompt", "model", "backend", "latency_ms", "tokens", "prompt_tokens", "error", "source"),
        *("created_at", "key", "first_token_ms", "stop_reason", "system", "temperature", "max_tokens", "seed"),
    )
]


def _record(row: Row[Any], names: dict[int, str]) -> StoredResponse:
    # Unpacked by position, as access by name is slower and there may be 100,000.
    id_, seq, project_id, baseline_id, stored_at, response_hash, prompt_hash, digest, *content = tuple(row)
    response, prompt, model, backend, latency_ms, tokens, prompt_tokens, error, source, *content = content
    created_at, key, first_token_ms, stop_reason, system, temperature, max_tokens, seed = content
    return StoredResponse(
        id=id_,
        seq=seq,
        project=names[project_id],
        baseline_id=baseline_id,
        stored_at=stored_at,
        response_hash=response_hash,
        prompt_hash=prompt_hash,
        digest=digest,
        content=Response(
            response=response,
            prompt=prompt,
            model=model,
            backend=backend,
            latency_ms=latency_ms,
            tokens=tokens,
            prompt_tokens=prompt_tokens,
            error=error,
            source=source,
            created_at=created_at,
            key=key,
            first_token_ms=first_token_ms,
            stop_reason=stop_reason,
            system=system,
            temperature=temperature,
            max_tokens=max_tokens,
            seed=seed,
        ),
    )


def _just_stored(row: dict[str, Any], seq: int, response: Response, project: str) -> StoredResponse:
    return StoredResponse(
        id=row["id"],
        seq=seq,
        project=project,
        baseline_id=row["baseline_id"],
        stored_at=row["stored_at"],
        response_hash=row["response_hash"],
        prompt_hash=row["prompt_hash"],
        digest=row["digest"],
        content=response,
    )


def _values(response: Response, key_hash: str | None) -> dict[str, Any]:
    own_id = _own_id(response.key)
    response_hash = text_hash(response.response)
    prompt_hash = text_hash(response.prompt or "") if response.has_prompt else None
    return {
        "id": str(uuid4()),
        "key": response.key,
        "key_hash": key_hash,
        "id_hash": None if own_id is None else text_hash(own_id),
        "prompt": response.prompt,
        "response": response.response,
        "prompt_hash": prompt_hash,
        "response_hash": response_hash,
        "digest": _digest(response, response_hash, prompt_hash),
        "usable": response.usable,
        "model": response.model,
        "backend": response.backend,
        "latency_ms": response.latency_ms,
        "tokens": response.tokens,
        "prompt_tokens": response.prompt_tokens,
        "error": response.error,
        "source": response.source,
        "created_at": response.created_at,
        "first_token_ms": response.first_token_ms,
        "stop_reason": response.stop_reason,
        "system": response.system,
        "temperature": response.temperature,
        "max_tokens": response.max_tokens,
        "seed": response.seed,
    }


def _digest(response: Response, response_hash: str, prompt_hash: str | None) -> str:
    facts = (
        response_hash,
        prompt_hash,
        response.model,
        response.backend,
        response.latency_ms,
        response.tokens,
        response.prompt_tokens,
        response.error,
        None if response.created_at is None else response.created_at.isoformat(),
    )
    made_with = (response.system, response.temperature, response.max_tokens)
    # Where none is known the digest stays what it was before settings counted: a log imported then is the same now.
    known = made_with if any(value is not None for value in made_with) else ()
    return hashlib.sha256(json.dumps((*facts, *known)).encode()).hexdigest()


def _own_id(key: str | None) -> str | None:
    """The log's own id in a key ``id:<id>:<digest of the content>``."""
    return key.rpartition(":")[0] if key is not None and key.startswith("id:") else None


def storable(response: Response, number: int) -> Response:
    """The response with its time in UTC, and without durations that are not numbers.

    Raises
    ------
    InputError
        A number or time cannot be stored; ``number`` tells which response it is.
    """
    for name, lowest in (("tokens", 0), ("prompt_tokens", 0), ("max_tokens", 0), ("seed", -_LARGEST)):
        value = getattr(response, name)
        if value is not None and not lowest <= value <= _LARGEST:
            expected = f"a {'whole number' if lowest else 'count'} from {lowest} to {_LARGEST}"
            raise InputError(f"Response {number} has {value} as {name}, where {expected} is expected. Correct it.")
    if not _finite(response.temperature):
        raise InputError(
            f"Response {number} has the temperature {response.temperature}, which is no number. Correct it."
        )
    changes: dict[str, Any] = {
        name: None for name in ("latency_ms", "first_token_ms") if not _finite(getattr(response, name))
    }
    if response.created_at is not None:
        if response.created_at.tzinfo is None:
            raise InputError(f"Response {number} has the time {response.created_at} without a time zone. Give it one.")
        if response.created_at.tzinfo is not UTC:
            changes["created_at"] = response.created_at.astimezone(UTC)
    return replace(response, **changes) if changes else response


def _finite(value: float | None) -> bool:
    return value is None or math.isfinite(value)


def _stored(
    session: Session, column: InstrumentedAttribute[str | None], hashes: Sequence[str | None], project_id: int
) -> set[str]:
    """Which of these hashes the project has in the column."""
    wanted = {value for value in hashes if value is not None}
    if not wanted:
        return set()
    query = select(column).distinct().where(ResponseRow.project_id == project_id, column.in_(wanted))
    return {value for value in session.scalars(query) if value is not None}


def _first_time(value: str | None, seen: set[str]) -> bool:
    """Whether a value is new, remembering it; None always is."""
    if value is None:
        return True
    if value in seen:
        return False
    seen.add(value)
    return True
