"""URL scheme → engine. A new database is one factory and one row of `_FACTORIES`."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError

from driftium_core.errors import SettingsError, StorageError

__all__ = ["WRITE", "create_backend", "sqlite_file", "translated"]

WRITE = "driftium_write"
"""Execution option of connections that will write."""

BUSY_TIMEOUT_MS = 30_000


def create_backend(text: str) -> Engine:
    """Return an engine for a database URL; nothing is opened yet.

    Raises
    ------
    SettingsError
        The URL cannot be read, or its scheme is not one of ours or lacks its driver.
    """
    try:
        url = make_url(text)
        factory = _FACTORIES[url.get_backend_name()]
    except KeyError:
        known = ", ".join(f"{name}://" for name in _FACTORIES)
        raise SettingsError(
            f"DRIFTIUM_DATABASE_URL begins with {text.split('://')[0]}://, which is not supported; use one of {known}."
        ) from None
    except (ArgumentError, ValueError) as error:
        raise SettingsError(f"DRIFTIUM_DATABASE_URL cannot be read as a database URL ({error}).") from error
    return factory(url)


def sqlite_file(engine: Engine) -> Path | None:
    """The file of a SQLite engine; None in memory, for ``file:`` URIs and for servers."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:" or name.startswith("file:"):
        return None
    return Path(name).absolute()


def translated(error: DBAPIError, engine: Engine) -> StorageError:
    """The one place where the database's own errors become ours."""
    reason = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
    for sign, sentence in _SENTENCES.items():
        if sign in reason:
            return StorageError(f"The database {engine.url.render_as_string()} {sentence}")
    return StorageError(f"The database {engine.url.render_as_string()} did not do its work ({reason}).")


_SENTENCES = {
    "database is locked": "is busy: another program has been writing for 30 seconds. Nothing was stored; try again.",
    "readonly database": "cannot be written, as its file or disk is read-only. Make it writable and try again.",
    "unable to open database": "cannot be opened. Bring its folder back, or make it writable, and try again.",
    "disk is full": "cannot grow, as the disk is full. Nothing was stored; free some space and try again.",
    "disk I/O error": "cannot be read or written (disk error). Check the disk and try again.",
    "malformed": "is damaged. It will be kept aside, and a new one made, at the next use.",
    "file is not a database": "is damaged. It will be kept aside, and a new one made, at the next use.",
}


def _sqlite(url: URL) -> Engine:
    # Parameters stay out of what the driver says: addresses of channels and sources are among them.
    arguments: dict[str, Any] = {"hide_parameters": True, "connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000}}
    if url.database in (None, "", ":memory:"):
        arguments |= {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    engine = create_engine(url, **arguments)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


_PRAGMAS = (
    "journal_mode=WAL",
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "foreign_keys=ON",
    "synchronous=FULL",
    "cache_size=-32768",  # KiB; with the 2 MiB of old an import of 100,000 responses takes half as long again
)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late to lock before reading
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads and then writes would fail at once, not wait, if another wrote in between.
    write = connection.get_execution_options().get(WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _postgresql(url: URL) -> Engine:
    if find_spec("psycopg") is None:
        raise SettingsError(
            "DRIFTIUM_DATABASE_URL names a PostgreSQL server, and its driver is not installed; "
            'run `pip install "psycopg[binary]"`.'
        )
    engine = create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _begin_postgresql(connection: Connection) -> None:
    # One snapshot for all statements of a reader, as SQLite has. A writer must see what others commit before its lock.
    if not connection.get_execution_options().get(WRITE):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


_FACTORIES: dict[str, Callable[[URL], Engine]] = {"sqlite": _sqlite, "postgresql": _postgresql}
