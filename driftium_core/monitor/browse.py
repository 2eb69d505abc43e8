"""Both pools of a comparison as they are read: ranked, searched, a page at a time, and pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from driftium_core.monitor.calculations import PoolIds
from driftium_core.services import Services
from driftium_core.store.records import StoredResponse
from driftium_core.text.word_diff import word_difference
from driftium_core.vectors.port import Collection

if TYPE_CHECKING:
    from driftium_core.text.differences import AnswerPair, Witnesses, WordDifference

__all__ = ["BrowseOrder", "Browsed", "BrowsedPage", "BrowsedPair", "PairsPage", "browse_pairs", "browse_responses"]

BrowseOrder = Literal["novel first", "typical first", "newest first"]
"""By the witness: unlike the other pool first (in baseline: gone), like the other pool first; or by arrival."""


@dataclass(frozen=True, slots=True)
class Browsed:
    """A response with its position in the pool and its witness, None where it was not looked at."""

    response: StoredResponse
    position: int
    witness: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowsedPage:
    """Some of the responses of a pool that were asked for.

    Attributes
    ----------
    n_found, n_pool : int
        How many were asked for, and how many there are.
    n_unranked : int
        How many of those found were not looked at and so come after the others; 0 when the newest come first.
    n_deleted : int
        How many of this page are no longer stored and so are missing from ``items``.
    """

    items: tuple[Browsed, ...]
    n_found: int
    n_pool: int
    n_unranked: int
    n_deleted: int


@dataclass(frozen=True, slots=True)
class BrowsedPair:
    """A baseline and a current answer to one prompt, how alike they are, and the words that only one has."""

    baseline: StoredResponse
    current: StoredResponse
    similarity: float
    difference: WordDifference


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsPage:
    """Some of the pairs that were asked for; ``n_deleted`` of this page are no longer stored and missing."""

    items: tuple[BrowsedPair, ...]
    n_found: int
    n_pairs: int
    n_deleted: int


def browse_responses(
    services: Services,
    ids: PoolIds,
    *,
    pool: Collection,
    witnesses: Witnesses | None = None,
    order: BrowseOrder = "novel first",
    search: str = "",
    positions: Sequence[int] | None = None,
    limit: int = 10,
    offset: int = 0,
) -> BrowsedPage:
    """One page of a pool; only its texts are read, whatever the size of the pool.

    Parameters
    ----------
    ids : PoolIds
        Of the comparison, from `check_responses`.
    pool : {"baseline", "current"}
    witnesses : Witnesses, optional
        Of the comparison's report. Without it, the newest come first. Those that were not looked at come after those
        that were, and equal ones by arrival, newest first.
    search : str
        Text that prompt or response must have.
    positions : sequence of int, optional
        Only these, e.g. of a group of like answers.

    Raises
    ------
    StorageError
        The database cannot be read.
    """
    of_pool = ids.baseline if pool == "baseline" else ids.current
    values = _witness_by_position(witnesses, pool, len(of_pool))
    found = _newest_first(len(of_pool), positions)
    if search.strip():
        matching = services.store.responses.matching([of_pool[position] for position in found.tolist()], search)
        found = found[[of_pool[position] in matching for position in found.tolist()]]
    n_unranked = 0
    if witnesses is not None and order != "newest first":
        ranks = values[found] if order == "typical first" else -values[found]
        found = found[np.argsort(ranks, kind="stable")]  # what was not looked at is nan, which sorts last
        n_unranked = int(np.isnan(ranks).sum())
    shown = found[offset : offset + limit].tolist()
    stored = services.store.responses.by_ids([of_pool[position] for position in shown])
    items = tuple(
        Browsed(stored[of_pool[at]], at, None if np.isnan(values[at]) else float(values[at]))
        for at in shown
        if of_pool[at] in stored
    )
    return BrowsedPage(
        items=items,
        n_found=len(found),
        n_pool=len(of_pool),
        n_unranked=n_unranked,
        n_deleted=len(shown) - len(items),
    )


def browse_pairs(
    services: Services,
    ids: PoolIds,
    pairs: Sequence[AnswerPair],
    *,
    search: str = "",
    positions: tuple[Sequence[int], Sequence[int]] | None = None,
    limit: int = 5,
    offset: int = 0,
) -> PairsPage:
    """One page of the pairs in their order, with the words that differ.

    Parameters
    ----------
    ids : PoolIds
        Of the comparison, from `check_responses`.
    pairs : sequence of AnswerPair
        Of the comparison's report.
    search : str
        Text that the prompt or one of the answers must have.
    positions : pair of sequences, optional
        Positions in baseline and in current: only pairs with either.

    Raises
    ------
    StorageError
        The database cannot be read.
    """
    found = list(pairs)
    if positions is not None:
        old, new = (set(some) for some in positions)
        found = [pair for pair in found if pair.baseline_index in old or pair.current_index in new]
    named = [(ids.baseline[pair.baseline_index], ids.current[pair.current_index], pair.similarity) for pair in found]
    if search.strip():
        matching = services.store.responses.matching({id_ for pair in named for id_ in pair[:2]}, search)
        named = [pair for pair in named if pair[0] in matching or pair[1] in matching]
    shown = named[offset : offset + limit]
    stored = services.store.responses.by_ids([id_ for pair in shown for id_ in pair[:2]])
    items = tuple(
        _pair(stored[old_id], stored[new_id], similarity)
        for old_id, new_id, similarity in shown
        if old_id in stored and new_id in stored
    )
    return PairsPage(items=items, n_found=len(named), n_pairs=len(pairs), n_deleted=len(shown) - len(items))


def _pair(baseline: StoredResponse, current: StoredResponse, similarity: float) -> BrowsedPair:
    difference = word_difference(baseline.content.response, current.content.response)
    return BrowsedPair(baseline, current, similarity, difference)


def _witness_by_position(
    witnesses: Witnesses | None, pool: Collection, size: int
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    values = np.full(size, np.nan)
    if witnesses is not None and size:  # which responses they were may not be known any more
        of_baseline = pool == "baseline"
        index = witnesses.baseline_index if of_baseline else witnesses.current_index
        values[list(index)] = witnesses.baseline if of_baseline else witnesses.current
    return values


def _newest_first(size: int, positions: Sequence[int] | None) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Positions asked for, in the reverse order of arrival; those that the pool does not have are left out."""
    if positions is None:
        return np.arange(size)[::-1]
    chosen = np.unique(np.asarray(positions, dtype=np.intp))[::-1]
    return chosen[(chosen >= 0) & (chosen < size)]
