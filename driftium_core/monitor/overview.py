"""Every monitor of every project in a list: what was found, since when, and what to do next. Computes no check."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from driftium_core.formats import fmt_count, fmt_effect, fmt_n, fmt_name
from driftium_core.services import Services
from driftium_core.severity import Severity
from driftium_core.store.records import AlarmState
from driftium_core.store.survey_records import PoolResult, ProjectPools, RecentCounts, Survey, TableResult

if TYPE_CHECKING:
    from driftium_core.monitor.live import LiveCheck

__all__ = ["MonitorRow", "counts_of_a_day", "overview", "overview_version"]

Outcome = Literal["drift", "no_drift", "inconclusive", "waiting"]

TREND = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorRow:
    """One monitor: the pools of a project, or all tables that were checked against one reference.

    Attributes
    ----------
    name : str
        The project for pools, the reference for tables.
    outcome : "drift", "no_drift", "inconclusive" or "waiting"
        Of the newest check; waiting when nothing was compared with the active baseline yet.
    severity : Severity or None
        None when inconclusive or waiting.
    simulated : bool
        Tables filtered out of the reference itself: nobody's incident.
    health : float or None
        Health Index of the answers, 0 to 100. Tables have none: no one number says how well a table is.
    trend : tuple of float
        Effect sizes of up to 20 checks, oldest first: of the pools, or the largest of a table's columns, 0 where none
        drifted. Inconclusive checks are left out.
    finding, next_step : str
        What is known, and what to do, in a few plain words with names of the user's data in them.
    pvalue : float or None
        Of the pools' test. Tables test each column by itself.
    checked_at : datetime or None
    since : datetime or None
        When the first check of the unbroken row with severity above LOW was, as far back as history goes; None without
        such a severity now.
    changed : bool
        The pools are not those that were checked any more.
    alarm : AlarmState or None
        The evidence score, if it has crossed its line and was not dismissed.
    run_id, calculation_id : str or None
        The newest check.
    """

    project: str
    kind: Literal["llm", "tabular"]
    name: str
    outcome: Outcome
    severity: Severity | None
    simulated: bool = False
    health: float | None = None
    trend: tuple[float, ...] = ()
    finding: str
    pvalue: float | None = None
    checked_at: datetime | None = None
    since: datetime | None = None
    changed: bool = False
    alarm: AlarmState | None = None
    next_step: str
    run_id: str | None = None
    calculation_id: str | None = None

    @property
    def drifts(self) -> bool:
        """Whether real data has a severity above LOW."""
        return not self.simulated and self.severity not in (None, Severity.LOW)

    @property
    def needs_attention(self) -> bool:
        """Whether someone should look soon: HIGH, CRITICAL, or an open alarm; never a simulation."""
        severe = self.severity in (Severity.HIGH, Severity.CRITICAL)
        return not self.simulated and (severe or self.alarm is not None)


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
    rows = [*_pool_rows(survey, live or {}), *_table_rows(survey)]
    return tuple(sorted(_with_longer_drift(services, rows), key=_urgency))


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


def _pool_rows(survey: Survey, live: Mapping[str, LiveCheck]) -> Iterator[MonitorRow]:
    checks: dict[str, list[PoolResult]] = {}
    for check in survey.checks:
        checks.setdefault(check.project, []).append(check)
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
        health=newest.health_index,
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
        return replace(row, finding=f"comparing now{doing}", next_step="Nothing now")
    if live and live.error:
        return replace(row, finding=f"could not be compared: {live.error}", next_step="Try again")
    if not row.changed:
        return row
    finding = f"{row.finding}; answers changed since"
    if live:
        return replace(row, finding=f"{finding}, compared after the running batch", next_step="Nothing now")
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
    return came or pools.n_current != check.n_current


def _pool_finding(check: PoolResult) -> str:
    match _outcome(check.verdict):
        case "drift":
            return f"answers differ, effect {fmt_effect(check.effect_size)}"
        case "no_drift":
            return "no drift found"
    return f"{fmt_n(check.n_current)} against {fmt_n(check.n_baseline)} answers are too few to tell"


def _pool_step(check: PoolResult) -> str:
    return {"drift": "Open the evidence", "no_drift": "Nothing now"}.get(check.verdict, "Add answers")


def _table_rows(survey: Survey) -> Iterator[MonitorRow]:
    runs: dict[tuple[str, str, bool], list[TableResult]] = {}
    for run in survey.runs:
        runs.setdefault((run.project, run.reference_name, run.simulated is not None), []).append(run)
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
    if run.severity is Severity.LOW:
        return "Nothing now"
    return "See what drifted" if run.severity else "Check more rows"


def _with_alarm(row: MonitorRow, alarm: AlarmState | None) -> MonitorRow:
    next_step = "Look at the alarm" if alarm and not row.drifts else row.next_step
    return replace(row, alarm=alarm, next_step=next_step)


def _outcome(verdict: str) -> Outcome:
    return "drift" if verdict == "drift" else "no_drift" if verdict == "no_drift" else "inconclusive"


def _since(checks: Sequence[PoolResult] | Sequence[TableResult]) -> datetime | None:
    """When the drift of the newest check began, as far as these checks, newest first, tell."""
    since = None
    for check in checks:
        if check.severity in (None, Severity.LOW):
            break
        since = check.created_at
    return since


def _with_longer_drift(services: Services, rows: Collection[MonitorRow]) -> Iterator[MonitorRow]:
    """Look further back where drift is older than the checks at hand."""
    long = [row for row in rows if row.drifts and len(row.trend) >= TREND]
    projects: dict[str, set[str]] = {
        kind: {row.project for row in long if row.kind == kind} for kind in ("llm", "tabular")
    }
    survey = services.store.survey
    pools = survey.pools_drift_since(projects["llm"]) if projects["llm"] else {}
    tables = survey.tables_drift_since(projects["tabular"]) if projects["tabular"] else {}
    for row in rows:
        found = pools.get(row.project) if row.kind == "llm" else tables.get((row.project, row.name))
        yield replace(row, since=found) if found and row.drifts else row
