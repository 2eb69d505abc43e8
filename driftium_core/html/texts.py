"""Texts of users and models as an HTML file can hold and show them."""

from __future__ import annotations

from dataclasses import dataclass

from driftium_core.formats import fmt_excerpt

__all__ = ["Quote", "printable", "quote"]

_LINE_BREAKS = {"\r\n": "\n", "\r": "\n"}

_REPLACED = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"},  # ␀ to ␟: seen, not obeyed
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),  # half of a character; UTF-8 cannot hold it
    **dict.fromkeys((0xFFFE, 0xFFFF), 0xFFFD),
}


@dataclass(frozen=True, slots=True)
class Quote:
    """The beginning of a text, and how many characters follow it."""

    text: str
    n_more: int


def printable(text: str) -> str:
    """The text with a sign for each character that HTML or UTF-8 cannot hold; line breaks and tabs stay.

    Examples
    --------
    >>> printable("bell\\a, half of a character \\ud83d, line\\r\\nbreak").split("\\n")
    ['bell␇, half of a character �, line', 'break']
    """
    for found, wanted in _LINE_BREAKS.items():
        text = text.replace(found, wanted)
    return text.translate(_REPLACED)


def quote(text: str, limit: int = 700) -> Quote:
    """At most ``limit`` characters of a text, cut as `fmt_excerpt` does, with the rest counted."""
    text = text.strip()
    kept = text if len(text) <= limit else fmt_excerpt(text, limit=limit, lines=limit).removesuffix(" …")
    return Quote(kept, len(text) - len(kept))
