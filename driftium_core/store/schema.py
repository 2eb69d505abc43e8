"""The tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, MetaData, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from driftium_core.store.column_types import AnyText, CompressedJSON, UtcDateTime

__all__ = [
    "AlarmLookRow",
    "AlarmStateRow",
    "Base",
    "BaselineRow",
    "CalculationRow",
    "InvestigationRow",
    "ProjectRow",
    "PromptRunAnswerRow",
    "PromptRunRow",
    "PromptSetRow",
    "ResponseRow",
    "SavedReferenceRow",
    "TableRunRow",
]


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
    """A monitored thing; everything stored belongs to one.

    ``revision`` rises with every change to the project's pools, ``playground_revision`` with every change to its prompt
    sets and runs, ``evidence_revision`` with every change to its evidence scores, ``investigation_revision`` with every
    change to its investigations, ``task_revision`` with every change to its tasks and their runs, ``alert_revision``
    with every change to its channels, rules, incidents and messages, each in the same transaction; ``baselines_made``
    numbers the versions, so that a deleted one's number is not given again.
    """

    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    active_baseline_id: Mapped[str | None] = mapped_column(ForeignKey("baselines.id", use_alter=True))
    revision: Mapped[int] = mapped_column(server_default="0")
    baselines_made: Mapped[int] = mapped_column(server_default="0")
    playground_revision: Mapped[int] = mapped_column(server_default="0")
    evidence_revision: Mapped[int] = mapped_column(server_default="0")
    investigation_revision: Mapped[int] = mapped_column(server_default="0")
    task_revision: Mapped[int] = mapped_column(server_default="0")
    alert_revision: Mapped[int] = mapped_column(server_default="0")


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


class BaselineRow(Base):
    """One version of a project's baseline. ``size`` counts its responses, which never change."""

    __tablename__ = "baselines"
    __table_args__ = (UniqueConstraint("project_id", "version"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(AnyText)
    version: Mapped[int]
    note: Mapped[str] = mapped_column(AnyText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    size: Mapped[int]


class ResponseRow(Base):
    """One answer, which is current telemetry (``baseline_id`` is NULL) or belongs to exactly one baseline.

    ``key_hash`` tells a record that was stored before, ``id_hash`` a log's own id whatever the content (of any length
    both, hence the hashes); ``digest`` covers everything a report can depend on.
    """

    __tablename__ = "responses"
    __table_args__ = (
        UniqueConstraint("project_id", "key_hash"),
        Index(None, "project_id", "baseline_id", "seq"),
        Index(None, "project_id", "id_hash"),
        {"sqlite_autoincrement": True},  # the order of arrival is a cursor: a number is never given twice
    )

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    baseline_id: Mapped[str | None] = mapped_column(ForeignKey("baselines.id", ondelete="CASCADE"))
    key: Mapped[str | None] = mapped_column(AnyText)
    key_hash: Mapped[str | None]
    id_hash: Mapped[str | None]
    prompt: Mapped[str | None] = mapped_column(AnyText)
    response: Mapped[str] = mapped_column(AnyText)
    prompt_hash: Mapped[str | None] = mapped_column(index=True)
    response_hash: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str]
    usable: Mapped[bool]
    model: Mapped[str | None] = mapped_column(AnyText)
    backend: Mapped[str | None] = mapped_column(AnyText)
    latency_ms: Mapped[float | None]
    tokens: Mapped[int | None] = mapped_column(BigInteger)
    prompt_tokens: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None] = mapped_column(AnyText)
    source: Mapped[str] = mapped_column(AnyText)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    first_token_ms: Mapped[float | None]
    stop_reason: Mapped[str | None]
    system: Mapped[str | None] = mapped_column(AnyText)
    temperature: Mapped[float | None]
    max_tokens: Mapped[int | None] = mapped_column(BigInteger)
    seed: Mapped[int | None] = mapped_column(BigInteger)


class CalculationRow(Base):
    """One check of two pools. The same pools can be checked again after others, so fingerprints may repeat."""

    __tablename__ = "calculations"
    __table_args__ = (
        Index(None, "project_id", "seq"),
        Index(None, "project_id", "fingerprint"),
        Index(None, "project_id", "baseline_id", "seq"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fingerprint: Mapped[str]
    baseline_id: Mapped[str]
    verdict: Mapped[str]
    design: Mapped[str]
    severity: Mapped[str | None]
    pvalue: Mapped[float | None]
    effect_size: Mapped[float | None]
    centroid_score: Mapped[float | None]
    mmd_score: Mapped[float | None]
    health_index: Mapped[float | None]
    mmd_low: Mapped[float | None]
    mmd_high: Mapped[float | None]
    health_low: Mapped[float | None]
    health_high: Mapped[float | None]
    n_baseline: Mapped[int]
    n_current: Mapped[int]
    current_size: Mapped[int] = mapped_column(server_default="0")
    encoder: Mapped[str]
    precision: Mapped[str]
    seed: Mapped[int] = mapped_column(BigInteger)
    duration_ms: Mapped[float]
    report: Mapped[Any] = mapped_column(CompressedJSON, nullable=False, deferred=True)


class InvestigationRow(Base):
    """Why a report drifted. Any number of one report; it outlives the report, hence no foreign key to it."""

    __tablename__ = "investigations"
    __table_args__ = (
        Index(None, "project_id", "seq"),
        Index(None, "project_id", "kind", "report_id", "seq"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str]
    report_id: Mapped[str]
    title: Mapped[str] = mapped_column(AnyText)
    severity: Mapped[str | None]
    status: Mapped[str]
    cause: Mapped[str]
    confidence: Mapped[str]
    source: Mapped[str]
    model: Mapped[str | None] = mapped_column(AnyText)
    summary: Mapped[str] = mapped_column(AnyText)
    n_actions: Mapped[int] = mapped_column(server_default="0")
    done: Mapped[Any] = mapped_column(CompressedJSON, nullable=False)
    document: Mapped[Any] = mapped_column(CompressedJSON, nullable=False, deferred=True)


class AlarmStateRow(Base):
    """The evidence score of one monitor against one baseline, which need not be a baseline of ours (tables)."""

    __tablename__ = "alarm_states"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    monitor: Mapped[str] = mapped_column(primary_key=True)
    baseline_id: Mapped[str] = mapped_column(primary_key=True)
    evidence: Mapped[float]
    looks: Mapped[int]
    last_block: Mapped[int]
    last_seq: Mapped[int] = mapped_column(BigInteger)
    threshold: Mapped[float]
    alarmed_at_block: Mapped[int | None]


class AlarmLookRow(Base):
    """One counted block of a monitor; its key keeps a block or a content from counting twice."""

    __tablename__ = "alarm_looks"
    __table_args__ = (
        ForeignKeyConstraint(
            ["project_id", "monitor", "baseline_id"],
            ["alarm_states.project_id", "alarm_states.monitor", "alarm_states.baseline_id"],
            ondelete="CASCADE",
        ),
        UniqueConstraint("project_id", "monitor", "baseline_id", "fingerprint"),
    )

    project_id: Mapped[int] = mapped_column(primary_key=True)
    monitor: Mapped[str] = mapped_column(primary_key=True)
    baseline_id: Mapped[str] = mapped_column(primary_key=True)
    block: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fingerprint: Mapped[str]
    pvalue: Mapped[float]
    effect_size: Mapped[float | None]
    e_value: Mapped[float]
    evidence: Mapped[float]
    digests: Mapped[Any | None] = mapped_column(CompressedJSON, deferred=True)


class PromptSetRow(Base):
    """One version of a named list of prompts; it never changes."""

    __tablename__ = "prompt_sets"
    __table_args__ = (UniqueConstraint("project_id", "name", "version"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(AnyText)
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(AnyText)
    system: Mapped[str] = mapped_column(AnyText)
    prompts: Mapped[Any] = mapped_column(CompressedJSON, nullable=False)


class PromptRunRow(Base):
    """A list of prompts given to one or two models. It holds its own prompts, as a set can be deleted."""

    __tablename__ = "prompt_runs"
    __table_args__ = (Index(None, "project_id", "seq"), {"sqlite_autoincrement": True})

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    set_id: Mapped[str | None] = mapped_column(ForeignKey("prompt_sets.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(AnyText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished: Mapped[bool]
    stopped: Mapped[bool]
    to_current: Mapped[bool]
    n_prompts: Mapped[int]
    arms: Mapped[Any] = mapped_column(CompressedJSON, nullable=False)
    prompts: Mapped[Any] = mapped_column(CompressedJSON, nullable=False, deferred=True)


class PromptRunAnswerRow(Base):
    """What became of one prompt with one model: ``content``, or else ``error``.

    ``response_id`` names the telemetry it was sent to and stays when that is deleted, so that it is not sent again.
    """

    __tablename__ = "prompt_run_answers"

    run_id: Mapped[str] = mapped_column(ForeignKey("prompt_runs.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    arm: Mapped[int] = mapped_column(primary_key=True)
    response_id: Mapped[str | None]
    error: Mapped[str | None] = mapped_column(AnyText)
    content: Mapped[Any | None] = mapped_column(CompressedJSON, deferred=True)
