"""Driftium's collections on qdrant-client: their names and shape, and the point that says whose vectors they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from qdrant_client import QdrantClient, models

from driftium_core.vectors.points import BATCH

__all__ = ["META", "NAMES", "Meta", "create", "is_filled", "pool_filter", "read_meta", "upsert", "write_meta"]

META = "driftium_meta"
"""One point that names encoder and dimension; every version of the server can keep it."""

NAMES = {name: f"driftium_{name}" for name in ("texts", "baseline", "current")}

_META_ID = 1


@dataclass(frozen=True, slots=True)
class Meta:
    """Whose vectors are stored; no dimension before the first one."""

    encoder: str
    dimension: int | None


def read_meta(client: QdrantClient) -> Meta | None:
    """Whose vectors are stored; None when nothing was ever."""
    if not client.collection_exists(META):
        return None
    records = client.retrieve(META, [_META_ID], with_payload=True)
    payload = records[0].payload if records else None
    return Meta(**payload) if payload else None


def write_meta(client: QdrantClient, meta: Meta) -> None:
    """Say whose vectors are stored."""
    payload = {"encoder": meta.encoder, "dimension": meta.dimension}
    client.upsert(META, [models.PointStruct(id=_META_ID, vector=[1.0], payload=payload)], wait=True)


def is_filled(client: QdrantClient) -> bool:
    """Whether the collections were made."""
    meta = read_meta(client)
    return meta is not None and meta.dimension is not None


def create(client: QdrantClient, name: str, dimension: int, *, indexed: bool) -> None:
    """Make a collection; ``indexed`` makes its filters fast, which a server can."""
    # Texts are read back, so their vectors are stored as they are; responses are only searched.
    distance = models.Distance.DOT if name == "texts" else models.Distance.COSINE
    names = ("text",) if name == "texts" else ("response", "prompt")
    vectors = {key: models.VectorParams(size=dimension, distance=distance) for key in names}
    client.create_collection(NAMES[name], vectors)
    if indexed and name != "texts":
        for field in ("project", "baseline_id"):
            client.create_payload_index(NAMES[name], field, models.PayloadSchemaType.KEYWORD)


def upsert(client: QdrantClient, name: str, points: Iterator[models.PointStruct]) -> None:
    """Store points, a batch at a time."""
    while batch := list(islice(points, BATCH)):
        client.upsert(NAMES[name], batch, wait=True)


def pool_filter(project: str, baseline_id: str | None, exclude: list[str]) -> models.Filter:
    """Points of a project and, unless None, of a baseline."""
    wanted = {"project": project} | ({"baseline_id": baseline_id} if baseline_id is not None else {})
    return models.Filter(
        must=[models.FieldCondition(key=key, match=models.MatchValue(value=value)) for key, value in wanted.items()],
        must_not=[models.HasIdCondition(has_id=list(exclude))] if exclude else None,
    )
