"""Checking a project's current telemetry against its baseline: computed at most once per state."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from driftium_core.errors import InputError, NotFoundError, StorageError
from driftium_core.formats import fmt_count, fmt_n
from driftium_core.monitor.checks import ProgressCallback
from driftium_core.monitor.vectors import embed
from driftium_core.response import Response
from driftium_core.services import Services
from driftium_core.store.records import DEFAULT_PROJECT, Baseline, Calculation, NewCalculation, Pools
from driftium_core.text.pool import Pool, texts_of
from driftium_core.text.report import Encoder, TextReport

__all__ = [
    "PoolCheck",
    "PoolIds",
    "PoolStatus",
    "check_responses",
    "compare_contents",
    "open_calculation",
    "pool_history",
    "pool_status",
]

Status = Literal["not_initialized", "waiting_for_baseline", "waiting_for_telemetry", "ready"]

TEXT_REPORT_FORMAT = 2
"""Part of every fingerprint: raise it when a release computes other or more numbers from the same pools."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolStatus:
    """Where a project stands (SPEC L11), told without computing anything.

    Attributes
    ----------
    message : str
        What the status means and what to do next.
    baseline : Baseline or None
    n_baseline, n_current : int
        Responses in each pool.
    """

    status: Status
    message: str
    baseline: Baseline | None
    n_baseline: int
    n_current: int
    revision: int


@dataclass(frozen=True, slots=True)
class PoolIds:
    """The stored responses that the positions in a report stand for, in order of arrival.

    ``current`` is empty where it is no longer known which ones they were: telemetry changes, baselines never do.
    """

    baseline: tuple[str, ...] = ()
    current: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolCheck:
    """Outcome of `check_responses`.

    Attributes
    ----------
    report : TextReport or None
        None unless the status is ``ready``.
    calculation : Calculation or None
        The history's record of this state.
    cached : bool
        The report was known and was not computed again.
    notices : tuple of str
        What the user must know besides: another encoder than last time, or why the record could not be stored.
    ids : PoolIds
        Of the responses that were compared.
    """

    status: PoolStatus
    report: TextReport | None = None
    calculation: Calculation | None = None
    ids: PoolIds = PoolIds()
    cached: bool = False
    notices: tuple[str, ...] = ()


def pool_status(services: Services, *, project: str = DEFAULT_PROJECT) -> PoolStatus:
    """Where a project stands, from counts alone."""
    standing = services.store.standing(project)
    return _status(standing.baseline, standing.n_current, standing.revision)


def check_responses(
    services: Services,
    *,
    project: str = DEFAULT_PROJECT,
    n_resamples: int = 999,
    seed: int = 0,
    progress: ProgressCallback | None = None,
) -> PoolCheck:
    """Compare current telemetry with the active baseline, at most once for the same content, and record it.

    A state that the history has as its newest record is not recorded again; the same holds for eight threads that
    ask at once.

    Raises
    ------
    NotFoundError
        There is no such project.
    StorageError
        The database or the vectors cannot be read.
    UnavailableError
        The encoder cannot be loaded.
    """
    with services.checking:
        pools = services.store.pools(project)
        status = _status(pools.baseline, len(pools.current_responses), pools.revision)
        if status.status != "ready" or pools.baseline is None:
            return PoolCheck(status=status)
        key = _fingerprint(services, pools, n_resamples=n_resamples, seed=seed)
        report = services.text_reports.get(key) or _stored_report(services, key, project)
        cached, started = report is not None, time.perf_counter()
        if report is None:
            report = _compare(services, pools, n_resamples=n_resamples, seed=seed, progress=progress)
        services.text_reports.put(key, report)
        duration_ms = 1000 * (time.perf_counter() - started)
        new = _new_calculation(key, pools.baseline, pools, report, duration_ms)
        stored, notices = _record(services, new, project)
    ids = PoolIds(*(tuple(item.id for item in pool) for pool in (pools.baseline_responses, pools.current_responses)))
    return PoolCheck(status=status, report=report, calculation=stored, ids=ids, cached=cached, notices=notices)


def pool_history(services: Services, *, project: str = DEFAULT_PROJECT, limit: int | None = None) -> list[Calculation]:
    """Recorded calculations, newest first, without their reports."""
    return services.store.calculations.newest(project=project, limit=limit)


