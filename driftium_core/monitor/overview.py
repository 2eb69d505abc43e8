"""Every monitor of every project in a list: what was found, since when, and what to do next. Computes no check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from driftium_core.formats import fmt_count, fmt_n, fmt_name
from driftium_core.monitor.monitor_row import NOTHING_NOW, MonitorRow, Outcome
from driftium_core.services import Services
from driftium_core.severity import Severity
from driftium_core.store.records import AlarmState
from driftium_core.store.survey_records import PoolResult, ProjectPools, RecentCounts, Survey, TableResult
from driftium_core.text.labels import effect_words

if TYPE_CHECKING:
    from driftium_core.monitor.live import LiveCheck

__all__ = ["counts_of_a_day", "overview", "overview_version"]

TREND = 20


def overview(services: Services, *, live: Mapping[str, LiveCheck] | None = None) -> tuple[MonitorRow, ...]:
    """Every monitor of every project, the most urgent first; a project that holds nothing has none.

    A handful of statements whatever the number of projects. Starts nothing: pools that changed since their check are
    said to have.

    Parameters
    ----------
    live : mapping of str to LiveCheck, optional
        By project, what `live_check` knows of its pools: whether they are being compared, or why they could not be.

    Raises
    ------
    StorageError
        The database, or a record in it, cannot be read.
    """
    survey = services.store.survey.newest(limit=TREND)
    checks, runs = _by_project(survey), _by_reference(survey)
    rows = [*_pool_rows(survey, checks, live or {}), *_table_rows(survey, runs), *_alarms_alone(survey, runs)]
    return tuple(sorted(_with_longer_drift(services, rows, checks, runs), key=_urgency))


def overview_version(services: Services) -> tuple[int, ...]:
    """Numbers that change whenever anything that the overview or its events show does; one statement.

    Raises
    ------
    StorageError
        The database cannot be read.
    """
    return services.store.survey.version()


def counts_of_a_day(services: Services) -> RecentCounts:
    """Answers stored and rows of real tables checked in the last 24 hours, in all projects."""
    return services.store.survey.counts(since=datetime.now(UTC) - timedelta(days=1))


def _urgency(row: MonitorRow) -> tuple[object, ...]:
    """Drift by severity, open alarms, what data cannot tell, what is well, what waits; simulations last."""
    order = {"drift": 1, "inconclusive": 3, "no_drift": 4, "waiting": 5}[row.outcome]
    if row.drifts and row.severity:
        order = -row.severity.rank
    elif row.alarm:
        order = 2
    newest_first = -row.checked_at.timestamp() if row.checked_at else 0.0
    return (row.simulated, order, row.alarm is None, newest_first, row.project, row.name)


Checks = dict[str, list[PoolResult]]
Runs = dict[tuple[str, str, bool], list[TableResult]]


def _by_project(survey: Survey) -> Checks:
    found: Checks = {}
    for check in survey.checks:
        found.setdefault(check.project, []).append(check)
    return found


def _by_reference(survey: Survey) -> Runs:
    """By project, reference, and whether it is a simulation."""
    found: Runs = {}
    for run in survey.runs:
        found.setdefault((run.project, run.reference_name, run.simulated is not None), []).append(run)
    return found


def _pool_rows(survey: Survey, checks: Checks, live: Mapping[str, LiveCheck]) -> Iterator[MonitorRow]:
    for pools in survey.pools:
        if pools.baseline or pools.n_current or pools.has_checks:
            row = _pool_row(pools, checks.get(pools.project, []), live.get(pools.project))
            yield _with_alarm(row, survey.alarms.get((pools.project, "")))


def _pool_row(pools: ProjectPools, checks: Sequence[PoolResult], live: LiveCheck | None) -> MonitorRow:
    """The row of a project's pools; ``checks`` are those against the active baseline, newest first."""
    finding, next_step = _waiting(pools)
    row = MonitorRow(
        project=pools.project,
        kind="llm",
        name=pools.project,
        outcome="waiting",
        severity=None,
        trend=tuple(c.effect_size for c in reversed(checks) if c.effect_size is not None and c.severity),
        finding=finding,
        checked_at=checks[0].created_at if checks else None,
        next_step=next_step,
    )
    if pools.baseline is None or not pools.n_current:
        return row
    if not checks:
        return _as_live(row, live)
    newest = checks[0]
    row = replace(
        row,
        outcome=_outcome(newest.verdict),
        severity=newest.severity,
        health=newest.health_index if newest.severity else None,  # of too few answers it may be anything
        finding=_pool_finding(newest),
        pvalue=newest.pvalue,
        since=_since(checks),
        changed=not live.current if live else _changed(pools, newest),
        next_step=_pool_step(newest),
        calculation_id=newest.id,
    )
    return _as_live(row, live)


def _as_live(row: MonitorRow, live: LiveCheck | None) -> MonitorRow:
    """What is being done about pools that are not compared as they are."""
    if live and live.job:
        counted = f" {fmt_n(live.job.done)} of {fmt_n(live.job.total)}" if live.job.total else ""
        doing = f": {live.job.message.lower()}{counted}" if live.job.message else ""
        return replace(row, finding=f"comparing now{doing}", next_step=NOTHING_NOW)
    if live and live.error:
        return replace(row, finding=f"could not be compared: {live.error}", next_step="Try again")
    if not row.changed:
        return row
    finding = f"{row.finding}; answers changed since"
    if live:
        return replace(row, finding=f"{finding}, compared after this batch", next_step=NOTHING_NOW)
    return replace(row, finding=finding, next_step="Open it to compare again")


