"""How names of the user's data stand in a sentence: short, on one line, and unable to end their own quotation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from driftium_core.formats import fmt_n, fmt_name

__all__ = ["column_name", "column_names", "disarmed", "shown", "value_name"]

_CITATION = re.compile(r"\[(E\d+)\]")
_QUOTES = str.maketrans({"`": "'", "“": "'", "”": "'"})


def shown(name: object, *, limit: int = 40) -> str:
    """A name as sentences have it: no quotation mark of ours and nothing that reads like a citation is left in it.

    >>> shown("a`b [E1]")
    "a'b (E1)"
    """
    return _CITATION.sub(r"(\1)", fmt_name(name, limit=limit).translate(_QUOTES))


def column_name(name: object) -> str:
    """A column, in backticks."""
    return f"`{shown(name)}`"


def value_name(label: object) -> str:
    """A category, in double quotation marks."""
    return f"“{shown(label)}”"


def column_names(names: Sequence[object], *, limit: int = 3) -> str:
    """``"`a`, `b` and 3 more"``: the first columns by name, the others counted."""
    quoted = [column_name(name) for name in names]
    if len(quoted) > limit:
        return f"{', '.join(quoted[:limit])} and {fmt_n(len(quoted) - limit)} more"
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def disarmed(text: str, names: Iterable[object]) -> str:
    """A sentence of the report in which these names, as `fmt_name` wrote them, are replaced by what is `shown`.

    Where a quotation stays open all the same, all quotation marks become plain ones.
    """
    for name in names:
        written, safe = fmt_name(name), shown(name)
        if written == safe:
            continue
        for opening, closing in ("``", "“”"):
            text = text.replace(f"{opening}{written}{closing}", f"{opening}{safe}{closing}")
        if len(written) > 1:
            text = text.replace(written, safe)
    closed = text.count("`") % 2 == 0 and text.count("“") == text.count("”")
    return text if closed else text.translate(_QUOTES)
