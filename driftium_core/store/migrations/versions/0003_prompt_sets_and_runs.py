"""How responses were generated, prompt sets and prompt runs.

Column types are spelled out here and not imported from the schema: a step must keep meaning what it meant.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create three tables, and give responses and projects more columns."""
    _columns()
    _prompt_sets()
    _prompt_runs()


def _columns() -> None:
    # Not in batch mode: on SQLite that drops the old table, and with the projects everything stored under them. Plain
    # nullable columns are added without touching a row, however many responses there are.
    for column in (
        sa.Column("first_token_ms", sa.Double(), nullable=True),
        sa.Column("stop_reason", sa.String(), nullable=True),
        sa.Column("system", sa.Text(), nullable=True),
        sa.Column("temperature", sa.Double(), nullable=True),
        sa.Column("max_tokens", sa.BigInteger(), nullable=True),
        sa.Column("seed", sa.BigInteger(), nullable=True),
    ):
        op.add_column("responses", column)
    op.add_column("projects", sa.Column("playground_revision", sa.Integer(), nullable=False, server_default="0"))


def _project_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=f"fk_{table}_project_id", ondelete="CASCADE")


def _prompt_sets() -> None:
    op.create_table(
        "prompt_sets",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("prompts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_prompt_sets"),
        sa.UniqueConstraint("id", name="uq_prompt_sets_id"),
        sa.UniqueConstraint("project_id", "name", "version", name="uq_prompt_sets_project_id_name_version"),
        _project_key("prompt_sets"),
    )


def _prompt_runs() -> None:
    op.create_table(
        "prompt_runs",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.String(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("to_current", sa.Boolean(), nullable=False),
        sa.Column("n_prompts", sa.Integer(), nullable=False),
        sa.Column("arms", sa.LargeBinary(), nullable=False),
        sa.Column("prompts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_prompt_runs"),
        sa.UniqueConstraint("id", name="uq_prompt_runs_id"),
        _project_key("prompt_runs"),
        sa.ForeignKeyConstraint(["set_id"], ["prompt_sets.id"], name="fk_prompt_runs_set_id", ondelete="SET NULL"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_prompt_runs_project_id_seq", "prompt_runs", ["project_id", "seq"])
    op.create_table(
        "prompt_run_answers",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("arm", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.String(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        # Last, so that SQLite counts answers without reading them.
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "position", "arm", name="pk_prompt_run_answers"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["prompt_runs.id"], name="fk_prompt_run_answers_run_id", ondelete="CASCADE"
        ),
    )
