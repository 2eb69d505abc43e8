"""Tables that keep a project's newest rows only, and the rows of theirs that can be read."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from driftium_core.store.schema import CalculationRow, InvestigationRow, PromptRunRow, TableRunRow

__all__ = ["UNREADABLE", "keep_newest", "read_records"]

T = TypeVar("T")

UNREADABLE = (ValueError, TypeError, zlib.error)
"""What a row raises that was changed by hand, or by another version."""


def keep_newest(
    session: Session,
    table: type[TableRunRow | CalculationRow | PromptRunRow | InvestigationRow],
    project_id: int,
    *,
    limit: int,
) -> None:
    """Delete the project's oldest rows beyond ``limit``."""
    newest_to_go = (
        select(table.seq).where(table.project_id == project_id).order_by(table.seq.desc()).offset(limit).limit(1)
    )
    seq = session.scalar(newest_to_go)
    if seq is not None:
        session.execute(delete(table).where(table.project_id == project_id, table.seq <= seq))


def read_records(
    session: Session,
    table: type[TableRunRow | CalculationRow | InvestigationRow],
    query: Any,
    record: Callable[[Any], T],
    *,
    limit: int | None,
) -> tuple[list[T], bool]:
    """The first records of a query on a table that can be read, and whether any was left out."""
    try:
        return [record(row) for row in session.scalars(query.limit(limit))], False
    except UNREADABLE:
        pass  # rarely: then it is found out which ones
    seqs = list(session.scalars(query.with_only_columns(table.seq)))
    return _readable(session, table, seqs, record)[:limit], True


def _readable(
    session: Session,
    table: type[TableRunRow | CalculationRow | InvestigationRow],
    seqs: list[int],
    record: Callable[[Any], T],
) -> list[T]:
    """Those of the rows that can be read, in this order; by halves, as one that cannot spoils a whole result."""
    place = {seq: at for at, seq in enumerate(seqs)}
    try:
        rows: Any = session.scalars(select(table).where(table.seq.in_(seqs))).all()
        return [record(row) for row in sorted(rows, key=lambda row: place[row.seq])]
    except UNREADABLE:
        if len(seqs) == 1:
            return []
    half = len(seqs) // 2
    return _readable(session, table, seqs[:half], record) + _readable(session, table, seqs[half:], record)
