"""The tables of scheduled work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from driftium_core.store.column_types import AnyText, CompressedJSON, UtcDateTime
from driftium_core.store.schema import Base

__all__ = ["TaskRow", "TaskRunRow"]


class TaskRow(Base):
    """Scheduled work, how far its origin was read, and who runs it.

    ``cursor`` only changes together with ``cursor_revision``, and in the transaction that stores what was read.
    ``run_id``, ``holder`` and ``leased_until`` are set while it runs. ``failures`` counts runs in a row that did not
    end well. ``origin`` and ``cursor`` may hold secrets.
    """

    __tablename__ = "tasks"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(AnyText)
    kind: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reference_id: Mapped[str | None]
    p_threshold: Mapped[float]
    every_s: Mapped[int | None] = mapped_column(BigInteger)
    cron: Mapped[str]
    timezone: Mapped[str]
    paused: Mapped[bool]
    next_run_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(server_default="0")
    run_id: Mapped[str | None]
    holder: Mapped[str | None]
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cursor_revision: Mapped[int] = mapped_column(server_default="0")
    origin: Mapped[Any | None] = mapped_column(CompressedJSON)
    columns: Mapped[Any] = mapped_column(CompressedJSON, nullable=False)
    cursor: Mapped[Any] = mapped_column(CompressedJSON, nullable=False, deferred=True)


class TaskRunRow(Base):
    """One run of a task; ``seq`` orders runs by their start, whatever the clock did."""

    __tablename__ = "task_runs"
    __table_args__ = (Index(None, "task_id", "seq"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    task_id: Mapped[str] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"))
    cause: Mapped[str]
    state: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    n_read: Mapped[int] = mapped_column(BigInteger, server_default="0")
    n_new: Mapped[int] = mapped_column(BigInteger, server_default="0")
    n_known: Mapped[int] = mapped_column(BigInteger, server_default="0")
    n_skipped: Mapped[int] = mapped_column(BigInteger, server_default="0")
    report_kind: Mapped[str | None]
    report_id: Mapped[str | None]
    error: Mapped[str] = mapped_column(AnyText)
    skipped_counts: Mapped[Any] = mapped_column(CompressedJSON, nullable=False)
    reasons: Mapped[Any] = mapped_column(CompressedJSON, nullable=False)
    notes: Mapped[Any] = mapped_column(CompressedJSON, nullable=False)
