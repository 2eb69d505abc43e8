"""Tables that keep a project's newest rows only."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from driftium_core.store.schema import CalculationRow, PromptRunRow, TableRunRow

__all__ = ["keep_newest"]


def keep_newest(
    session: Session, table: type[TableRunRow | CalculationRow | PromptRunRow], project_id: int, *, limit: int
) -> None:
    """Delete the project's oldest rows beyond ``limit``."""
    newest_to_go = (
        select(table.seq).where(table.project_id == project_id).order_by(table.seq.desc()).offset(limit).limit(1)
    )
    seq = session.scalar(newest_to_go)
    if seq is not None:
        session.execute(delete(table).where(table.project_id == project_id, table.seq <= seq))
