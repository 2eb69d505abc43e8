"""The history of checks: what tells one state of the pools from another, and what was found then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from driftium_core.errors import InputError, NotFoundError, StorageError
from driftium_core.services import Services
from driftium_core.store.pool_records import Outline, PoolDigests
from driftium_core.store.records import DEFAULT_PROJECT, Baseline, Calculation, NewCalculation
from driftium_core.text.report import TextReport

__all__ = [
    "PoolIds",
    "calculation_ids",
    "count_calculations",
    "drifting_since",
    "fingerprint",
    "known_report",
    "open_calculation",
    "pool_history",
    "record",
]

TEXT_REPORT_FORMAT = 4
"""Begins every fingerprint: raise it when a release computes other numbers, or more, from the same pools, or stores
them otherwise."""

N_RESAMPLES = 999
"""Permutations of every calculation: a record does not hold the number, and its ids are proven by the fingerprint."""


@dataclass(frozen=True, slots=True)
class PoolIds:
    """The stored responses that the positions in a report stand for, in order of arrival.

    ``current`` is empty where it is no longer known which ones they were: telemetry changes, baselines never do.
    """

    baseline: tuple[str, ...] = ()
    current: tuple[str, ...] = ()


def pool_history(
    services: Services, *, project: str = DEFAULT_PROJECT, baseline_id: str | None = None, limit: int | None = None
) -> list[Calculation]:
    """Recorded calculations, or those against one baseline (even a deleted one), newest first, without reports."""
    return services.store.calculations.newest(project=project, baseline_id=baseline_id, limit=limit)


def count_calculations(services: Services, *, project: str = DEFAULT_PROJECT, baseline_id: str | None = None) -> int:
    """How many calculations are recorded, or how many against one baseline (even a deleted one)."""
    return services.store.calculations.count(project=project, baseline_id=baseline_id)


def drifting_since(services: Services, calculation: Calculation) -> Calculation:
    """Where the unbroken row of drifts against one baseline began that this calculation is part of; at worst itself.

    It reaches as far back as the history does. An inconclusive calculation breaks the row: it may have been either.
    """
    return services.store.calculations.drift_since(calculation)


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
    if known is None:
        known = services.text_reports.put(calculation.fingerprint, _read_report(services, calculation_id))
    return calculation, known


def calculation_ids(services: Services, calculation: Calculation) -> PoolIds:
    """Which stored responses a recorded calculation compared, as far as that can be proven.

    Those of the baseline as long as it is stored. Those of current when they are still the first to have arrived there,
    or in the baseline that was promoted next: the digests of their contents then give the calculation's fingerprint.
    Looked up once per revision of the project, as every response of both pools is.
    """
    # Read first: what changes meanwhile is then kept under a revision that nobody asks for again.
    key = f"{calculation.id} {services.store.revision(calculation.project)}"
    known: PoolIds | None = services.calculation_ids.get(key)
    if known is None:
        known = _find_ids(services, calculation)
        services.calculation_ids.put(key, known)
    return known


def _find_ids(services: Services, calculation: Calculation) -> PoolIds:
    try:
        outline = services.store.outline(calculation.project, calculation.baseline_id)
    except NotFoundError:
        return PoolIds()
    for pool in _where_current_may_be(services, calculation, outline):
        current = pool.first(calculation.current_size)
        if _digest(services, outline.of_baseline, current, seed=calculation.seed) == calculation.fingerprint:
            return PoolIds(outline.of_baseline.ids, current.ids)
    return PoolIds(outline.of_baseline.ids)


def _where_current_may_be(services: Services, calculation: Calculation, outline: Outline) -> Iterator[PoolDigests]:
    """Telemetry as it is now, then the first baseline made after the calculation."""
    yield outline.of_current
    newest_first = services.store.baselines.all(project=calculation.project)
    later = [item for item in newest_first if item.created_at >= calculation.created_at]
    if later:
        with suppress(NotFoundError):  # deleted a moment ago
            yield services.store.outline(calculation.project, later[-1].id).of_baseline


def fingerprint(services: Services, outline: Outline, *, seed: int = 0) -> str:
    """Digest of everything that decides a report; the order as well, since reports point at positions."""
    return _digest(services, outline.of_baseline, outline.of_current, seed=seed)


def _digest(services: Services, baseline: PoolDigests, current: PoolDigests, *, seed: int) -> str:
    parts = [baseline.digests, current.digests, services.encoder.tag, N_RESAMPLES, seed]
    return f"{TEXT_REPORT_FORMAT}:{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}"


def known_report(services: Services, key: str, found: Calculation | None) -> TextReport | None:
    """The report of a fingerprint, if this process or the history has it."""
    known = services.text_reports.get(key)
    if known or found is None:
        return known
    try:
        return services.text_reports.put(key, _read_report(services, found.id))
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


def record(
    services: Services, key: str, outline: Outline, baseline: Baseline, report: TextReport, *, duration_ms: float
) -> tuple[Calculation | None, tuple[str, ...]]:
    """The stored calculation, and what to say about it; a database that cannot be written costs no verdict."""
    new = _new_calculation(key, outline, baseline, report, duration_ms)
    history = services.store.calculations
    try:
        before = history.newest(project=baseline.project, baseline_id=baseline.id, limit=1)
        before = before or history.newest(project=baseline.project, limit=1)
        stored = history.add(new, project=baseline.project)
    except StorageError as error:
        return None, (str(error),)
    last = before[0] if before else None
    if last is None or (last.encoder, last.precision) == (new.encoder, new.precision):
        return stored, ()
    return stored, (
        f"The encoder changed from {last.encoder} ({last.precision}) to {new.encoder} ({new.precision}). All vectors "
        "were made anew; scores from before are not comparable with these.",
    )


def _new_calculation(
    key: str, outline: Outline, baseline: Baseline, report: TextReport, duration_ms: float
) -> NewCalculation:
    from driftium_core.text.serialise import stored_report

    drift, health = report.drift, report.health
    return NewCalculation(
        fingerprint=key,
        baseline_id=baseline.id,
        verdict=drift.verdict,
        design=drift.design,
        severity=drift.severity,
        pvalue=drift.pvalue,
        effect_size=_finite(drift.effect_size),
        centroid_score=_finite(drift.centroid.value),
        mmd_score=_finite(drift.mmd.value),
        mmd_low=_finite(drift.mmd.low),
        mmd_high=_finite(drift.mmd.high),
        health_index=health.value,
        health_low=health.low,
        health_high=health.high,
        n_baseline=drift.n_baseline,
        n_current=drift.n_current,
        current_size=len(outline.of_current.ids),
        encoder=report.encoder.id,
        precision=report.encoder.precision,
        seed=report.seed,
        duration_ms=duration_ms,
        report=stored_report(report),
    )


def _finite(value: float) -> float | None:
    """The number, or None for nan and infinities, which SQL averages and JSON cannot hold."""
    return value if abs(value) < float("inf") else None
