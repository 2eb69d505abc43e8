"""Run by Alembic; `driftium_core.store.migrations.upgrade` hands over the connection and owns the transaction."""

from alembic import context

from driftium_core.store.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite cannot alter most things in place
)
context.run_migrations()
