"""What happened lately in any project: turns of severity, checks of tables, new baselines, alarms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from driftium_core.severity import Severity
from driftium_core.store.pools import baseline_record
from driftium_core.store.records import Baseline
from driftium_core.store.schema import (
    AlarmLookRow,
    AlarmStateRow,
    BaselineRow,
    CalculationRow,
    ProjectRow,
    SavedReferenceRow,
    TableRunRow,
)
from driftium_core.store.survey_records import AlarmRaised, PoolResult, PoolTurn, TableResult
from driftium_core.store.survey_rows import Names, columns, record, scalar

__all__ = ["read_alarms_raised", "read_baselines", "read_runs", "read_turns"]

TURNS_WITHIN = 5000
"""Newest checks of pools, of all projects, among which turns are looked for."""


def read_turns(session: Session, names: Names, limit: int) -> Iterator[PoolTurn]:
    """Checks of pools that found another severity than the one before against the same baseline, newest first.

    Only those against what was the baseline then: people look at others as well. That was the newest version, as when
    an older one was restored is not stored; and the active one is always taken for it.
    """
    older, before, of = aliased(CalculationRow), aliased(CalculationRow), aliased(BaselineRow)
    same = (older.project_id == CalculationRow.project_id, older.baseline_id == CalculationRow.baseline_id)
    previous = select(func.max(older.seq)).where(*same, older.seq < CalculationRow.seq).scalar_subquery()
    turned = func.coalesce(before.severity, "") != func.coalesce(CalculationRow.severity, "")
    then = (
        select(BaselineRow.id)
        .where(BaselineRow.project_id == CalculationRow.project_id)
        .where(BaselineRow.created_at <= CalculationRow.created_at)
        .order_by(BaselineRow.version.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(*columns(CalculationRow, PoolResult), before.seq.is_(None), before.severity, of.name)
        .join(ProjectRow, ProjectRow.id == CalculationRow.project_id)
        .outerjoin(before, before.seq == previous)
        .outerjoin(of, of.id == CalculationRow.baseline_id)
        .where(CalculationRow.seq > scalar(func.coalesce(func.max(older.seq), 0)) - TURNS_WITHIN)
        .where(CalculationRow.baseline_id.in_([ProjectRow.active_baseline_id, then]))
        .where(or_(before.seq.is_(None), turned))
        .order_by(CalculationRow.seq.desc())
        .limit(limit)
    )
    for *now, first, was, name in session.execute(query):
        yield PoolTurn(
            result=record(PoolResult, tuple(now), names),
            first=bool(first),
            was=Severity(was) if was else None,
            baseline=name,
        )


def read_runs(session: Session, names: Names, limit: int) -> Iterator[TableResult]:
    """The newest checks of real tables, newest first."""
    query = select(*columns(TableRunRow, TableResult)).where(TableRunRow.simulated.is_(None))
    for row in session.execute(query.order_by(TableRunRow.seq.desc()).limit(limit)):
        yield record(TableResult, tuple(row), names)


def read_baselines(session: Session, names: Names, limit: int) -> Iterator[Baseline]:
    """The newest baselines, newest first."""
    query = (
        select(BaselineRow, ProjectRow.active_baseline_id)
        .join(ProjectRow, ProjectRow.id == BaselineRow.project_id)
        .order_by(BaselineRow.seq.desc())
        .limit(limit)
    )
    for row, active in session.execute(query):
        yield baseline_record(row, names[row.project_id], active=active)


def read_alarms_raised(session: Session, names: Names, limit: int) -> Iterator[AlarmRaised]:
    """Blocks at which a score crossed its line, newest first, of baselines and saved references still stored."""
    before = aliased(AlarmLookRow)
    query = (
        select(AlarmLookRow, SavedReferenceRow.name)
        .join(AlarmStateRow, _same_monitor(AlarmStateRow, AlarmLookRow))
        .outerjoin(before, _same_monitor(before, AlarmLookRow) & (before.block == AlarmLookRow.block - 1))
        .outerjoin(SavedReferenceRow, SavedReferenceRow.id == AlarmLookRow.baseline_id)
        .outerjoin(BaselineRow, BaselineRow.id == AlarmLookRow.baseline_id)
        .where(or_(SavedReferenceRow.id.is_not(None), BaselineRow.id.is_not(None)))
        .where(AlarmLookRow.evidence >= AlarmStateRow.threshold)
        .where(func.coalesce(before.evidence, 0.0) < AlarmStateRow.threshold)
        .order_by(AlarmLookRow.created_at.desc())
        .limit(limit)
    )
    for row, reference in session.execute(query):
        yield AlarmRaised(
            project=names[row.project_id], reference_name=reference, block=row.block, created_at=row.created_at
        )


def _same_monitor(one: Any, other: Any) -> ColumnElement[bool]:
    names = ("project_id", "monitor", "baseline_id")
    return and_(*(getattr(one, name) == getattr(other, name) for name in names))
