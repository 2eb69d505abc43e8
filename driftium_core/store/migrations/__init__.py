"""Bring a database to the schema of this version, one numbered step at a time.

A step is a module in ``versions/`` whose file name begins with its four-digit revision. Steps are never edited
once released. Alembic is imported only when there is something to do, which keeps opening a current database fast.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from driftium_core.errors import StorageError

__all__ = ["HEAD", "current_revision", "upgrade"]

_FOLDER = Path(__file__).parent

HEAD = max(path.name[:4] for path in (_FOLDER / "versions").glob("[0-9]*.py"))
"""The newest revision this version knows."""


def current_revision(connection: Connection) -> str | None:
    """Revision of the database; None for one without any table."""
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" in tables:
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return None if revision is None else str(revision)
    if tables:
        raise StorageError(
            f"The database {connection.engine.url.render_as_string()} holds tables of another program "
            f"({', '.join(sorted(tables)[:3])}). Point DRIFTIUM_DATABASE_URL to a database of its own."
        )
    return None


def upgrade(connection: Connection) -> None:
    """Apply the missing steps inside the caller's write transaction.

    The revision is read under the write lock, so of two processes that start at once the second finds the
    work done.

    Raises
    ------
    StorageError
        The database was written by a newer version, or belongs to another program.
    """
    revision = current_revision(connection)
    if revision == HEAD:
        return
    if revision is not None and revision > HEAD:
        raise StorageError(
            f"The database {connection.engine.url.render_as_string()} was written by a newer version of Driftium "
            f"(schema {revision}; this version knows {HEAD}). Update Driftium, or set DRIFTIUM_DATABASE_URL to "
            "another database. Nothing was changed."
        )
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
