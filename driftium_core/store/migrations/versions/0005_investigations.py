"""Investigations, and their revision.

Column types are spelled out here and not imported from the schema: a step must keep meaning what it meant.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create a table, and give projects one revision more."""
    # A plain column, not in batch mode: on SQLite that would drop the projects, and with them everything under them.
    op.add_column("projects", sa.Column("investigation_revision", sa.Integer(), nullable=False, server_default="0"))
    texts = ("cause", "confidence", "source")
    op.create_table(
        "investigations",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        # Not a foreign key: the report may be pruned while its investigation stands.
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("n_actions", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("done", sa.LargeBinary(), nullable=False),
        # Last, so that SQLite lists investigations without reading it.
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_investigations"),
        sa.UniqueConstraint("id", name="uq_investigations_id"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_investigations_project_id", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    for columns in (["project_id", "seq"], ["project_id", "kind", "report_id", "seq"]):
        op.create_index(f"ix_investigations_{'_'.join(columns)}", "investigations", columns)
