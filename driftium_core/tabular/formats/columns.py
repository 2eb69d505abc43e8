"""From text to the type of each column: numbers in several notations, moments, or text.

A column becomes numeric only when *every* value present is a number, so that codes such as 007 stay what they
are. All decisions are per column and told in notes.

Missing values are the empty field and the spellings in ``MISSING``. Two more words depend on the column: ``NA``
is missing (R writes it) unless all other values are two-letter codes, where it is Namibia; ``None`` is missing
among numbers and moments and a category among words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from driftium_core.tabular.formats.notations import DOT_GROUPS, PLAIN, UNITS, CommaIsDecimal, Notation, notations

__all__ = ["MISSING", "WORDS_BY_COLUMN", "Assumption", "Converted", "convert", "moments"]

MISSING: tuple[str, ...] = (
    *("", "#N/A", "#N/A N/A", "#NA", "<NA>", "N/A", "n/a", "NULL", "null", "NaN", "nan", "-NaN", "-nan"),
    *("-1.#IND", "-1.#QNAN", "1.#IND", "1.#QNAN"),
)
"""pandas' spellings without ``NA`` and ``None``, which depend on the column."""

WORDS_BY_COLUMN = ("NA", "None")
_HEAD_VALUES = 1000
_EXACT_INTEGERS = 2**53
_ISO_MOMENT = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+\-]\d{2}:?\d{2})?)?"
_ISO_OFFSET = r".*:.*(?:Z|[+\-]\d{2}:?\d{2})"
_TWO_LETTER_CODE = re.compile(r"[A-Z]{2}")

Assumption = Literal["decimal comma", "thousands", "unit", "code", "mixed", "moment", "utc", "namibia", "large"]


@dataclass(frozen=True, slots=True)
class Converted:
    """A column's values as pandas holds them, and what was assumed.

    ``assumed`` pairs an assumption with an example from the column.
    """

    values: Any
    assumed: tuple[tuple[Assumption, str], ...] = ()
    numeric: bool = False


def convert(column: pa.ChunkedArray, *, decimal_comma: CommaIsDecimal) -> Converted:
    """Type of one column of text and its values in that type.

    Parameters
    ----------
    column : pyarrow.ChunkedArray of string
        Values of ``MISSING`` are null already.
    decimal_comma : {"unlikely", "likely", "proven"}
        What 1,234 means where the column alone does not tell: a thousand, or (likely) one and a bit. Where another
        column of the file proves decimal commas, 1.234 is a thousand, too.
    """
    if column.null_count == len(column):
        return Converted(np.full(len(column), np.nan))
    numbers = _plain_numbers(column)
    if numbers is not None and not (
        decimal_comma == "proven" and _all_match(column, DOT_GROUPS.pattern, DOT_GROUPS.proof)
    ):
        return Converted(numbers, numeric=True)
    present = _without(column, WORDS_BY_COLUMN)
    head = [text.strip() for text in _first_values(present)]
    return _numbers_in_notation(present, head, decimal_comma) or moments(present, head) or _text(column, head)


def _first_values(column: pa.ChunkedArray) -> list[str]:
    values: list[str] = column.slice(0, _HEAD_VALUES).drop_null().to_pylist()
    return values or column.drop_null().slice(0, _HEAD_VALUES).to_pylist()


def _plain_numbers(column: pa.ChunkedArray) -> np.ndarray | None:
    """int64 or float64 values, or None when a value is no plain number, is a code, or would lose digits."""
    try:
        # Arrow reads 0x1F as an integer; with the leading zeros it is caught below.
        integers = pc.cast(column, pa.int64())
    except pa.ArrowInvalid:
        return _plain_floats(column)
    if any(_has_leading_zero(chunk) for chunk in column.chunks):
        return None
    if integers.null_count:
        # Missing values need floats, and floats hold whole numbers exactly up to 2^53 only.
        extremes = pc.min_max(integers).as_py()
        if max(-extremes["min"], extremes["max"]) > _EXACT_INTEGERS:
            return None
    return _owned(integers)


def _plain_floats(column: pa.ChunkedArray) -> np.ndarray | None:
    try:
        floats = pc.cast(column, pa.float64())
    except pa.ArrowInvalid:
        return None
    if any(_has_leading_zero(chunk) for chunk in column.chunks):
        return None
    values = _owned(floats)
    digits = _first_values(column)[:1]
    if digits and digits[0].lstrip("+-").isdigit() and _all_match(column, r"[+\-]?\d+", ""):
        # Whole numbers that int64 could not hold: a float would drop their last digits.
        return None
    return values


def _owned(numbers: pa.ChunkedArray) -> np.ndarray:
    values: np.ndarray = numbers.to_numpy()
    return values if values.flags.writeable else values.copy()


