"""Comma-, semicolon-, tab- and pipe-separated text to a frame.

Arrow's parser splits the text (in parallel, checking that every record has as many fields as the header) and keeps
every value as text; `columns` then decides each column's type on all of its values. Unlike pandas' own parser, that
notices lines with too few fields, reads floats exactly, and cannot turn a code into a number before all of the column
has been seen. `benchmarks/read_speed.py` shows what it costs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from driftium_core.errors import TableReadError
from driftium_core.formats import fmt_count
from driftium_core.tabular.formats.columns import MISSING, WORDS_BY_COLUMN, Converted, convert
from driftium_core.tabular.formats.dialect import Dialect, ends_inside_quotes, find_dialect, malformed
from driftium_core.tabular.formats.encoding import Utf8Text
from driftium_core.tabular.formats.headers import column_names
from driftium_core.tabular.formats.lending import lent
from driftium_core.tabular.formats.notations import CommaIsDecimal, uses_decimal_comma
from driftium_core.tabular.formats.notes import type_notes
from driftium_core.tabular.formats.wording import listed, shown_name

__all__ = ["read_delimited", "split_delimited"]

_BLOCK_BYTES = 4 << 20
_MAX_BLOCK_BYTES = 2**31 - 1
_ROWS_WORTH_THREADS = 5_000
_TAIL_BYTES = 1 << 16
_LOOKS_LIKE_DATA = re.compile(r"[+\-]?\d+([.,]\d+)?|\d{4}-\d{2}-\d{2}.*")


def read_delimited(
    text: Utf8Text, name: str, *, before_typing: Callable[[], None] | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """Frame and notes of a delimited text.

    ``before_typing`` is called between parsing and typing; what it raises ends the reading.

    Raises
    ------
    TableReadError
        For text without rows, and for text in which a line has more or fewer fields than the header (the
        message names the line) or a quote is not closed.
    """
    dialect, columns = split_delimited(text, name)
    if before_typing:
        before_typing()
    converted = _typed(columns, dialect)
    dropped = _drop_empty_tail(dialect.header, converted)
    header = dialect.header[: len(converted)]
    names, header_notes = column_names(header)
    frame = pd.DataFrame(dict(zip(names, (column.values for column in converted), strict=True)), copy=False)
    notes = [f"{dialect.shown}, {text.encoding}.", *_header_note(header, names, converted)]
    return frame, [*notes, *dropped, *header_notes, *type_notes(names, converted)]


def split_delimited(
    text: Utf8Text, name: str, *, missing: Sequence[str] = MISSING
) -> tuple[Dialect, list[pa.ChunkedArray]]:
    """Dialect, and all columns as text; values spelled as in *missing* are null, without any nothing is.

    Raises
    ------
    TableReadError
        As `read_delimited`.
    """
    view = _without_blank_end(text.view)
    if len(text.view) and not len(view):
        raise TableReadError(f"{shown_name(name)} holds only blank lines; there is no table to load.")
    dialect = find_dialect(view, name)
    body = view[dialect.body_start :]
    if not bytes(body[:4096]).strip() and not bytes(body).strip():
        raise TableReadError(
            f"{shown_name(name)} has a header with {fmt_count(len(dialect.header), 'column')} but no rows. "
            "Nothing was loaded."
        )
    try:
        columns = _split(body, dialect, missing, has_quotes=text.n_quotes > 0)
    except pa.ArrowInvalid:
        raise malformed(view, dialect, name) from None
    # Arrow takes all text after an unclosed quote as one value; only the slow scan can be sure that it did.
    if text.n_quotes % 2 and _may_end_open(columns, body) and ends_inside_quotes(view, dialect):
        raise malformed(view, dialect, name)
    return dialect, columns


def _without_blank_end(view: memoryview) -> memoryview:
    """Blank last lines are no records; a last line of tabs is one."""
    while True:
        tail = bytes(view[-4096:])
        kept = tail.rstrip(b"\r\n\x1a")
        blanks = kept.rstrip(b" ")
        if len(blanks) < len(kept) and (not blanks or blanks[-1:] in b"\r\n"):
            kept = blanks
        if len(kept) == len(tail):
            return view
        view = view[: len(view) - len(tail) + len(kept)]


def _split(body: memoryview, dialect: Dialect, missing: Sequence[str], *, has_quotes: bool) -> list[pa.ChunkedArray]:
    keys = [str(position) for position in range(len(dialect.header))]
    convert_options = pacsv.ConvertOptions(
        check_utf8=False,
        column_types=dict.fromkeys(keys, pa.string()),
        null_values=list(missing),
        strings_can_be_null=bool(missing),
    )
    # Quoted line ends cost parallelism when the text is cut into blocks, so they are only looked for when possible.
    parse_options = pacsv.ParseOptions(delimiter=dialect.separator, newlines_in_values=has_quotes)
    block = _BLOCK_BYTES
    while True:
        read_options = pacsv.ReadOptions(column_names=keys, block_size=block)
        try:
            with lent(body) as loan:
                table = pacsv.read_csv(
                    pa.BufferReader(pa.py_buffer(loan)),
                    read_options=read_options,
                    parse_options=parse_options,
                    convert_options=convert_options,
                )
        except pa.ArrowInvalid as error:
            if "straddling" not in str(error) or block >= min(len(body), _MAX_BLOCK_BYTES):
                raise
            block = min(block * 16, _MAX_BLOCK_BYTES)
        else:
            return list(table.columns)


def _may_end_open(columns: list[pa.ChunkedArray], body: memoryview) -> bool:
    """Whether the last value has several lines, or the last line an odd number of quotes or no end in sight."""
    last_value = columns[-1][-1].as_py() or ""
    last_line = bytes(body[-_TAIL_BYTES:]).splitlines()[-1]
    return "\n" in last_value or "\r" in last_value or last_line.count(b'"') % 2 == 1 or len(last_line) == _TAIL_BYTES


def _typed(columns: list[pa.ChunkedArray], dialect: Dialect) -> list[Converted]:
    missing = (*MISSING, *WORDS_BY_COLUMN)
    proven = any(
        uses_decimal_comma([record[position] for record in dialect.sample if position < len(record)], missing=missing)
        for position in range(len(columns))
    )
    # Semicolons are what programs write where the comma is taken by the decimals.
    decimal_comma: CommaIsDecimal = "proven" if proven else "likely" if dialect.separator == ";" else "unlikely"
    task = partial(convert, decimal_comma=decimal_comma)
    if not columns or len(columns[0]) < _ROWS_WORTH_THREADS:
        return [task(column) for column in columns]
    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        return list(pool.map(task, _popped(columns)))


def _popped(columns: list[pa.ChunkedArray]) -> Iterator[pa.ChunkedArray]:
    """Give the only reference away, so that the text of a column is freed once it is converted."""
    while columns:
        yield columns.pop(0)


def _drop_empty_tail(header: Sequence[str], columns: list[Converted]) -> list[str]:
    """Drop last columns without name and values: the traces of a separator at the end of each line."""
    dropped = 0
    while len(columns) > 1 and not header[len(columns) - 1].strip() and bool(pd.isna(columns[-1].values).all()):
        columns.pop()
        dropped += 1
    if not dropped:
        return []
    was = "was" if dropped == 1 else "were"
    return [f"{fmt_count(dropped, 'last column')} without header and values {was} left out."]


def _header_note(header: Sequence[str], names: list[str], columns: list[Converted]) -> list[str]:
    """Say so when the first line may be data: every column of numbers has a number as its name."""
    numeric = [(field, name) for field, name, column in zip(header, names, columns, strict=True) if column.numeric]
    if not numeric or not all(_LOOKS_LIKE_DATA.fullmatch(field.strip()) for field, _ in numeric):
        return []
    return [f"The first line was taken as the header, but it looks like data: {listed([n for _, n in numeric])}."]
