"""Parts of what was read, put together into the batches that are handed out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from driftium_core.collect.port import Batch, Cursor
from driftium_core.text.log import SkippedRow

if TYPE_CHECKING:
    from driftium_core.response import Response
    from driftium_core.text.log import Log

__all__ = ["LISTED", "SAMPLE_SIZE", "Notes", "Part", "Pending"]

SAMPLE_SIZE = 5
"""Responses that a first look shows."""

LISTED = 20
"""Skipped records that are listed one by one; all of them are counted."""


@dataclass(slots=True)
class Part:
    """Records that were read together: responses, and why others are none."""

    responses: tuple[Response, ...] = ()
    n_read: int = 0
    skipped: list[SkippedRow] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()

    def skip(self, position: int, reason: str) -> None:
        """Count a record that is none."""
        self.n_read += 1
        self.counts[reason] += 1
        if len(self.skipped) < LISTED:
            self.skipped.append(SkippedRow(position, reason))

    def take(self, log: Log, places: dict[int, int] | None = None) -> None:
        """Add what a log holds; *places* are what its positions are to be shown as."""
        self.responses = (*self.responses, *log.responses)
        self.n_read += len(log.responses) + log.n_skipped
        self.counts.update(dict(log.skipped_counts))
        shown = log.skipped if places is None else [SkippedRow(places[r.position], r.reason) for r in log.skipped]
        self.skipped = sorted([*self.skipped, *shown], key=lambda row: row.position)[:LISTED]
        self.notes = (*self.notes, *log.notes)


@dataclass(slots=True)
class Notes:
    """Notes of one run, each kind once: those of later batches differ by a count at most."""

    said: set[str] = field(default_factory=set)

    def new(self, notes: Iterable[str]) -> list[str]:
        """Those that were not said yet."""
        found = []
        for note in notes:
            kind = re.sub(r"\d+", "", note)
            if kind not in self.said:
                self.said.add(kind)
                found.append(note)
        return found


@dataclass(slots=True)
class Pending:
    """Parts that wait to be handed out as one batch; ``n_read`` counts their records."""

    unit: str
    notes: Notes = field(default_factory=Notes)
    n_read: int = 0
    _parts: list[Part] = field(default_factory=list)
    _said: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.n_read or self._said)

    def say(self, *notes: str) -> None:
        """Add notes."""
        self._said += self.notes.new(notes)

    def add(self, part: Part) -> None:
        """Add a part."""
        self._parts.append(part)
        self.n_read += part.n_read
        self.say(*part.notes)

    def batch(self, cursor: Cursor) -> Batch:
        """All that waits."""
        counts: Counter[str] = Counter()
        for part in self._parts:
            counts.update(part.counts)
        found = Batch(
            responses=tuple(response for part in self._parts for response in part.responses),
            n_read=self.n_read,
            skipped_counts=tuple(counts.most_common()),
            skipped=tuple([row for part in self._parts for row in part.skipped][:LISTED]),
            unit=self.unit,
            notes=tuple(self._said),
            cursor=cursor,
        )
        self._parts, self._said, self.n_read = [], [], 0
        return found
