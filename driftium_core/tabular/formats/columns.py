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

__all__ = ["MISSING", "Assumption", "CommaIsDecimal", "Converted", "convert", "uses_decimal_comma"]

MISSING: tuple[str, ...] = (
    *("", "#N/A", "#N/A N/A", "#NA", "<NA>", "N/A", "n/a", "NULL", "null", "NaN", "nan", "-NaN", "-nan"),
    *("-1.#IND", "-1.#QNAN", "1.#IND", "1.#QNAN"),
)
"""pandas' spellings without ``NA`` and ``None``, which depend on the column."""

_WORDS_BY_COLUMN = ("NA", "None")
_HEAD_VALUES = 1000
_EXACT_INTEGERS = 2**53
_INT = r"(?:0|[1-9]\d*)"
_SIGN = r"[+\-−]?"
_FIRST = r"[1-9]\d{0,2}"
_PLAIN = rf"{_SIGN}(?:(?:{_INT}(?:\.\d*)?|\.\d+)(?:[eE][+\-]?\d+)?|(?i:inf(?:inity)?))"
_ISO_MOMENT = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+\-]\d{2}:?\d{2})?)?"
_ISO_OFFSET = r".*:.*(?:Z|[+\-]\d{2}:?\d{2})"
_TWO_LETTER_CODE = re.compile(r"[A-Z]{2}")

CommaIsDecimal = Literal["unlikely", "likely", "proven"]
Assumption = Literal["decimal comma", "thousands", "unit", "code", "mixed", "moment", "utc", "namibia", "large"]


@dataclass(frozen=True, slots=True)
class Converted:
    """A column's values as pandas holds them, and what was assumed.

    ``assumed`` pairs an assumption with an example from the column.
    """

    values: Any
    assumed: tuple[tuple[Assumption, str], ...] = ()
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class _Notation:
    """A way to write numbers: what every value matches, what one of them must contain, what to take out."""

    pattern: str
    proof: str
    remove: str = ""
    decimal: str = "."
    assumed: Assumption | None = None


