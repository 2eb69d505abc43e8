"""Stored runs: listed, opened, deleted."""

from __future__ import annotations

from driftium_core.errors import InputError, NotFoundError, StorageError
from driftium_core.services import Services
from driftium_core.store.records import DEFAULT_PROJECT
from driftium_core.store.table_records import TableRun
from driftium_core.tabular.report import TableReport

__all__ = [
    "delete_run",
    "find_run",
    "known_table_report",
    "open_run",
    "read_report",
    "table_runs",
]


def table_runs(
    services: Services, *, project: str = DEFAULT_PROJECT, limit: int | None = None, reference: str | None = None
) -> list[TableRun]:
    """Stored runs, newest first, without their reports; only those against a reference when one is named."""
    return services.store.runs.newest(project=project, limit=limit, reference=reference)


def find_run(services: Services, key: str, *, project: str = DEFAULT_PROJECT) -> str | None:
    """Id of the stored run with this fingerprint, or None."""
    run = services.store.runs.find(key, project=project)
    return run.id if run else None


def open_run(services: Services, run_id: str) -> tuple[TableRun, TableReport]:
    """One stored run and its report; `NotFoundError` when it is not stored."""
    run = services.store.runs.get(run_id)
    timed = services.reports.get(run.fingerprint)
    return run, timed.report if timed else read_report(services, run_id)


def known_table_report(services: Services, key: str, *, project: str = DEFAULT_PROJECT) -> TableReport | None:
    """The report of a fingerprint: of a check that is stored, or was made lately in this process; None otherwise."""
    timed = services.reports.get(key)
    if timed is not None:
        return timed.report
    run = services.store.runs.find(key, project=project)
    try:
        return read_report(services, run.id) if run else None
    except (NotFoundError, StorageError):  # pruned in between, or of another version
        return None


def delete_run(services: Services, run_id: str) -> None:
    """Remove a stored run; `NotFoundError` when it is not stored."""
    services.store.runs.delete(run_id)


def read_report(services: Services, run_id: str) -> TableReport:
    """The stored report of a run; `StorageError` when another version wrote it."""
    values = services.store.runs.report(run_id)
    try:
        return TableReport.from_dict(values)
    except InputError as error:
        raise StorageError(
            f"The report of run {run_id} was stored by another version of Driftium and cannot be read. Run it again."
        ) from error
