"""A query on a database as a source."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from driftium_core.collect.checks import placeholders
from driftium_core.collect.columns import Found, columns_in_use, first_columns
from driftium_core.collect.objects import ObjectReader, SourceRecord, probe_of
from driftium_core.collect.parts import Pending
from driftium_core.collect.port import Batch, Cursor, Probe, TableBatch
from driftium_core.collect.sql_engine import Database, parse_url
from driftium_core.collect.sql_query import checked_query
from driftium_core.collect.sql_rows import Position, QueryRow, RowReader
from driftium_core.collect.sql_values import frame_of, row_object
from driftium_core.errors import InputError, SettingsError, SourceError
from driftium_core.formats import fmt_names

if TYPE_CHECKING:
    from driftium_core.origin import SqlOrigin
    from driftium_core.text.log_columns import LogColumns

__all__ = ["SqlSource"]


@dataclass(frozen=True, slots=True)
class SqlSource:
    """Reads the rows of a query: those above a watermark, or all each time, known again by their content.

    A record's key is its own id with its content; without an id, the content of the whole row, counted where rows are
    equal.
    """

    origin: SqlOrigin
    name: str
    columns: LogColumns | None = None
    expand: Callable[[str], str] = str

    def batches(self, cursor: Cursor, *, max_rows: int = 2000) -> Iterator[Batch]:
        """As in `driftium_core.collect.port.Source`."""
        with self._database() as database:
            position = Position.from_cursor(cursor)
            reader = self._reader(database, position, needs=columns_in_use(cursor.get("columns", {})))
            objects = self._objects(reader, cursor.get("columns"))
            pending = Pending(unit="row")
            for rows in _chunks(self._rows(reader, position, page=max_rows), max_rows):
                pending.add(objects.read(_records(rows)))
                if len(rows) == max_rows:
                    yield pending.batch({**position.to_cursor(), "columns": objects.columns})
            pending.say(*reader.notes)
            after = {**position.to_cursor(), "columns": objects.columns}
            if pending or after != cursor:
                yield pending.batch(after)

    def _objects(self, reader: RowReader, columns: Found | None) -> ObjectReader:
        return ObjectReader(
            name=self.name,
            shown="The query",
            place=_place(reader.database),
            told=self.columns,
            unit="row",
            columns=columns or first_columns(reader.columns, self.columns, log_name="The query"),
        )

    def _rows(self, reader: RowReader, position: Position, *, page: int) -> Iterator[QueryRow]:
        return reader.new_rows(position, page=page) if self.origin.watermark else reader.all_rows()

    def table(self, cursor: Cursor) -> TableBatch:
        """As in `driftium_core.collect.port.Source`."""
        from driftium_core.tabular.table import Table

        with self._database() as database:
            position = Position.from_cursor(cursor)
            reader = self._reader(database, position, needs=())
            rows = list(self._rows(reader, position, page=20_000))
        only_new = bool(self.origin.watermark)
        notes = tuple(reader.notes)
        if not rows:
            what = "no new row" if only_new and cursor else "no row"
            return TableBatch(table=None, only_new=only_new, notes=(f"The query gives {what}.", *notes), cursor=cursor)
        content = hashlib.sha256("".join(f"{row.digest}{row.occurrence};" for row in rows).encode()).hexdigest()
        after = {**position.to_cursor(), "content_hash": content}
        if not only_new and content == cursor.get("content_hash"):
            same = "The query gives the rows that it gave before."
            return TableBatch(table=None, only_new=False, notes=(same, *notes), cursor=after)
        frame, left_out = frame_of([row.values for row in rows])
        table = Table(self.name, frame, content, tuple(left_out))
        return TableBatch(table=table, only_new=only_new, notes=notes, cursor=after)

    def probe(self, *, max_rows: int = 200) -> Probe:
        """As in `driftium_core.collect.port.Source`."""
        with self._database() as database:
            reader = self._reader(database, Position(), needs=())
            rows = reader.first_rows(max_rows)
            names = tuple(reader.columns)
            try:
                objects = self._objects(reader, None)
            except SourceError as error:
                return Probe(columns=names, read_as="", unclear=str(error), sample=(), rows=len(rows))
        return probe_of(objects, _records(rows), names, reader.notes)

    def _database(self) -> Database:
        try:
            secrets = [self.expand(name) for name in placeholders(self.origin.url)]
            return Database(parse_url(self.expand(self.origin.url)), secrets=secrets)
        except (InputError, SettingsError) as error:
            raise SourceError(str(error)) from None

    def _reader(self, database: Database, position: Position, *, needs: Any) -> RowReader:
        try:
            reader = RowReader(database, checked_query(self.origin.query), self.origin.watermark)
        except InputError as error:
            raise SourceError(str(error)) from None
        reader.look(position)
        gone = [name for name in needs if name not in reader.columns]
        if gone:
            raise SourceError(
                f"The query gives no {fmt_names(gone)} any more, which was read before; it gives "
                f"{fmt_names(reader.columns)}. Bring the column back, or set up the source again."
            )
        return reader


def _place(database: Database) -> str:
    url = database.url
    return f"{url.get_backend_name()} {url.host} {url.port} {url.database}"


def _records(rows: Sequence[QueryRow]) -> list[SourceRecord]:
    return [SourceRecord(row_object(row.values), f"{row.digest} {row.occurrence}") for row in rows]


def _chunks(rows: Iterator[QueryRow], size: int) -> Iterator[list[QueryRow]]:
    while part := list(islice(rows, size)):
        yield part
