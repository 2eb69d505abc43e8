"""What every source of collected data does, and what comes out of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from driftium_core.response import Response
    from driftium_core.tabular.table import Table
    from driftium_core.text.log import SkippedRow

__all__ = ["Batch", "Cursor", "Probe", "Source", "TableBatch"]

Cursor = dict[str, Any]
"""How far a source was read, as JSON values; empty before the first read. Only its source knows what is in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """New records, and where to go on when they are stored.

    Attributes
    ----------
    responses : tuple of Response
        Each with a key that is the same whenever the same record is read again, and another one for any other record.
    n_read : int
        Records read: responses and what was skipped.
    skipped_counts : tuple of (str, int)
        Why records were no responses, and how many for each reason.
    skipped : tuple of SkippedRow
        The first of them, with their places.
    unit : str
        What the places count: ``line``, ``row`` or ``item``.
    notes : tuple of str
        Sentences on what was assumed or met, e.g. that the file was rotated.
    cursor : Cursor
        To be stored together with the responses.
    """

    responses: tuple[Response, ...]
    n_read: int
    skipped_counts: tuple[tuple[str, int], ...] = ()
    skipped: tuple[SkippedRow, ...] = ()
    unit: str = "line"
    notes: tuple[str, ...] = ()
    cursor: Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class TableBatch:
    """A current table; ``table`` is None when nothing is new since the cursor, and ``notes`` say so.

    ``only_new`` tells whether its rows were never in an earlier table of this source, so that it may be counted as a
    block of evidence.
    """

    table: Table | None
    only_new: bool
    notes: tuple[str, ...] = ()
    cursor: Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A first look at a source, for whoever sets it up.

    Attributes
    ----------
    columns : tuple of str
        Columns or fields that were found.
    read_as : str
        Which of them are read as what, as a sentence; empty when that is unclear.
    unclear : str
        Why no responses can be read, as a sentence; empty when they can.
    sample : tuple of Response
        The first few, for logs.
    rows : int
        Records looked at.
    notes : tuple of str
    """

    columns: tuple[str, ...]
    read_as: str
    unclear: str
    sample: tuple[Response, ...]
    rows: int
    notes: tuple[str, ...] = ()


class Source(Protocol):
    """A place that records come from. Every method may be called from any thread, one at a time."""

    def batches(self, cursor: Cursor, *, max_rows: int = 2000) -> Iterator[Batch]:
        """New records as batches; the next one is asked for when the one before is stored. Ends when all is read.

        Raises
        ------
        SourceError
            It cannot be read now, or no longer as before (a column is gone); what came before was given already.
        """

    def table(self, cursor: Cursor) -> TableBatch:
        """The current table: the whole, or the rows above the watermark.

        Raises
        ------
        SourceError
            It cannot be read.
        """

    def probe(self, *, max_rows: int = 200) -> Probe:
        """A look that changes nothing.

        Raises
        ------
        SourceError
            It cannot be read.
        """