_PLAIN_NOTATION = _Notation(_PLAIN, "")
_COMMA_GROUPS = _Notation(rf"{_SIGN}(?:0|{_FIRST}(?:,\d{{3}})*)(?:\.\d+)?", r",\d{3}", remove=",", assumed="thousands")
_DECIMAL_COMMA = _Notation(
    rf"{_SIGN}(?:(?:{_INT}(?:,\d*)?|,\d+)(?:[eE][+\-]?\d+)?|(?i:inf(?:inity)?))",
    ",",
    decimal=",",
    assumed="decimal comma",
)
_DOT_GROUPS = _Notation(
    rf"{_SIGN}(?:0|{_FIRST}(?:\.\d{{3}})*)(?:,\d+)?", r"\.\d{3}", remove=".", decimal=",", assumed="thousands"
)
_OTHER_GROUPS = tuple(
    _Notation(
        rf"{_SIGN}(?:0|{_FIRST}(?:{gap}\d{{3}})*)(?:{re.escape(decimal)}\d+)?",
        rf"{gap}\d{{3}}",
        remove=gap,
        decimal=decimal,
        assumed="thousands",
    )
    for gap in (" ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "\N{THIN SPACE}", "'", "’")
    for decimal in (".", ",")
)
_UNITS = (r"\s?%$", *(rf"^{symbol}\s?" for symbol in (r"\$", "€", "£", "¥")), *(rf"\s?{s}$" for s in ("€", "£", "¥")))


def uses_decimal_comma(values: list[str]) -> bool:
    """Whether a column's first values can only be numbers with a decimal comma (1,5 but not 1,234)."""
    present = [value.strip() for value in values if value.strip() not in (*MISSING, *_WORDS_BY_COLUMN)]
    numbers = rf"{_SIGN}(?:{_FIRST}(?:\.\d{{3}})+|{_INT})(?:,\d+)?"
    return (
        bool(present)
        and all(re.fullmatch(numbers, value) for value in present)
        and any(re.search(r",(?:\d{1,2}|\d{4,})$|\.\d{3},|^[+\-−]?0,", value) for value in present)
    )


def convert(column: pa.ChunkedArray, *, decimal_comma: CommaIsDecimal) -> Converted:
    """Type of one column of text and its values in that type.

    Parameters
    ----------
    column : pyarrow.ChunkedArray of string
        Values of ``MISSING`` are null already.
    decimal_comma : bool
        Another column of the file proves decimal commas, which settles what 1,234 and 1.234 mean.
    """
    if column.null_count == len(column):
        return Converted(np.full(len(column), np.nan))
    numbers = _plain_numbers(column)
    if numbers is not None and not (
        decimal_comma == "proven" and _all_match(column, _DOT_GROUPS.pattern, _DOT_GROUPS.proof)
    ):
        return Converted(numbers, numeric=True)
    present = _without(column, _WORDS_BY_COLUMN)
    head = [text.strip() for text in _first_values(present)]
    return _numbers_in_notation(present, head, decimal_comma) or _moments(present, head) or _text(column, head)


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
    unit = next((unit for unit in _UNITS if head and all(re.search(unit, text) for text in head)), None)
    bare = [re.sub(unit, "", text).strip() for text in head] if unit else head
    # The head decides cheaply what cannot be; only then is the whole column looked at.
    likely = [
        notation
        for notation in _notations(decimal_comma)
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


def _notations(decimal_comma: CommaIsDecimal) -> tuple[_Notation, ...]:
    """The first that fits wins; what a single comma or dot means depends on the rest of the file."""
    if decimal_comma == "proven":
        return (_DOT_GROUPS, _PLAIN_NOTATION, _DECIMAL_COMMA, _COMMA_GROUPS, *_OTHER_GROUPS)
    if decimal_comma == "likely":
        return (_PLAIN_NOTATION, _DECIMAL_COMMA, _DOT_GROUPS, _COMMA_GROUPS, *_OTHER_GROUPS)
    return (_PLAIN_NOTATION, _COMMA_GROUPS, _DECIMAL_COMMA, _DOT_GROUPS, *_OTHER_GROUPS)


def _without_unit(column: pa.ChunkedArray, unit: str | None) -> pa.ChunkedArray | None:
    """Values without outer blanks and without the unit; None when a value lacks the unit."""
    column = pc.utf8_trim_whitespace(column)
    column = _without(column, ("",))
    if unit is None:
        return column
    if not pc.all(pc.match_substring_regex(column, unit)).as_py():
        return None
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(column, unit, ""))


def _looks_like_code(column: pa.ChunkedArray, notation: _Notation) -> bool:
    """Digit groups that all have one shape, such as 555 123 456, are telephone or account numbers."""
    if notation is _PLAIN_NOTATION:
        return bool(_all_match(column, r"[+\-]?\d{16,}", ""))
    if notation.remove != " " or len(column) < 2:
        return False
    lengths = pc.min_max(pc.utf8_length(column)).as_py()
    return bool(lengths["min"] == lengths["max"] >= len("555 123 456"))


def _parsed(column: pa.ChunkedArray, notation: _Notation) -> np.ndarray:
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


def _moments(column: pa.ChunkedArray, head: list[str]) -> Converted | None:
    """ISO 8601 dates and moments; with offsets they are brought to UTC."""
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
        moments = pd.to_datetime(column.to_pandas(), format="ISO8601", utc=with_offset)
    except (ValueError, OverflowError):
        return None
    if with_offset:
        return Converted(moments.dt.tz_localize(None), (("moment", head[0]), ("utc", head[0])))
    return Converted(moments, (("moment", head[0]),))


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
    odd = column.filter(pc.invert(pc.match_substring_regex(column, f"^\\s*(?:{_PLAIN})\\s*$"))).drop_null()
    return (("mixed", odd[0].as_py()),) if len(odd) else ()
