"""Checking a table against a reference: computed at most once, stored when asked for."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from driftium_core.errors import NotFoundError, StorageError
from driftium_core.monitor.runs import read_report
from driftium_core.services import Services, TimedReport
from driftium_core.store.records import DEFAULT_PROJECT
from driftium_core.store.table_records import NewRun, TableRun
from driftium_core.tabular.report import CompareSettings, TableReport

if TYPE_CHECKING:
    from driftium_core.tabular.table import Table

__all__ = ["CheckedRun", "ProgressCallback", "check_table", "compare", "fingerprint"]

ProgressCallback = Callable[[int, int, str], None]
"""Called with steps done, steps in all and what is worked on; may raise `CancelledError`."""


REPORT_FORMAT = 3
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
        attribution=settings.attribution,
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
    renew: bool = False,
    progress: ProgressCallback | None = None,
) -> CheckedRun:
    """Compare two tables, at most once for the same content and settings, and store the run.

    Parameters
    ----------
    save : bool
        Store the run, unless one of the same fingerprint is stored already.
    simulated : str, optional
        The filter in words, when ``current`` was made from ``reference``.
    renew : bool
        The check tells the state of now: a run of the same fingerprint that later ones against this reference came
        after is the newest again.
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
    if save and (stored is None or renew or not cached):
        if progress:
            n_columns = len(timed.report.columns)
            progress(n_columns, n_columns, "Saving the run")
        run = _new_run(key, reference, current, timed, simulated)
        try:
            stored, notice = services.store.runs.add(run, project=project, renew=renew), ""
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
        return TimedReport(read_report(services, run.id), run.duration_ms)
    except NotFoundError:  # pruned in between
        return None
    except StorageError:  # damaged: it makes room for the report that is computed again
        services.store.runs.delete(run.id)
        return None


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
        options=timed.report.settings.describe(),
        duration_ms=timed.duration_ms,
        fingerprint=key,
        report=timed.report.to_dict(),
    )
