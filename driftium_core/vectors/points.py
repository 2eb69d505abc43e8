"""What every engine stores of a text or a response, and the checks on what it is given."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from numpy.typing import ArrayLike, NDArray

from driftium_core.errors import InputError
from driftium_core.vectors.port import PointFacts

__all__ = [
    "BATCH",
    "batches",
    "checked_prompts",
    "checked_vectors",
    "facts_of",
    "named_vector",
    "named_vectors",
    "payload_of",
    "point_id",
    "text_id",
    "text_payload",
    "whole_vector",
]

BATCH = 1000
"""Points of one call to an engine; a batch is stored wholly or not at all."""

T = TypeVar("T")


def batches(items: Sequence[T], size: int = BATCH) -> Iterator[tuple[int, Sequence[T]]]:
    """Consecutive parts of a sequence, each with the position of its first item."""
    for start in range(0, len(items), size):
        yield start, items[start : start + size]


def point_id(response_id: str) -> str:
    """Check that the id of a response is a UUID, and return it as engines write it."""
    try:
        return str(UUID(response_id))
    except ValueError:
        raise InputError(f"{response_id!r} is no id of a response; a UUID is expected.") from None


def text_id(text_hash: str) -> str:
    """Key of a text: the first half of its SHA-256 as a UUID; the whole hash is in the payload."""
    try:
        return str(UUID(text_hash[:32]))
    except ValueError:
        raise InputError(f"{text_hash!r} is no content hash; 64 hexadecimal digits are expected.") from None


def text_payload(text_hash: str, vector: NDArray[np.float32]) -> dict[str, Any]:
    """Payload of a text; the checksum tells a vector that the disk has changed."""
    return {"hash": text_hash, "crc32": zlib.crc32(vector.tobytes())}


def whole_vector(payload: Mapping[str, Any] | None, values: ArrayLike) -> tuple[str, NDArray[np.float32]] | None:
    """Hash and vector of a stored text; None when either is damaged."""
    vector = np.asarray(values, dtype=np.float32)
    if not payload or zlib.crc32(vector.tobytes()) != payload.get("crc32"):
        return None
    return str(payload.get("hash")), vector


def payload_of(facts: PointFacts) -> dict[str, Any]:
    """Payload of a response."""
    return {
        "project": facts.project,
        "baseline_id": facts.baseline_id,
        "response_hash": facts.response_hash,
        "prompt_hash": facts.prompt_hash,
    }


def facts_of(payload: Mapping[str, Any] | None) -> PointFacts | None:
    """Read a payload back; None when it is not one of ours, so that the point counts as lost."""
    try:
        return PointFacts(**payload) if payload else None
    except TypeError:
        return None


def checked_vectors(vectors: NDArray[np.float32], n_rows: int, dimension: int | None) -> NDArray[np.float32]:
    """Vectors as contiguous float32 rows.

    Raises
    ------
    InputError
        Not ``n_rows`` rows, another dimension than what is stored, or a value that is not finite.
    """
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    if rows.ndim != 2 or len(rows) != n_rows:
        raise InputError(f"{n_rows} vectors are expected, one a row; an array of shape {rows.shape} was given.")
    if dimension is not None and n_rows and rows.shape[1] != dimension:
        raise InputError(
            f"The vectors have {rows.shape[1]} dimensions, those stored {dimension}. Vectors of different encoders "
            "cannot be kept together."
        )
    bad = ~np.isfinite(rows).all(axis=1)
    if bad.any():
        raise InputError(f"Row {int(bad.argmax()) + 1} of the vectors has a value that is not a finite number.")
    return rows


def checked_prompts(
    points: Mapping[str, PointFacts], vectors: NDArray[np.float32] | None, dimension: int | None
) -> list[NDArray[np.float32] | None]:
    """The prompt's vector of each point, None where it has no prompt; what such a row holds does not matter."""
    if vectors is None:
        return [None] * len(points)
    has_prompt = np.array([facts.prompt_hash is not None for facts in points.values()], dtype=bool)
    if len(vectors) == len(has_prompt):
        vectors = np.where(has_prompt[:, None], vectors, 0)
    rows = checked_vectors(vectors, len(points), dimension)
    return [row if wanted else None for row, wanted in zip(rows, has_prompt, strict=True)]


def named_vectors(response: NDArray[np.float32], prompt: NDArray[np.float32] | None) -> dict[str, Any]:
    """The named vectors of a response, as engines take them."""
    found = {"response": response.tolist()}
    return found if prompt is None else found | {"prompt": prompt.tolist()}


def named_vector(vectors: object, name: str) -> list[float]:
    """One of the named vectors that an engine returned; empty when it is lost."""
    found = vectors.get(name) if isinstance(vectors, dict) else None
    return found if isinstance(found, list) else []
