"""The SQLite file as a file: is it whole, is it still the same one, and how to keep a damaged one aside."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from driftium_core.errors import StorageError

__all__ = ["identity", "is_damaged", "keep_aside"]

_FULL_CHECK_BYTES = 32 * 1024 * 1024
"""Up to this size every page is checked at start (about 50 ms); above, only the schema unless asked for."""


def identity(path: Path) -> tuple[int, int] | None:
    """What tells this file from another one of the same name; None when there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def is_damaged(path: Path, *, thorough: bool = False) -> bool:
    """Whether SQLite itself finds the file damaged. Locked or unreadable files are not called damaged."""
    if not path.is_file() or path.stat().st_size == 0:
        return False
    try:
        # Read-only, as closing a writable connection would tidy away the log of a damaged file.
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
        try:
            if thorough or path.stat().st_size <= _FULL_CHECK_BYTES:
                return bool(connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",))
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        finally:
            connection.close()
    except sqlite3.OperationalError:
        return False
    except sqlite3.DatabaseError:
        return True
    return False


def keep_aside(path: Path, *, thorough: bool = False) -> str | None:
    """Rename a damaged database with its ``-wal`` and ``-shm``; return the sentence for the user.

    Safe with several processes: under a lock the file is looked at once more, so a database that another
    process has just made is left alone (None is returned).
    """
    from filelock import FileLock, Timeout

    lock = FileLock(f"{path}.lock", timeout=30)
    try:
        with lock:
            if not is_damaged(path, thorough=thorough):
                return None
            aside = path.with_name(f"{path.name}.corrupt-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
            path.rename(aside)
            for suffix in ("-wal", "-shm"):
                part = Path(f"{path}{suffix}")
                if part.exists():
                    part.rename(f"{aside}{suffix}")
    except (OSError, Timeout) as error:
        raise StorageError(
            f"The database {path.name} is damaged and could not be renamed ({error}). Move it away and start again."
        ) from error
    return (
        f"The database {path.name} was damaged. It is kept as {aside.name}, and a new, empty one was made; "
        "runs, references and responses stored before are not shown."
    )
