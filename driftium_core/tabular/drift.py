"""Compare two tables column by column and say what drifted."""

from __future__ import annotations

import difflib
import hashlib
import os
import platform
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from numbers import Integral, Real

import numpy as np
import pandas as pd
import scipy

from driftium_core import __version__
from driftium_core.errors import ColumnError, InputError
from driftium_core.formats import fmt_names
from driftium_core.tabular.attribution import attribute
from driftium_core.tabular.attribution_judge import judge_attribution
from driftium_core.tabular.attribution_report import Attribution
from driftium_core.tabular.column_result import ColumnResult
from driftium_core.tabular.findings import schema_findings
from driftium_core.tabular.measure import MeasuredColumn, measure_column
from driftium_core.tabular.places import place_by_name
from driftium_core.tabular.report import CompareSettings, Correction, TableReport
from driftium_core.tabular.verdict import judge

__all__ = ["compare_tables", "rejudge"]

Progress = Callable[[int, int, str], None]


def compare_tables(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    *,
    p_threshold: float = 0.05,
    correction: Correction = "bh",
    columns: Sequence[str] | None = None,
    categorical: Sequence[str] = (),
    seed: int = 0,
    attribution: bool = True,
    n_threads: int | None = None,
    progress: Progress | None = None,
) -> TableReport:
    """Say which columns of two tables differ by more than chance, and by how much.

    Numbers are compared by the exact two-sample Kolmogorov-Smirnov test on all rows, categories by the
    two-sample chi-square test (exact or simulated where counts are small), and the share of missing values of
    every column by a test of its own. Severity needs significance and effect size. Both samples are taken as
    independent draws: rows that come in bursts or repeat make p-values too small.

    Parameters
    ----------
    reference, current : DataFrame
        Neither is changed. Column names are compared as text.
    p_threshold : float, default 0.05
        A test with an adjusted p-value below it is significant.
    correction : {"bh", "none"}
        Benjamini-Hochberg over all tests of the report, or the plain per-column rule.
    columns : sequence of str, optional
        Compare these only.
    categorical : sequence of str
        Treat these as categories whatever they hold.
    seed : int, not negative
        Of the simulations for sparse categories, and of the rows that attribution draws from large tables.
    attribution : bool, default True
        Also say which columns are the root of the drift and which only follow them.
    n_threads : int, optional
        The number of usable CPUs by default.
    progress : callable, optional
        Called as ``progress(done, total, column)`` in the calling thread, with all columns done while the roots are
        searched. An exception raised in it stops the work and comes out of this function.

    Returns
    -------
    TableReport
        Inconclusive, not an error, when a table has no or too few rows.

    Raises
    ------
    ColumnError
        ``columns`` or ``categorical`` name a column that neither table has.
    InputError
        The tables share no column, or an argument is out of its range.

    Examples
    --------
    >>> reference = pd.DataFrame({"age": range(18, 93)}).sample(2000, replace=True, random_state=1)
    >>> report = compare_tables(reference, reference[reference["age"] < 35])
    >>> report.headline, report.columns[0].column
    ('✕ Drift: CRITICAL.', 'age')
    """
    settings = CompareSettings(
        p_threshold=_checked_threshold(p_threshold),
        correction=correction,
        columns=None if columns is None else tuple(map(str, columns)),
        categorical=tuple(map(str, categorical)),
        seed=_checked_seed(seed),
        attribution=bool(attribution),
    )
    _check_settings(settings)
    tables = [place_by_name(table, role) for table, role in ((reference, "reference"), (current, "current"))]
    _check_names(settings, *tables)
    wanted = [[name for name in table if columns is None or name in (settings.columns or ())] for table in tables]
    shared = [name for name in wanted[0] if name in tables[1]]
    if not shared:
        message = (
            f"The tables have no column in common: the reference has {fmt_names(list(tables[0])) or 'none'}, "
            f"current data has {fmt_names(list(tables[1])) or 'none'}. Rename the columns so that they match."
        )
        raise InputError(message)

    def work(name: str) -> MeasuredColumn:
        sides = (table.iloc[:, places[name]] for table, places in zip((reference, current), tables, strict=True))
        return measure_column(name, *sides, categorical=name in settings.categorical, seed=settings.seed)

    measured = _run(work, shared, n_threads or _usable_cpus(), progress)
    static = [*schema_findings(*wanted), *(finding for column in measured for finding in column.findings)]
    summary, results, findings = judge(
        [column.result for column in measured], static, settings, n_reference=len(reference), n_current=len(current)
    )
    return TableReport(
        summary=summary,
        columns=results,
        findings=findings,
        settings=settings,
        reference_hash=_table_hash(len(reference), shared, (column.reference_digest for column in measured)),
        current_hash=_table_hash(len(current), shared, (column.current_digest for column in measured)),
        versions=_versions(),
        missing_columns=tuple(name for name in wanted[0] if name not in tables[1]),
        attribution=_attribution(reference, current, results, settings, progress),
    )


