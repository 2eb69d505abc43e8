"""Databases that are read: opened read-only, with time limits, and their errors as sentences without secrets."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from driftium_core.errors import InputError, SourceError
from driftium_core.formats import fmt_name

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import URL

__all__ = ["Database", "parse_url", "shown_url"]

CONNECT_S = 10
STATEMENT_S = 300
_BUSY_S = 10.0
_CHECK_EVERY = 100_000
"""Steps of SQLite's machine between two looks at the clock."""

_DRIVERS = {
    "postgresql": ("psycopg", "psycopg[binary]", "postgresql+psycopg"),
    "mysql": ("pymysql", "pymysql", "mysql+pymysql"),
    "mariadb": ("pymysql", "pymysql", "mariadb+pymysql"),
    "mssql": ("pyodbc", "pyodbc", "mssql+pyodbc"),
    "oracle": ("oracledb", "oracledb", "oracle+oracledb"),
}
_PACKAGES = {"snowflake": "snowflake-sqlalchemy", "bigquery": "sqlalchemy-bigquery", "duckdb": "duckdb-engine"}
_OPTIONS: dict[str, dict[str, Any]] = {
    "psycopg": {"connect_timeout": CONNECT_S},
    "pymysql": {"connect_timeout": CONNECT_S, "read_timeout": STATEMENT_S},
    "pyodbc": {"timeout": CONNECT_S},
    "oracledb": {"tcp_connect_timeout": CONNECT_S},
}
_SETTINGS: dict[str, tuple[str, ...]] = {
    "postgresql": ("SET TRANSACTION READ ONLY", f"SET LOCAL statement_timeout = {STATEMENT_S * 1000}"),
    "mysql": ("SET SESSION TRANSACTION READ ONLY", f"SET SESSION MAX_EXECUTION_TIME = {STATEMENT_S * 1000}"),
    "mariadb": ("SET SESSION TRANSACTION READ ONLY", f"SET SESSION max_statement_time = {STATEMENT_S}"),
    "oracle": ("SET TRANSACTION READ ONLY",),
}


def parse_url(text: str) -> URL:
    """A database URL with the driver that is to be used for it.

    Raises
    ------
    InputError
        It is none; the sentence does not repeat it, as it may hold a password.
    """
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        raise InputError(
            "The database URL cannot be read. Write it as in postgresql://user:password@host/database or "
            "sqlite:////folder/file.db."
        ) from None
    backend = url.get_backend_name()
    if "+" not in url.drivername and backend in _DRIVERS:
        url = url.set(drivername=_DRIVERS[backend][2])
    if backend == "sqlite" and url.database in (None, "", ":memory:"):
        raise InputError("The database URL names no file of SQLite. Write it as in sqlite:////folder/file.db.")
    return url


def shown_url(url: URL) -> str:
    """Kind, host and name of a database; no user, password or option."""
    if url.get_backend_name() == "sqlite":
        return f"the SQLite file {fmt_name(Path(url.database or '').name, limit=60)}"
    host = f" at {url.host}{f':{url.port}' if url.port else ''}" if url.host else ""
    return f"the {url.get_backend_name()} database {fmt_name(url.database or '', limit=60)}{host}"


