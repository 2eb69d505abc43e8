"""Texts of data and models in Markdown, with nothing in them that comes alive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from driftium_core.formats import whole

__all__ = ["WORD_JOINER", "shown", "table"]

WORD_JOINER = "\u2060"

_CODE = re.compile(r"`([^`]+)`")
"""How our sentences quote a name; nothing comes alive in code, so it may stay."""

_BLANK = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_SPECIAL = re.compile(r"([\\*_{}\[\]#~|!])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "&#96;", "$": "&#36;"}
_LIST_START = re.compile(r"^(\d*)(?=[-+.)](?:[ -]|$))")
_LINKED = re.compile(r"(?<=://)|(?<=www)(?=\.)|(?<=mailto:)|(?<=@)|(?<=#)(?=\d)|(?<=:)(?=[a-z0-9_+-]+:)", re.IGNORECASE)


def shown(text: str) -> str:
    """A text as one line of Markdown that shows it as it is, and does nothing else; `names` in it are code."""
    line = _BLANK.sub(" ", whole(text)).strip()
    found, end = [], 0
    for code in _CODE.finditer(line):
        found += [_dead(line[end : code.start()]), code[0]]
        end = code.end()
    return _LIST_START.sub(_escaped_start, "".join([*found, _dead(line[end:])]))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of texts as they are, a line per row."""
    lines = [headings, ["---"] * len(headings), *([_cell(text) for text in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    """A table is cut at its bars before code is looked for, so a bar in code is escaped, too."""
    return _CODE.sub(lambda code: code[0].replace("|", r"\|"), shown(text))


def _dead(text: str) -> str:
    """Text outside of code with no mark-up left in it.

    Angle brackets and the like become entities, which every renderer knows. Trackers look for addresses, mentions and
    numbers of issues after Markdown, where no backslash helps; a word joiner, which has no width, breaks these.
    """
    escaped = _SPECIAL.sub(r"\\\1", _LINKED.sub(WORD_JOINER, text))
    return "".join(_ENTITIES.get(sign, sign) for sign in escaped)


def _escaped_start(digits: re.Match[str]) -> str:
    """What would begin a list, such as ``-`` or ``3.``; the mark that makes it one follows."""
    return f"{digits[1]}\\"
