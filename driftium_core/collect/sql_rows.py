"""Rows of a query: all of them, or page by page from a watermark on, none left out and none twice."""

from __future__ import annotations

import pickle
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from driftium_core.collect.sql_values import Mark, check_mark, mark_of, mark_value, row_digest
from driftium_core.errors import SourceError
from driftium_core.formats import fmt_n, fmt_name, fmt_names

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from driftium_core.collect.sql_engine import Database

__all__ = ["MOST_ROWS", "Position", "QueryRow", "RowReader"]

MOST_ROWS = 2_000_000
"""Rows of a query that is read as a whole."""

MOST_TIES = 2000
"""Rows with the watermark of the last one that are remembered one by one; more are counted."""

_FETCHED = 500
_SPOOL_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class QueryRow:
    """A row, and what tells it from all others: the digest of its content, and how many such rows came before it."""

    values: dict[str, Any]
    digest: str
    occurrence: int


@dataclass(slots=True)
class Position:
    """How far a query was read.

    Attributes
    ----------
    mark : Mark or None
        The greatest watermark seen.
    ties : Counter of str
        Digests of the rows with it that were read.
    n_ties : int or None
        How many there were in all when they were too many to be remembered.
    """

    mark: Mark | None = None
    ties: Counter[str] = field(default_factory=Counter)
    n_ties: int | None = None

    @classmethod
    def from_cursor(cls, cursor: dict[str, Any]) -> Position:
        """Read what `to_cursor` wrote."""
        return cls(cursor.get("mark"), Counter(cursor.get("ties", {})), cursor.get("n_ties"))

    def to_cursor(self) -> dict[str, Any]:
        """JSON values."""
        return {"mark": self.mark, "ties": dict(self.ties), "n_ties": self.n_ties}

    def move_on(self, mark: Mark, digest: str) -> None:
        """Take in a row that was read."""
        if self.mark != mark:
            self.mark, self.ties, self.n_ties = mark, Counter(), None
        self.ties[digest] += 1


