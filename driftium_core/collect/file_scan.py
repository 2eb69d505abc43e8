"""Which files a source is to read now: found again after they were renamed, zipped, truncated or replaced."""

from __future__ import annotations

import fnmatch
import os
import re
import stat as stat_modes
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from driftium_core.collect.columns import columns_in_use
from driftium_core.collect.file_lines import open_file
from driftium_core.collect.file_state import Files, FileState
from driftium_core.errors import SourceError
from driftium_core.formats import fmt_name

if TYPE_CHECKING:
    from driftium_core.origin import FileOrigin

__all__ = ["Scan", "listed_files", "scan_files"]

_ROTATED = re.compile(r"[.\-_][\dT.:\-_]*\d[\dT.:\-_]*")
"""What rotation adds to a name, or puts before its ending: a number or a date."""

MOST_COMPARED = 100
"""Files beside one that moved which are looked into for its content."""


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


def scan_files(files: Files, listed: dict[str, os.stat_result]) -> Scan:
    """Bring the states to where their files are now, and say which are to be read.

    Parameters
    ----------
    files : Files
        Changed in place: moved files get their new path, overwritten ones are forgotten, new ones are added.
    listed : dict
        From `listed_files`.
    """
    there = {state.path: stat for state in files.states if (stat := _stat(state.path)) is not None} | listed
    scan = Scan(files, listed, there)
    lost = [state for state in files.states if not _holds(state, there.get(state.path))]
    scan.follow(lost)
    for path in (*scan.between, *listed):
        scan.begin(path)
    files.forget_gone(set(there))
    present = [state for state in files.states if state.path in scan.there]
    scan.to_read = sorted((s for s in present if not s.nothing_new(scan.there[s.path])), key=scan.order)
    return scan


@dataclass(slots=True)
class Scan:
    """What to read, in this order, and what happened to the files since the last run."""

    files: Files
    listed: dict[str, os.stat_result]
    there: dict[str, os.stat_result]
    to_read: list[FileState] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    between: list[str] = field(default_factory=list)
    _needs: dict[str, list[str]] = field(default_factory=dict)
    rotated: set[str] = field(default_factory=set)
    _left: set[str] = field(default_factory=set)

    def order(self, state: FileState) -> tuple[bool, int, str]:
        """Rotated files first, oldest first, then the others by name."""
        old = state.moved or state.path in self.rotated
        return (not old, self.there[state.path].st_mtime_ns if old else 0, state.path)

    def follow(self, lost: list[FileState]) -> None:
        """Find files again whose place holds something else, or nothing, now."""
        held = {state.path for state in self.files.states} - {state.path for state in lost}
        found = _found_again(lost, held, self.listed)
        for state in lost:
            path = found.get(id(state))
            if path is not None:
                self._moved(state, path)
            elif state.path in self.there:
                self._overwritten(state)

    def _moved(self, state: FileState, path: str) -> None:
        old = state.path
        self._keep_needs(state)
        self._left.add(old)
        state.path, state.moved = path, path not in self.listed
        self.there[path] = self.listed.get(path) or os.stat(path)
        self.rotated.add(path)
        self.notes.append(f"{_shown(old)} was rotated; what it held is read on in {_shown(path)}.")
        known = {other.path for other in self.files.states}
        later = [
            (stat.st_mtime_ns, beside)
            for beside, stat in _beside(old)
            if beside not in known and beside != old and _is_rotated(beside, old)
            if stat.st_mtime_ns > self.there[path].st_mtime_ns
        ]
        for _, beside in sorted(later):
            self.there.setdefault(beside, os.stat(beside))
            self.rotated.add(beside)
            self.between.append(beside)

    def _overwritten(self, state: FileState) -> None:
        self._keep_needs(state)
        same = self.there[state.path].st_ino == state.inode
        what = "was truncated" if same else "was replaced by another file"
        self.notes.append(f"{_shown(state.path)} {what}; it is read from its start again.")
        self.files.retire(state)

    def _keep_needs(self, state: FileState) -> None:
        if state.format is not None and state.format.kind != "json":
            self._needs[state.path] = columns_in_use(state.format.columns)

    def begin(self, path: str) -> None:
        """Follow a file from now on, unless it is, or is a copy of one that is."""
        if any(state.path == path for state in self.files.states):
            return
        original = None if path in self._left else self._original_of(path)
        if original is not None:
            self.notes.append(f"{_shown(path)} holds what {_shown(original)} held; it is taken as a copy and not read.")
            return
        state = FileState(path=path, moved=path not in self.listed, needs=self._needs.get(path, []))
        self.files.states.append(state)

    def _original_of(self, path: str) -> str | None:
        family = [
            state
            for state in self.files.states
            if state.offset and (_is_family(path, state.path) or _is_family(state.path, path))
        ]
        for state in sorted(family, key=lambda state: -state.mtime_ns)[:MOST_COMPARED]:
            if _holds_content(state, path):
                return state.path
        return None


