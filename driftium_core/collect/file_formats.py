"""How the records of a file are written, told from its first lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from driftium_core.collect.columns import columns_in_use, first_columns
from driftium_core.collect.file_lines import OpenFile, as_text
from driftium_core.collect.file_state import FileFormat
from driftium_core.errors import SourceError, TableReadError
from driftium_core.formats import fmt_names

if TYPE_CHECKING:
    from driftium_core.tabular.formats.dialect import Dialect
    from driftium_core.tabular.records import Records
    from driftium_core.text.log_columns import LogColumns

__all__ = ["check_header", "csv_reader", "find_format", "first_columns_of", "header_change", "json_objects"]

SAMPLE_LINES = 200
SAMPLE_BYTES = 1 << 20
_MANY_LINES = 50
_JSON_NAMES = (".jsonl", ".ndjson", ".json")
_ARRAY = re.compile(r"\s*\[\s*(\{|$)")
_CSV_NAMES = (".csv", ".tsv", ".tab", ".psv")
_WHOLE = {b"PAR1": "a Parquet file", b"PARE": "a Parquet file", b"PK\x03\x04": "a zip file"}


@dataclass(frozen=True, slots=True)
class _Sample:
    texts: list[str]
    codec: str

    @property
    def text(self) -> str:
        """All lines."""
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in self.texts)


@dataclass(frozen=True, slots=True)
class Found:
    """A file's format, and its first record as written (of a delimited text with the header)."""

    format: FileFormat
    first_record: str


def find_format(opened: OpenFile, told: LogColumns | None, *, needs: Sequence[str], settled: bool) -> Found | None:
    """Format and columns of a file, from its first lines; None while there is no whole record in it.

    Parameters
    ----------
    needs : sequence of str
        Columns that the file before it had, and that were read.
    settled : bool
        Nothing is written to it any more, so that its last line is a record even without an end.

    Raises
    ------
    SourceError
        It is of a kind that cannot be followed, or its responses cannot be found; the sentence names the file.
    """
    sample = _first_lines(opened, settled=settled)
    if not sample.texts:
        return None
    shown, name = opened.shown, opened.name.lower().removesuffix(".gz")
    if _ARRAY.match(sample.texts[0]) and not name.endswith(_CSV_NAMES):
        raise SourceError(f"{shown} holds a JSON array, which cannot be followed as it grows. Write a line per object.")
    objects = [found for found in json_objects(sample.texts) if found is not None]
    if objects and not name.endswith(_CSV_NAMES):
        columns = _of_objects(objects, told, shown)
        return Found(FileFormat(kind="json", codec=sample.codec, columns=columns), sample.texts[0])
    if name.endswith(_JSON_NAMES):
        if len(sample.texts) >= _MANY_LINES:
            raise SourceError(f"{shown} holds no JSON object in a line. Write an object per line.")
        return Found(FileFormat(kind="json", codec=sample.codec), sample.texts[0])
    return _delimited(sample, told, needs, shown)


def _first_lines(opened: OpenFile, *, settled: bool) -> _Sample:
    texts: list[str] = []
    n_bytes = 0
    opened.hole()
    while (line := opened.next_line()) is not None:
        if not line.ended and not (settled or opened.zipped):
            break
        if not line.too_long:
            _refuse_whole_formats(line.raw[:4], opened.shown)
            text = as_text(line.raw, opened.codec)[0]
            texts += [text] if text.strip() else []
        n_bytes += len(line.raw)
        if len(texts) >= SAMPLE_LINES or n_bytes > SAMPLE_BYTES:
            break
    return _Sample(texts, opened.codec)


def _refuse_whole_formats(head: bytes, shown: str) -> None:
    if head in _WHOLE:
        raise SourceError(f"{shown} is {_WHOLE[head]}, which cannot be followed as it grows. Write JSON Lines or CSV.")


def json_objects(texts: Sequence[str]) -> list[dict[str, Any] | None]:
    """The object in each line, with numbers as they are written; None for a line that is none."""
    from driftium_core.tabular.formats.encoding import Utf8Text
    from driftium_core.tabular.formats.jsonlines import json_rows

    # A line that begins with a bracket would be taken for an array of all of them.
    lines = [text if text.lstrip()[:1] == "{" else "" for text in texts]
    data = "\n".join(line.replace("\n", " ") for line in ["", *lines]).encode("utf-8", "surrogatepass")
    found: list[dict[str, Any] | None] = [None] * len(texts)
    for number, row in json_rows(Utf8Text(memoryview(data), "UTF-8", 0), "", verbatim=True):
        found[number - 2] = row
    return found


def _of_objects(objects: list[dict[str, Any]], told: LogColumns | None, shown: str) -> dict[str, str | None]:
    return first_columns(_records_of(objects, shown).columns, told, log_name=shown)


def _records_of(objects: list[dict[str, Any]], shown: str) -> Records:
    from driftium_core.tabular.records import object_records

    return object_records(enumerate(objects, start=1), shown)


def first_columns_of(opened: OpenFile) -> list[str]:
    """The columns of a file's first records, for whoever is to choose among them; none where they cannot be told."""
    sample = _first_lines(opened, settled=True)
    objects = [found for found in json_objects(sample.texts) if found is not None]
    if objects:
        return list(_records_of(objects, opened.shown).columns)
    try:
        return header_names(_dialect(sample, opened.shown).header)
    except SourceError:
        return []


def _delimited(sample: _Sample, told: LogColumns | None, needs: Sequence[str], shown: str) -> Found | None:
    dialect = _dialect(sample, shown)
    if not sample.text.encode("utf-8", "surrogatepass")[dialect.body_start :].strip():
        return None
    header = list(dialect.header)
    check_header(header, needs, shown)
    columns = first_columns(header_names(header), told, log_name=shown)
    form = FileFormat(kind="delimited", codec=sample.codec, separator=dialect.separator, header=header, columns=columns)
    return Found(form, "".join(sample.texts[:2]))


def _dialect(sample: _Sample, shown: str) -> Dialect:
    from driftium_core.tabular.formats.dialect import find_dialect

    try:
        return find_dialect(memoryview(sample.text.encode("utf-8", "surrogatepass")), shown)
    except TableReadError as error:
        raise SourceError(str(error).replace("Nothing was loaded.", "").strip()) from None


def header_names(header: Sequence[str]) -> list[str]:
    """Distinct names of the columns."""
    from driftium_core.tabular.formats.headers import column_names

    return column_names(header)[0]


def check_header(header: Sequence[str], needs: Sequence[str], shown: str) -> None:
    """Raise `SourceError` when columns that were read are gone."""
    names = header_names(header)
    gone = [name for name in needs if name not in names]
    if gone:
        raise SourceError(
            f"{shown} has a new header without {fmt_names(gone)}, which was read before; it has {fmt_names(names)}. "
            "Bring the column back, or set up the source again."
        )


def header_change(fields: Sequence[str], form: FileFormat, told: LogColumns | None, shown: str) -> FileFormat | None:
    """The format from here on when a record is a new header; None for any other record.

    Raises
    ------
    SourceError
        Columns that were read are gone.
    """
    common = len(set(fields) & set(form.header))
    if common < 2 or 2 * common < len(form.header):
        return None
    check_header(fields, columns_in_use(form.columns), shown)
    columns = first_columns(header_names(fields), told, log_name=shown)
    return FileFormat(kind=form.kind, codec=form.codec, separator=form.separator, header=list(fields), columns=columns)


def csv_reader(lines: Any, form: FileFormat) -> Any:
    """Python's reader for a format."""
    return csv.reader(lines, delimiter=form.separator)
