"""Vectors in this process only: for a run beside an app that holds the folder."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from driftium_core.errors import StorageError
from driftium_core.vectors.points import checked_prompts, checked_vectors, point_id, text_id
from driftium_core.vectors.port import COLLECTIONS, Collection, Hit, PointFacts

__all__ = ["MemoryVectors"]


class MemoryVectors:
    """A vector store that forgets everything when it is closed. Thread-safe."""

    where = "in memory"
    notice: str | None = None

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._closed = False
        self._clear(None)

    def encoder_tag(self) -> str | None:
        with self._lock:
            self._check_open()
            return self._encoder

    def reset(self, encoder_tag: str) -> None:
        with self._lock:
            self._check_open()
            self._clear(encoder_tag)

    def put_texts(self, hashes: Sequence[str], vectors: NDArray[np.float32]) -> None:
        with self._lock:
            rows = self._checked(vectors, len(hashes))
            ids = [text_id(text) for text in hashes]
            self._texts.update(zip(zip(ids, hashes, strict=True), rows, strict=True))

    def get_texts(self, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        with self._lock:
            self._check_open()
            keys = [(text_id(text), text) for text in hashes]
            return {key[1]: self._texts[key].copy() for key in keys if key in self._texts}

    def put_responses(
        self,
        collection: Collection,
        points: Mapping[str, PointFacts],
        response_vectors: NDArray[np.float32],
        prompt_vectors: NDArray[np.float32] | None = None,
    ) -> None:
        with self._lock:
            rows = self._checked(response_vectors, len(points))
            checked_prompts(points, prompt_vectors, self._dimension)  # nothing here reads them back
            unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.finfo(np.float32).tiny)
            found = {point_id(key): (facts, row) for (key, facts), row in zip(points.items(), unit, strict=True)}
            self._points[collection].update(found)

    def facts(self, collection: Collection) -> dict[str, PointFacts]:
        with self._lock:
            self._check_open()
            return {key: facts for key, (facts, _) in self._points[collection].items()}

    def remove(self, collection: Collection, ids: Sequence[str]) -> None:
        with self._lock:
            self._check_open()
            for key in ids:
                self._points[collection].pop(point_id(key), None)

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
        with self._lock:
            self._check_open()
            query = checked_vectors(np.atleast_2d(vector), 1, self._dimension)[0]
            left_out = {point_id(key) for key in exclude}
            found = [
                (key, facts, row)
                for key, (facts, row) in self._points[collection].items()
                if facts.project == project and baseline_id in (None, facts.baseline_id) and key not in left_out
            ]
        if not found or limit < 1:
            return []
        length = max(float(np.linalg.norm(query)), float(np.finfo(np.float32).tiny))
        similarity = np.stack([row for _, _, row in found]) @ query / length
        order = np.argsort(-similarity, kind="stable")[:limit]
        return [Hit(found[i][0], float(similarity[i]), found[i][1]) for i in order]

    def count(self, collection: Collection) -> int:
        with self._lock:
            self._check_open()
            return len(self._points[collection])

    def close(self) -> None:
        with self._lock:
            self._clear(None)
            self._closed = True

    def _clear(self, encoder: str | None) -> None:
        self._encoder = encoder
        self._dimension: int | None = None
        self._texts: dict[tuple[str, str], NDArray[np.float32]] = {}
        self._points: dict[Collection, dict[str, tuple[PointFacts, NDArray[np.float32]]]] = {
            name: {} for name in COLLECTIONS
        }

    def _check_open(self) -> None:
        if self._closed:
            raise StorageError("The vector store is closed.")

    def _checked(self, vectors: NDArray[np.float32], n_rows: int) -> NDArray[np.float32]:
        self._check_open()
        if self._encoder is None:
            raise StorageError("The vector store holds nothing, and no encoder was named for it yet.")
        rows = checked_vectors(vectors, n_rows, self._dimension)
        if n_rows:
            self._dimension = rows.shape[1]
        return rows.copy()
