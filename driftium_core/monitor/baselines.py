"""Baselines: promoted from current telemetry, listed, restored."""

from __future__ import annotations

from collections.abc import Sequence

from driftium_core.errors import InputError
from driftium_core.monitor.vectors import start_reconcile
from driftium_core.services import Services
from driftium_core.store.records import DEFAULT_PROJECT, Baseline

__all__ = [
    "active_baseline",
    "baselines",
    "delete_baseline",
    "former_baseline",
    "promote",
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


def former_baseline(services: Services, *, project: str = DEFAULT_PROJECT) -> Baseline | None:
    """The stored version next below the active one, which `undo_promotion` goes back to; None when there is none."""
    stored = baselines(services, project=project)
    active = next((item for item in stored if item.active), None)
    return next((item for item in stored if active and item.version < active.version), None)


def undo_promotion(services: Services, baseline_id: str) -> Baseline:
    """Go back from the active baseline to the version before it, which is returned.

    The promoted responses stay stored as the version they became, which can be made active again: nothing is lost,
    and nothing is taken for current telemetry that was not looked at as such.

    Raises
    ------
    ConflictError
        The baseline is not, or no longer, the active one: someone else promoted or restored another meanwhile.
    InputError
        There is no version before it.
    NotFoundError
        The baseline is not stored.
    """
    undone = services.store.baselines.get(baseline_id)
    former = former_baseline(services, project=undone.project)
    if undone.active and former is None:
        raise InputError(
            f"There is no baseline before “{undone.name}” (version {undone.version}) to go back to. Promote or import "
            "another one instead."
        )
    return services.store.baselines.restore(former.id if former else baseline_id, instead_of=baseline_id)


def delete_baseline(services: Services, baseline_id: str) -> None:
    """Remove a baseline that is not active, with its responses."""
    services.store.baselines.delete(baseline_id)
    start_reconcile(services)


def baselines(services: Services, *, project: str = DEFAULT_PROJECT) -> list[Baseline]:
    """Every baseline of a project, newest version first."""
    return services.store.baselines.all(project=project)


def active_baseline(services: Services, *, project: str = DEFAULT_PROJECT) -> Baseline | None:
    """The baseline that current telemetry is compared with; None before the first."""
    return services.store.baselines.active(project=project)
