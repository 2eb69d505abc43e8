"""The shards of Qdrant Edge in one folder: opened, watched, and made anew when they are lost or damaged."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, get_args

import qdrant_edge as qdrant

from driftium_core.errors import StorageError, VectorsBusyError
from driftium_core.vectors.folder import MARKER, Folder, Marker
from driftium_core.vectors.points import BATCH

__all__ = ["EdgeShards", "ShardName"]

ShardName = Literal["texts", "baseline", "current"]
_SHARDS: tuple[ShardName, ...] = get_args(ShardName)

_SENTENCES = {
    "No space left": "cannot grow, as the disk is full. Nothing was stored; free some space and try again.",
    "Permission denied": "cannot be written. Make it writable and try again.",
    "Read-only file system": "cannot be written, as its disk is read-only. Make it writable and try again.",
    "Too many open files": "cannot be opened, as this process has too many files open. Restart Driftium.",
}
"""Failures that are not the shard's fault."""


class EdgeShards:
    """One shard folder for texts and one per pool, of one encoder. Whoever uses one holds the lock.

    Attributes
    ----------
    notice : str or None
        What was lost or put aside, as a sentence.

    Raises
    ------
    VectorsBusyError
        Another process uses the folder.
    StorageError
        The folder cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self.notice: str | None = None
        self._lock = threading.RLock()
        self._closed = False
        self._shards: dict[ShardName, qdrant.EdgeShard] = {}
        self._marker: Marker | None = None
        self._folder = Folder(folder)
        try:
            self._open()
        except BaseException:
            self._folder.release()
            raise

    @contextmanager
    def held(self) -> Iterator[Marker | None]:
        """What the folder holds, under the lock, so that several steps are one."""
        with self._lock:
            self._look()
            yield self._marker

    @contextmanager
    def using(self, name: ShardName) -> Iterator[qdrant.EdgeShard | None]:
        """A shard under the lock, None in an empty store; the engine's errors become ours."""
        with self._lock:
            self._look()
            try:
                yield self._shards.get(name)
            except BaseException as error:
                if not _is_engines(error):
                    raise
                raise self._failure(name, error) from error

    def reset(self, encoder: str) -> None:
        """Delete every shard; the folder is for this encoder's vectors from now on."""
        with self.held():
            self._close_shards()
            self._marker = None
            try:
                self._folder.drop((MARKER, *_SHARDS))  # the marker first: a folder without one is never believed
                self._mark(Marker("edge", encoder, None))
            except OSError as error:
                raise StorageError(
                    f"The vectors in {self._folder.path} cannot be deleted ({error.strerror or error}). Delete the "
                    "folder, and start Driftium again."
                ) from error

    def prepare(self, dimension: int, n_bytes: int) -> None:
        """Make room for vectors; the first ones decide the dimension, and make the shards."""
        with self.held() as marker:
            self._folder.require_space(4 * n_bytes)  # log and segment, each up to twice as large as its content
            if marker is not None and marker.dimension is None:
                for name in _SHARDS:
                    self._shards[name] = _create(self._folder.path / name, name, dimension)
                self._mark(Marker("edge", marker.encoder, dimension))

    def close(self) -> None:
        """Flush and release the folder."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._close_shards()
                self._folder.release()

    def _open(self) -> None:
        """Take over what the folder holds; put aside what is not known to be ours."""
        self._marker = self._folder.read_marker()
        if self._marker is None or self._marker.engine != "edge":
            self._marker = None
            self._put_aside(MARKER, *_SHARDS, why="were not written by this version of Driftium")
        elif self._marker.dimension is None:
            self._folder.drop(_SHARDS)  # made, but not finished, by a process that was killed
        else:
            for name in _SHARDS:
                self._load(name)

    def _load(self, name: ShardName, *, thorough: bool = False) -> None:
        """Open a shard; a missing or unreadable one is made anew, empty."""
        assert self._marker is not None
        assert self._marker.dimension is not None
        path = self._folder.path / name
        if path.is_dir():
            try:
                shard = qdrant.EdgeShard.load(str(path), _config(name, self._marker.dimension))
                _read(shard, limit=None if thorough else 1)
                self._shards[name] = shard
                return
            except BaseException as error:
                if not _is_engines(error):
                    raise
                self._refuse_if_blameless(error)
            self._put_aside(name, why="were damaged")
        else:
            self._tell(f"The {name} vectors in {self._folder.path} were deleted; they will be computed again.")
        self._shards[name] = _create(path, name, self._marker.dimension)

    def _look(self) -> None:
        """Notice a closed store, and a folder or shard that was deleted meanwhile."""
        if self._closed:
            raise StorageError("The vector store is closed.")
        if not self._folder.intact() or (self._marker and self._folder.read_marker() is None):
            self._close_shards()
            self._folder.release()
            self._marker = None
            self._folder.acquire()
            self._open()
            self._tell(
                f"The folder {self._folder.path} was deleted while Driftium was running. Its vectors will be computed "
                "again; responses and baselines are kept in the database."
            )
        for name in [name for name in self._shards if not (self._folder.path / name / "segments").is_dir()]:
            self._close_shard(name)
            self._put_aside(name, why="were deleted in part")
            self._load(name)

    def _failure(self, name: ShardName, error: BaseException) -> StorageError:
        """Why a shard failed; it is read through, and kept aside when it cannot be."""
        self._refuse_if_blameless(error)
        before = self.notice
        self._close_shard(name)
        self._load(name, thorough=True)
        if self.notice != before:
            return StorageError(self.notice or "")
        return StorageError(
            f"The {name} vectors in {self._folder.path} did not do what was asked ({error}). Try again."
        )

    def _refuse_if_blameless(self, error: BaseException) -> None:
        reason = str(error)
        if "WouldBlock" in reason:
            raise VectorsBusyError(
                f"The vectors in {self._folder.path} are in use by another process. Stop it, or set DRIFTIUM_QDRANT "
                "to another folder."
            ) from error
        for sign, sentence in _SENTENCES.items():
            if sign in reason:
                raise StorageError(f"The folder {self._folder.path} {sentence}") from error

    def _put_aside(self, *names: str, why: str) -> None:
        try:
            kept = [aside for name in names if (aside := self._folder.keep_aside(name))]
        except OSError as error:
            raise StorageError(
                f"The vectors in {self._folder.path} {why}, and cannot be renamed ({error.strerror or error}). Move "
                "the folder away and start again."
            ) from error
        if kept:
            self._tell(
                f"The vectors {', '.join(names)} in {self._folder.path} {why}. They are kept as {', '.join(kept)}, "
                "which can be deleted; they will be computed again."
            )

    def _tell(self, sentence: str) -> None:
        self.notice = sentence

    def _mark(self, marker: Marker) -> None:
        self._folder.write_marker(marker)
        self._marker = marker

    def _close_shard(self, name: ShardName) -> None:
        shard = self._shards.pop(name, None)
        try:
            if shard is not None:
                shard.flush()
                shard.close()
        except BaseException as error:
            if not _is_engines(error):  # else it is being given up, or its files are gone
                raise

    def _close_shards(self) -> None:
        for name in list(self._shards):
            self._close_shard(name)


def _config(name: ShardName, dimension: int) -> qdrant.EdgeConfig:
    # Texts are read back, so their vectors are stored as they are; responses are only searched.
    distance = qdrant.Distance.Dot if name == "texts" else qdrant.Distance.Cosine
    names = ("text",) if name == "texts" else ("response", "prompt")
    return qdrant.EdgeConfig(vectors={key: qdrant.EdgeVectorParams(dimension, distance) for key in names})


def _create(path: Path, name: ShardName, dimension: int) -> qdrant.EdgeShard:
    path.mkdir(parents=True, exist_ok=True)
    shard = qdrant.EdgeShard.create(str(path), _config(name, dimension))
    if name != "texts":
        for field in ("project", "baseline_id"):
            shard.update(qdrant.UpdateOperation.create_field_index(field, qdrant.PayloadSchemaType.Keyword))
    return shard


def _read(shard: qdrant.EdgeShard, *, limit: int | None) -> None:
    """Read points, all of them without a limit, so that the engine fails now on what it would fail on later."""
    offset, left = None, limit
    while left is None or left > 0:
        request = qdrant.ScrollRequest(offset=offset, limit=limit or BATCH, with_payload=True, with_vector=True)
        records, offset = shard.scroll(request)
        left = None if left is None else left - len(records)
        if offset is None:
            return


def _is_engines(error: BaseException) -> bool:
    """Whether the engine raised it: a bare Exception, or a panic of Rust, which is no Exception at all."""
    return type(error) is Exception or type(error).__name__ == "PanicException"
