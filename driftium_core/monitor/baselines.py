"""Baselines: promoted from current telemetry, listed, restored."""

from __future__ import annotations

from collections.abc import Sequence

from driftium_core.monitor.vectors import start_reconcile
from driftium_core.services import Services
from driftium_core.store.records import DEFAULT_PROJECT, Baseline

__all__ = ["active_baseline", "baselines", "delete_baseline", "promote", "restore_baseline"]


def promote(
    services: Services,
    name: str,
    *,
    note: str = "",
    ids: Sequence[str] | None = None,
    project: str = DEFAULT_PROJECT,
) -> Baseline:
    """Make current telemetry (all of it, or the given responses) the active baseline; it leaves the current pool.

    It happens wholly or not at all. The former baseline stays and can be restored.

    Raises
    ------
    InputError
        There is no telemetry to promote, or the name cannot be used.
    """
    baseline = services.store.baselines.promote(name, note=note, ids=ids, project=project)
    start_reconcile(services)
    return baseline


def restore_baseline(services: Services, baseline_id: str) -> Baseline:
    """Compare with a former baseline again; `NotFoundError` when it is not stored."""
    return services.store.baselines.restore(baseline_id)


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