def _has_leading_zero(chunk: pa.StringArray) -> bool:
    """Whether a value starts with 0 and another character that is not a decimal point or an exponent.

    Works on the bytes, as a regular expression over a million values takes ten times as long.
    """
    _validity, offset_buffer, data = chunk.buffers()
    if data is None or not len(chunk):
        return False
    offsets = np.frombuffer(offset_buffer, dtype=np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
    text = np.frombuffer(data, dtype=np.uint8)
    start, length = offsets[:-1], np.diff(offsets)
    long_enough = length > 1
    if not long_enough.any():
        return False
    start, length = start[long_enough], length[long_enough]
    first = text[start]
    signed = (first == ord("-")) | (first == ord("+"))
    if signed.any():
        start, length = start + signed, length - signed
        start = start[length > 1]
    after = text[start + 1]
    return bool(((text[start] == ord("0")) & (after != ord(".")) & (after != ord("e")) & (after != ord("E"))).any())


def _without(column: pa.ChunkedArray, words: tuple[str, ...]) -> pa.ChunkedArray:
    return pc.if_else(pc.is_in(column, value_set=pa.array(words)), pa.scalar(None, pa.string()), column)


def _all_match(column: pa.ChunkedArray, pattern: str, proof: str) -> bool:
    """Every value present matches *pattern* as a whole and at least one holds *proof*."""
    if not pc.all(pc.match_substring_regex(column, f"^(?:{pattern})$")).as_py():
        return False
    return not proof or bool(pc.any(pc.match_substring_regex(column, proof)).as_py())


def _numbers_in_notation(column: pa.ChunkedArray, head: list[str], decimal_comma: CommaIsDecimal) -> Converted | None:
    unit = next((unit for unit in UNITS if head and all(re.search(unit, text) for text in head)), None)
    bare = [re.sub(unit, "", text).strip() for text in head] if unit else head
    # The head decides cheaply what cannot be; only then is the whole column looked at.
    likely = [
        notation
        for notation in notations(decimal_comma)
        if bare and all(re.fullmatch(notation.pattern, text) for text in bare)
    ]
    stripped = _without_unit(column, unit) if likely else None
    for notation in likely if stripped is not None else ():
        if not _all_match(stripped, notation.pattern, notation.proof) or _looks_like_code(stripped, notation):
            continue
        example = next((text for text in bare if re.search(notation.proof, text)), bare[0])
        assumed: tuple[tuple[Assumption, str], ...] = ((notation.assumed, example),) if notation.assumed else ()
        return Converted(_parsed(stripped, notation), (*assumed, *((("unit", head[0]),) if unit else ())), numeric=True)
    return None


def _without_unit(column: pa.ChunkedArray, unit: str | None) -> pa.ChunkedArray | None:
    """Values without outer blanks and without the unit; None when a value lacks the unit."""
    column = pc.utf8_trim_whitespace(column)
    column = _without(column, ("",))
    if unit is None:
        return column
    if not pc.all(pc.match_substring_regex(column, unit)).as_py():
        return None
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(column, unit, ""))


def _looks_like_code(column: pa.ChunkedArray, notation: Notation) -> bool:
    """Digit groups that all have one shape, such as 555 123 456, are telephone or account numbers."""
    if notation is PLAIN:
        return bool(_all_match(column, r"[+\-]?\d{16,}", ""))
    if notation.remove != " " or len(column) < 2:
        return False
    lengths = pc.min_max(pc.utf8_length(column)).as_py()
    return bool(lengths["min"] == lengths["max"] >= len("555 123 456"))


def _parsed(column: pa.ChunkedArray, notation: Notation) -> np.ndarray:
    if notation.remove:
        column = pc.replace_substring(column, notation.remove, "")
    if notation.decimal != ".":
        column = pc.replace_substring(column, notation.decimal, ".")
    column = pc.replace_substring(column, "−", "-")
    column = pc.replace_substring_regex(column, r"^\+", "")
    try:
        integers = pc.cast(column, pa.int64())
    except pa.ArrowInvalid:
        return _owned(pc.cast(column, pa.float64()))
    return _owned(integers)


def moments(column: pa.ChunkedArray, head: list[str] | None = None) -> Converted | None:
    """ISO 8601 dates and moments; with offsets they are brought to UTC."""
    head = _first_values(column) if head is None else head
    if not head or not all(re.fullmatch(_ISO_MOMENT, text) for text in head):
        return None
    column = pc.utf8_trim_whitespace(column)
    if not _all_match(column, _ISO_MOMENT, ""):
        return None
    offsets = pc.match_substring_regex(column, f"^{_ISO_OFFSET}$")
    with_offset = bool(pc.any(offsets).as_py())
    if with_offset and not pc.all(offsets).as_py():
        return None
    try:
        values = pd.to_datetime(column.to_pandas(), format="ISO8601", utc=with_offset)
    except (ValueError, OverflowError):
        return None
    if with_offset:
        return Converted(values.dt.tz_localize(None), (("moment", head[0]), ("utc", head[0])))
    return Converted(values, (("moment", head[0]),))


def _text(column: pa.ChunkedArray, head: list[str]) -> Converted:
    assumed: tuple[tuple[Assumption, str], ...] = ()
    if pc.any(pc.equal(column, "NA")).as_py():
        if head and all(_TWO_LETTER_CODE.fullmatch(text) for text in head):
            assumed = (("namibia", "NA"),)
        else:
            column = _without(column, ("NA",))
    if column.null_count == len(column):
        return Converted(np.full(len(column), np.nan))
    return Converted(column.to_pandas(), (*assumed, *_why_not_numeric(column, head)))


def _why_not_numeric(column: pa.ChunkedArray, head: list[str]) -> tuple[tuple[Assumption, str], ...]:
    """An example that keeps a column of nearly all numbers from being numeric."""
    if sum(bool(re.fullmatch(r"[+\-]?\d+(\.\d+)?", text)) for text in head) < 0.9 * max(1, len(head)):
        return ()
    for pattern, assumption in ((r"^\s*[+\-−]?0[0-9xX]", "code"), (r"^[+\-]?\d{16,}$", "large")):
        hits = column.filter(pc.match_substring_regex(column, pattern))
        if len(hits):
            return ((assumption, hits[0].as_py()),)  # type: ignore[return-value]
    odd = column.filter(pc.invert(pc.match_substring_regex(column, f"^\\s*(?:{PLAIN.pattern})\\s*$"))).drop_null()
    return (("mixed", odd[0].as_py()),) if len(odd) else ()
