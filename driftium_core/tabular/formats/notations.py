"""The ways in which numbers are written, and which of them a comma or a dot can mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["DOT_GROUPS", "PLAIN", "UNITS", "CommaIsDecimal", "Notation", "notations", "uses_decimal_comma"]

CommaIsDecimal = Literal["unlikely", "likely", "proven"]

_INT = r"(?:0|[1-9]\d*)"
_SIGN = r"[+\-−]?"
_FIRST = r"[1-9]\d{0,2}"
_PLAIN = rf"{_SIGN}(?:(?:{_INT}(?:\.\d*)?|\.\d+)(?:[eE][+\-]?\d+)?|(?i:inf(?:inity)?))"


@dataclass(frozen=True, slots=True)
class Notation:
    """A way to write numbers: what every value matches, what one of them must contain, what to take out."""

    pattern: str
    proof: str
    remove: str = ""
    decimal: str = "."
    assumed: Literal["decimal comma", "thousands"] | None = None


PLAIN = Notation(_PLAIN, "")
_COMMA_GROUPS = Notation(rf"{_SIGN}(?:0|{_FIRST}(?:,\d{{3}})*)(?:\.\d+)?", r",\d{3}", remove=",", assumed="thousands")
_DECIMAL_COMMA = Notation(
    rf"{_SIGN}(?:(?:{_INT}(?:,\d*)?|,\d+)(?:[eE][+\-]?\d+)?|(?i:inf(?:inity)?))",
    ",",
    decimal=",",
    assumed="decimal comma",
)
DOT_GROUPS = Notation(
    rf"{_SIGN}(?:0|{_FIRST}(?:\.\d{{3}})*)(?:,\d+)?", r"\.\d{3}", remove=".", decimal=",", assumed="thousands"
)
_OTHER_GROUPS = tuple(
    Notation(
        rf"{_SIGN}(?:0|{_FIRST}(?:{gap}\d{{3}})*)(?:{re.escape(decimal)}\d+)?",
        rf"{gap}\d{{3}}",
        remove=gap,
        decimal=decimal,
        assumed="thousands",
    )
    for gap in (" ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "\N{THIN SPACE}", "'", "’")
    for decimal in (".", ",")
)
UNITS = (r"\s?%$", *(rf"^{symbol}\s?" for symbol in (r"\$", "€", "£", "¥")), *(rf"\s?{s}$" for s in ("€", "£", "¥")))


def uses_decimal_comma(values: Sequence[str], *, missing: Sequence[str]) -> bool:
    """Whether a column's first values can only be numbers with a decimal comma (1,5 but not 1,234)."""
    present = [value.strip() for value in values if value.strip() not in missing]
    numbers = rf"{_SIGN}(?:{_FIRST}(?:\.\d{{3}})+|{_INT})(?:,\d+)?"
    return (
        bool(present)
        and all(re.fullmatch(numbers, value) for value in present)
        and any(re.search(r",(?:\d{1,2}|\d{4,})$|\.\d{3},|^[+\-−]?0,", value) for value in present)
    )


def notations(decimal_comma: CommaIsDecimal) -> tuple[Notation, ...]:
    """The first that fits wins; what a single comma or dot means depends on the rest of the file."""
    if decimal_comma == "proven":
        return (DOT_GROUPS, PLAIN, _DECIMAL_COMMA, _COMMA_GROUPS, *_OTHER_GROUPS)
    if decimal_comma == "likely":
        return (PLAIN, _DECIMAL_COMMA, DOT_GROUPS, _COMMA_GROUPS, *_OTHER_GROUPS)
    return (PLAIN, _COMMA_GROUPS, _DECIMAL_COMMA, DOT_GROUPS, *_OTHER_GROUPS)
