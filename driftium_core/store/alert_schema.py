"""The tables of alerts: whom to tell, when, what happened, and the messages about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from driftium_core.store.column_types import AnyText, CompressedJSON, UtcDateTime
from driftium_core.store.schema import Base

__all__ = ["AlertRuleRow", "ChannelRow", "DeliveryRow", "IncidentRow", "RuleChannelRow", "WatchRow"]


class ChannelRow(Base):
    """Where messages go. ``address`` is a secret: it leaves the store for one attempt to send, and for nothing else."""

    __tablename__ = "alert_channels"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(AnyText)
    kind: Mapped[str]
    shown: Mapped[str] = mapped_column(AnyText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(AnyText)
    address: Mapped[str] = mapped_column(AnyText, deferred=True)


class AlertRuleRow(Base):
    """When to tell, and how far the checks were looked at.

    ``runs_seen`` and ``calculations_seen`` are the numbers of the newest checks that were. ``fresh`` rules have yet to
    look at the newest check of each monitor. ``turn`` rises with every evaluation and with whatever would make one that
    began before it wrong, so that only one of two that ran at once is kept.
    """

    __tablename__ = "alert_rules"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(AnyText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    monitor: Mapped[str] = mapped_column(AnyText)
    min_severity: Mapped[str]
    consecutive: Mapped[int]
    quiet_from: Mapped[str]
    quiet_to: Mapped[str]
    timezone: Mapped[str]
    remind_after_h: Mapped[float | None]
    tell_resolved: Mapped[bool]
    paused: Mapped[bool]
    fresh: Mapped[bool]
    runs_seen: Mapped[int] = mapped_column(BigInteger)
    calculations_seen: Mapped[int] = mapped_column(BigInteger)
    turn: Mapped[int] = mapped_column(BigInteger)


class RuleChannelRow(Base):
    """A channel that a rule tells; gone when either is."""

    __tablename__ = "alert_rule_channels"

    rule_id: Mapped[str] = mapped_column(ForeignKey("alert_rules.id", ondelete="CASCADE"), primary_key=True)
    channel_id: Mapped[str] = mapped_column(
        ForeignKey("alert_channels.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int]


class WatchRow(Base):
    """What a rule remembers of a monitor besides the open incident."""

    __tablename__ = "alert_watches"

    rule_id: Mapped[str] = mapped_column(ForeignKey("alert_rules.id", ondelete="CASCADE"), primary_key=True)
    monitor: Mapped[str] = mapped_column(AnyText, primary_key=True)
    streak: Mapped[int]
    against: Mapped[str] = mapped_column(AnyText)
    last_seq: Mapped[int] = mapped_column(BigInteger)


_OPEN = text("resolved_at IS NULL")


class IncidentRow(Base):
    """A stretch in which a monitor was as bad as a rule asks. It outlives the rule and the reports, hence no keys."""

    __tablename__ = "incidents"
    __table_args__ = (
        Index(None, "project_id", "seq"),
        # At most one is open per rule and monitor.
        Index("ix_incidents_open", "rule_id", "monitor", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    rule_id: Mapped[str]
    rule_name: Mapped[str] = mapped_column(AnyText)
    monitor: Mapped[str] = mapped_column(AnyText)
    severity: Mapped[str]
    worst: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    n_checks: Mapped[int]
    report_kind: Mapped[str]
    report_id: Mapped[str]
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    n_reminders: Mapped[int]


class DeliveryRow(Base):
    """One message to one channel: the outbox.

    The key keeps an occasion of an incident (``opened``, ``worsened CRITICAL``, ``resolved``, ``reminder 2``) from
    being told to a channel twice, whatever happens. While ``leased_until`` lies ahead, whoever set ``claim`` sends it.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("incident_id", "channel_id", "occasion"),
        Index(None, "project_id", "seq"),
        Index(None, "state", "next_attempt_at"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    incident_id: Mapped[str | None] = mapped_column(ForeignKey("incidents.id", ondelete="SET NULL"))
    rule_id: Mapped[str]
    channel_id: Mapped[str] = mapped_column(index=True)
    channel_name: Mapped[str] = mapped_column(AnyText)
    occasion: Mapped[str]
    event: Mapped[str]
    title: Mapped[str] = mapped_column(AnyText)
    state: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    n_attempts: Mapped[int]
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(AnyText)
    claim: Mapped[str | None]
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    message: Mapped[Any] = mapped_column(CompressedJSON, nullable=False, deferred=True)
