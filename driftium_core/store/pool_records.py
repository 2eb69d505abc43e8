"""A project's pools as they are read from the store: counted, outlined or whole, and what tells their states apart."""

from __future__ import annotations

from dataclasses import dataclass

from driftium_core.store.records import Baseline, StoredResponse

__all__ = ["Outline", "PoolDigests", "Pools", "Standing", "Version"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How much a project's pools hold: the baseline, active unless another was asked for, current responses, and the
    revision of both.
    """

    baseline: Baseline | None
    n_current: int
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Tells one state of a project from another; compare it with `==`.

    Attributes
    ----------
    pools : int
        The project's revision: rises with every change to the pools or the active baseline.
    playground : int
        Rises with every change to the project's prompt sets and runs.
    calculations : int
        Number of the newest recorded calculation; 0 before the first.
    runs : tuple of int
        Number of the newest table check, and how many there are: one that is not the newest can be deleted.
    evidence : int
        Rises with every block that an evidence score counts, and every alarm that is dismissed.
    investigations : int
        Rises with every investigation that is made, ticked or deleted.
    """

    pools: int
    playground: int
    calculations: int
    runs: tuple[int, int]
    evidence: int
    investigations: int


@dataclass(frozen=True, slots=True)
class PoolDigests:
    """The ids of a pool's responses and the digests of their contents, both in order of arrival."""

    ids: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()

    def first(self, count: int) -> PoolDigests:
        """Those that arrived first."""
        return PoolDigests(self.ids[:count], self.digests[:count])


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """Both pools of a project as they were at one moment, without their contents; ``baseline`` as in `Pools`."""

    baseline: Baseline | None
    of_baseline: PoolDigests
    of_current: PoolDigests
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pools:
    """Both pools of a project as they were at one moment.

    Attributes
    ----------
    baseline : Baseline or None
        The active one, unless another was asked for.
    baseline_responses, current_responses : tuple of StoredResponse
        In order of arrival.
    revision : int
        Rises with every change to the project's pools.
    """

    project: str
    baseline: Baseline | None
    baseline_responses: tuple[StoredResponse, ...]
    current_responses: tuple[StoredResponse, ...]
    revision: int

    @property
    def outline(self) -> Outline:
        """The same without the contents."""
        of_baseline, of_current = (
            PoolDigests(tuple(item.id for item in pool), tuple(item.digest for item in pool))
            for pool in (self.baseline_responses, self.current_responses)
        )
        return Outline(baseline=self.baseline, of_baseline=of_baseline, of_current=of_current, revision=self.revision)
