"""Channels, rules, incidents and deliveries, and their revision.

Column types are spelled out here and not imported from the schema: a step must keep meaning what it meant.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create six tables, and give projects one revision more."""
    # A plain column, not in batch mode: on SQLite that would drop the projects, and with them everything under them.
    op.add_column("projects", sa.Column("alert_revision", sa.Integer(), nullable=False, server_default="0"))
    _create_channels()
    _create_rules()
    _create_incidents()
    _create_deliveries()


def _create_channels() -> None:
    op.create_table(
        "alert_channels",
        *_head("alert_channels"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.UniqueConstraint("project_id", "name", name="uq_alert_channels_project_id_name"),
    )


def _create_rules() -> None:
    op.create_table(
        "alert_rules",
        *_head("alert_rules"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("monitor", sa.Text(), nullable=False),
        sa.Column("min_severity", sa.String(), nullable=False),
        sa.Column("consecutive", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("quiet_from", "quiet_to", "timezone")),
        sa.Column("remind_after_h", sa.Double(), nullable=True),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("tell_resolved", "paused", "fresh")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("runs_seen", "calculations_seen", "turn")),
        sa.UniqueConstraint("project_id", "name", name="uq_alert_rules_project_id_name"),
    )
    op.create_table(
        "alert_rule_channels",
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "channel_id", name="pk_alert_rule_channels"),
        _foreign_key("alert_rule_channels", "rule_id", "alert_rules.id"),
        _foreign_key("alert_rule_channels", "channel_id", "alert_channels.id"),
    )
    op.create_index("ix_alert_rule_channels_channel_id", "alert_rule_channels", ["channel_id"])
    op.create_table(
        "alert_watches",
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("monitor", sa.Text(), nullable=False),
        sa.Column("streak", sa.Integer(), nullable=False),
        sa.Column("against", sa.Text(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "monitor", name="pk_alert_watches"),
        _foreign_key("alert_watches", "rule_id", "alert_rules.id"),
    )


def _create_incidents() -> None:
    op.create_table(
        "incidents",
        *_head("incidents"),
        # Neither the rule nor the report is a foreign key: the incident outlives both.
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("rule_name", sa.Text(), nullable=False),
        sa.Column("monitor", sa.Text(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("severity", "worst")),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("n_checks", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("report_kind", "report_id")),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=True)
            for name in ("resolved_at", "acknowledged_at", "remind_at")
        ),
        sa.Column("n_reminders", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_incidents_project_id_seq", "incidents", ["project_id", "seq"])
    is_open = sa.text("resolved_at IS NULL")
    op.create_index(
        "ix_incidents_open",
        "incidents",
        ["rule_id", "monitor"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        *_head("deliveries"),
        sa.Column("incident_id", sa.String(), nullable=True),
        # Not foreign keys: what was sent stays known when its rule or channel is gone.
        *(sa.Column(name, sa.String(), nullable=False) for name in ("rule_id", "channel_id")),
        sa.Column("channel_name", sa.Text(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("occasion", "event")),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("n_attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("claim", sa.String(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        # Last, so that SQLite lists deliveries without reading it.
        sa.Column("message", sa.LargeBinary(), nullable=False),
        _foreign_key("deliveries", "incident_id", "incidents.id", ondelete="SET NULL"),
        sa.UniqueConstraint(
            "incident_id", "channel_id", "occasion", name="uq_deliveries_incident_id_channel_id_occasion"
        ),
        sqlite_autoincrement=True,
    )
    for columns in (["project_id", "seq"], ["state", "next_attempt_at"], ["channel_id"]):
        op.create_index(f"ix_deliveries_{'_'.join(columns)}", "deliveries", columns)


def _head(table: str) -> tuple[sa.Column[object] | sa.Constraint, ...]:
    """What each of the tables begins with, and the keys on it."""
    return (
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=f"pk_{table}"),
        sa.UniqueConstraint("id", name=f"uq_{table}_id"),
        _foreign_key(table, "project_id", "projects.id"),
    )


def _foreign_key(table: str, column: str, target: str, *, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete=ondelete)
