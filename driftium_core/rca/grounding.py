"""The gate between a model's words and the reader: a claim may be reworded, never changed.

A text passes only when it reads the same as the claim, token by token, after both were brought to one form by the
rewritings of `reading` and `vocabulary`. Whatever a model adds, drops, swaps or moves is a difference, also where
nobody thought of it: there is no list of what is forbidden, only one of what is granted. A refused text costs little,
as the rules' own words are good.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from driftium_core.formats import fmt_name
from driftium_core.rca.facts import Ledger
from driftium_core.rca.reading import Token, plain, quoted_names, read, tokens_of
from driftium_core.rca.report import Claim
from driftium_core.rca.vocabulary import KINDS_OF_WORDS, SAME_MEANING, SENSITIVE

__all__ = ["as_shown", "why_ungrounded"]

_WORDS_FIRST = SENSITIVE - {word for phrase in SAME_MEANING for word in phrase} | {"", "(empty text)"}
"""A category may be called “no”: without quotes it is read as the word, which must stay as it is just the same."""

_CITATION = re.compile(r"\s*[\[(]\s*(E\d+(?:\s*(?:,|;|and)?\s*E\d+)*)\s*[\])]")

_MARKUP = re.compile(r"[{}<>\[\]|\\]|\*\*|__|^#|\$\w|https?:|www\.|```|~~")

_ROLE = re.compile(r"^\W*(?:assistant|user|system|human|ai|answer|output|response|claim|sentence|line)\s*\d*\s*:", re.I)


def why_ungrounded(text: str, claim: Claim, ledger: Ledger) -> str:
    """Why a text may not stand for a claim, in a few words for the trace; empty when it may.

    Parameters
    ----------
    text : str
        A model's words for this claim. Ids of the claim's own evidence in brackets are allowed.
    claim : Claim
        By rules.
    ledger : Ledger
        Where the claim's facts are.

    Examples
    --------
    >>> from driftium_core.rca.facts import Fact, FactKind
    >>> fact = Fact(id="E1", kind=FactKind.COLUMN, subject="age", text="The median of `age` fell from 41 to 30.")
    >>> ledger = Ledger(kind="table", title="", status="drift", severity=None, facts=(fact,))
    >>> claim = Claim(text=fact.text, evidence_ids=("E1",))
    >>> why_ungrounded("The median of age decreased from 41 to 30.", claim, ledger)
    ''
    >>> why_ungrounded("The median of age decreased from 30 to 41.", claim, ledger)
    'puts numbers in another order'
    """
    known = {fact.id for fact in ledger.facts}
    if not claim.evidence_ids or not known.issuperset(claim.evidence_ids):
        return "has no evidence in the ledger"
    if text == claim.text:
        return ""
    if len(text) > 2 * len(claim.text) + 40:  # before any pattern reads it
        return "is much longer"
    uncited, cited = _without_citations(text, claim)
    if not cited.issubset(claim.evidence_ids):
        return "cites other evidence"
    return _not_prose(uncited, claim) or _another_meaning(uncited, claim, ledger)


def as_shown(text: str, claim: Claim, ledger: Ledger) -> str:
    """A text that passed the gate, with numbers and names written as the claim writes them."""
    if text == claim.text:
        return text
    tidy = re.sub(r" ([,.;])", r"\1", " ".join(_without_citations(text, claim)[0].split()))
    theirs, ours = _readings(tidy, claim, ledger)
    shown, end, own_end = "", 0, 0
    for word, own in sorted(zip(theirs, ours, strict=True), key=lambda pair: pair[0].start):
        if word.start < end:
            continue  # the second half of a contraction
        gap, own_gap = tidy[end : word.start], claim.text[own_end : own.start]
        shown += own_gap if own_end <= own.start and not gap.strip() and not own_gap.strip() else gap
        exact = own.kind in ("number", "name")
        shown += claim.text[own.start : own.end] if exact else tidy[word.start : word.end]
        end, own_end = word.end, own.end
    shown += tidy[end:]
    if claim.text[:1].isupper() and shown[:1].islower() and theirs[0].kind == "word":
        shown = shown[0].upper() + shown[1:]
    return shown if shown[-1:] in ".!?" or claim.text[-1:] != "." else f"{shown}."


def _without_citations(text: str, claim: Claim) -> tuple[str, set[str]]:
    """The text without ids in brackets, and those ids."""
    if _CITATION.search(claim.text):
        return text, set()
    cited = {fact_id for found in _CITATION.finditer(text) for fact_id in re.findall(r"E\d+", found[1])}
    return _CITATION.sub("", text), cited


def _not_prose(text: str, claim: Claim) -> str:
    """What makes a text no plain English sentence, unless the claim has the same."""
    if not text.strip():
        return "is empty"
    strange = {char for char in plain(text) if not " " <= char <= "~"} - set(plain(claim.text))
    if any(unicodedata.category(char)[0] in "CZ" for char in strange):
        return "has control characters"
    if any(char.isalpha() for char in strange):
        return "has letters of another script"
    if strange:
        return "has signs that are not prose"
    if any(found[0] not in claim.text for found in _MARKUP.finditer(text)):
        return "has markup or code"
    if _ROLE.search(text) and not _ROLE.search(claim.text):
        return "begins with a label"
    if "\n" in text.strip():
        return "has more than one line"
    return ""


def _another_meaning(text: str, claim: Claim, ledger: Ledger) -> str:
    """How two readings differ; empty when they are the same."""
    theirs, ours = _readings(" ".join(text.split()), claim, ledger)
    if [(token.kind, token.key) for token in theirs] == [(token.kind, token.key) for token in ours]:
        pairs = list(zip(theirs, ours, strict=True))
        more, fewer = any(t.led > o.led for t, o in pairs), any(t.led < o.led for t, o in pairs)
        return "moves an article" if more and fewer else ""
    for noun, words, own in _kinds(theirs, ours):
        if words != own:
            return _difference(noun, words, own)
    return _difference("word", [token.key for token in theirs], [token.key for token in ours])


def _readings(text: str, claim: Claim, ledger: Ledger) -> tuple[Sequence[Token], Sequence[Token]]:
    """The text and the claim, read with the same names and with the claim's strictness."""
    facts = ledger.cited(claim.evidence_ids)
    of_facts = [name for fact in facts for name in (fact.subject, *fact.names)]
    names = {*quoted_names(claim.text), *of_facts, *(fmt_name(name) for name in of_facts)} - _WORDS_FIRST
    strict = any(token.key in SENSITIVE for token in tokens_of(claim.text, names))
    return read(text, names=names, strict=strict), read(claim.text, names=names, strict=strict)


def _kinds(theirs: Sequence[Token], ours: Sequence[Token]) -> list[tuple[str, list[str], list[str]]]:
    """For each kind of token or word, those of the text and those of the claim in their order."""

    def keys(tokens: Sequence[Token], kind: str, words: frozenset[str] | None = None) -> list[str]:
        return [token.key for token in tokens if token.kind == kind and (words is None or token.key in words)]

    return [
        ("number", keys(theirs, "number"), keys(ours, "number")),
        ("name", keys(theirs, "name"), keys(ours, "name")),
        *((noun, keys(theirs, "word", words), keys(ours, "word", words)) for noun, words in KINDS_OF_WORDS),
    ]


def _difference(noun: str, theirs: Sequence[str], ours: Sequence[str]) -> str:
    more, fewer = Counter(theirs) - Counter(ours), Counter(ours) - Counter(theirs)
    article = "an" if noun[0] in "aeiou" else "a"
    if more and fewer:
        return f"changes {article} {noun}"
    if more:
        return f"adds {article} {noun}"
    if fewer:
        return f"leaves out {article} {noun}"
    return f"puts {'words' if ' ' in noun else noun + 's'} in another order"
