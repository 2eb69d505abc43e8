"""An HTTP endpoint that answers with records as a source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from driftium_core.collect.checks import masked_address
from driftium_core.collect.columns import Found, first_columns
from driftium_core.collect.http_fetch import Answer, Endpoint, host_of, same_place
from driftium_core.collect.http_records import Page, as_plain, comparable, mark_of_record, read_page
from driftium_core.collect.objects import ObjectReader, SourceRecord, digest_of, probe_of
from driftium_core.collect.parts import Pending
from driftium_core.collect.port import Batch, Cursor, Probe, TableBatch
from driftium_core.collect.sql_values import frame_of
from driftium_core.errors import SettingsError, SourceError
from driftium_core.formats import fmt_n, fmt_name
from driftium_core.tabular.records import object_records

if TYPE_CHECKING:
    from driftium_core.origin import HttpOrigin
    from driftium_core.text.log_columns import LogColumns

__all__ = ["HttpSource"]

MOST_PAGES = 100
MOST_TIES = 2000
"""Records with the greatest watermark that a table's cursor remembers."""


@dataclass(frozen=True, slots=True)
class HttpSource:
    """Reads the records that an endpoint answers with.

    A record's key is its own id with its content; without an id, its whole content, counted where records of one
    answer are equal. So answers may overlap, and only what lies below the watermark is left out.
    """

    origin: HttpOrigin
    name: str
    columns: LogColumns | None = None
    expand: Callable[[str], str] = str
    max_bytes: int | None = None

    def batches(self, cursor: Cursor, *, max_rows: int = 2000) -> Iterator[Batch]:
        """As in `driftium_core.collect.port.Source`."""
        with self._endpoint() as endpoint:
            reading = _Reading(self.origin, endpoint, cursor.get("mark"), last_answer=cursor.get("answer", ""))
            objects: ObjectReader | None = None
            pending = Pending(unit="item")
            columns: Found | None = cursor.get("columns")
            for page in reading.pages():
                records = reading.unread(page.marked())
                if records and objects is None:
                    objects = self._objects(endpoint, columns or self._found(records, endpoint))
                while records:
                    assert objects is not None  # made for the first records
                    room = max_rows - pending.n_read
                    pending.add(objects.read(records[:room]))
                    records, columns = records[room:], objects.columns
                    if pending.n_read >= max_rows:
                        yield pending.batch({**cursor, "columns": columns})
            pending.say(*reading.notes)
            after = {"mark": reading.mark_to_keep(), "columns": columns, "answer": reading.answer_digest}
            if pending or after != {"mark": None, "columns": None, "answer": "", **cursor}:
                yield pending.batch(after)

    def table(self, cursor: Cursor) -> TableBatch:
        """As in `driftium_core.collect.port.Source`."""
        from driftium_core.tabular.table import Table

        only_new = bool(self.origin.watermark)
        with self._endpoint() as endpoint:
            reading = _Reading(self.origin, endpoint, cursor.get("mark"), ties=frozenset(cursor.get("ties", [])))
            records = [record for page in reading.pages() for record in reading.unread(page.marked())]
        rows = [_flat(record.value) for record in records if record.value is not None]
        notes = tuple(reading.notes)
        if not rows:
            what = "no new record" if only_new and cursor else "no record"
            sentence = f"{endpoint.shown} answers with {what}."
            return TableBatch(table=None, only_new=only_new, notes=(sentence, *notes), cursor=cursor)
        content = digest_of("".join(f"{record.mark};" for record in records))
        after = {"mark": reading.mark_to_keep(), "ties": reading.ties_to_keep(records), "content_hash": content}
        if not only_new and content == cursor.get("content_hash"):
            sentence = f"{endpoint.shown} answers with the records that it had before."
            return TableBatch(table=None, only_new=False, notes=(sentence, *notes), cursor=after)
        frame, left_out = frame_of(rows)
        return TableBatch(
            table=Table(self.name, frame, content, tuple(left_out)), only_new=only_new, notes=notes, cursor=after
        )

    def probe(self, *, max_rows: int = 200) -> Probe:
        """As in `driftium_core.collect.port.Source`."""
        with self._endpoint() as endpoint:
            page = read_page(endpoint.get(endpoint.url), self.origin.records, shown=endpoint.shown)
        records = page.marked()[:max_rows]
        names = _names(records)
        if not names:
            unclear = f"{endpoint.shown} answers with no record now."
            return Probe(columns=(), read_as="", unclear=unclear, sample=(), rows=0)
        notes: list[str] = []
        watermark = self.origin.watermark
        if watermark and not any(mark_of_record(r.value, watermark) for r in records if r.value is not None):
            notes.append(f"No record has the watermark `{fmt_name(watermark)}`.")
        try:
            objects = self._objects(endpoint, self._found(records, endpoint))
        except SourceError as error:
            return Probe(
                columns=names, read_as="", unclear=str(error), sample=(), rows=len(records), notes=tuple(notes)
            )
        return probe_of(objects, records, names, notes)

    def _endpoint(self) -> Endpoint:
        try:
            url = self.expand(self.origin.url)
            headers = {name: self.expand(value) for name, value in self.origin.headers}
        except SettingsError as error:
            raise SourceError(str(error)) from None
        return Endpoint(url, headers, shown=masked_address(self.origin.url), max_bytes=self.max_bytes)

    def _found(self, records: list[SourceRecord], endpoint: Endpoint) -> Found:
        names = _names(records)
        if not names:  # items that are no objects, which are told one by one
            return {}
        return first_columns(names, self.columns, log_name=endpoint.shown)

    def _objects(self, endpoint: Endpoint, columns: Found) -> ObjectReader:
        return ObjectReader(
            name=self.name,
            shown=endpoint.shown,
            place=endpoint.shown,
            told=self.columns,
            unit="item",
            columns=columns,
        )


