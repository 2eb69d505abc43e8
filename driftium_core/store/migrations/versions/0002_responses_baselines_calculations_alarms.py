"""Responses, baselines, checks of pools and their evidence.

Column types are spelled out here and not imported from the schema: a step must keep meaning what it meant.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create five tables, and give projects an active baseline and a revision."""
    _baselines()
    _projects()
    _responses()
    _calculations()
    _alarms()


def _project_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=f"fk_{table}_project_id", ondelete="CASCADE")


def _baselines() -> None:
    op.create_table(
        "baselines",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_baselines"),
        sa.UniqueConstraint("id", name="uq_baselines_id"),
        sa.UniqueConstraint("project_id", "version", name="uq_baselines_project_id_version"),
        _project_key("baselines"),
    )


def _projects() -> None:
    # Not in batch mode: on SQLite that drops the old table, whose rows would take everything stored with them.
    op.execute(
        "ALTER TABLE projects ADD COLUMN active_baseline_id VARCHAR "
        "CONSTRAINT fk_projects_active_baseline_id REFERENCES baselines (id)"
    )
    op.add_column("projects", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("projects", sa.Column("baselines_made", sa.Integer(), nullable=False, server_default="0"))


def _responses() -> None:
    op.create_table(
        "responses",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("baseline_id", sa.String(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("key_hash", sa.String(), nullable=True),
        sa.Column("id_hash", sa.String(), nullable=True),
        sa.Column("prompt", sa.Text(), nullable=True),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("prompt_hash", sa.String(), nullable=True),
        sa.Column("response_hash", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("usable", sa.Boolean(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("backend", sa.Text(), nullable=True),
        sa.Column("latency_ms", sa.Double(), nullable=True),
        sa.Column("tokens", sa.BigInteger(), nullable=True),
        sa.Column("prompt_tokens", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_responses"),
        sa.UniqueConstraint("id", name="uq_responses_id"),
        sa.UniqueConstraint("project_id", "key_hash", name="uq_responses_project_id_key_hash"),
        _project_key("responses"),
        sa.ForeignKeyConstraint(["baseline_id"], ["baselines.id"], name="fk_responses_baseline_id", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    for columns in (
        ["project_id", "baseline_id", "seq"],
        ["project_id", "id_hash"],
        ["prompt_hash"],
        ["response_hash"],
    ):
        op.create_index(f"ix_responses_{'_'.join(columns)}", "responses", columns)


def _calculations() -> None:
    op.create_table(
        "calculations",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("baseline_id", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("design", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=True),
        sa.Column("pvalue", sa.Double(), nullable=True),
        sa.Column("effect_size", sa.Double(), nullable=True),
        sa.Column("centroid_score", sa.Double(), nullable=True),
        sa.Column("mmd_score", sa.Double(), nullable=True),
        sa.Column("health_index", sa.Double(), nullable=True),
        sa.Column("n_baseline", sa.Integer(), nullable=False),
        sa.Column("n_current", sa.Integer(), nullable=False),
        sa.Column("encoder", sa.String(), nullable=False),
        sa.Column("precision", sa.String(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.Double(), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_calculations"),
        sa.UniqueConstraint("id", name="uq_calculations_id"),
        _project_key("calculations"),
        sqlite_autoincrement=True,
    )
    for columns in (["project_id", "seq"], ["project_id", "fingerprint"]):
        op.create_index(f"ix_calculations_{'_'.join(columns)}", "calculations", columns)


def _alarms() -> None:
    key = ["project_id", "monitor", "baseline_id"]
    op.create_table(
        "alarm_states",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("monitor", sa.String(), nullable=False),
        sa.Column("baseline_id", sa.String(), nullable=False),
        sa.Column("evidence", sa.Double(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("last_block", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.Column("alarmed_at_block", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint(*key, name="pk_alarm_states"),
        _project_key("alarm_states"),
    )
    op.create_table(
        "alarm_looks",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("monitor", sa.String(), nullable=False),
        sa.Column("baseline_id", sa.String(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("pvalue", sa.Double(), nullable=False),
        sa.Column("effect_size", sa.Double(), nullable=True),
        sa.Column("e_value", sa.Double(), nullable=False),
        sa.Column("evidence", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint(*key, "block", name="pk_alarm_looks"),
        sa.UniqueConstraint(*key, "fingerprint", name="uq_alarm_looks_project_id_monitor_baseline_id_fingerprint"),
        sa.ForeignKeyConstraint(
            key,
            [f"alarm_states.{column}" for column in key],
            name="fk_alarm_looks_project_id_monitor_baseline_id",
            ondelete="CASCADE",
        ),
    )