def open_calculation(services: Services, calculation_id: str) -> tuple[Calculation, TextReport]:
    """One recorded calculation with its report.

    Raises
    ------
    NotFoundError
        It is not recorded, or no longer.
    StorageError
        Another version of Driftium wrote it.
    """
    calculation = services.store.calculations.get(calculation_id)
    known = services.text_reports.get(calculation.fingerprint)
    return calculation, known or _read_report(services, calculation_id)


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


def _fingerprint(services: Services, pools: Pools, *, n_resamples: int, seed: int) -> str:
    """Digest of everything that decides a report; the order as well, since reports point at positions."""
    parts = [
        TEXT_REPORT_FORMAT,
        [response.digest for response in pools.baseline_responses],
        [response.digest for response in pools.current_responses],
        services.encoder.tag,
        n_resamples,
        seed,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _compare(
    services: Services, pools: Pools, *, n_resamples: int, seed: int, progress: ProgressCallback | None
) -> TextReport:
    return compare_contents(
        services,
        [response.content for response in pools.baseline_responses],
        [response.content for response in pools.current_responses],
        n_resamples=n_resamples,
        seed=seed,
        progress=progress,
    )


def compare_contents(
    services: Services,
    baseline: Sequence[Response],
    current: Sequence[Response],
    *,
    n_resamples: int = 999,
    seed: int = 0,
    progress: ProgressCallback | None = None,
) -> TextReport:
    """Compare responses that need not be stored; every text is embedded once for all comparisons.

    Raises
    ------
    StorageError
        The vectors cannot be read.
    UnavailableError
        The encoder cannot be loaded.
    """
    from driftium_core.text.compare import compare_pools

    vectors = embed(services, {**texts_of(baseline), **texts_of(current)}, progress=progress)
    return compare_pools(
        Pool.of(baseline, vectors),
        Pool.of(current, vectors),
        encoder=Encoder(services.encoder.info.id, services.encoder.info.precision),
        n_resamples=n_resamples,
        seed=seed,
        progress=progress,
    )


def _stored_report(services: Services, key: str, project: str) -> TextReport | None:
    found = services.store.calculations.find(key, project=project)
    if found is None:
        return None
    try:
        return _read_report(services, found.id)
    except (NotFoundError, StorageError):  # pruned in between, or of another version: computed again
        return None


def _read_report(services: Services, calculation_id: str) -> TextReport:
    from driftium_core.text.serialise import report_from_stored

    try:
        return report_from_stored(services.store.calculations.report(calculation_id))
    except InputError as error:
        raise StorageError(
            f"The report of calculation {calculation_id} was stored by another version of Driftium and cannot be read."
        ) from error


def _record(services: Services, new: NewCalculation, project: str) -> tuple[Calculation | None, tuple[str, ...]]:
    """The stored calculation, and what to say about it; a database that cannot be written costs no verdict."""
    try:
        last = next(iter(services.store.calculations.newest(project=project, limit=1)), None)
        stored = services.store.calculations.add(new, project=project)
    except StorageError as error:
        return None, (str(error),)
    if last is None or (last.encoder, last.precision) == (new.encoder, new.precision):
        return stored, ()
    return stored, (
        f"The encoder changed from {last.encoder} ({last.precision}) to {new.encoder} ({new.precision}). All vectors "
        "were made anew; scores from before are not comparable with these.",
    )


def _new_calculation(
    key: str, baseline: Baseline, pools: Pools, report: TextReport, duration_ms: float
) -> NewCalculation:
    from driftium_core.text.serialise import stored_report

    drift = report.drift
    return NewCalculation(
        fingerprint=key,
        baseline_id=baseline.id,
        verdict=drift.verdict,
        design=drift.design,
        severity=drift.severity,
        pvalue=drift.pvalue,
        effect_size=finite(drift.effect_size),
        centroid_score=finite(drift.centroid.value),
        mmd_score=finite(drift.mmd.value),
        health_index=report.health.value,
        n_baseline=len(pools.baseline_responses),
        n_current=len(pools.current_responses),
        encoder=report.encoder.id,
        precision=report.encoder.precision,
        seed=report.seed,
        duration_ms=duration_ms,
        report=stored_report(report),
    )


def finite(value: float) -> float | None:
    """The number, or None for nan and infinities, which SQL averages and JSON cannot hold."""
    return value if abs(value) < float("inf") else None
