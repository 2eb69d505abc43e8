"""From the lines of a file to responses: as many as a batch takes, and the file's state moved on past them."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from driftium_core.collect.columns import Found, followed_columns, with_columns
from driftium_core.collect.file_delimited import delimited_rows
from driftium_core.collect.file_formats import json_objects
from driftium_core.collect.file_lines import OpenFile, as_text
from driftium_core.collect.file_taking import Lines, Row, Taken
from driftium_core.tabular.records import Records, object_records, row_records
from driftium_core.text.log_columns import NO_COLUMN
from driftium_core.text.logs import NO_OBJECT, read_responses

if TYPE_CHECKING:
    from driftium_core.collect.file_state import FileState
    from driftium_core.text.log import Log
    from driftium_core.text.log_columns import LogColumns

__all__ = ["take_records"]


def take_records(
    opened: OpenFile,
    state: FileState,
    *,
    told: LogColumns | None,
    source: str,
    prefix: str,
    max_rows: int,
    settled: bool,
    idle_s: float,
) -> Taken:
    """Read up to *max_rows* records; the state is left as it is.

    Parameters
    ----------
    source : str
        The source's name, for the responses.
    prefix : str
        What keys are made of together with the records' places.
    settled : bool
        Nothing was written since the last run, so that a last line without end may be taken.
    idle_s : float
        Seconds since the last change.

    Raises
    ------
    SourceError
        There is no column for the responses any more.
    """
    form = state.format
    assert form is not None  # found before
    taken = Taken(form, skipping=state.skipping)
    lines = Lines(opened, taken, state, settled=settled or opened.zipped)
    is_json = form.kind == "json"
    rows = _json_rows(lines, max_rows) if is_json else delimited_rows(lines, max_rows, told, idle_s=idle_s)
    taken.to_end = taken.to_end or opened.at_end
    if rows:
        _read(rows, taken, told, source=source, prefix=prefix, shown=opened.shown)
    return taken


def _json_rows(lines: Lines, max_rows: int) -> list[Row]:
    taken, codec = lines.taken, lines.taken.format.codec
    found: list[Row] = []
    while lines.has_room(len(found), max_rows):
        line = next(lines, None)
        if line is None:
            break
        if lines.passes_over(line):
            continue
        text = as_text(line.raw, codec)[0]
        if not line.ended and json_objects([text])[0] is None:
            taken.to_end = True
            break
        number = lines.number()
        lines.take(line)
        if text.strip():
            found.append(Row(line.offset, number, text))
    objects = json_objects([row.value for row in found])
    rows = []
    for row, value in zip(found, objects, strict=True):
        if value is None:
            taken.part.skip(row.line, NO_OBJECT)
        else:
            row.value = value
            rows.append(row)
    return rows


def _read(rows: list[Row], taken: Taken, told: LogColumns | None, *, source: str, prefix: str, shown: str) -> None:
    form = taken.format
    places = {row.offset: row.line for row in rows}
    records: Records
    if form.kind == "json":
        records = object_records(((row.offset, row.value) for row in rows), source)
    else:
        records = row_records(form.header, [(row.offset, row.value) for row in rows], source)
    columns = followed_columns(form.columns, told, records, log_name=shown)
    log = read_responses(
        replace(with_columns(records, columns), content_hash=prefix, notes=()), columns, may_hold_none=True
    )
    taken.part.take(log, places)
    taken.format = replace(form, columns=_kept(form.columns, log, id_was_told=bool(columns.id)))


def _kept(before: Found, log: Log, *, id_was_told: bool) -> Found:
    """The columns to read the next records by."""
    found = {role: name or before.get(role) for role, name in asdict(log.columns).items()}
    by_place = all((response.key or "").startswith("file:") for response in log.responses)
    if found["id"] and not id_was_told and by_place and len(log.responses) > 1:
        return {**found, "id": NO_COLUMN}  # ids that repeat do not say which record is which, here and later
    return {**found, "id": NO_COLUMN} if before.get("id") == NO_COLUMN else found
