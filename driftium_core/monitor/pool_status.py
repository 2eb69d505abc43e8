"""Where a project's pools stand, from counts alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from driftium_core.formats import fmt_count, fmt_n
from driftium_core.services import Services
from driftium_core.store.pool_records import Outline
from driftium_core.store.records import DEFAULT_PROJECT, Baseline

__all__ = ["PoolStatus", "pool_status", "status_of"]

Status = Literal["not_initialized", "waiting_for_baseline", "waiting_for_telemetry", "ready"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolStatus:
    """Where a project stands (SPEC L11), told without computing anything.

    Attributes
    ----------
    message : str
        What the status means and what to do next.
    baseline : Baseline or None
        What is compared with: the active one, unless another was asked for.
    n_baseline, n_current : int
        Responses in each pool.
    """

    status: Status
    message: str
    baseline: Baseline | None
    n_baseline: int
    n_current: int
    revision: int


def pool_status(services: Services, *, project: str = DEFAULT_PROJECT, baseline_id: str | None = None) -> PoolStatus:
    """Where a project stands against its active baseline, or against any of its baselines.

    Raises
    ------
    NotFoundError
        There is no such project, or it has no such baseline.
    StorageError
        The database cannot be read.
    """
    standing = services.store.standing(project, baseline_id)
    return _status(standing.baseline, standing.n_current, standing.revision)


def status_of(outline: Outline) -> PoolStatus:
    """Where pools stand that were read already."""
    return _status(outline.baseline, len(outline.of_current.ids), outline.revision)


def _status(baseline: Baseline | None, n_current: int, revision: int) -> PoolStatus:
    n_baseline = baseline.size if baseline else 0
    status: Status
    if baseline is None and not n_current:
        status, message = (
            "not_initialized",
            "Nothing is stored yet. Generate answers, or import logged ones.",
        )
    elif baseline is None:
        status, message = (
            "waiting_for_baseline",
            (
                f"{fmt_count(n_current, 'response')} stored as current, and no baseline yet. Promote them if they are "
                "as answers should be, or import a baseline."
            ),
        )
    elif not n_current:
        status, message = (
            "waiting_for_telemetry",
            (
                f"The baseline “{baseline.name}” holds {fmt_count(n_baseline, 'response')}. Generate or import current "
                "ones to compare with it."
            ),
        )
    else:
        status, message = (
            "ready",
            (
                f"{fmt_count(n_current, 'response')} now, compared with the {fmt_n(n_baseline)} of the baseline "
                f"“{baseline.name}”."
            ),
        )
    return PoolStatus(
        status=status,
        message=message,
        baseline=baseline,
        n_baseline=n_baseline,
        n_current=n_current,
        revision=revision,
    )