@dataclass(slots=True)
class RowReader:
    """Reads one query."""

    database: Database
    query: str
    watermark: str
    columns: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def look(self, position: Position) -> None:
        """Find the columns, and whether the watermark is still what it was.

        Raises
        ------
        SourceError
            It is not.
        """
        with self.database.reading() as connection:
            result = connection.execute(self._select("1 = 0"))
            self.columns = list(result.keys())
            result.close()
            if not self.watermark:
                return
            if self.watermark not in self.columns:
                raise SourceError(
                    f"The query gives no column `{fmt_name(self.watermark)}`, which is its watermark; it gives "
                    f"{fmt_names(self.columns)}. Bring it back, or set up the source again."
                )
            some = connection.execute(self._select(f"{self._quoted} IS NOT NULL", limit=1)).mappings().first()
            none = connection.execute(self._select(f"{self._quoted} IS NULL", limit=1)).first()
        if some is not None:
            mark = mark_of(some[self.watermark], self.watermark)
            if position.mark is not None:
                check_mark(position.mark, mark, self.watermark)
        if none is not None:
            self.notes.append(f"Rows without `{fmt_name(self.watermark)}` were not read.")

    @property
    def _quoted(self) -> str:
        return self.database.engine.dialect.identifier_preparer.quote(self.watermark)

    def _select(self, where: str = "", *, order: bool = False, limit: int | None = None, count: bool = False) -> Any:
        from sqlalchemy import func, literal_column, select, text

        # A colon would name a parameter; those of the query are its own text.
        query = re.sub(r"(?<!\\):(?=\w)", r"\\:", self.query)
        what = func.count() if count else literal_column("*")
        statement = select(what).select_from(text(f"(\n{query}\n) driftium_rows"))
        if where:
            statement = statement.where(text(where))
        if order:
            statement = statement.order_by(text(self._quoted))
        return statement if limit is None else statement.limit(limit)

    def first_rows(self, count: int) -> list[QueryRow]:
        """The first few, in no order."""
        with self.database.reading() as connection:
            parts = list(self._fetched(connection, self._select(limit=count), {}))
        return self._unread([values for part in parts for values in part], Position())

    def all_rows(self) -> Iterator[QueryRow]:
        """Every row of the query, which is let go before the first is given."""
        yield from self._spooled(self._select(), {})

    def _spooled(self, statement: Any, parameters: dict[str, Any]) -> Iterator[QueryRow]:
        seen: Counter[str] = Counter()
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as spool:
            n_rows = 0
            with self.database.reading() as connection:
                for part in self._fetched(connection, statement, parameters):
                    n_rows += len(part)
                    if n_rows > MOST_ROWS:
                        raise SourceError(
                            f"The query gives more than {fmt_n(MOST_ROWS)} rows, which are the most at once. Name a "
                            "watermark column, or select fewer rows."
                        )
                    pickle.dump(part, spool)
            spool.seek(0)
            while n_rows:
                part = pickle.load(spool)  # written above, by this process
                n_rows -= len(part)
                for values in part:
                    digest = row_digest(values)
                    yield QueryRow(values, digest, seen[digest])
                    seen[digest] += 1

    def _fetched(
        self, connection: Connection, statement: Any, parameters: dict[str, Any]
    ) -> Iterator[list[dict[str, Any]]]:
        streamed = connection.execution_options(stream_results=True, max_row_buffer=_FETCHED)
        result = streamed.execute(statement, parameters).mappings()
        while part := result.fetchmany(_FETCHED):
            yield [{name: _kept(value) for name, value in row.items()} for row in part]

    def new_rows(self, position: Position, *, page: int) -> Iterator[QueryRow]:
        """Rows from the watermark on that were not read yet; *position* moves on with each.

        Each page is a query of its own, so that nothing is locked while its rows are stored.
        """
        while True:
            if position.n_ties is not None:
                yield from self._tied_rows(position)
            n_new = 0
            for row in self._page(position, page):
                mark = mark_of(row.values[self.watermark], self.watermark)
                if position.mark is not None:
                    check_mark(position.mark, mark, self.watermark)
                position.move_on(mark, row.digest)
                n_new += 1
                yield row
            if position.ties.total() > MOST_TIES:
                position.ties, position.n_ties = Counter(), 0
            elif n_new < page:
                return

    def _page(self, position: Position, page: int) -> list[QueryRow]:
        where, parameters = f"{self._quoted} IS NOT NULL", {}
        if position.mark is not None:
            sign = ">" if position.n_ties is not None else ">="
            where, parameters = f"{self._quoted} {sign} :last", {"last": mark_value(position.mark)}
        statement = self._select(where, order=True, limit=page + position.ties.total())
        with self.database.reading() as connection:
            parts = list(self._fetched(connection, statement, parameters))
        rows = [values for part in parts for values in part]
        if not rows and position.ties:
            self.notes.append(
                f"No row has a `{fmt_name(self.watermark)}` of {fmt_name(position.mark[2])} or more now. "  # type: ignore[index]
                "If numbering began again, set up the source again."
            )
        return self._unread(rows, position)

    def _unread(self, rows: list[dict[str, Any]], position: Position) -> list[QueryRow]:
        """Those that were not read before, numbered among the rows of the same content."""
        seen: Counter[str] = Counter()
        found = []
        for values in rows:
            digest = row_digest(values)
            if seen[digest] >= position.ties[digest]:
                found.append(QueryRow(values, digest, seen[digest]))
            seen[digest] += 1
        return found

    def _tied_rows(self, position: Position) -> Iterator[QueryRow]:
        """All rows with the last watermark again, if there are more of them than before; their keys tell the new."""
        assert position.mark is not None
        parameters = {"last": mark_value(position.mark)}
        with self.database.reading() as connection:
            n_rows = connection.execute(self._select(f"{self._quoted} = :last", count=True), parameters).scalar_one()
        if n_rows != position.n_ties:
            yield from self._spooled(self._select(f"{self._quoted} = :last"), parameters)
            position.n_ties = n_rows


def _kept(value: Any) -> Any:
    """A value that outlives its connection."""
    return bytes(value) if isinstance(value, memoryview) else value
