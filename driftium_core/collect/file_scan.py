"""Which files a source is to read now: found again after they were renamed, zipped, truncated or replaced."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass, field

from driftium_core.collect.columns import columns_in_use
from driftium_core.collect.file_lines import open_file
from driftium_core.collect.file_listing import Folders, family_names, is_rotated, rotated_from, stat_of
from driftium_core.collect.file_state import Files, FileState
from driftium_core.errors import SourceError
from driftium_core.formats import fmt_name

__all__ = ["Scan", "scan_files"]

MOST_COMPARED = 100
"""Files beside one that moved which are looked into for its content."""


def scan_files(files: Files, listed: dict[str, os.stat_result]) -> Scan:
    """Bring the states to where their files are now, and say which are to be read.

    Parameters
    ----------
    files : Files
        Changed in place: moved files get their new path, overwritten ones are forgotten, new ones are added.
    listed : dict
        From `driftium_core.collect.file_listing.listed_files`.
    """
    there = {state.path: stat for state in files.states if (stat := stat_of(state.path)) is not None} | listed
    scan = Scan(files, listed, there)
    scan.follow()
    scan.begin_new()
    files.forget_gone(set(scan.there))
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
    rotated: set[str] = field(default_factory=set)
    _folders: Folders = field(default_factory=Folders)
    _since: dict[str, int] = field(default_factory=dict)
    _needs: dict[str, list[str]] = field(default_factory=dict)
    _left: set[str] = field(default_factory=set)

    def order(self, state: FileState) -> tuple[bool, int, str]:
        """Rotated files first, oldest first, then the others by name."""
        old = state.moved or state.path in self.rotated
        return (not old, self.there[state.path].st_mtime_ns if old else 0, state.path)

    def follow(self) -> None:
        """Find files again whose place holds something else, or nothing, now."""
        changed = [state for state in self.files.states if not self._is_as_it_was(state)]
        self._since = {state.path: state.mtime_ns for state in changed if not state.moved}
        lost = [state for state in changed if not self._holds(state)]
        found = self._found_again(lost)
        for state in lost:
            path = found.get(id(state))
            if path is not None:
                self._moved(state, path)
            elif not state.offset:
                self._never_read(state)
            elif state.path in self.there:
                self._overwritten(state)

    def _is_as_it_was(self, state: FileState) -> bool:
        return state.path in self.there and state.looks_unchanged(self.there[state.path])

    def _holds(self, state: FileState) -> bool:
        """Whether a file's place still holds what was read of it."""
        if state.path not in self.there:
            return False
        if not state.offset:
            return _place(self.there[state.path]) == (state.device, state.inode)
        return _holds_content(state, state.path, unsure=True) and not self._was_copied_away(state)

    def _was_copied_away(self, state: FileState) -> bool:
        """Whether a rotated copy beside a file that did not grow has more of what was read of it: it began anew."""
        size = self.there[state.path].st_size
        if size > state.size:
            return False
        return any(
            other.st_size > size and other.st_mtime_ns > state.mtime_ns and _holds_content(state, beside)
            for beside, other in self._folders.beside(state.path)
            if is_rotated(beside, state.path)
        )

    def _found_again(self, lost: list[FileState]) -> dict[int, str]:
        """Where the content of files is now, by the ``id`` of their states."""
        taken = {state.path for state in self.files.states} - {state.path for state in lost}
        by_inode = {(stat.st_dev, stat.st_ino): path for path, stat in self.listed.items()}
        beside = {id(state): self._folders.beside(state.path) for state in lost}
        found: dict[int, str] = {}
        for same_inode in (True, False):
            for state in lost:
                place = (state.device, state.inode)
                near = [path for path, stat in beside[id(state)] if not same_inode or place == _place(stat)]
                paths = [by_inode[place], *near] if place in by_inode else near
                known = id(state) in found or not (same_inode or state.offset)
                for path in () if known else paths[:MOST_COMPARED]:
                    if path != state.path and path not in taken and _holds_content(state, path):
                        found[id(state)] = path
                        taken.add(path)
                        break
        return found

    def _moved(self, state: FileState, path: str) -> None:
        self._keep_needs(state)
        self._left.add(state.path)
        self.notes.append(f"{_shown(state.path)} was rotated; what it held is read on in {_shown(path)}.")
        state.path, state.moved = path, path not in self.listed
        self.there[path] = self.listed.get(path) or os.stat(path)
        self.rotated.add(path)

    def _never_read(self, state: FileState) -> None:
        """Let go of a file that was found and lost before it was read; it may be beside, under another name."""
        self.files.retire(state)
        for path in (state.path, *rotated_from(state.path)):
            self._since[path] = min(state.mtime_ns, self._since.get(path, state.mtime_ns))

    def _overwritten(self, state: FileState) -> None:
        self._keep_needs(state)
        same = _place(self.there[state.path]) == (state.device, state.inode)
        what = "was truncated" if same else "was replaced by another file"
        self.notes.append(f"{_shown(state.path)} {what}; it is read from its start again.")
        self.files.retire(state)

    def _keep_needs(self, state: FileState) -> None:
        if state.format is not None and state.format.kind != "json":
            self._needs[state.path] = columns_in_use(state.format.columns)

    def begin_new(self) -> None:
        """Follow new files from now on, unless they are copies of others."""
        known = {state.path for state in self.files.states}
        originals: dict[tuple[str, str], list[FileState]] = defaultdict(list)
        for state in self.files.states:
            if state.offset:
                originals[os.path.dirname(state.path), state.name.split(".")[0]].append(state)
        for path in dict.fromkeys((*self._rotated_since(known), *self.listed)):
            if path in known:
                continue
            original = None if path in self._left else _original_of(path, originals)
            if original is not None:
                same = f"{_shown(path)} holds what {_shown(original)} held; it is taken as a copy and not read."
                self.notes.append(same)
                continue
            new = FileState(path=path, moved=path not in self.listed, needs=self._needs.get(path, []))
            new.seen(self.there[path])
            new.size = -1  # nothing of it was looked at, so that it is not known to rest
            self.files.states.append(new)

    def _rotated_since(self, known: set[str]) -> list[str]:
        """Files that came out of followed ones by rotation since these were looked at, oldest first."""
        found: list[tuple[int, str]] = []
        for folder in {os.path.dirname(path) for path in self._since}:
            for name in self._folders.names(folder):
                path = os.path.join(folder, name)
                since = [self._since[of] for of in rotated_from(path) if of in self._since]
                stat = stat_of(path) if since and path not in known else None
                if stat is not None and stat.st_mtime_ns >= min(since):
                    found.append((stat.st_mtime_ns, path))
                    self.there[path] = stat
                    self.rotated.add(path)
        return [path for _, path in sorted(found)]


def _original_of(path: str, originals: dict[tuple[str, str], list[FileState]]) -> str | None:
    """The file whose content another one holds, if there is one."""
    folder = os.path.dirname(path)
    family = [state for stem in family_names(path) for state in originals.get((folder, stem), ())]
    for state in sorted(family, key=lambda state: -state.mtime_ns)[:MOST_COMPARED]:
        if _holds_content(state, path):
            return state.path
    return None


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


def _place(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_dev, stat.st_ino


def _shown(path: str) -> str:
    return fmt_name(os.path.basename(path), limit=60)
