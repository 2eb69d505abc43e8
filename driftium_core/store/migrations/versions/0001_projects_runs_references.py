"""Projects, table runs and saved references.

Column types are spelled out here and not imported from the schema: a step must keep meaning what it meant.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the three tables and the project ``default``."""
    _projects()
    _table_runs()
    _saved_references()


def _projects() -> None:
    projects = op.create_table(
        "projects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint("name", name="uq_projects_name"),
    )
    now = datetime.now(UTC)
    if op.get_bind().dialect.name == "sqlite":
        now = now.replace(tzinfo=None)
    op.bulk_insert(projects, [{"name": "default", "created_at": now}])


def _table_runs() -> None:
    op.create_table(
        "table_runs",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference_name", sa.String(), nullable=False),
        sa.Column("current_name", sa.String(), nullable=False),
        sa.Column("reference_rows", sa.Integer(), nullable=False),
        sa.Column("current_rows", sa.Integer(), nullable=False),
        sa.Column("severity", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("drifted", sa.Integer(), nullable=False),
        sa.Column("monitored", sa.Integer(), nullable=False),
        sa.Column("drift_rate", sa.Double(), nullable=True),
        sa.Column("max_effect", sa.Double(), nullable=True),
        sa.Column("simulated", sa.String(), nullable=True),
        sa.Column("options", sa.String(), nullable=False),
        sa.Column("duration_ms", sa.Double(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_table_runs"),
        sa.UniqueConstraint("id", name="uq_table_runs_id"),
        sa.UniqueConstraint("project_id", "fingerprint", name="uq_table_runs_project_id_fingerprint"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_table_runs_project_id", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_table_runs_project_id_seq", "table_runs", ["project_id", "seq"])


def _saved_references() -> None:
    op.create_table(
        "saved_references",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("columns", sa.LargeBinary(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_saved_references"),
        sa.UniqueConstraint("id", name="uq_saved_references_id"),
        sa.UniqueConstraint("project_id", "name", name="uq_saved_references_project_id_name"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_saved_references_project_id", ondelete="CASCADE"
        ),
    )