class Database:
    """A database that is only read; used by ``with``. No sentence shows its password or one of the *secrets*."""

    def __init__(self, url: URL, *, secrets: Sequence[str] = ()) -> None:
        self.url = url
        self.shown = shown_url(url)
        found = (url.password, *_flat(url.query), *secrets)
        self._secrets = sorted((str(secret) for secret in found if secret), key=len, reverse=True)
        self.engine = self._engine(url)

    def _engine(self, url: URL) -> Engine:
        from sqlalchemy import NullPool, create_engine
        from sqlalchemy.exc import ArgumentError, NoSuchModuleError

        backend = url.get_backend_name()
        try:
            if backend == "sqlite":
                return create_engine("sqlite://", creator=lambda: _open_sqlite(url.database or ""), poolclass=NullPool)
            options = _OPTIONS.get(url.get_driver_name(), {})
            return create_engine(url, poolclass=NullPool, connect_args=options)
        except (ImportError, NoSuchModuleError):
            package = _PACKAGES.get(backend) or _DRIVERS.get(backend, ("", "", ""))[1]
            how = f'Run `pip install "{package}"` and start again.' if package else "Install its SQLAlchemy driver."
            raise SourceError(f"The driver for {fmt_name(url.drivername)} databases is not installed. {how}") from None
        except (ArgumentError, TypeError, ValueError):
            raise SourceError(f"The URL of {self.shown} has options that its driver does not know.") from None

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection whose transaction cannot write and is rolled back; errors become sentences."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self.engine.connect() as connection:
                for statement in _SETTINGS.get(self.engine.dialect.name, ()):
                    connection.exec_driver_sql(statement)
                try:
                    yield connection
                finally:
                    if not connection.invalidated:
                        connection.rollback()
        except SQLAlchemyError as error:
            raise self.error(error) from None

    def error(self, error: Exception) -> SourceError:
        """What went wrong, as a sentence."""
        original = getattr(error, "orig", None) or error
        lines = [line.strip() for line in str(original).splitlines() if line.strip()]
        reason = lines[0] if lines else type(original).__name__
        for secret in self._secrets:
            reason = reason.replace(secret, "***")
        reason = fmt_name(reason, limit=300).rstrip(".")
        for sign, sentence in _SENTENCES.items():
            if sign in reason.lower():
                return SourceError(f"{self.shown[:1].upper()}{self.shown[1:]} {sentence} ({reason}).")
        return SourceError(f"{self.shown[:1].upper()}{self.shown[1:]} did not answer the query ({reason}).")


_SENTENCES = {
    "unable to open database": "cannot be opened. Check its path and rights",
    "database is locked": "is locked by another program. The next run tries again",
    "interrupted": f"took more than {STATEMENT_S} s. Make the query faster, or name a watermark",
    "statement timeout": f"took more than {STATEMENT_S} s. Make the query faster, or name a watermark",
    "maximum statement execution time": f"took more than {STATEMENT_S} s. Make the query faster",
    "password authentication failed": "refuses the user or password. Check the URL",
    "access denied": "refuses the user or password. Check the URL",
    "login failed": "refuses the user or password. Check the URL",
    "connection refused": "cannot be reached. Check that it runs, and the URL",
    "could not translate host": "cannot be reached: its host is unknown. Check the URL",
    "failed to resolve host": "cannot be reached: its host is unknown. Check the URL",
    "timeout expired": "cannot be reached in time. Check that it runs, and the URL",
    "no such table": "does not have what the query reads. Check the query",
    "no such column": "does not have what the query reads. Check the query",
    "does not exist": "does not have what the query reads. Check the query and the URL",
    "permission denied": "does not let this user read that. Ask for the right to SELECT",
    "not a database": "is no SQLite database, or is damaged. Check the path",
    "malformed": "is damaged. Check the file",
}


def _flat(query: Any) -> list[str]:
    return [part for value in query.values() for part in ([value] if isinstance(value, str) else value)]


def _open_sqlite(path: str) -> sqlite3.Connection:
    """Open a file that must exist, for reading only; a query that takes too long is broken off."""
    name = path.removeprefix("file:").split("?")[0] if path.startswith("file:") else path
    connection = sqlite3.connect(
        f"file:{quote(str(Path(name).absolute()))}?mode=ro", uri=True, timeout=_BUSY_S, check_same_thread=False
    )
    deadline = time.monotonic() + STATEMENT_S
    connection.execute("PRAGMA query_only = ON")
    connection.set_progress_handler(lambda: int(time.monotonic() > deadline), _CHECK_EVERY)
    return connection
