"""qdrant-client as a vector store: a Qdrant server by URL, or a folder on platforms without Qdrant Edge."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException

from driftium_core.errors import DriftiumError, StorageError
from driftium_core.vectors.collections import (
    META,
    NAMES,
    Meta,
    create,
    is_filled,
    pool_filter,
    read_meta,
    upsert,
    write_meta,
)
from driftium_core.vectors.folder import Folder
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

__all__ = ["ClientVectors", "open_local", "open_server"]

TIMEOUT_S = 60
_LOCAL_FILES = ("collection", "meta.json")
"""What qdrant-client writes into a folder."""


def open_server(url: str) -> ClientVectors:
    """Vectors on a Qdrant server; a password in the URL is its API key. Contacted at the first call."""
    parts = urlsplit(url)
    port = parts.port or 6333
    shown = f"{parts.scheme}://{parts.hostname}:{port}"
    # A key over plain http is the user's own choice of address; the client would print it at every start.
    warnings.filterwarnings("ignore", message="Api key is used with an insecure connection", category=UserWarning)

    def connect() -> QdrantClient:
        # The check of versions would be one request more, and a warning instead of an error.
        return QdrantClient(url=shown, api_key=parts.password, timeout=TIMEOUT_S, check_compatibility=False)

    return ClientVectors(connect, where=f"the Qdrant server at {shown}")


def open_local(folder: Path) -> ClientVectors:
    """Vectors in a folder, written by qdrant-client itself. It unpickles what it finds there: trust the folder.

    Raises
    ------
    VectorsBusyError
        Another process uses the folder.
    StorageError
        The folder cannot be used.
    """
    # The client warns at every call once a collection is large, of what cannot be changed where there is no Edge.
    warnings.filterwarnings("ignore", message="Local mode is not recommended", category=UserWarning)
    path = str(folder.absolute())
    return ClientVectors(lambda: QdrantClient(path=path), where=f"qdrant-client in {folder}", folder=Folder(folder))


class ClientVectors:
    """A vector store on qdrant-client. Thread-safe: calls take turns, as the local mode loses points otherwise.

    Made by `open_server` and `open_local`. A folder that is deleted or cannot be read is replaced by an empty store,
    and `notice` says so.
    """

    def __init__(self, connect: Callable[[], QdrantClient], *, where: str, folder: Folder | None = None) -> None:
        self.where = where
        self.notice: str | None = None
        self._lock = threading.RLock()
        self._connect, self._folder = connect, folder
        self._client: QdrantClient | None = None
        try:
            self._client = self._opened()
        except BaseException:
            if folder:
                folder.release()
            raise

    def encoder_tag(self) -> str | None:
        with self._using() as client:
            meta = read_meta(client)
            return meta.encoder if meta else None

    def reset(self, encoder_tag: str) -> None:
        with self._using() as client:
            for name in (META, *NAMES.values()):
                if client.collection_exists(name):
                    client.delete_collection(name)
            client.create_collection(META, models.VectorParams(size=1, distance=models.Distance.DOT))
            write_meta(client, Meta(encoder_tag, None))

    def put_texts(self, hashes: Sequence[str], vectors: NDArray[np.float32]) -> None:
        with self._using() as client:
            rows = self._checked(client, vectors, len(hashes))
            ids = [text_id(text) for text in hashes]
            made = (
                models.PointStruct(
                    id=ids[row], vector={"text": rows[row].tolist()}, payload=text_payload(text, rows[row])
                )
                for row, text in enumerate(hashes)
            )
            upsert(client, "texts", made)

    def get_texts(self, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        found: dict[str, NDArray[np.float32]] = {}
        for _, part in batches(hashes):
            ids: list[Any] = [text_id(text) for text in part]
            with self._using() as client:
                if not is_filled(client):
                    return {}
                records = client.retrieve(NAMES["texts"], ids, with_payload=True, with_vectors=["text"])
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
        with self._using() as client:
            rows = self._checked(client, response_vectors, len(points))
            prompts = checked_prompts(points, prompt_vectors, rows.shape[1])
            ids = [point_id(key) for key in points]
            made = (
                models.PointStruct(
                    id=ids[row], vector=named_vectors(rows[row], prompts[row]), payload=payload_of(facts)
                )
                for row, facts in enumerate(points.values())
            )
            upsert(client, collection, made)

    def facts(self, collection: Collection) -> dict[str, PointFacts]:
        found: dict[str, PointFacts] = {}
        offset: Any = None
        with self._using() as client:
            while is_filled(client):
                records, offset = client.scroll(NAMES[collection], limit=10 * BATCH, offset=offset, with_payload=True)
                read = {str(record.id): facts_of(record.payload) for record in records}
                found |= {key: facts for key, facts in read.items() if facts}
                if offset is None:
                    break
        return found

    def remove(self, collection: Collection, ids: Sequence[str]) -> None:
        for _, part in batches([point_id(key) for key in ids]):
            with self._using() as client:
                if is_filled(client):
                    client.delete(NAMES[collection], models.PointIdsList(points=list(part)), wait=True)

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
        with self._using() as client:
            meta = read_meta(client)
            if limit < 1 or meta is None or meta.dimension is None:
                return []
            answer = client.query_points(
                NAMES[collection],
                query=checked_vectors(np.atleast_2d(vector), 1, meta.dimension)[0].tolist(),
                using="response",
                query_filter=pool_filter(project, baseline_id, [point_id(key) for key in exclude]),
                limit=limit,
                with_payload=True,
            )
        read = [(str(point.id), point.score, facts_of(point.payload)) for point in answer.points]
        return [Hit(key, score, facts) for key, score, facts in read if facts]

    def count(self, collection: Collection) -> int:
        with self._using() as client:
            return client.count(NAMES[collection], exact=True).count if is_filled(client) else 0

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None
                if self._folder:
                    self._folder.release()

    def _checked(self, client: QdrantClient, vectors: NDArray[np.float32], n_rows: int) -> NDArray[np.float32]:
        """Vectors that can be stored; makes the collections when these are the first."""
        meta = read_meta(client)
        if meta is None:
            raise StorageError(self.notice or "The vector store holds nothing, and no encoder was named for it yet.")
        rows = checked_vectors(vectors, n_rows, meta.dimension)
        if self._folder:
            self._folder.require_space(4 * rows.nbytes)
        if n_rows and meta.dimension is None:
            for name, stored in NAMES.items():
                if not client.collection_exists(stored):
                    create(client, name, rows.shape[1], indexed=self._folder is None)
            write_meta(client, Meta(meta.encoder, rows.shape[1]))
        return rows

    def _opened(self) -> QdrantClient:
        try:
            return self._connect()
        except Exception as error:
            if self._folder is None:
                raise StorageError(f"Driftium cannot use {self.where} ({error}).") from error
            try:
                kept = [aside for name in _LOCAL_FILES if (aside := self._folder.keep_aside(name))]
                client = self._connect()
            except Exception as again:
                raise StorageError(
                    f"The vectors in {self._folder.path} cannot be opened ({again}). Move the folder away and start "
                    "again."
                ) from again
            self.notice = (
                f"The vectors in {self._folder.path} were damaged. They are kept as {', '.join(kept)}, which can be "
                "deleted; they will be computed again."
            )
            return client

    @contextmanager
    def _using(self) -> Iterator[QdrantClient]:
        """The client under the lock; its errors become ours."""
        with self._lock:
            if self._client is None:
                raise StorageError("The vector store is closed.")
            if self._folder and not self._folder.intact():
                self._start_over(self._folder)
            try:
                yield self._client
            except DriftiumError:
                raise
            except ResponseHandlingException as error:
                raise StorageError(
                    f"Driftium cannot reach {self.where} ({error}). Start it, or set DRIFTIUM_QDRANT to a folder."
                ) from error
            except ApiException as error:
                raise StorageError(f"Driftium asked {self.where} in vain ({_first_line(error)}).") from error
            except Exception as error:
                raise StorageError(f"Driftium cannot use {self.where} ({_first_line(error)}). Try again.") from error

    def _start_over(self, folder: Folder) -> None:
        assert self._client is not None
        self._client.close()
        folder.release()
        folder.acquire()
        self._client = self._opened()
        self.notice = (
            f"The folder {folder.path} was deleted while Driftium was running. Its vectors will be computed again; "
            "responses and baselines are kept in the database."
        )


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