def _waiting(pools: ProjectPools) -> tuple[str, str]:
    """Finding and next step of pools that have no check to show."""
    answers = fmt_count(pools.n_current, "answer")
    if pools.baseline is None and pools.n_current:
        return f"waits for a baseline: {answers}", "Promote or import a baseline"
    if pools.baseline is None:
        return "holds no answers any more", "Generate or import answers"
    name, size = fmt_name(pools.baseline.name), fmt_n(pools.baseline.size)
    if not pools.n_current:
        return f"waits for answers: baseline “{name}” holds {size}", "Generate or import answers"
    return f"not compared yet: {answers} with the {size} of “{name}”", "Open it to compare"


def _changed(pools: ProjectPools, check: PoolResult) -> bool:
    """Whether answers came or went after the check; its baseline's answers never change."""
    came = pools.newest_at is not None and pools.newest_at > check.created_at
    return came or pools.n_current != check.current_size


def _pool_finding(check: PoolResult) -> str:
    match _outcome(check.verdict):
        case "drift":
            return f"answers differ, {effect_words(check.effect_size)}"
        case "no_drift":
            return "no drift found"
    if not check.n_current:
        return f"{fmt_count(check.current_size, 'current answer')}, of which each failed or is empty"
    return f"{fmt_n(check.n_current)} against {fmt_n(check.n_baseline)} answers are too few to tell"


def _pool_step(check: PoolResult) -> str:
    match _outcome(check.verdict):
        case "drift":
            return "Watch the next answers" if check.severity is Severity.MEDIUM else "Open what changed"
        case "no_drift":
            return NOTHING_NOW
    if not check.n_current:
        return "See the errors"
    from driftium_core.text.verdict import more_needed

    wanted = zip(more_needed(check.n_baseline, check.n_current), ("baseline answer", "answer"), strict=True)
    return f"Add at least {' and '.join(fmt_count(count, noun) for count, noun in wanted if count)}"


def _table_rows(survey: Survey, runs: Runs) -> Iterator[MonitorRow]:
    for (project, name, simulated), of_reference in runs.items():
        newest = of_reference[0]
        row = MonitorRow(
            project=project,
            kind="tabular",
            name=name,
            outcome=_outcome(newest.status),
            severity=newest.severity,
            simulated=simulated,
            trend=tuple(run.max_effect or 0.0 for run in reversed(of_reference) if run.severity),
            finding=_table_finding(newest),
            checked_at=newest.created_at,
            since=_since(of_reference),
            next_step=_table_step(newest),
            run_id=newest.id,
        )
        yield row if simulated else _with_alarm(row, survey.alarms.get((project, name)))


def _table_finding(run: TableResult) -> str:
    if run.drifted:
        little = ", by less than 0.10" if run.severity is Severity.LOW else ""
        return f"{run.drifted} of {fmt_count(run.monitored, 'column')} drifted{little}"
    if run.status == "no_drift":
        return "no drift found"
    return f"{fmt_count(run.current_rows, 'row')}: too few to tell" if run.monitored else "no column could be compared"


def _table_step(run: TableResult) -> str:
    if run.simulated:
        return "Check data of your own"
    if run.severity is None:
        return "Check more rows" if run.monitored else "See why"
    if run.severity is Severity.LOW:
        return NOTHING_NOW
    return "Watch the next rows" if run.severity is Severity.MEDIUM else "Open what drifted"


def _alarms_alone(survey: Survey, runs: Runs) -> Iterator[MonitorRow]:
    """Rows of saved references whose blocks raised an alarm, and that no stored check names."""
    for (project, name), alarm in survey.alarms.items():
        if name and (project, name, False) not in runs:
            row = MonitorRow(
                project=project,
                kind="tabular",
                name=name,
                outcome="waiting",
                severity=None,
                finding=f"no check is stored; {fmt_count(alarm.looks, 'block')} counted",
                next_step=NOTHING_NOW,
            )
            yield _with_alarm(row, alarm)


def _with_alarm(row: MonitorRow, alarm: AlarmState | None) -> MonitorRow:
    return replace(row, alarm=alarm, next_step="Look into the alarm, then dismiss it") if alarm else row


def _outcome(verdict: str) -> Outcome:
    return "drift" if verdict == "drift" else "no_drift" if verdict == "no_drift" else "inconclusive"


def _drifts(check: PoolResult | TableResult) -> bool:
    return check.severity not in (None, Severity.LOW)


def _since(checks: Sequence[PoolResult | TableResult]) -> datetime | None:
    """When the drift of the newest check began, as far as these checks, newest first, tell."""
    return min((check.created_at for check in takewhile(_drifts, checks)), default=None)


def _with_longer_drift(
    services: Services, rows: Sequence[MonitorRow], checks: Checks, runs: Runs
) -> Iterator[MonitorRow]:
    """Look further back where all the checks at hand drift."""

    def is_long(found: Sequence[PoolResult | TableResult]) -> bool:
        return len(found) >= TREND and all(map(_drifts, found))

    of_pools = {project for project, found in checks.items() if is_long(found)}
    of_tables = {project for (project, _, simulated), found in runs.items() if not simulated and is_long(found)}
    pools = services.store.survey.pools_drift_since(of_pools) if of_pools else {}
    tables = services.store.survey.tables_drift_since(of_tables) if of_tables else {}
    for row in rows:
        since = pools.get(row.project) if row.kind == "llm" else tables.get((row.project, row.name))
        yield replace(row, since=since) if since and row.drifts else row
