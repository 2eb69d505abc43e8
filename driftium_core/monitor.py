"""The verbs: everything that a page, the API or the CLI can ask for, on open services."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Literal

from driftium_core.embeddings.state import embedder_state
from driftium_core.errors import InputError, NotFoundError, StorageError
from driftium_core.parts import PartState
from driftium_core.services import Services, TimedReport
from driftium_core.store.records import DEFAULT_PROJECT, NewRun, SavedReference, TableRun
from driftium_core.tabular.report import CompareSettings, TableReport
from driftium_core.vectors.state import vectors_state

if TYPE_CHECKING:
    from driftium_core.tabular.filter_options import FilterOption
    from driftium_core.tabular.simulate import Filter
    from driftium_core.tabular.table import Table

__all__ = [
    "CheckedRun",
    "ProgressCallback",
    "TableMonitor",
    "check_table",
    "compare",
    "delete_reference",
    "delete_run",
    "export_run",
    "filter_options",
    "find_run",
    "fingerprint",
    "health",
    "open_reference",
    "open_run",
    "preload",
    "read_upload",
    "references",
    "sample_table",
    "save_reference",
    "simulate",
    "table_monitors",
    "table_runs",
]

ProgressCallback = Callable[[int, int, str], None]
"""Called with steps done, steps in all and what is worked on; may raise `CancelledError`."""

REPORT_FORMAT = 1
"""Part of every fingerprint: raise it when a release computes other numbers from the same tables."""


@dataclass(frozen=True, slots=True)
class CheckedRun:
    """Outcome of `check_table`.

    Attributes
    ----------
    report : TableReport
    fingerprint : str
        Of both tables and the settings.
    run_id : str or None
        The stored run, None when it is not stored.
    cached : bool
        The report was known already and was not computed again.
    duration_ms : float
        Time that computing it took, now or then.
    notice : str
        Why the run could not be stored although that was asked for; empty otherwise.
    """

    report: TableReport
    fingerprint: str
    run_id: str | None
    cached: bool
    duration_ms: float
    notice: str = ""


@dataclass(frozen=True, slots=True)
class TableMonitor:
    """All runs against one reference: the newest one, and the largest effects of up to 20, oldest first.

    A run without drift counts as effect 0, an inconclusive one is left out.
    """

    name: str
    latest: TableRun
    effects: tuple[float, ...]


def preload() -> None:
    """Import what the first check needs, so that it does not wait for it; takes about a second."""
    import driftium_core.tabular.demographics
    import driftium_core.tabular.drift
    import driftium_core.tabular.simulate  # noqa: F401


def fingerprint(reference: Table, current: Table, settings: CompareSettings) -> str:
    """Digest of everything that decides a report, for caching; equal inputs under other names give the same."""
    parts = [REPORT_FORMAT, reference.content_hash, current.content_hash, asdict(settings)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def compare(
    reference: Table,
    current: Table,
    settings: CompareSettings,
    *,
    n_threads: int | None = None,
    progress: ProgressCallback | None = None,
) -> TableReport:
    """Compare two tables and store nothing."""
    from driftium_core.tabular.drift import compare_tables

    return compare_tables(
        reference.frame,
        current.frame,
        p_threshold=settings.p_threshold,
        correction=settings.correction,
        columns=settings.columns,
        categorical=settings.categorical,
        seed=settings.seed,
        n_threads=n_threads,
        progress=progress,
    )


def check_table(
    services: Services,
    reference: Table,
    current: Table,
    settings: CompareSettings | None = None,
    *,
    project: str = DEFAULT_PROJECT,
    save: bool = True,
    simulated: str | None = None,
    progress: ProgressCallback | None = None,
) -> CheckedRun:
    """Compare two tables, at most once for the same content and settings, and store the run.

    Parameters
    ----------
    save : bool
        Store the run, unless one of the same fingerprint is stored already.
    simulated : str, optional
        The filter in words, when ``current`` was made from ``reference``.
    progress : callable, optional
        May raise `CancelledError`; nothing is stored then.

    Returns
    -------
    CheckedRun
        Also when the database fails: the report is worth more than its record. ``notice`` then says why.
    """
    settings = settings or CompareSettings()
    key = fingerprint(reference, current, settings)
    notice = ""
    try:
        stored = services.store.runs.find(key, project=project)
    except StorageError as error:
        stored, notice = None, str(error)
    # The tests do not depend on how they are judged: a moved threshold must not measure again.
    measured_key = fingerprint(reference, current, replace(settings, p_threshold=0.05, correction="bh"))
    timed = (
        services.reports.get(key)
        or _stored_report(services, stored)
        or _rejudged(services.reports.get(f"measured {measured_key}"), settings)
    )
    cached = timed is not None
    if timed is None:
        start = time.perf_counter()
        report = compare(reference, current, settings, n_threads=services.settings.threads, progress=progress)
        timed = TimedReport(report, (time.perf_counter() - start) * 1000)
    services.reports.put(key, timed)
    services.reports.put(f"measured {measured_key}", timed)
    if save and stored is None:
        run = _new_run(key, reference, current, timed, simulated)
        try:
            stored, notice = services.store.runs.add(run, project=project), ""
        except StorageError as error:
            notice = str(error)
    return CheckedRun(
        timed.report, key, stored.id if stored else None, cached, timed.duration_ms, notice if save else ""
    )


def _rejudged(measured: TimedReport | None, settings: CompareSettings) -> TimedReport | None:
    if measured is None:
        return None
    from driftium_core.tabular.drift import rejudge

    report = rejudge(measured.report, p_threshold=settings.p_threshold, correction=settings.correction)
    return TimedReport(report, measured.duration_ms)


def _stored_report(services: Services, run: TableRun | None) -> TimedReport | None:
    if run is None:
        return None
    try:
        return TimedReport(_read_report(services, run.id), run.duration_ms)
    except (StorageError, NotFoundError):  # damaged, or pruned in between: computing it again mends that
        return None


def _read_report(services: Services, run_id: str) -> TableReport:
    values = services.store.runs.report(run_id)
    try:
        return TableReport.from_dict(values)
    except InputError as error:
        raise StorageError(
            f"The report of run {run_id} was stored by another version of Driftium and cannot be read. Run it again."
        ) from error


def _new_run(key: str, reference: Table, current: Table, timed: TimedReport, simulated: str | None) -> NewRun:
    summary = timed.report.summary
    largest = timed.report.largest_effect
    return NewRun(
        reference_name=reference.name,
        current_name=current.name,
        reference_rows=summary.reference_rows,
        current_rows=summary.current_rows,
        severity=summary.severity,
        status=summary.status,
        drifted=summary.drifted_feature_count,
        monitored=summary.monitored_feature_count,
        drift_rate=summary.drift_rate,
        max_effect=largest.effect_size if largest else None,
        simulated=simulated,
        duration_ms=timed.duration_ms,
        fingerprint=key,
        report=timed.report.to_dict(),
    )


def table_runs(services: Services, *, project: str = DEFAULT_PROJECT, limit: int | None = None) -> list[TableRun]:
    """Stored runs, newest first, without their reports."""
    return services.store.runs.newest(project=project, limit=limit)


def find_run(services: Services, key: str, *, project: str = DEFAULT_PROJECT) -> str | None:
    """Id of the stored run with this fingerprint, or None."""
    run = services.store.runs.find(key, project=project)
    return run.id if run else None


def open_run(services: Services, run_id: str) -> tuple[TableRun, TableReport]:
    """One stored run and its report; `NotFoundError` when it is not stored."""
    run = services.store.runs.get(run_id)
    timed = services.reports.get(run.fingerprint)
    return run, timed.report if timed else _read_report(services, run_id)


def delete_run(services: Services, run_id: str) -> None:
    """Remove a stored run; `NotFoundError` when it is not stored."""
    services.store.runs.delete(run_id)


def export_run(services: Services, run_id: str, *, kind: Literal["json", "csv"]) -> str:
    """A stored report as a JSON document, or as CSV with one line per column."""
    _, report = open_run(services, run_id)
    if kind == "csv":
        return report.to_csv()
    return json.dumps(report.to_dict(), ensure_ascii=False, indent=2, allow_nan=False)


def table_monitors(services: Services, *, project: str = DEFAULT_PROJECT) -> list[TableMonitor]:
    """One entry per reference that was checked against, the newest run's first; simulations apart from real data."""
    by_reference: dict[tuple[str, bool], list[TableRun]] = {}
    for run in table_runs(services, project=project):
        by_reference.setdefault((run.reference_name, run.simulated is not None), []).append(run)
    return [
        TableMonitor(name, runs[0], tuple(run.max_effect or 0.0 for run in reversed(runs[:20]) if run.severity))
        for (name, _), runs in by_reference.items()
    ]


