"""The folder of an embedded engine: one process at a time, whose vectors it holds, and what became of it."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from driftium_core.errors import StorageError, VectorsBusyError

__all__ = ["LOCK", "MARKER", "Folder", "Marker"]

LOCK = "driftium.lock"
MARKER = "vectors.json"
_FORMAT = 1

_FREE_BYTES = 128 * 1024 * 1024
"""Engines write through memory maps: a full disk would end the process without a word, so this much stays free."""


@dataclass(frozen=True, slots=True)
class Marker:
    """Whose vectors a folder holds: engine, encoder and dimension (None before the first vector)."""

    engine: str
    encoder: str
    dimension: int | None
    format: int = _FORMAT


class Folder:
    """A folder that this process alone uses, until `release`.

    Raises
    ------
    VectorsBusyError
        Another process, or another store of this one, uses it.
    StorageError
        It is a file, or cannot be made or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.acquire()

    def acquire(self) -> None:
        """Make the folder where it is missing, and lock it."""
        if self.path.exists() and not self.path.is_dir():
            raise StorageError(f"{self.path} is a file. Set DRIFTIUM_QDRANT to a folder.")
        # Not bound to a thread: whoever closes the store releases it.
        self._lock = FileLock(self.path / LOCK, timeout=0, thread_local=False)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
            self._identity = self._seen()
        except Timeout:
            raise VectorsBusyError(
                f"The vectors in {self.path} are in use by another process of Driftium. Stop it, or set "
                "DRIFTIUM_QDRANT to another folder."
            ) from None
        except OSError as error:
            raise StorageError(
                f"The folder {self.path} cannot be written ({error.strerror or error}). Make it writable, or set "
                "DRIFTIUM_QDRANT to another folder."
            ) from error

    def release(self) -> None:
        """Let others use the folder."""
        self._lock.release()

    def intact(self) -> bool:
        """Whether it is still the folder that was locked."""
        return self._seen() == self._identity

    def read_marker(self) -> Marker | None:
        """What the folder holds; None when it says nothing that can be read."""
        try:
            found = json.loads((self.path / MARKER).read_text("utf-8"))
            marker = Marker(**found)
        except (OSError, ValueError, TypeError):
            return None
        usable = marker.format == _FORMAT and isinstance(marker.encoder, str)
        return marker if usable and isinstance(marker.dimension, int | None) else None

    def write_marker(self, marker: Marker) -> None:
        """Say what the folder holds, in one step."""
        half = self.path / f"{MARKER}.new"
        with half.open("w", encoding="utf-8") as stream:
            json.dump(asdict(marker), stream)
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(self.path / MARKER)

    def drop(self, names: tuple[str, ...]) -> None:
        """Delete files and folders by name, in this order."""
        for name in names:
            target = self.path / name
            if target.is_dir():
                shutil.rmtree(target)
            else:
                target.unlink(missing_ok=True)

    def keep_aside(self, name: str) -> str | None:
        """Rename what cannot be read, as it may be someone else's; return the new name, None if nothing is there."""
        target = self.path / name
        if not target.exists():
            return None
        aside = target.with_name(f"{name}.unreadable-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
        target.rename(aside)
        return aside.name

    def require_space(self, n_bytes: int) -> None:
        """Raise `StorageError` where writing so much would fill the disk."""
        free = shutil.disk_usage(self.path).free
        if free < _FREE_BYTES + n_bytes:
            raise StorageError(
                f"The disk of {self.path} is almost full ({free // 1024**2} MB free). The vectors were not stored; "
                "free some space and try again."
            )

    def _seen(self) -> tuple[int, int] | None:
        try:
            status = (self.path / LOCK).stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino
