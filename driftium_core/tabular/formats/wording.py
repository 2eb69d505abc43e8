"""How files, columns and sizes are named in the sentences of the readers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from driftium_core.formats import fmt_count

__all__ = ["listed", "one_line", "quoted", "shown_name", "shown_size"]

NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
MEGABYTE = 1024**2


def one_line(text: str, limit: int) -> str:
    """*text* without control characters, its middle left out when it is longer than *limit*."""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+", " ", text).strip()
    if len(text) <= limit:
        return text
    tail = limit // 3
    return f"{text[: limit - tail - 1]}…{text[-tail:]}"


def shown_name(name: str) -> str:
    """The last part of a file's path, on one line and at most 60 characters long."""
    return one_line(re.split(r"[\\/]", name)[-1], 60) or "The file"


def quoted(column: str) -> str:
    """A column or value in backquotes, on one line and at most 40 characters long."""
    return f"`{one_line(column, 40)}`"


def listed(names: Sequence[str], *, noun: str = "more column", limit: int = 5) -> str:
    """Names in backquotes, the ones beyond *limit* counted as *noun*."""
    shown = ", ".join(quoted(name) for name in names[:limit])
    more = len(names) - limit
    return f"{shown} and {fmt_count(more, noun)}" if more > 0 else shown


def shown_size(n_bytes: int) -> str:
    """``"3 kB"``, ``"1.5 MB"``, ``"303 MB"``; units of 1024 as everywhere in upload limits."""
    megabytes = n_bytes / MEGABYTE
    if megabytes < 1:
        return f"{max(1, round(n_bytes / 1024))} kB"
    return f"{megabytes:.1f} MB".replace(".0 MB", " MB") if megabytes < 10 else f"{megabytes:.0f} MB"
