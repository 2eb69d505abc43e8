"""What a log is read from, and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from driftium_core.formats import fmt_n
from driftium_core.response import Response
from driftium_core.text.log_columns import LogColumns

__all__ = ["Log", "LogRows", "SkippedRow"]


class LogRows(Protocol):
    """Rows of a file as text; `driftium_core.tabular.records.Records` is one."""

    @property
    def name(self) -> str:
        """The file's name as shown."""

    @property
    def columns(self) -> Mapping[str, Any]:
        """Columns by name, each with ``to_pylist() -> list[str | None]``."""

    @property
    def json_columns(self) -> frozenset[str]:
        """Columns whose values are lists, written as JSON."""

    @property
    def positions(self) -> Sequence[int]:
        """Where each row stands in the file."""

    @property
    def unit(self) -> str:
        """What the positions count: ``row``, ``line`` or ``item``."""

    @property
    def unreadable(self) -> tuple[int, ...]:
        """Positions that hold no row."""

    @property
    def content_hash(self) -> str:
        """SHA-256 of the file's bytes."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what was assumed while reading."""


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that was not taken: its place in the file (from 1), and why."""

    position: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What a log file holds.

    Attributes
    ----------
    name : str
        The file's name as shown.
    responses : tuple of Response
        In the order of the file, each with the key that makes it the same record when it is imported again.
    columns : LogColumns
        What was read from where.
    unit : str
        What positions count: ``row``, ``line`` or ``item``.
    skipped : tuple of SkippedRow
        The first rows that were skipped.
    skipped_counts : tuple of (str, int)
        All of them by reason, most frequent first.
    content_hash : str
        SHA-256 of the file's bytes.
    notes : tuple of str
        Sentences on what was assumed or left out.
    """

    name: str
    responses: tuple[Response, ...]
    columns: LogColumns
    unit: str
    skipped: tuple[SkippedRow, ...]
    skipped_counts: tuple[tuple[str, int], ...]
    content_hash: str
    notes: tuple[str, ...]

    @property
    def n_skipped(self) -> int:
        """Number of rows skipped."""
        return sum(count for _, count in self.skipped_counts)

    @property
    def skipped_text(self) -> str:
        """``"3 lines were skipped: 2 not a JSON object, 1 no response and no error."``; empty when none was."""
        if not self.n_skipped:
            return ""
        reasons = ", ".join(f"{fmt_n(count)} {reason}" for reason, count in self.skipped_counts)
        were = f"{self.unit} was" if self.n_skipped == 1 else f"{self.unit}s were"
        return f"{fmt_n(self.n_skipped)} {were} skipped: {reasons}."