def _names(records: list[SourceRecord]) -> tuple[str, ...]:
    objects = ((number, record.value) for number, record in enumerate(records) if record.value is not None)
    return tuple(object_records(objects, "").columns)


def _flat(record: dict[str, Any], prefix: str = "", depth: int = 4) -> dict[str, Any]:
    """A record for a table: objects in it are taken apart, numbers are numbers."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict) and depth:
            found |= _flat(value, f"{prefix}{name}.", depth - 1)
        else:
            found[f"{prefix}{name}"] = as_plain(value)
    return found


@dataclass(slots=True)
class _Reading:
    """One reading of an endpoint, from its first page to its last.

    ``mark`` is the greatest watermark of the readings before, as kind and text.
    """

    origin: HttpOrigin
    endpoint: Endpoint
    mark: list[str] | None
    last_answer: str = ""
    ties: frozenset[str] = frozenset()
    notes: list[str] = field(default_factory=list)
    answer_digest: str = ""
    _best: tuple[str, Decimal | datetime | str, str] | None = None
    _marks: dict[str, str] = field(default_factory=dict)
    _complete: bool = True
    _ascending: bool = True

    def pages(self) -> Iterator[Page]:
        """The pages, up to a number of them; none when the only one is what it was."""
        parameters = {self.origin.since: self.mark[1]} if self.origin.since and self.mark else {}
        url, asked = self.endpoint.url, set[str]()
        for number in range(MOST_PAGES):
            asked.add(url)
            answer = self.endpoint.get(url, parameters)
            parameters = {}
            page = read_page(answer, self.origin.records, shown=self.endpoint.shown)
            url = self._next(answer, page)
            if number == 0 and not url:
                self.answer_digest = digest_of(answer.body.hex())
                if self.answer_digest == self.last_answer:
                    return
            yield page
            if not url or url in asked:
                return
        self._complete = False
        self.notes.append(
            f"{self.endpoint.shown} has more than {fmt_n(MOST_PAGES)} pages; "
            + ("the next run goes on there." if self._goes_on else "the others were not read. Ask for more per page.")
        )

    @property
    def _goes_on(self) -> bool:
        return bool(self.origin.since) and self._ascending and self._best is not None

    def _next(self, answer: Answer, page: Page) -> str:
        if not page.next_url:
            return ""
        url = urljoin(answer.url, page.next_url)
        if not same_place(url, self.endpoint.url):
            raise SourceError(
                f"{self.endpoint.shown} names a next page at {host_of(url)}, which is another place and was not asked. "
                "Give the address that answers by itself."
            )
        return url

    def unread(self, records: list[SourceRecord]) -> list[SourceRecord]:
        """The records that do not lie below the watermark; it is kept how far they go."""
        if not self.origin.watermark:
            return records
        last = comparable(self.mark[1], is_number=self.mark[0] == "number") if self.mark else None
        before = self._best
        found, without = [], 0
        for record in records:
            mark = mark_of_record(record.value, self.origin.watermark) if record.value is not None else None
            if mark is None:
                without += record.value is not None
                found.append(record)
                continue
            self._check_kind(mark[0], (last or self._best or mark)[0])
            self._ascending &= before is None or not mark[1] < before[1]  # type: ignore[operator]
            if self._best is None or mark[1] > self._best[1]:  # type: ignore[operator]
                self._best = mark
            below = last is not None and mark[1] < last[1]  # type: ignore[operator]
            if not below and record.mark not in self.ties:
                found.append(record)
                self._marks[record.mark] = mark[2]
        if without:
            self.notes.append(f"Records without `{fmt_name(self.origin.watermark)}` are told by their content alone.")
        return found

    def _check_kind(self, kind: str, before: str) -> None:
        if kind != before:
            raise SourceError(
                f"The watermark `{fmt_name(self.origin.watermark)}` of {self.endpoint.shown} holds a {kind} now, and a "
                f"{before} before, so new records cannot be told from old ones. Set up the source again."
            )

    def mark_to_keep(self) -> list[str] | None:
        """The watermark for the next reading; the old one when pages were left that may lie below the new one."""
        if self._best is None or not (self._complete or self._goes_on):
            return self.mark
        best = [self._best[0], self._best[2]]
        if self.mark is None:
            return best
        last = comparable(self.mark[1], is_number=self.mark[0] == "number")
        return best if self._best[1] > last[1] else self.mark  # type: ignore[operator]

    def ties_to_keep(self, records: list[SourceRecord]) -> list[str]:
        """Marks of the records with the greatest watermark, those of the readings before among them."""
        kept = self.mark_to_keep()
        if kept is None:
            return []
        earlier = list(self.ties) if kept == self.mark else []
        return [*earlier, *(r.mark for r in records if self._marks.get(r.mark) == kept[1])][-MOST_TIES:]
