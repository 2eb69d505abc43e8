"""Which character separates the fields, where the rows start, and where a malformed file goes wrong.

The standard library's ``csv.Sniffer`` guesses from character frequencies and fails on quoted text and decimal
commas. Here each candidate separator parses the first records; the one under which most records have as many
fields as the header wins.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from driftium_core.errors import TableReadError
from driftium_core.formats import fmt_count
from driftium_core.tabular.formats.wording import shown_name

__all__ = ["Dialect", "ends_inside_quotes", "find_dialect", "malformed"]

# The csv module refuses fields above 128 kB by default; long texts are legitimate here, and only the sample
# and the error path go through it.
csv.field_size_limit(min(sys.maxsize, 2**31 - 1))

SEPARATORS = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Pipe"}
NO_SEPARATOR = "\x1f"
"""Stands for "one column": a control character that text tables do not contain."""

_SAMPLE_BYTES = 256 * 1024
_MAX_SAMPLE_BYTES = 32 * 1024**2
_SAMPLE_RECORDS = 200
_EXCEL_HINT = re.compile(rb'"?sep=([,;\t|:~^])"?\r?\n', re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+\-−]?\d+(,\d+)?")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited text is to be split.

    Attributes
    ----------
    separator : str
        One character; ``NO_SEPARATOR`` for a single column.
    header : tuple of str
        The first record as written.
    body_start : int
        Byte offset of the first record after the header.
    sample : tuple of tuple of str
        The first records after the header, complete ones only.
    """

    separator: str
    header: tuple[str, ...]
    body_start: int
    sample: tuple[tuple[str, ...], ...]

    @property
    def shown(self) -> str:
        """``"Semicolon-separated"``, or ``"One column"``."""
        word = SEPARATORS.get(self.separator)
        if self.separator == NO_SEPARATOR:
            return "One column"
        return f"{word}-separated" if word else f"Separated by {self.separator!r}"


@dataclass(frozen=True, slots=True)
class _Record:
    """Fields of one record, the physical line it starts on (from 1), and the byte offset of its end."""

    fields: list[str]
    line: int
    end: int


def find_dialect(view: memoryview, name: str) -> Dialect:
    """Separator and header of a UTF-8 text.

    Raises
    ------
    TableReadError
        When the text is empty, or lines that do not belong to the table stand above the header.
    """
    start, fixed = _excel_hint(view)
    sample, complete = _sample(view[start:])
    if not sample.strip():
        raise TableReadError(f"{shown_name(name)} is empty; there is no table to load.")
    candidates = [fixed] if fixed else list(SEPARATORS)
    parsed = {separator: _first_records(sample, separator, complete) for separator in candidates}
    separator = fixed or max(candidates, key=lambda candidate: _score(parsed[candidate]))
    if not fixed and _score(parsed[separator])[0] <= 0:
        separator = NO_SEPARATOR
        parsed[separator] = _first_records(sample, separator, complete)
    records = parsed[separator]
    _refuse_preamble(records, name)
    return Dialect(
        separator,
        tuple(records[0].fields),
        start + records[0].end,
        tuple(tuple(record.fields) for record in records[1:]),
    )


def malformed(view: memoryview, dialect: Dialect, name: str) -> TableReadError:
    """The error that says which line of the text is at fault; the text is read again, slowly, to find it."""
    expected = len(dialect.header)
    last: list[str] = []
    last_line = 1
    for record, lines in _records(view, dialect.separator):
        if record.fields and len(record.fields) != expected:
            if _unclosed(lines, dialect.separator):
                return _unclosed_quote(name, record.line)
            return TableReadError(
                f"Line {record.line} of {shown_name(name)} has {fmt_count(len(record.fields), 'field')}, "
                f"{expected} expected. Nothing was loaded."
            )
        last, last_line = lines, record.line
    if _unclosed(last, dialect.separator):
        return _unclosed_quote(name, last_line)
    return TableReadError(
        f"{shown_name(name)} could not be split into {fmt_count(expected, 'column')}: its quotes are not balanced. "
        "Save it as CSV again. Nothing was loaded."
    )


