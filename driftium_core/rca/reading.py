"""A text as a sequence of tokens in which equal meaning, as far as it is granted, is an equal key.

Everything in a text becomes a token; nothing is skipped but white space and what `vocabulary` calls harmless. So two
texts with the same keys differ in nothing but what is listed there: spelling of numbers, quotes round a name, words
that may stand for each other, articles, how full sentences are joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile
from typing import Literal

from driftium_core.rca.vocabulary import (
    ARTICLES,
    CONNECTIVES,
    CONTRACTIONS,
    NOT_NOUNS,
    NUMBER_WORDS,
    SAME_MEANING,
    SENSITIVE,
    VERBS,
)

__all__ = ["Token", "plain", "quoted_names", "read", "tokens_of"]


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a text: ``key`` is what it is compared by, ``start`` and ``end`` where it stands.

    ``led`` says that an article stands before it which may be left out.
    """

    kind: Literal["word", "number", "name", "mark"]
    key: str
    start: int
    end: int
    led: bool = False


_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\t\n\r\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f", " "),
        **dict.fromkeys("−‐‑‒–—―", "-"),
        **dict.fromkeys("‘’ʼ", "'"),
        **dict.fromkeys("“”„", '"'),
    }
)

_QUOTED = r'`(?P<ticked>[^`]*)`|"(?P<quoted>[^"]*)"'

_NUMBER = (
    r"(?<![\w.])(?P<sign>(?<![^\s(\[])[+-])?"
    r"(?P<digits>[0-9]{1,3}(?:[ ,][0-9]{3})+(?![0-9])|[0-9]+)(?P<decimals>\.[0-9]+)?(?P<power>e[+-]?[0-9]+)?"
    r"(?:(?P<percent> ?%| percent\b| per cent\b)|(?!\w|[.:/,-]\w))"
)

_RAW = r"(?P<raw>\d\w*(?:[.:/,-]\w+)*)"  # dates, versions, 3b, 12-30: as they are

_WORD = r"(?P<word>\w+(?:['.:/_-]\w+)*)"

_LONGEST_PHRASE = max(map(len, SAME_MEANING))

_STOP = "."


def plain(text: str) -> str:
    """The text with one kind of space, dash and quote each; every character keeps its place."""
    return text.translate(_PLAIN)


def quoted_names(text: str) -> list[str]:
    """What stands in quotes or backticks."""
    return [found["ticked"] or found["quoted"] or "" for found in re.finditer(_QUOTED, plain(text))]


def read(text: str, *, names: Iterable[str] = (), strict: bool) -> tuple[Token, ...]:
    """The tokens that count, each by its meaning.

    Parameters
    ----------
    names : iterable of str
        Names in either text that is compared: they are read whole and exactly, in quotes or not.
    strict : bool
        Keep where sentences end: the claim has a word with a scope, such as *not* or *likely*.
    """
    folded = list(_folded(tokens_of(text, names)))
    return tuple(_actively(_joined(_opened(folded), strict=strict)))


def tokens_of(text: str, names: Iterable[str] = ()) -> list[Token]:
    """All tokens, a contraction as its two words."""
    tokens: list[Token] = []
    for found in _pattern(frozenset(plain(name) for name in names)).finditer(plain(text)):
        start, end = found.span()
        kind, key = _kind_and_key(found)
        words = CONTRACTIONS.get(key, (key,)) if kind == "word" else (key,)
        tokens += [Token(kind, word, start, end) for word in words]
    return tokens


