"""Checking a project's current telemetry against a baseline: computed at most once per state."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from driftium_core.monitor.calculations import N_RESAMPLES, PoolIds, fingerprint, known_report, record
from driftium_core.monitor.checks import ProgressCallback
from driftium_core.monitor.pool_status import PoolStatus, status_of
from driftium_core.monitor.vectors import embed
from driftium_core.response import Response
from driftium_core.services import Services
from driftium_core.store.pool_records import Outline
from driftium_core.store.records import DEFAULT_PROJECT, Calculation
from driftium_core.text.pool import Pool, texts_of
from driftium_core.text.report import Encoder, TextReport

__all__ = ["PoolCheck", "check_responses", "compare_contents", "known_check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolCheck:
    """Outcome of `check_responses`.

    Attributes
    ----------
    report : TextReport or None
        None unless the status is ``ready``.
    fingerprint : str
        Digest of what was compared, and how; empty without a report.
    calculation : Calculation or None
        The history's record of this state; None when it could not be stored, or is not yet.
    notices : tuple of str
        What the user must know besides: another encoder than last time, or why the record could not be stored.
    ids : PoolIds
        Of the responses that were compared.
    """

    status: PoolStatus
    report: TextReport | None = None
    fingerprint: str = ""
    calculation: Calculation | None = None
    ids: PoolIds = field(default_factory=PoolIds)
    notices: tuple[str, ...] = ()


def check_responses(
    services: Services,
    *,
    project: str = DEFAULT_PROJECT,
    baseline_id: str | None = None,
    seed: int = 0,
    progress: ProgressCallback | None = None,
) -> PoolCheck:
    """Compare current telemetry with a baseline, at most once for the same content, and record it.

    A state that the history has as its newest record against this baseline is not recorded again; the same holds for
    eight threads that ask at once. What is known is found without waiting for what others compute.

    Parameters
    ----------
    baseline_id : str, optional
        Of the project's baseline to compare with; the active one by default.
    seed : int
        Of the permutations. How many there are is the same for all calculations, which are told apart by content.

    Raises
    ------
    NotFoundError
        There is no such project, or it has no such baseline.
    StorageError
        The database or the vectors cannot be read.
    UnavailableError
        The encoder cannot be loaded.
    """
    known = _known(services, project, baseline_id, seed=seed)
    if known is None:
        with services.checking:
            known = _known(services, project, baseline_id, seed=seed)
            if known is None:
                return _compute(services, project, baseline_id, seed=seed, progress=progress)
    outline, check = known
    return check if check.report is None or check.calculation else _recorded(services, outline, check, duration_ms=0.0)


def known_check(
    services: Services, *, project: str = DEFAULT_PROJECT, baseline_id: str | None = None
) -> PoolCheck | None:
    """The check of the pools as they are, when nothing need be computed for it; it neither waits nor writes.

    Its ``calculation`` is None unless the history's newest record against this baseline is of this state.
    """
    known = _known(services, project, baseline_id, seed=0)
    return known[1] if known else None


def _known(services: Services, project: str, baseline_id: str | None, *, seed: int) -> tuple[Outline, PoolCheck] | None:
    outline = services.store.outline(project, baseline_id)
    status = status_of(outline)
    if status.status != "ready" or outline.baseline is None:
        return outline, PoolCheck(status=status)
    key = fingerprint(services, outline, seed=seed)
    history, of_baseline = services.store.calculations, outline.baseline.id
    newest = next(iter(history.newest(project=project, baseline_id=of_baseline, limit=1)), None)
    recorded = newest if newest and newest.fingerprint == key else None
    report = known_report(services, key, recorded or history.find(key, project=project))
    if report is None:
        return None
    return outline, PoolCheck(
        status=status,
        report=report,
        fingerprint=key,
        calculation=recorded,
        ids=PoolIds(outline.of_baseline.ids, outline.of_current.ids),
    )


def _compute(
    services: Services,
    project: str,
    baseline_id: str | None,
    *,
    seed: int,
    progress: ProgressCallback | None,
) -> PoolCheck:
    """Compare the pools as they are by now; whoever calls it holds ``services.checking``."""
    pools = services.store.pools(project, baseline_id)
    outline = pools.outline
    status = status_of(outline)
    if status.status != "ready":
        return PoolCheck(status=status)
    key, started = fingerprint(services, outline, seed=seed), time.perf_counter()
    report = compare_contents(
        services,
        [response.content for response in pools.baseline_responses],
        [response.content for response in pools.current_responses],
        seed=seed,
        progress=progress,
    )
    services.text_reports.put(key, report)
    ids = PoolIds(outline.of_baseline.ids, outline.of_current.ids)
    check = PoolCheck(status=status, report=report, fingerprint=key, ids=ids)
    return _recorded(services, outline, check, duration_ms=1000 * (time.perf_counter() - started))


def _recorded(services: Services, outline: Outline, check: PoolCheck, *, duration_ms: float) -> PoolCheck:
    if outline.baseline is None or check.report is None:
        return check
    stored, notices = record(
        services, check.fingerprint, outline, outline.baseline, check.report, duration_ms=duration_ms
    )
    return replace(check, calculation=stored, notices=notices)


def compare_contents(
    services: Services,
    baseline: Sequence[Response],
    current: Sequence[Response],
    *,
    n_resamples: int = N_RESAMPLES,
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