def _attribution(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    results: Sequence[ColumnResult],
    settings: CompareSettings,
    progress: Progress | None,
) -> Attribution | None:
    if not settings.attribution:
        return None

    def step() -> None:
        if progress is not None:
            progress(len(results), len(results), "Finding what the drift comes from")

    return attribute(reference, current, results, seed=settings.seed, step=step)


def rejudge(report: TableReport, *, p_threshold: float, correction: Correction) -> TableReport:
    """Judge a finished report by another threshold or correction; nothing is measured again.

    Raises
    ------
    InputError
        The threshold is not between 0 and 1, or the correction is unknown.
    """
    settings = replace(report.settings, p_threshold=_checked_threshold(p_threshold), correction=correction)
    _check_settings(settings)
    rows = report.summary.reference_rows, report.summary.current_rows
    summary, columns, findings = judge(
        report.columns, report.findings, settings, n_reference=rows[0], n_current=rows[1]
    )
    found = report.attribution
    if found is not None and found.basis is not None:
        found = judge_attribution(found.basis, columns)
    return replace(report, summary=summary, columns=columns, findings=findings, settings=settings, attribution=found)


def _checked_threshold(p_threshold: object) -> float:
    if not isinstance(p_threshold, Real) or not 0 < float(p_threshold) < 1:
        raise InputError(f"The p threshold must lie between 0 and 1, not at {p_threshold}. 0.05 is usual.")
    return float(p_threshold)


def _checked_seed(seed: object) -> int:
    if not isinstance(seed, Integral) or seed < 0:
        raise InputError(f"The seed must be a whole number from 0 up, not {seed}.")
    return int(seed)


def _check_settings(settings: CompareSettings) -> None:
    if settings.correction not in ("bh", "none"):
        raise InputError(f"The correction must be “bh” or “none”, not “{settings.correction}”.")
    if settings.columns is not None and not settings.columns:
        raise InputError("No column was chosen to compare. Choose at least one, or leave the choice out.")


def _check_names(settings: CompareSettings, reference: dict[str, int], current: dict[str, int]) -> None:
    known = list(dict.fromkeys([*reference, *current]))
    unknown = [name for name in (*(settings.columns or ()), *settings.categorical) if name not in known]
    if unknown:
        close = [match for name in unknown for match in difflib.get_close_matches(name, known, n=2)]
        meant = f"Did you mean {fmt_names(close)}?" if close else f"The tables have {fmt_names(known)}."
        raise ColumnError(f"Neither table has {fmt_names(unknown)}. {meant}")


def _usable_cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _run(
    work: Callable[[str], MeasuredColumn], names: list[str], n_threads: int, progress: Progress | None
) -> list[MeasuredColumn]:
    """Measure all columns in threads (sorting and hashing release the lock); results in the order of names."""
    with ThreadPoolExecutor(max_workers=max(1, n_threads), thread_name_prefix="driftium-columns") as pool:
        futures = {pool.submit(work, name): name for name in names}
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                future.result()
                if progress is not None:
                    progress(done, len(names), futures[future])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        return [future.result() for future in futures]


def _table_hash(n_rows: int, names: Sequence[str], digests: Iterable[str]) -> str:
    """SHA-256 over the compared columns, whatever their order in the table."""
    digest = hashlib.sha256(f"{n_rows} rows".encode())
    for name, column in sorted(zip(names, digests, strict=True)):
        digest.update(f"{len(name)} {name} {column}".encode("utf-8", "replace"))
    return digest.hexdigest()


def _versions() -> dict[str, str]:
    return {
        "driftium": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "pandas": pd.__version__,
        "scipy": scipy.__version__,
    }
