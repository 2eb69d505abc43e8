"""Qdrant Edge, the engine of Qdrant in this process, as a vector store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import qdrant_edge as qdrant
from numpy.typing import NDArray

from driftium_core.errors import StorageError
from driftium_core.vectors.edge_shards import EdgeShards, ShardName
from driftium_core.vectors.points import (
    BATCH,
    batches,
    checked_prompts,
    checked_vectors,
    facts_of,
    named_vector,
    named_vectors,
    payload_of,
    point_id,
    text_id,
    text_payload,
    whole_vector,
)
from driftium_core.vectors.port import Collection, Hit, PointFacts

__all__ = ["EdgeVectors"]

_READ_BATCH = 64
"""Texts read at once: a vector arrives as Python floats, and few of them stay in the cache (2.5 times faster)."""

_FLUSH_POINTS = 10_000
"""Points after which the log is emptied into the segments. Until then they survive a killed process in the log."""


class EdgeVectors:
    """A vector store in a folder, on Qdrant Edge. Thread-safe: calls take turns.

    A shard that cannot be read is kept aside under another name, a deleted one is made anew, empty, and `notice` says
    so; the other shards stay. When the whole folder disappears, the store is empty and has no encoder.

    Raises
    ------
    VectorsBusyError
        Another process uses the folder.
    StorageError
        The folder cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self.where = f"Qdrant Edge in {folder}"
        self._shards = EdgeShards(folder)
        self._unflushed: dict[ShardName, int] = {}

    @property
    def notice(self) -> str | None:
        return self._shards.notice

    def encoder_tag(self) -> str | None:
        with self._shards.held() as marker:
            return marker.encoder if marker else None

    def reset(self, encoder_tag: str) -> None:
        self._shards.reset(encoder_tag)

    def put_texts(self, hashes: Sequence[str], vectors: NDArray[np.float32]) -> None:
        with self._shards.held():
            rows = self._checked(vectors, len(hashes))
            ids = [text_id(text) for text in hashes]
            made = (
                qdrant.Point(ids[row], {"text": rows[row].tolist()}, text_payload(text, rows[row]))
                for row, text in enumerate(hashes)
            )
            self._upsert("texts", made)

    def get_texts(self, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        found: dict[str, NDArray[np.float32]] = {}
        for _, part in batches(hashes, _READ_BATCH):
            ids: list[Any] = [text_id(text) for text in part]
            with self._shards.using("texts") as shard:
                records = shard.retrieve(ids, with_payload=True, with_vector=True) if shard else []
                read = [whole_vector(record.payload, named_vector(record.vector, "text")) for record in records]
            wanted = set(part)
            found.update(pair for pair in read if pair and pair[0] in wanted)
        return found

    def put_responses(
        self,
        collection: Collection,
        points: Mapping[str, PointFacts],
        response_vectors: NDArray[np.float32],
        prompt_vectors: NDArray[np.float32] | None = None,
    ) -> None:
        with self._shards.held():
            rows = self._checked(response_vectors, len(points))
            prompts = checked_prompts(points, prompt_vectors, rows.shape[1])
            ids = [point_id(key) for key in points]
            made = (
                qdrant.Point(ids[row], named_vectors(rows[row], prompts[row]), payload_of(facts))
                for row, facts in enumerate(points.values())
            )
            self._upsert(collection, made)

    def facts(self, collection: Collection) -> dict[str, PointFacts]:
        with self._shards.using(collection) as shard:
            n_points = shard.count(qdrant.CountRequest()) if shard else 0
            if not shard or not n_points:
                return {}
            records, _ = shard.scroll(qdrant.ScrollRequest(limit=n_points, with_payload=True, with_vector=False))
            read = {str(record.id): facts_of(record.payload) for record in records}
        return {key: facts for key, facts in read.items() if facts}

    def remove(self, collection: Collection, ids: Sequence[str]) -> None:
        for _, part in batches([point_id(key) for key in ids]):
            with self._shards.using(collection) as shard:
                if shard:
                    shard.update(qdrant.UpdateOperation.delete_points(list(part)))

    def nearest(
        self,
        collection: Collection,
        vector: NDArray[np.float32],
        *,
        project: str,
        baseline_id: str | None = None,
        limit: int = 10,
        exclude: Sequence[str] = (),
    ) -> list[Hit]:
        with self._shards.held() as marker, self._shards.using(collection) as shard:
            if not shard or not marker or limit < 1:
                return []
            query = checked_vectors(np.atleast_2d(vector), 1, marker.dimension)[0].tolist()
            request = qdrant.QueryRequest(
                limit=limit,
                query=qdrant.Query.Nearest(query, using="response"),
                filter=_filter(project, baseline_id, [point_id(key) for key in exclude]),
                with_payload=True,
            )
            read = [(str(point.id), point.score, facts_of(point.payload)) for point in shard.query(request)]
        return [Hit(key, score, facts) for key, score, facts in read if facts]

    def count(self, collection: Collection) -> int:
        with self._shards.using(collection) as shard:
            return shard.count(qdrant.CountRequest()) if shard else 0

    def close(self) -> None:
        self._shards.close()

    def _checked(self, vectors: NDArray[np.float32], n_rows: int) -> NDArray[np.float32]:
        """Vectors that can be stored; the caller holds the shards."""
        with self._shards.held() as marker:
            if marker is None:
                raise StorageError(
                    self.notice or "The vector store holds nothing, and no encoder was named for it yet."
                )
            rows = checked_vectors(vectors, n_rows, marker.dimension)
            if n_rows:
                self._shards.prepare(rows.shape[1], rows.nbytes)
            return rows

    def _upsert(self, name: ShardName, points: Iterator[qdrant.Point]) -> None:
        while batch := list(islice(points, BATCH)):
            with self._shards.using(name) as shard:
                if shard is None:
                    raise StorageError(f"The {name} vectors are gone. {self.notice or ''}")
                shard.update(qdrant.UpdateOperation.upsert_points(batch))
                self._unflushed[name] = self._unflushed.get(name, 0) + len(batch)
                if self._unflushed[name] >= _FLUSH_POINTS:
                    shard.flush()
                    self._unflushed[name] = 0


def _filter(project: str, baseline_id: str | None, exclude: list[str]) -> qdrant.Filter:
    wanted = {"project": project} | ({"baseline_id": baseline_id} if baseline_id is not None else {})
    return qdrant.Filter(
        must=[qdrant.FieldCondition(key=key, match=qdrant.MatchValue(value=value)) for key, value in wanted.items()],
        must_not=[qdrant.HasIdCondition(set(exclude))] if exclude else None,
    )