@lru_cache(maxsize=64)
def _pattern(names: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted((name for name in names if name.strip()), key=lambda name: (-len(name), name))
    alternatives = "|".join(
        (r"(?<!\w)" if name[0].isalnum() else "") + re.escape(name) + (r"(?!\w)" if name[-1].isalnum() else "")
        for name in longest_first
    )
    named = rf"(?P<name>{alternatives})|" if alternatives else ""
    return re.compile(rf"{_QUOTED}|{named}{_NUMBER}|{_RAW}|{_WORD}|(?P<mark>\S)")


def _kind_and_key(found: re.Match[str]) -> tuple[Literal["word", "number", "name", "mark"], str]:
    groups = found.groupdict()
    for name in ("ticked", "quoted", "name"):
        if groups.get(name) is not None:
            return "name", " ".join(groups[name].split())
    if groups["digits"] is not None:
        digits = re.sub("[ ,]", "", groups["digits"])
        unit = "%" if groups["percent"] else ""
        return "number", f"{groups['sign'] or ''}{digits}{groups['decimals'] or ''}{groups['power'] or ''}{unit}"
    if groups["raw"] is not None:
        return "number", groups["raw"]
    if groups["mark"] is not None:
        return "mark", groups["mark"]
    word = groups["word"]
    if word.isascii() and (len(word) == 1 or word[1:].lower() == word[1:]):
        word = word.lower()  # other capitals make another word; other scripts are never folded
    return ("number", NUMBER_WORDS[word]) if word in NUMBER_WORDS else ("word", word)


def _folded(tokens: Sequence[Token]) -> Iterator[Token]:
    """Phrases as the first of their class, and articles that say nothing as a mark on what follows."""
    at, led = 0, False
    while at < len(tokens):
        length = _phrase_length(tokens, at)
        if length:
            phrase = tokens[at : at + length]
            same = SAME_MEANING[tuple(token.key for token in phrase)]
            yield Token("word", same, phrase[0].start, phrase[-1].end, led)
        elif not _idle_article(tokens, at):
            yield replace(tokens[at], led=led)
        led = not length and _idle_article(tokens, at)
        at += max(1, length)


def _phrase_length(tokens: Sequence[Token], at: int) -> int:
    for length in range(min(_LONGEST_PHRASE, len(tokens) - at), 0, -1):
        phrase = tokens[at : at + length]
        keys = tuple(token.key for token in phrase)
        if keys in SAME_MEANING and all(token.kind in ("word", "mark") for token in phrase):
            return length
    return 0


def _idle_article(tokens: Sequence[Token], at: int) -> bool:
    if tokens[at].kind != "word" or tokens[at].key not in ARTICLES:
        return False
    before, after = tokens[max(0, at - 1) : at], tokens[at + 1 : at + 2]
    if any(token.key in SENSITIVE for token in (*before, *after)):
        return False
    return bool(after) and after[0].kind != "mark" and (after[0].kind != "word" or after[0].key not in NOT_NOUNS)


def _opened(tokens: list[Token]) -> list[Token]:
    """Without connectives that open a sentence, and without the last full stop."""
    kept: list[Token] = []
    at = 0
    while at < len(tokens):
        opens = not kept or _ends_sentence(kept[-1])
        length = next((len(words) for words in CONNECTIVES if opens and _stand_at(words, tokens, at)), 0)
        if length and at + length + 1 < len(tokens):
            at += length + 1  # and the comma after them
            continue
        kept.append(tokens[at])
        at += 1
    return kept[:-1] if kept and _ends_sentence(kept[-1]) and kept[-1].key == _STOP else kept


def _ends_sentence(token: Token) -> bool:
    return token.kind == "mark" and token.key in (_STOP, ";")


def _stand_at(words: tuple[str, ...], tokens: Sequence[Token], at: int) -> bool:
    keys = tuple(token.key for token in tokens[at : at + len(words) + 1] if token.kind in ("word", "mark"))
    return keys == (*words, ",")


def _joined(tokens: list[Token], *, strict: bool) -> list[Token]:
    """Ends of sentences by one key; where no scope can change, ``, and`` joins sentences as a full stop does."""
    kept: list[Token] = []
    for at, token in enumerate(tokens):
        joins = token.kind == "word" and token.key in ("and", "while", "but") and not strict
        if _ends_sentence(token):
            kept.append(replace(token, key=_STOP))
        elif joins and kept and _ends_sentence(kept[-1]):
            continue  # “. And”
        elif joins and kept and kept[-1].key == "," and _stands_alone(kept[:-1], tokens[at + 1 :]):
            kept[-1] = replace(kept[-1], key=_STOP)
        else:
            kept.append(token)
    return kept


def _stands_alone(before: Sequence[Token], after: Sequence[Token]) -> bool:
    """Whether both sides of a join have a verb, and so are no mere members of a list."""
    return all(
        any(token.kind == "word" and token.key in VERBS for token in takewhile(lambda t: not _ends_sentence(t), side))
        for side in (reversed(before), after)
    )


def _actively(tokens: list[Token]) -> list[Token]:
    """``B is explained by A`` as ``A explains B``, where both sides are names and nothing else."""
    ends = [at for at, token in enumerate(tokens) if _ends_sentence(token)]
    parts = [tokens[start:end] for start, end in zip([0, *(at + 1 for at in ends)], [*ends, len(tokens)], strict=True)]
    active: list[Token] = []
    for number, part in enumerate(parts):
        active += _turned(part)
        if number < len(ends):
            active.append(tokens[ends[number]])
    return active


def _turned(part: list[Token]) -> list[Token]:
    at = next((at for at, token in enumerate(part) if token.kind == "word" and token.key == "explained by"), -1)
    if at < 2 or part[at - 1].key not in ("is", "are"):
        return part
    explained, explaining = part[: at - 1], part[at + 1 :]
    if not (_only_names(explained) and _only_names(explaining)):
        return part
    verb = Token("word", "explains", part[at - 1].start, part[at].end)
    return [*explaining, verb, *explained]


def _only_names(tokens: Sequence[Token]) -> bool:
    return bool(tokens) and all(
        token.kind == "name" or token.key in ("and", ",", "column", "columns") for token in tokens
    )
