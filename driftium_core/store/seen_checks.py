"""Stored checks as rules look at them: those of real tables, and those of answers against the baseline in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from driftium_core.severity import Severity
from driftium_core.store.alert_records import ANSWERS, EVERY_MONITOR, table_monitor
from driftium_core.store.alert_schema import AlertRuleRow
from driftium_core.store.alert_turn_records import SeenCheck
from driftium_core.store.schema import CalculationRow, TableRunRow

__all__ = ["SeenChecks", "read_checks"]

AT_ONCE = 500
"""Checks of one kind in one turn; a longer queue takes more turns."""


@dataclass(frozen=True, slots=True)
class SeenChecks:
    """What a rule looks at next, and the numbers up to which it has seen all then."""

    checks: tuple[SeenCheck, ...]
    runs_seen: int
    calculations_seen: int


def read_checks(session: Session, rule: AlertRuleRow, *, active_baseline_id: str | None) -> SeenChecks:
    """The checks that a rule has not seen, in their order; for a fresh rule those that it begins with come first.

    People compare answers with other baselines than the one in force: these checks are no news, also when that baseline
    is put in force later, unless they are newer than all that the rule has seen. Reports are not read.
    """
    runs = _new_runs(session, rule) if rule.monitor != ANSWERS else []
    of_answers = rule.monitor in (ANSWERS, EVERY_MONITOR) and active_baseline_id is not None
    calculations = _new_calculations(session, rule, active_baseline_id) if of_answers else []
    seen = [
        *(_of_table(row) for row in runs if rule.monitor in (EVERY_MONITOR, table_monitor(row.reference_name))),
        *(_of_answers(row) for row in calculations),
    ]
    return SeenChecks(tuple(seen), _last(runs, rule.runs_seen), _last(calculations, rule.calculations_seen))


_RUN = (
    TableRunRow.seq,
    TableRunRow.id,
    TableRunRow.created_at,
    TableRunRow.severity,
    TableRunRow.reference_name,
)
_CALCULATION = (
    CalculationRow.seq,
    CalculationRow.id,
    CalculationRow.created_at,
    CalculationRow.severity,
    CalculationRow.baseline_id,
)


def _new_runs(session: Session, rule: AlertRuleRow) -> list[Any]:
    real = (TableRunRow.project_id == rule.project_id, TableRunRow.simulated.is_(None))
    query = select(*_RUN).where(*real).order_by(TableRunRow.seq)
    first: Sequence[Any] = []
    if rule.fresh:
        newest = (
            select(func.max(TableRunRow.seq))
            .where(*real, TableRunRow.seq <= rule.runs_seen)
            .group_by(TableRunRow.reference_name)
        )
        first = session.execute(query.where(TableRunRow.seq.in_(newest))).all()
    return [*first, *session.execute(query.where(TableRunRow.seq > rule.runs_seen).limit(AT_ONCE)).all()]


def _new_calculations(session: Session, rule: AlertRuleRow, baseline_id: str | None) -> list[Any]:
    in_force = (CalculationRow.project_id == rule.project_id, CalculationRow.baseline_id == baseline_id)
    query = select(*_CALCULATION).where(*in_force).order_by(CalculationRow.seq)
    first: Sequence[Any] = []
    if rule.fresh:
        newest = select(func.max(CalculationRow.seq)).where(*in_force, CalculationRow.seq <= rule.calculations_seen)
        first = session.execute(query.where(CalculationRow.seq == newest.scalar_subquery())).all()
    return [*first, *session.execute(query.where(CalculationRow.seq > rule.calculations_seen).limit(AT_ONCE)).all()]


def _of_table(row: Any) -> SeenCheck:
    monitor = table_monitor(row.reference_name)
    return SeenCheck(
        monitor=monitor, kind="table", seq=row.seq, at=row.created_at, severity=_severity(row), report_id=row.id
    )


def _of_answers(row: Any) -> SeenCheck:
    return SeenCheck(
        monitor=ANSWERS,
        kind="text",
        seq=row.seq,
        at=row.created_at,
        severity=_severity(row),
        report_id=row.id,
        against=row.baseline_id,
    )


def _severity(row: Any) -> Severity | None:
    """None also for what this version does not know: a damaged record decides nothing."""
    try:
        return Severity(row.severity) if row.severity else None
    except ValueError:
        return None


def _last(rows: Sequence[Any], before: int) -> int:
    seqs: list[int] = [row.seq for row in rows]
    return max([before, *seqs])
