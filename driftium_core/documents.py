"""Values as JSON and spreadsheets can hold them."""

from __future__ import annotations

import json
import math
import re

__all__ = ["json_safe", "json_text", "neutralise_formula"]

_PLAIN = {str, int, bool, type(None)}
_NUMBERS = {float}
_SURROGATE = re.compile("[\ud800-\udfff]")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def json_safe(value: object) -> object:
    """The value with tuples as lists, enums as text, and nan and infinities as None."""
    # Exact types first: a wide table's report holds millions of plain values.
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): json_safe(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        kinds = set(map(type, value))
        # One nan or infinity makes the sum one; finite numbers that overflow only take the slower way.
        if kinds <= _PLAIN or (kinds <= _NUMBERS and math.isfinite(sum(value))):
            return list(value)
        return [json_safe(item) for item in value]
    return str(value) if isinstance(value, str) else value  # a StrEnum becomes its text


def json_text(document: object, *, indent: int | None = 2) -> str:
    """The document as a file of JSON that UTF-8 can hold, whatever texts are in it; on one line without ``indent``."""
    text = json.dumps(document, ensure_ascii=False, indent=indent, allow_nan=False)
    # Half of a character, which UTF-8 cannot hold, stays what it is as an escape of JSON.
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def neutralise_formula(value: object) -> object:
    """Text that a spreadsheet would run, with an apostrophe before it; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
