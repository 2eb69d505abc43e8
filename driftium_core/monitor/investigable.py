"""What can be investigated: table checks and calculations together, and what each is called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice

from driftium_core.formats import fmt_moment, fmt_name
from driftium_core.services import Services
from driftium_core.severity import Severity
from driftium_core.store.investigation_records import ReportKind
from driftium_core.store.records import DEFAULT_PROJECT, Baseline, Calculation
from driftium_core.store.table_records import TableRun

__all__ = ["Investigable", "calculation_title", "investigable", "run_title", "table_title"]

LONGEST_FILTER = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Investigable:
    """A stored report that can be investigated.

    Attributes
    ----------
    id : str
        Of the table run or calculation.
    title : str
        What was compared, in words.
    severity : Severity or None
        None when inconclusive.
    status : str
        ``"drift"``, ``"no_drift"`` or ``"inconclusive"``.
    """

    kind: ReportKind
    id: str
    title: str
    created_at: datetime
    severity: Severity | None
    status: str


def investigable(services: Services, *, project: str = DEFAULT_PROJECT, limit: int | None = None) -> list[Investigable]:
    """Table runs and calculations of a project together, newest first; no report is read.

    Raises
    ------
    NotFoundError
        There is no such project.
    StorageError
        The database cannot be read.
    """
    runs = services.store.runs.newest(project=project, limit=limit)
    calculations = services.store.calculations.newest(project=project, limit=limit)
    baselines = {item.id: item for item in services.store.baselines.all(project=project)} if calculations else {}
    of_tables = [_of_run(run) for run in runs]
    of_texts = [_of_calculation(item, baselines.get(item.baseline_id)) for item in calculations]
    both = merge(of_tables, of_texts, key=lambda item: item.created_at, reverse=True)
    return list(islice(both, limit))


def run_title(run: TableRun) -> str:
    """Both tables of a run in words, as `table_title`."""
    return table_title(run.reference_name, run.current_name, run.simulated)


def table_title(reference: str, current: str, simulated: str | None) -> str:
    """Both tables in words; of a simulation its filter."""
    if simulated is None:
        return f"“{current}” against “{reference}”"
    return f"“{reference}” with {fmt_name(simulated, limit=LONGEST_FILTER)} against all of it"


def calculation_title(calculation: Calculation, baseline: Baseline | None) -> str:
    """The project and its baseline in words; ``baseline`` is None once it is deleted."""
    against = f"“{baseline.name}”, version {baseline.version}" if baseline else "a baseline that was deleted"
    return f"Answers of “{calculation.project}” against {against}, {fmt_moment(calculation.created_at)}"


def _of_run(run: TableRun) -> Investigable:
    return Investigable(
        kind="table",
        id=run.id,
        title=run_title(run),
        created_at=run.created_at,
        severity=run.severity,
        status=run.status,
    )


def _of_calculation(calculation: Calculation, baseline: Baseline | None) -> Investigable:
    return Investigable(
        kind="text",
        id=calculation.id,
        title=calculation_title(calculation, baseline),
        created_at=calculation.created_at,
        severity=calculation.severity,
        status=calculation.verdict,
    )
