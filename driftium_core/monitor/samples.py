"""The newest answers of both pools, to look at."""

from __future__ import annotations

from dataclasses import dataclass

from driftium_core.services import Services
from driftium_core.store.records import DEFAULT_PROJECT, StoredResponse

__all__ = ["PoolSamples", "pool_samples"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSamples:
    """Some answers of the active baseline and of current telemetry, newest first, and how many there are."""

    baseline: tuple[StoredResponse, ...]
    current: tuple[StoredResponse, ...]
    n_baseline: int
    n_current: int


def pool_samples(services: Services, *, project: str = DEFAULT_PROJECT, limit: int = 20) -> PoolSamples:
    """The newest answers of both pools as they are at one moment.

    Raises
    ------
    NotFoundError
        There is no such project.
    StorageError
        The database cannot be read.
    """
    outline = services.store.outline(project)
    newest = {
        pool: digests.ids[: -limit - 1 : -1]
        for pool, digests in (("baseline", outline.of_baseline), ("current", outline.of_current))
    }
    found = services.store.responses.by_ids([*newest["baseline"], *newest["current"]])
    return PoolSamples(
        baseline=tuple(found[id_] for id_ in newest["baseline"] if id_ in found),
        current=tuple(found[id_] for id_ in newest["current"] if id_ in found),
        n_baseline=len(outline.of_baseline.ids),
        n_current=len(outline.of_current.ids),
    )
