"""Records that are read again and again, of a query or an endpoint, as responses whose keys say which is which."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from driftium_core.collect.columns import Found, followed_columns, with_columns
from driftium_core.collect.parts import SAMPLE_SIZE, Part
from driftium_core.collect.port import Probe
from driftium_core.errors import SourceError
from driftium_core.formats import fmt_count
from driftium_core.tabular.records import object_records
from driftium_core.text.log_columns import LogColumns
from driftium_core.text.logs import NO_OBJECT, read_responses

__all__ = ["ObjectReader", "SourceRecord", "digest_of", "probe_of"]


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """An object with what tells it from all others of its source; None as value for what is no object."""

    value: dict[str, Any] | None
    mark: str

    @property
    def position(self) -> int:
        """The mark as a number, which becomes part of the key of a record without an id."""
        return int(digest_of(self.mark)[:20], 16)


def digest_of(text: str) -> str:
    """Digest of a text (SHA-256, hex)."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(slots=True)
class ObjectReader:
    """Reads records as responses.

    Attributes
    ----------
    name : str
        Of the source, for the responses.
    shown : str
        What they come from, for sentences.
    place : str
        Where they come from; records of two places are never the same.
    columns : dict of str to str
        What is read from where; found with the first records, and followed.
    """

    name: str
    shown: str
    place: str
    told: LogColumns | None
    unit: Literal["row", "item"]
    columns: Found
    n_records: int = 0

    def read(self, records: Sequence[SourceRecord]) -> Part:
        """Take records as responses.

        Raises
        ------
        SourceError
            There is no column for the responses any more.
        """
        part = Part()
        first = self.n_records + 1
        self.n_records += len(records)
        numbered = [(number, record) for number, record in enumerate(records, start=first)]
        for number, record in numbered:
            if record.value is None:
                part.skip(number, NO_OBJECT)
        places = {record.position: number for number, record in numbered if record.value is not None}
        if not places:
            return part
        objects = ((record.position, record.value) for record in records if record.value is not None)
        rows = replace(object_records(objects, self.name, unit=self.unit), content_hash=digest_of(self.place)[:16])
        columns = followed_columns(self.columns, self.told, rows, log_name=self.shown)
        # Which records come together is chance here, so an id that was found is taken at its word.
        columns = replace(columns, id=columns.id or self.columns.get("id"))
        log = read_responses(with_columns(rows, columns), columns, may_hold_none=True)
        part.take(log, places)
        self.columns = {role: name or self.columns.get(role) for role, name in asdict(log.columns).items()}
        return part


def probe_of(reader: ObjectReader, records: Sequence[SourceRecord], names: tuple[str, ...], notes: list[str]) -> Probe:
    """A first look at records whose columns were found."""
    try:
        part = reader.read(records)
    except SourceError as error:
        return Probe(columns=names, read_as="", unclear=str(error), sample=(), rows=len(records), notes=tuple(notes))
    read_as = LogColumns(**reader.columns).text()
    counted = fmt_count(len(records), reader.unit)
    skipped = [f"Skipped: {fmt_count(count, reader.unit)}, {why}." for why, count in part.counts.most_common()]
    return Probe(
        columns=names,
        read_as=read_as,
        unclear="" if part.responses or not records else f"The first {counted} hold no response.",
        sample=part.responses[:SAMPLE_SIZE],
        rows=len(records),
        notes=(*(note for note in part.notes if note != read_as), *skipped, *notes),
    )