def read_upload(
    services: Services, data: bytes | memoryview, name: str, *, progress: ProgressCallback | None = None
) -> Table:
    """Read an uploaded file as a table, within the upload limit of the settings."""
    from driftium_core.tabular.read import read_table

    if progress:
        progress(0, 0, "")
    return read_table(data, name, max_bytes=services.settings.max_upload_bytes)


def sample_table(services: Services, n_rows: int = 20_000, *, seed: int = 0) -> Table:
    """The simulated demographic sample."""
    from driftium_core.tabular.demographics import simulated_sample

    key = f"sample:{n_rows}:{seed}"
    return services.tables.get(key) or services.tables.put(key, simulated_sample(n_rows, seed=seed))


def filter_options(services: Services, reference: Table) -> tuple[FilterOption, ...]:
    """What the reference can be filtered by, column by column; found once per table."""
    from driftium_core.tabular import filter_options as options

    known = services.filter_options.get(reference.content_hash)
    return known or services.filter_options.put(reference.content_hash, options.filter_options(reference.frame))


def simulate(services: Services, reference: Table, chosen: Filter) -> Table:
    """The reference's rows that a filter keeps, as a current table."""
    from driftium_core.tabular.simulate import filter_table

    key = f"filtered:{reference.content_hash}:{chosen.describe()}"
    return services.tables.get(key) or services.tables.put(key, filter_table(reference, chosen))


