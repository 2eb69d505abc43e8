"""A message as text: cut to the limits of a service, on one line where a line is meant."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from driftium_core.formats import fmt_moment, whole
from driftium_core.notify.message import Message

__all__ = ["Fact", "cut", "facts", "line", "text_of"]

_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
"""Those that may be drawn together; the narrow ones that hold numbers and units together stay."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and what stands beside it."""

    name: str
    value: str


def line(text: str, limit: int) -> str:
    """One line of plain text; control characters, line breaks and marks that turn the direction become spaces."""
    plain = "".join(" " if _is_control(sign) else sign for sign in whole(text)[: 4 * limit])
    return cut(_BLANKS.sub(" ", plain).strip(), limit)


def cut(text: str, limit: int) -> str:
    """A text of at most so many characters, with an ellipsis where something is left out."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _is_control(sign: str) -> bool:
    """Control and format characters; a joiner is part of emoji and of some scripts."""
    return unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") and sign not in "\u200c\u200d"


def facts(message: Message) -> tuple[Fact, ...]:
    """What a message is about, for the small print."""
    when = {"reminder": "Reminded", "test": "Sent"}.get(message.event, "Checked")
    pairs = (
        ("Project", message.project),
        ("Monitor", message.monitor.replace("table:", "table ", 1)),
        ("Rule", message.rule),
        (when, fmt_moment(message.at)),
    )
    return tuple(Fact(name, line(value, 120)) for name, value in pairs if value)


def text_of(message: Message, limit: int = 6000) -> str:
    """The body as plain text; where it is too long, the evidence goes first, then the action."""
    head = [line(message.verdict, 1200), line(message.effect, 600)]
    evidence = [f"• {line(item, 500)}" for item in message.evidence]
    action = [f"First: {line(message.action, 500)}"] if message.action else []
    small = ["\n".join(f"{fact.name}: {fact.value}" for fact in facts(message))]
    link = [message.link] if message.link else []
    for parts in (
        [*head, "\n".join(evidence), *action, *link, *small],
        [*head, *action, *link],
        [*head[:1], *link],
    ):
        text = "\n\n".join(part for part in parts if part)
        if len(text) <= limit:
            return text
    room = limit - sum(len(part) + 2 for part in link)
    if room < 40:
        return cut(head[0], limit)
    return "\n\n".join([cut(head[0], room), *link])
