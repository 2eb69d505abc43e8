"""Files of a folder, and which of them may have come out of another by rotation."""

from __future__ import annotations

import fnmatch
import os
import re
import stat as stat_modes
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from driftium_core.errors import SourceError
from driftium_core.formats import fmt_name

if TYPE_CHECKING:
    from driftium_core.origin import FileOrigin

__all__ = ["Folders", "family_names", "is_rotated", "listed_files", "rotated_from", "stat_of"]

_ROTATED = re.compile(r"[.\-_][\dT.:\-_]*\d[\dT.:\-_]*")
"""What rotation adds to a name, or puts before its ending: a number or a date."""


def listed_files(origin: FileOrigin) -> dict[str, os.stat_result]:
    """The files that an origin names, with what the file system says of them; each file once.

    Raises
    ------
    SourceError
        There is no such file or folder, or it cannot be looked into.
    """
    top = os.path.realpath(os.path.expanduser(origin.path))
    shown = fmt_name(os.path.basename(origin.path.rstrip("/\\")) or origin.path, limit=60)
    try:
        stat = os.stat(top)
        if stat_modes.S_ISREG(stat.st_mode):
            return {top: stat}
        if not stat_modes.S_ISDIR(stat.st_mode):
            raise SourceError(f"{shown} is neither a file nor a folder.")
        found = sorted(_files_in(top, origin.pattern).items())
    except FileNotFoundError:
        raise SourceError(f"{shown} does not exist now. What was read before is kept; check the path.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise SourceError(f"{shown} cannot be looked into ({reason.lower()}). Check the path and its rights.") from None
    once = {(stat.st_dev, stat.st_ino) if stat.st_ino else path: (path, stat) for path, stat in reversed(found)}
    return dict(sorted(once.values()))


def _files_in(folder: str, pattern: str) -> dict[str, os.stat_result]:
    found: dict[str, os.stat_result] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") and not pattern.startswith("."):
                continue
            if pattern and not fnmatch.fnmatch(entry.name, pattern):
                continue
            try:
                stat = entry.stat()
            except OSError:  # it went away, or its link leads nowhere
                continue
            if stat_modes.S_ISREG(stat.st_mode):
                found[os.path.realpath(entry.path) if entry.is_symlink() else entry.path] = stat
    return found


def stat_of(path: str) -> os.stat_result | None:
    """What the file system says of a file; None when it is not there, or is no file."""
    try:
        stat = os.stat(path)
    except (OSError, ValueError):
        return None
    return stat if stat_modes.S_ISREG(stat.st_mode) else None


@dataclass(slots=True)
class Folders:
    """Names in folders, listed once."""

    _names: dict[str, list[str]] = field(default_factory=dict)

    def names(self, folder: str) -> list[str]:
        """All names in a folder, sorted; none when it cannot be looked into."""
        if folder not in self._names:
            try:
                self._names[folder] = sorted(os.listdir(folder))
            except OSError:
                self._names[folder] = []
        return self._names[folder]

    def beside(self, path: str) -> list[tuple[str, os.stat_result]]:
        """Files in the same folder that may have come out of a file by rotation, newest first.

        Their names begin as its name does up to its first dot, and go on with a sign.
        """
        folder, name = os.path.split(path)
        stem = name.split(".")[0]
        names = self.names(folder)
        found = []
        for other in names[bisect_left(names, stem) :]:
            if not other.startswith(stem):
                break
            beside = os.path.join(folder, other)
            if other == name or other[len(stem) : len(stem) + 1].isalnum() or os.path.islink(beside):
                continue
            stat = stat_of(beside)
            if stat is not None:
                found.append((beside, stat))
        return sorted(found, key=lambda pair: -pair[1].st_mtime_ns)


def family_names(path: str) -> Iterator[str]:
    """All that a file's name begins with up to a sign, among it the stems of what it may have come out of."""
    name = os.path.basename(path)
    for end in range(1, len(name) + 1):
        if not name[end : end + 1].isalnum():
            yield name[:end]


def rotated_from(path: str) -> Iterator[str]:
    """The files that a file may have come out of by rotation: its path without a number or date."""
    folder, name = os.path.split(path.removesuffix(".gz"))
    stem, ending = os.path.splitext(name)
    for end in range(1, len(name)):
        if _ROTATED.fullmatch(name[end:]):
            yield os.path.join(folder, name[:end])
        if end < len(stem) and _ROTATED.fullmatch(stem[end:]):
            yield os.path.join(folder, name[:end] + ending)


def is_rotated(path: str, of: str) -> bool:
    """Whether a file's name is another's with a number or a date, after it or before its ending."""
    return of in rotated_from(path)