def save_reference(
    services: Services, table: Table, *, name: str | None = None, project: str = DEFAULT_PROJECT
) -> SavedReference:
    """Keep a table under a name; `InputError` when the name is taken or the table too large."""
    from driftium_core.tabular.saved import to_parquet

    data = to_parquet(table)
    if len(data) > services.settings.max_upload_bytes:
        limit = services.settings.max_upload_mb
        raise InputError(f"{table.name} is too large to be kept: over {limit} MB compressed (DRIFTIUM_MAX_UPLOAD_MB).")
    columns = tuple(str(column) for column in table.frame.columns)
    return services.store.references.add(
        table.name if name is None else name,
        data,
        rows=len(table.frame),
        columns=columns,
        content_hash=table.content_hash,
        project=project,
    )


def references(services: Services, *, project: str = DEFAULT_PROJECT) -> list[SavedReference]:
    """Saved references by name, without their data."""
    return services.store.references.all(project=project)


def open_reference(services: Services, reference_id: str) -> Table:
    """A saved reference as a table; `NotFoundError` when it is not stored."""
    from driftium_core.tabular.saved import from_parquet

    key = f"reference:{reference_id}"
    known = services.tables.get(key)
    if known is not None:
        return known
    record, data = services.store.references.get(reference_id)
    return services.tables.put(key, from_parquet(data, name=record.name, content_hash=record.content_hash))


def delete_reference(services: Services, reference_id: str) -> None:
    """Remove a saved reference; runs made with it stay."""
    services.store.references.delete(reference_id)
    services.tables.drop(f"reference:{reference_id}")


def health(services: Services, *, verify: bool = False) -> list[PartState]:
    """State of each part, without loading any; ``verify`` also reads the encoder's weights (about 0.3 s)."""
    return [
        services.store.state(),
        vectors_state(services.settings.qdrant),
        embedder_state(verify=verify),
        services.generator.state(),
    ]
