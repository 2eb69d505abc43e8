"""Ranges of the scores of calculations, calculations by baseline, and the revision of evidence scores.

Column types are spelled out here and not imported from the schema: a step must keep meaning what it meant.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Give calculations four columns and an index, and projects a revision more."""
    # A plain column, not in batch mode: on SQLite that would drop the projects, and with them everything under them.
    op.add_column("projects", sa.Column("evidence_revision", sa.Integer(), nullable=False, server_default="0"))
    names = ("mmd_low", "mmd_high", "health_low", "health_high")
    ranges: list[sa.Column[float]] = [sa.Column(name, sa.Double(), nullable=True) for name in names]
    if op.get_bind().dialect.name == "sqlite":
        _before_the_report(ranges)
    else:
        for column in ranges:
            op.add_column("calculations", column)
    columns = ["project_id", "baseline_id", "seq"]
    op.create_index(f"ix_calculations_{'_'.join(columns)}", "calculations", columns)


def _before_the_report(ranges: list[sa.Column[float]]) -> None:
    # SQLite reads through what stands before a column, and a list of calculations must not read their reports. Nothing
    # refers to calculations, so the table can be made anew.
    anew = {"sqlite_autoincrement": True}
    with op.batch_alter_table("calculations", recreate="always", table_kwargs=anew) as table:
        for column in reversed(ranges):
            table.add_column(column, insert_after="health_index")
