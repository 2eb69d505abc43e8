"""Ranges of the scores and size of the pool of calculations, calculations by baseline, and what evidence has counted.

Column types are spelled out here and not imported from the schema: a step must keep meaning what it meant.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Give calculations five columns and an index, projects a revision more, and counted blocks their contents."""
    # A plain column, not in batch mode: on SQLite that would drop the projects, and with them everything under them.
    op.add_column("projects", sa.Column("evidence_revision", sa.Integer(), nullable=False, server_default="0"))
    names = ("mmd_low", "mmd_high", "health_low", "health_high")
    ranges: list[sa.Column[float]] = [sa.Column(name, sa.Double(), nullable=True) for name in names]
    size: sa.Column[int] = sa.Column("current_size", sa.Integer(), nullable=False, server_default="0")
    if op.get_bind().dialect.name == "sqlite":
        _before_the_report(ranges, size)
    else:
        for column in ranges:
            op.add_column("calculations", column)
        op.add_column("calculations", size)
    op.execute("UPDATE calculations SET current_size = n_current")  # until then that was the size of the pool
    op.add_column("alarm_looks", sa.Column("digests", sa.LargeBinary(), nullable=True))
    columns = ["project_id", "baseline_id", "seq"]
    op.create_index(f"ix_calculations_{'_'.join(columns)}", "calculations", columns)


def _before_the_report(ranges: list[sa.Column[float]], size: sa.Column[int]) -> None:
    # SQLite reads through what stands before a column, and a list of calculations must not read their reports. Nothing
    # refers to calculations, so the table can be made anew.
    anew = {"sqlite_autoincrement": True}
    with op.batch_alter_table("calculations", recreate="always", table_kwargs=anew) as table:
        for column in reversed(ranges):
            table.add_column(column, insert_after="health_index")
        table.add_column(size, insert_after="n_current")
