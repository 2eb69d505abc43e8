"""Baselines: promoted from current telemetry, listed, restored."""

from __future__ import annotations

from collections.abc import Sequence

from driftium_core.errors import NotFoundError
from driftium_core.monitor.vectors import start_reconcile
from driftium_core.services import Services
from driftium_core.store.records import DEFAULT_PROJECT, Baseline

__all__ = [
    "active_baseline",
    "baselines",
    "delete_baseline",
    "find_baseline",
    "promote",
    "promotion_to_undo",
    "restore_baseline",
    "undo_promotion",
]


def promote(
    services: Services,
    name: str,
    *,
    note: str = "",
    ids: Sequence[str] | None = None,
    expected_revision: int | None = None,
    project: str = DEFAULT_PROJECT,
) -> Baseline:
    """Make current telemetry (all of it, or the given responses) the active baseline; it leaves the current pool.

    It happens wholly or not at all. The former baseline stays and can be restored.

    Parameters
    ----------
    expected_revision : int, optional
        Of the preview that was agreed to: promote only what was shown, and not twice from two windows.

    Raises
    ------
    ConflictError
        The pools changed since the expected revision; nothing was promoted.
    InputError
        There is no telemetry to promote, or the name cannot be used.
    """
    baseline = services.store.baselines.promote(
        name, note=note, ids=ids, expected_revision=expected_revision, project=project
    )
    start_reconcile(services)
    return baseline


def restore_baseline(services: Services, baseline_id: str) -> Baseline:
    """Compare with a former baseline again; `NotFoundError` when it is not stored."""
    return services.store.baselines.restore(baseline_id)


def promotion_to_undo(services: Services, *, project: str = DEFAULT_PROJECT) -> Baseline | None:
    """The promotion that `undo_promotion` would undo: the newest version, while it is active and was not imported."""
    newest = next(iter(baselines(services, project=project)), None)
    if newest is None or not newest.active or not services.store.baselines.was_promoted(newest.id):
        return None
    return newest


def undo_promotion(services: Services, baseline_id: str) -> Baseline | None:
    """Make the answers of the newest baseline current again, and the version before it the baseline.

    Returns
    -------
    Baseline or None
        What answers are compared with again; None when there was no baseline before.

    Raises
    ------
    ConflictError
        It is not, or no longer, the newest and active one: someone else promoted or restored another meanwhile.
    InputError
        It was imported; its answers were never current.
    NotFoundError
        The baseline is not stored.
    """
    former = services.store.baselines.withdraw(baseline_id)
    start_reconcile(services)
    return former


def delete_baseline(services: Services, baseline_id: str) -> None:
    """Remove a baseline that is not active, with its responses."""
    services.store.baselines.delete(baseline_id)
    start_reconcile(services)


def baselines(services: Services, *, project: str = DEFAULT_PROJECT) -> list[Baseline]:
    """Every baseline of a project, newest version first."""
    return services.store.baselines.all(project=project)


def find_baseline(services: Services, baseline_id: str) -> Baseline | None:
    """One baseline of any project; None when it was deleted, e.g. since it was compared with."""
    try:
        return services.store.baselines.get(baseline_id)
    except NotFoundError:
        return None


def active_baseline(services: Services, *, project: str = DEFAULT_PROJECT) -> Baseline | None:
    """The baseline that current telemetry is compared with; None before the first."""
    return services.store.baselines.active(project=project)
