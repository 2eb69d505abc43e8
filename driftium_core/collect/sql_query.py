"""Which queries may be run: one SELECT and nothing that writes."""

from __future__ import annotations

import re

from driftium_core.errors import InputError

__all__ = ["checked_query"]

_LITERALS = re.compile(
    r"""
    (?P<comment>--[^\n]*|/\*.*?\*/)
    | '(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*` | \[[^\]\n]*\] | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$
    """,
    re.VERBOSE | re.DOTALL,
)
_WRITES = re.compile(r"\b(insert|update|delete|drop|alter|create|into|grant|attach)\b", re.IGNORECASE)
_FIRST = re.compile(r"[\s(]*(\w+)")


def checked_query(query: str) -> str:
    """The query without a semicolon at its end.

    Raises
    ------
    InputError
        It is empty, several statements, or anything but a SELECT.
    """
    bare = _LITERALS.sub(lambda found: " " if found["comment"] else "''", query)
    if not bare.strip():
        raise InputError("The query is empty. Write a SELECT.")
    first = _FIRST.match(bare)
    word = first[1].upper() if first else ""
    if word not in ("SELECT", "WITH"):
        raise InputError(f"The query begins with {word or 'a sign'}; only a SELECT is run. Write a SELECT.")
    if bare.rstrip().rstrip("; \t\r\n").count(";"):
        raise InputError("The query has several statements; only one SELECT is run. Leave the others out.")
    writes = _WRITES.search(bare)
    if writes:
        raise InputError(
            f"The query holds {writes[1].upper()}, which is no reading. Write a plain SELECT; quote the word if it "
            "names a column."
        )
    return _without_end(query, bare)


def _without_end(query: str, bare: str) -> str:
    """The query up to the semicolon that ends it; what follows it can only be comments."""
    if ";" not in bare:
        return query.strip()
    ends = [found.start() for found in re.finditer(";", query)]
    inside = [found.span() for found in _LITERALS.finditer(query)]
    outer = next(end for end in ends if not any(start <= end < stop for start, stop in inside))
    return query[:outer].strip()