def ends_inside_quotes(view: memoryview, dialect: Dialect) -> bool:
    """Whether the text's last record opens a quote that nothing closes."""
    last: list[str] = []
    for _record, lines in _records(view, dialect.separator):
        last = lines
    return _unclosed(last, dialect.separator)


def _excel_hint(view: memoryview) -> tuple[int, str | None]:
    """Excel writes ``sep=;`` as a first line; it is a setting, not a record."""
    match = _EXCEL_HINT.match(bytes(view[:16]))
    return (match.end(), match[1].decode("latin-1")) if match else (0, None)


def _sample(view: memoryview) -> tuple[bytes, bool]:
    """The text's beginning, at least a few lines of it, cut at a line end; and whether that is all."""
    size = _SAMPLE_BYTES
    while size < len(view):
        piece = bytes(view[:size])
        lines = piece.splitlines(keepends=True)
        if len(lines) > 4 or size >= _MAX_SAMPLE_BYTES:
            return b"".join(lines[:-1]) or piece, False
        size *= 4
    return bytes(view), True


def _records(view: memoryview | bytes, separator: str) -> Iterator[tuple[_Record, list[str]]]:
    """Records with the lines they were made of; blank lines are passed over."""
    taken: list[str] = []
    end = 0

    def lines() -> Iterator[str]:
        # newline="" splits at \n, \r\n and \r alone, and keeps them: byte offsets stay countable.
        for line in io.TextIOWrapper(io.BytesIO(view), encoding="utf-8", errors="replace", newline=""):
            taken.append(line)
            yield line

    reader = csv.reader(lines(), delimiter=separator)
    line = 1
    for fields in reader:
        end += sum(len(text.encode()) for text in taken)
        if fields:
            yield _Record(fields, line, end), list(taken)
        line += len(taken)
        taken.clear()


def _first_records(sample: bytes, separator: str, complete: bool) -> list[_Record]:
    records: list[_Record] = []
    for record, _lines in _records(sample, separator):
        records.append(record)
        if len(records) > _SAMPLE_RECORDS:
            return records
    # The sample may end inside a quoted field, so its last record is not to be trusted.
    return records if complete or len(records) < 3 else records[:-1]


def _score(records: list[_Record]) -> tuple[float, int]:
    """Share of records that agree with the header on more than one field, then the number of fields."""
    width = len(records[0].fields)
    rest = [len(record.fields) for record in records[1:]]
    if not rest:
        return (1.0 if width > 1 else 0.0), width
    usual, n_usual = Counter(rest).most_common(1)[0]
    agreeing = sum(count == width for count in rest) / len(rest)
    score = max(agreeing, 0.01) if width > 1 else 0.0
    if usual > 1 and usual != width and not _one_column_of_decimal_commas(records):
        score = max(score, 0.5 * n_usual / len(rest))
    return score, max(width, usual)


def _one_column_of_decimal_commas(records: list[_Record]) -> bool:
    return len(records[0].fields) == 1 and all(_DECIMAL_COMMA.fullmatch(",".join(r.fields)) for r in records[1:])


def _refuse_preamble(records: list[_Record], name: str) -> None:
    width = len(records[0].fields)
    rest = Counter(len(record.fields) for record in records[1:])
    if not rest or width in rest:
        return
    usual, n_usual = rest.most_common(1)[0]
    if usual > width and n_usual >= 2:
        raise TableReadError(
            f"Line {records[0].line} of {shown_name(name)} has {fmt_count(width, 'field')}, "
            f"but the lines below it have {usual}. "
            "If it is a title or a comment above the header, delete it. Nothing was loaded."
        )


def _unclosed(lines: list[str], separator: str) -> bool:
    """Whether a record's lines end while a quoted field is still open."""
    try:
        list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def _unclosed_quote(name: str, line: int) -> TableReadError:
    return TableReadError(
        f"A quoted field that starts on line {line} of {shown_name(name)} is never closed. Nothing was loaded."
    )
