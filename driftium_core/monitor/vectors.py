"""Vectors follow SQL: embedded once per distinct text, rebuilt where they are missing, foreign or left over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from driftium_core.jobs import Job, Progress
from driftium_core.monitor.checks import ProgressCallback
from driftium_core.services import Services
from driftium_core.text.pool import Pool, texts_of
from driftium_core.vectors.port import COLLECTIONS, Collection, PointFacts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "Reconciled",
    "catch_up",
    "embed",
    "reconcile",
    "start_reconcile",
    "start_write",
    "vectors_behind",
]

TEXTS_AT_ONCE = 256
"""Embedded and kept together: what a kill -9 costs at most, and how long another thread waits for its turn."""

ALL_VECTORS = "vectors"
"""What the job of a reconciliation is about."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What had to be done to make the vectors agree with SQL.

    Attributes
    ----------
    written, removed : int
        Responses whose vectors were written or removed.
    encoder_changed : bool
        Everything was embedded anew, as another encoder had made the vectors.
    """

    written: int
    removed: int
    encoder_changed: bool


def embed(
    services: Services, texts: Mapping[str, str], *, progress: ProgressCallback | None = None
) -> dict[str, NDArray[np.float32]]:
    """Unit vectors of texts by content hash; only those never seen before are computed.

    Raises
    ------
    StorageError
        The vector store cannot be read or written.
    UnavailableError
        The encoder cannot be loaded.
    """
    prepare_encoder(services)
    vectors: dict[str, NDArray[np.float32]] = {}
    by_length = sorted(texts, key=lambda digest: (len(texts[digest]), digest))  # a batch is as slow as its longest
    for digests in batches(by_length, TEXTS_AT_ONCE):
        with services.embedding:  # looking for a text and embedding it is one step: no text is embedded twice
            known = services.vectors.get_texts(digests)
            missing = [digest for digest in digests if digest not in known]
            if missing:
                made = services.encoder.encode([texts[digest] for digest in missing])
                services.vectors.put_texts(missing, made)
                known.update(zip(missing, made, strict=True))
        vectors.update(known)
        if progress:
            progress(len(vectors), len(texts), "Embedding texts")
    return vectors


def prepare_encoder(services: Services) -> bool:
    """Start the vector store anew when another encoder filled it; whether that was so."""
    tag = services.encoder.tag
    with services.embedding:
        stored = services.vectors.encoder_tag()
        if stored == tag:
            return False
        services.vectors.reset(tag)
        return stored is not None


def reconcile(services: Services, *, progress: ProgressCallback | None = None) -> Reconciled:
    """Make the vector store hold exactly the usable responses of SQL, each in its pool's collection.

    Raises
    ------
    StorageError
        The database or the vector store failed; what was done so far stays, and the next call goes on from there.
    UnavailableError
        The encoder cannot be loaded.
    """
    changed = prepare_encoder(services)
    missing, removed = _compare_with_sql(services)
    for done, ids in enumerate(batches(missing, TEXTS_AT_ONCE)):
        if progress:
            progress(done * TEXTS_AT_ONCE, len(missing), "Rebuilding vectors")
        write(services, ids)
    return Reconciled(len(missing), removed, changed)


def _compare_with_sql(services: Services) -> tuple[list[str], int]:
    """Ids that lack their vectors, after everything that does not belong where it is was removed."""
    with services.indexing:
        wanted = {
            id_: PointFacts(fact.project, fact.baseline_id, fact.response_hash, fact.prompt_hash)
            for id_, fact in services.store.responses.facts().items()
            if fact.usable
        }
        present: set[str] = set()
        removed = 0
        for collection in COLLECTIONS:
            stored = services.vectors.facts(collection)
            right = {
                id_
                for id_, fact in stored.items()
                if wanted.get(id_) == fact and collection_of(fact.baseline_id) == collection
            }
            services.vectors.remove(collection, [id_ for id_ in stored if id_ not in right])
            present |= right
            removed += len(stored.keys() - wanted.keys())
    return [id_ for id_ in wanted if id_ not in present], removed


def start_reconcile(services: Services) -> Job[Reconciled]:
    """Reconcile in the background; a second call while one waits to run adds nothing."""

    def work(progress: Progress) -> Reconciled:
        return reconcile(services, progress=progress)

    waiting = services.background.working_on(ALL_VECTORS)
    if waiting and waiting.state == "queued":
        return waiting
    return services.background.start(work, title="Rebuilding vectors", about=ALL_VECTORS)


def vectors_behind(services: Services) -> bool:
    """Whether the vectors have yet to follow what another process stored or removed; starts to make them then.

    Until they are made, responses are missing where they are looked for by meaning. Told by counts alone, so cheap.

    Raises
    ------
    StorageError
        The database or the vector store cannot be read.
    """
    behind = sum(map(services.vectors.count, COLLECTIONS)) != services.store.responses.n_usable()
    if behind:
        start_reconcile(services)
    return behind


def start_write(services: Services, ids: Sequence[str]) -> Job[None]:
    """Make the vectors of stored responses in the background; what fails there, the next reconciliation mends."""
    return services.background.start(lambda _progress: write(services, ids), title="Embedding new answers")


def catch_up(services: Services) -> Job[Reconciled] | None:
    """Reconcile in the background at start, unless nothing is stored: then there is nothing to open or load."""
    return start_reconcile(services) if services.store.responses.any() else None


def write(services: Services, ids: Sequence[str]) -> None:
    """Keep the vectors of stored responses, each in the collection of the pool it is in by then."""
    vectors = embed(services, texts_of([item.content for item in services.store.responses.by_ids(ids).values()]))
    with services.indexing:  # a promotion meanwhile is seen by the reading below, or by the reconciliation after it
        usable = [item for item in services.store.responses.by_ids(ids).values() if item.content.usable]
        for collection in COLLECTIONS:
            some = [item for item in usable if collection_of(item.baseline_id) == collection]
            if some:
                pool = Pool.of([item.content for item in some], vectors)
                points = {
                    item.id: PointFacts(item.project, item.baseline_id, item.response_hash, item.prompt_hash)
                    for item in some
                }
                services.vectors.put_responses(collection, points, pool.response_vectors, pool.prompt_vectors)


def collection_of(baseline_id: str | None) -> Collection:
    """Which collection holds the responses of a baseline, or of current telemetry (None)."""
    return "current" if baseline_id is None else "baseline"


def batches(items: Sequence[T], size: int) -> Iterator[list[T]]:
    """Consecutive lists of up to ``size`` items."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
