"""Responses: recorded one by one, imported from logs, listed, deleted; the nearest ones to any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from driftium_core.errors import InputError, StorageError, UnavailableError
from driftium_core.formats import fmt_n
from driftium_core.monitor.vectors import collection_of, embed, start_reconcile, start_write, write
from driftium_core.response import Response
from driftium_core.services import Services
from driftium_core.store.records import DEFAULT_PROJECT, Added, Baseline, StoredResponse
from driftium_core.text.pool import texts_of
from driftium_core.vectors.port import Collection

if TYPE_CHECKING:
    from driftium_core.logs import Log

__all__ = [
    "ImportReport",
    "Similar",
    "count_current",
    "current_responses",
    "delete_responses",
    "import_log",
    "record_response",
    "record_responses",
    "response_starts",
    "responses_by_ids",
    "similar",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did.

    Attributes
    ----------
    rows : int
        Rows in the file.
    added : int
        Responses that are new in the store.
    known : int
        Rows that were stored already and were not stored again.
    skipped : int
        Rows that hold no response.
    skipped_text : str
        How many for which reason; empty when none was skipped.
    reasons : tuple of str
        Why the first of them were skipped, with their place in the file.
    baseline : Baseline or None
        The version that was made, for imports to baseline that added something.
    notes : tuple of str
    """

    rows: int
    added: int
    known: int
    skipped: int
    skipped_text: str
    reasons: tuple[str, ...]
    baseline: Baseline | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Similar:
    """A stored response and its cosine similarity to the one asked about."""

    response: StoredResponse
    similarity: float


def record_response(
    services: Services, response: Response, *, project: str = DEFAULT_PROJECT, with_vectors: bool = True
) -> StoredResponse:
    """Store one response as current telemetry, and its vectors where that is possible and wanted.

    SQL is the truth: when the encoder or the vector store fails, the response is stored all the same and its vectors
    follow at the next reconciliation.

    Raises
    ------
    StorageError
        The database cannot be written.
    """
    stored = services.store.responses.add([response], project=project).stored[0]
    if with_vectors:
        with suppress(StorageError, UnavailableError):
            write(services, [stored.id])
    return stored


def record_responses(services: Services, responses: Sequence[Response], *, project: str = DEFAULT_PROJECT) -> Added:
    """Store responses as current telemetry, all or none; their vectors follow in the background.

    Raises
    ------
    InputError
        A number or time in one of them cannot be stored.
    StorageError
        The database cannot be written.
    """
    added = services.store.responses.add(responses, project=project)
    if added.stored:
        start_write(services, [item.id for item in added.stored])
    return added


def import_log(
    services: Services,
    log: Log,
    *,
    to: Literal["current", "baseline"],
    name: str = "",
    project: str = DEFAULT_PROJECT,
    progress: Callable[[int, int, str], None] | None = None,
) -> ImportReport:
    """Store the responses of a log; rows that are stored already add nothing.

    Parameters
    ----------
    log : Log
        From `driftium_core.logs.read_log`.
    to : {"current", "baseline"}
        For ``"baseline"`` the new rows become a version of their own, which is made active.
    name : str
        Of that version; the file's name by default.
    progress : callable, optional
        Called with answers done, answers in all and an empty text; what it raises ends the import, and nothing is
        stored.

    Notes
    -----
    Vectors are not made here: call `reconcile`, or let `start_reconcile` do it in the background.
    """

    def stored(done: int, total: int) -> None:
        if progress is not None:
            progress(done, total, "")

    baseline = None
    if to == "baseline":
        baseline, added = services.store.baselines.add(
            name or log.name, log.responses, project=project, progress=stored
        )
    else:
        added = services.store.responses.add(log.responses, project=project, progress=stored)
    return ImportReport(
        rows=len(log.responses) + log.n_skipped,
        added=len(added.stored),
        known=added.known,
        skipped=log.n_skipped,
        skipped_text=log.skipped_text,
        reasons=tuple(f"{log.unit.capitalize()} {row.position}: {row.reason}." for row in log.skipped),
        baseline=baseline,
        notes=(*log.notes, *_reused(added.ids_reused)),
    )


def _reused(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    return (f"{fmt_n(count)} added responses have an id that is stored with another content; both are kept.",)


def current_responses(
    services: Services, *, project: str = DEFAULT_PROJECT, limit: int = 100, offset: int = 0, search: str = ""
) -> list[StoredResponse]:
    """Current telemetry, newest first; ``search`` finds text in prompts and responses."""
    return services.store.responses.current(
        project=project, limit=limit, offset=offset, search=search, newest_first=True
    )


def count_current(services: Services, *, project: str = DEFAULT_PROJECT, search: str = "") -> int:
    """How many current responses there are, or hold the searched text."""
    return services.store.responses.count(project=project, search=search)


def responses_by_ids(services: Services, ids: Sequence[str]) -> list[StoredResponse]:
    """Those of the responses that are stored, in whichever pool, in the order of the ids."""
    return list(services.store.responses.by_ids(ids).values())


def response_starts(services: Services, ids: Sequence[str], *, length: int = 120) -> dict[str, str]:
    """How those of the responses begin that are stored, by id; for labels, where whole texts would be too much."""
    return services.store.responses.starts(ids, length=length)


def delete_responses(services: Services, ids: Sequence[str], *, project: str = DEFAULT_PROJECT) -> None:
    """Remove current telemetry and its vectors; `InputError` for responses of a baseline."""
    services.store.responses.delete(ids, project=project)
    start_reconcile(services)


def similar(
    services: Services,
    response_id: str,
    *,
    pool: Collection = "current",
    baseline_id: str | None = None,
    limit: int = 10,
) -> list[Similar]:
    """The stored responses nearest in meaning to one of them, most similar first.

    Those that another process has just stored can be missing as long as `vectors_behind` says so.

    Parameters
    ----------
    pool : {"current", "baseline"}
        Where to look: in current telemetry, or in a baseline of the response's project.
    baseline_id : str, optional
        Which baseline; the active one by default.

    Raises
    ------
    NotFoundError
        The response is not stored.
    InputError
        It has no text to compare by.
    StorageError
        The vectors of the pool were lost, or are not made yet: they are being made in the background.
    """
    asked = services.store.responses.get(response_id)
    if not asked.content.usable:
        raise InputError("This response is empty or failed, so nothing is similar to it by meaning.")
    wanted = None
    if pool == "baseline":
        active = services.store.baselines.active(project=asked.project)
        wanted = baseline_id or (active.id if active else None)
        if wanted is None:
            return []
    vector = embed(services, texts_of([asked.content]))[asked.response_hash]
    hits = services.vectors.nearest(
        pool,
        vector,
        project=asked.project,
        baseline_id=wanted,
        limit=limit,
        exclude=[asked.id] if collection_of(asked.baseline_id) == pool else [],
    )
    found = services.store.responses.by_ids([hit.id for hit in hits])
    near = [Similar(found[hit.id], hit.similarity) for hit in hits if hit.id in found]
    right = [item for item in near if item.response.baseline_id == wanted]
    usable = services.store.responses.count(project=asked.project, baseline_id=wanted, usable=True)
    others = usable - (asked.baseline_id == wanted)
    if len(right) < min(limit, others):  # lost, or another process promoted or deleted some: they have yet to follow
        start_reconcile(services)
        if not right:
            raise StorageError(
                "The vectors of these answers were lost, or are not made yet. They are being made now; try again in a "
                "moment."
            )
    return right
