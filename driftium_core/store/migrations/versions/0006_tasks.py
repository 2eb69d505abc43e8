"""Scheduled work, its runs, and their revision.

Column types are spelled out here and not imported from the schema: a step must keep meaning what it meant.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create two tables, and give projects one revision more."""
    # A plain column, not in batch mode: on SQLite that would drop the projects, and with them everything under them.
    op.add_column("projects", sa.Column("task_revision", sa.Integer(), nullable=False, server_default="0"))
    _create_tasks()
    _create_runs()


def _create_tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        # Not a foreign key: the reference may be deleted, which the next run says.
        sa.Column("reference_id", sa.String(), nullable=True),
        sa.Column("p_threshold", sa.Double(), nullable=False),
        sa.Column("every_s", sa.BigInteger(), nullable=True),
        sa.Column("cron", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("next_run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        # The run that is in progress, who runs it, and until when that holds.
        sa.Column("run_id", sa.String(), nullable=True),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cursor_revision", sa.Integer(), nullable=False, server_default="0"),
        # Last, so that SQLite finds what is due without reading them.
        sa.Column("origin", sa.LargeBinary(), nullable=True),
        sa.Column("columns", sa.LargeBinary(), nullable=False),
        sa.Column("cursor", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_tasks"),
        sa.UniqueConstraint("id", name="uq_tasks_id"),
        sa.UniqueConstraint("project_id", "name", name="uq_tasks_project_id_name"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_tasks_project_id", ondelete="CASCADE"),
    )


def _create_runs() -> None:
    counts = ("n_read", "n_new", "n_known", "n_skipped")
    op.create_table(
        "task_runs",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.Column(name, sa.BigInteger(), nullable=False, server_default="0") for name in counts),
        sa.Column("report_kind", sa.String(), nullable=True),
        # Not a foreign key: the report may be pruned while the run stands.
        sa.Column("report_id", sa.String(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("skipped_counts", sa.LargeBinary(), nullable=False),
        sa.Column("reasons", sa.LargeBinary(), nullable=False),
        sa.Column("notes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_task_runs"),
        sa.UniqueConstraint("id", name="uq_task_runs_id"),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name="fk_task_runs_task_id", ondelete="CASCADE"),
    )
    op.create_index("ix_task_runs_task_id_seq", "task_runs", ["task_id", "seq"])
