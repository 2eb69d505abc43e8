"""The tables, and the two column types that SQL does not have."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, ForeignKey, Index, LargeBinary, MetaData, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

__all__ = ["Base", "CompressedJSON", "ProjectRow", "SavedReferenceRow", "TableRunRow", "UtcDateTime"]


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC and read as UTC. A naive one is refused: it could mean any zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: give it a time zone, e.g. datetime.now(UTC)")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Attach UTC, which SQLite cannot store."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CompressedJSON(TypeDecorator[Any]):
    """JSON values as zlib-compressed UTF-8; reports are repetitive and shrink to about a tenth."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Compress."""
        return None if value is None else zlib.compress(json.dumps(value, ensure_ascii=False).encode(), 3)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Expand."""
        return None if value is None else json.loads(zlib.decompress(value))


class Base(DeclarativeBase):
    """Named constraints, so that later migrations can drop them on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class ProjectRow(Base):
    """A monitored thing; everything stored belongs to one."""

    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TableRunRow(Base):
    """One table check. ``seq`` orders runs by insertion, whatever the clock did; ``id`` is the public name."""

    __tablename__ = "table_runs"
    __table_args__ = (
        UniqueConstraint("project_id", "fingerprint"),
        Index(None, "project_id", "seq"),
        {"sqlite_autoincrement": True},  # a pruned newest row must not give its number to the next one
    )

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reference_name: Mapped[str]
    current_name: Mapped[str]
    reference_rows: Mapped[int]
    current_rows: Mapped[int]
    severity: Mapped[str | None]
    status: Mapped[str]
    drifted: Mapped[int]
    monitored: Mapped[int]
    drift_rate: Mapped[float | None]
    max_effect: Mapped[float | None]
    simulated: Mapped[str | None]
    options: Mapped[str]
    duration_ms: Mapped[float]
    fingerprint: Mapped[str]
    report: Mapped[Any] = mapped_column(CompressedJSON, nullable=False, deferred=True)


class SavedReferenceRow(Base):
    """A reference table that was given a name, as zstd-compressed Parquet."""

    __tablename__ = "saved_references"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rows: Mapped[int]
    columns: Mapped[Any] = mapped_column(CompressedJSON, nullable=False)
    content_hash: Mapped[str]
    size_bytes: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary, nullable=False, deferred=True)