def _stat(path: str) -> os.stat_result | None:
    try:
        stat = os.stat(path)
    except (OSError, ValueError):
        return None
    return stat if stat_modes.S_ISREG(stat.st_mode) else None


def _holds(state: FileState, stat: os.stat_result | None) -> bool:
    """Whether a file's place still holds what was read of it."""
    if stat is None:
        return False
    if not state.offset or state.looks_unchanged(stat):
        return True
    return _holds_content(state, state.path, unsure=True) and not _was_copied_away(state, stat)


def _was_copied_away(state: FileState, stat: os.stat_result) -> bool:
    """Whether a rotated copy beside a file that did not grow has more of what was read of it: it began anew."""
    if stat.st_size > state.size:
        return False
    return any(
        other.st_size > stat.st_size and other.st_mtime_ns > state.mtime_ns and _holds_content(state, beside)
        for beside, other in _beside(state.path)
        if beside != state.path and _is_rotated(beside, state.path)
    )


def _holds_content(state: FileState, path: str, *, unsure: bool = False) -> bool:
    """Whether a file holds what was read under a state; *unsure* is the answer for one that cannot be read."""
    try:
        opened = open_file(path, state)
    except SourceError:
        return unsure
    if opened is None:
        return False
    opened.close()
    return True


def _found_again(lost: list[FileState], held: set[str], listed: dict[str, os.stat_result]) -> dict[int, str]:
    """Where the content of files is now, by the ``id`` of their states."""
    found: dict[int, str] = {}
    taken = set(held)
    places = {id(state): _beside(state.path) for state in lost if state.offset}
    for by_inode in (True, False):
        for state in lost:
            if not state.offset or id(state) in found:
                continue
            same = [path for path, stat in listed.items() if (stat.st_ino, stat.st_dev) == (state.inode, state.device)]
            near = [
                path
                for path, stat in places[id(state)]
                if not by_inode or (stat.st_ino, stat.st_dev) == (state.inode, state.device)
            ]
            for path in dict.fromkeys([*same, *near[:MOST_COMPARED]]):
                if path != state.path and path not in taken and _holds_content(state, path):
                    found[id(state)] = path
                    taken.add(path)
                    break
    return found


def _beside(path: str) -> list[tuple[str, os.stat_result]]:
    """Files in the same folder that may have come out of a file by rotation, newest first."""
    try:
        with os.scandir(os.path.dirname(path)) as entries:
            family = [entry for entry in entries if _is_family(entry.path, path) and not entry.is_symlink()]
            found = [(entry.path, entry.stat()) for entry in family if entry.is_file()]
    except OSError:
        return []
    return sorted(found, key=lambda pair: -pair[1].st_mtime_ns)


def _is_family(path: str, of: str) -> bool:
    """Whether two files share a folder and the beginning of their names, up to the first dot of one."""
    if os.path.dirname(path) != os.path.dirname(of):
        return False
    name, stem = os.path.basename(path), os.path.basename(of).split(".")[0]
    return name.startswith(stem) and not name[len(stem) : len(stem) + 1].isalnum()


def _is_rotated(path: str, of: str) -> bool:
    """Whether a file's name is another's with a number or a date, after it or before its ending."""
    name, original = os.path.basename(path).removesuffix(".gz"), os.path.basename(of)
    if name.startswith(original):
        return _ROTATED.fullmatch(name[len(original) :]) is not None
    stem, ending = os.path.splitext(original)
    if not (ending and name.startswith(stem) and name.endswith(ending)):
        return False
    return _ROTATED.fullmatch(name[len(stem) : len(name) - len(ending)]) is not None


def _shown(path: str) -> str:
    return fmt_name(os.path.basename(path), limit=60)
