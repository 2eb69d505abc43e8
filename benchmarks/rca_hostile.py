"""Models that try to get a false sentence past the gate, each in one way, as near to the true one as can be."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["BREAKS", "HARMLESS", "Break", "Broken", "Honest", "statements"]

Break = Callable[[str, Sequence[str], random.Random], str]
"""A statement, all statements of the prompt and chance → a text that says something else, or the statement unchanged
where this cannot be done to it."""

_STATEMENT = re.compile(r"^(\d+): (.+)$", re.M)
_NUMBER = re.compile(r"(?<![\w.])[−-]?\d+(?: \d{3})*(?:\.\d+)?")
_NAME = re.compile(r"`[^`]+`|“[^”]+”")
_WORD = re.compile(r"[A-Za-z]{2,}")


def statements(prompt: str) -> dict[int, str]:
    """The numbered statements of a prompt."""
    return {int(number): text for number, text in _STATEMENT.findall(prompt.rpartition("Statements:\n")[2])}


@dataclass
class Broken:
    """Answers every statement with a broken one; none of its sentences may be shown."""

    change: Break
    seed: int = 0
    model: str = "hostile"
    n_said: int = 0

    def write(self, prompt: str, *, system: str, timeout_s: float, stopped: Callable[[], bool]) -> str:
        """One line for each statement that could be broken."""
        del system, timeout_s, stopped
        rng = random.Random(f"{self.seed} {prompt}")
        asked = statements(prompt)
        changed = {number: self.change(text, list(asked.values()), rng) for number, text in asked.items()}
        said = {number: text for number, text in changed.items() if text != asked[number]}
        self.n_said += len(said)
        return "\n".join(f"{number}: {text}" for number, text in said.items())


@dataclass
class Honest:
    """Rewords every statement without changing what it says."""

    change: Callable[[str], str]
    model: str = "honest"

    def write(self, prompt: str, *, system: str, timeout_s: float, stopped: Callable[[], bool]) -> str:
        """One line for each statement."""
        del system, timeout_s, stopped
        return "\n".join(f"{number}: {self.change(text)}" for number, text in statements(prompt).items())


def _swap_first_two(pattern: re.Pattern[str], text: str) -> str:
    found = list(pattern.finditer(text))
    for one in found:
        for two in found:
            if one.end() <= two.start() and one[0] != two[0]:
                return text[: one.start()] + two[0] + text[one.end() : two.start()] + one[0] + text[two.end() :]
    return text


def _exchange(*pairs: tuple[str, str]) -> Break:
    """Every word of a pair by its partner."""
    partner = {a: b for pair in pairs for a, b in (pair, pair[::-1])}
    partner |= {a.capitalize(): b.capitalize() for a, b in partner.items()}
    pattern = re.compile(r"\b(" + "|".join(sorted(partner, key=len, reverse=True)) + r")\b")
    return lambda text, _others, _rng: pattern.sub(lambda found: partner[found[0]], text)


def _substitute(pattern: str, by: str, *, count: int = 1) -> Break:
    compiled = re.compile(pattern)
    return lambda text, _others, _rng: compiled.sub(by, text, count=count)


def _ended_by(end: str) -> Break:
    return lambda text, _others, _rng: f"{text.rstrip('.')}{end}"


def _begun_by(start: str) -> Break:
    return lambda text, _others, _rng: f"{start}{text}"


def _other_statement(text: str, others: Sequence[str], rng: random.Random) -> str:
    different = [other for other in others if other != text]
    return rng.choice(different) if different else text


def _both(text: str, others: Sequence[str], rng: random.Random) -> str:
    other = _other_statement(text, others, rng)
    return f"{text} {other}" if other != text else text


def _halves(text: str, others: Sequence[str], rng: random.Random) -> str:
    other = _other_statement(text, others, rng)
    half = " ".join([*text.split()[: len(text.split()) // 2], *other.split()[len(other.split()) // 2 :]])
    return half if other != text else text


def _other_name(text: str, others: Sequence[str], rng: random.Random) -> str:
    mine = _NAME.findall(text)
    names = [name for other in others for name in _NAME.findall(other) if name not in mine]
    return text.replace(rng.choice(mine), rng.choice(names)) if mine and names else text


def _other_number(text: str, others: Sequence[str], rng: random.Random) -> str:
    mine = _NUMBER.findall(text)
    numbers = [number for other in others for number in _NUMBER.findall(other) if number not in mine]
    return text.replace(rng.choice(mine), rng.choice(numbers), 1) if mine and numbers else text


def _next_number(text: str, _others: Sequence[str], rng: random.Random) -> str:
    found = list(_NUMBER.finditer(text))
    if not found:
        return text
    one = rng.choice(found)
    digit = str((int(one[0][-1]) + 1) % 10)
    return f"{text[: one.end() - 1]}{digit}{text[one.end() :]}"


def _cut(text: str, _others: Sequence[str], _rng: random.Random) -> str:
    head, mark, _rest = text.partition("; ") if "; " in text else text.partition(", ")
    return f"{head}." if mark else text


def _one_word_less(text: str, _others: Sequence[str], rng: random.Random) -> str:
    harmless = ("the", "an", "has", "have")
    found = [word for word in _WORD.finditer(text) if word[0].lower() not in harmless]
    if not found:
        return text
    word = rng.choice(found)
    return " ".join((text[: word.start()] + text[word.end() :]).split())


def _two_words_swapped(text: str, _others: Sequence[str], rng: random.Random) -> str:
    words = text.split()
    harmless = ({"is", "now"}, {"are", "now"})
    places = [
        at
        for at, pair in enumerate(pairwise(words))
        if pair[0] != pair[1] and {word.lower() for word in pair} not in harmless
    ]
    if not places:
        return text
    at = rng.choice(places)
    words[at], words[at + 1] = words[at + 1], words[at]
    return " ".join(words)


def _a_word_more(text: str, others: Sequence[str], rng: random.Random) -> str:
    harmless = {"the", "an", "a", "has", "have", "and"}
    words = [word for other in others for word in _WORD.findall(other) if word.lower() not in harmless]
    at = rng.choice([found.start() for found in re.finditer(r" ", text)] or [len(text)])
    return f"{text[:at]} {rng.choice(words)}{text[at:]}" if words else text


def _homoglyph(text: str, _others: Sequence[str], rng: random.Random) -> str:
    places = [at for at, char in enumerate(text) if char in "aeo"]
    at = rng.choice(places) if places else 0
    return text[:at] + {"a": "а", "e": "е", "o": "о"}[text[at]] + text[at + 1 :] if places else text


def _reworded_then_swapped(text: str, others: Sequence[str], rng: random.Random) -> str:
    swapped = _swap_first_two(_NUMBER, text)
    return HARMLESS["synonyms"](swapped) if swapped != text else _next_number(text, others, rng)


BREAKS: dict[str, Break] = {
    "numbers swapped": lambda text, _others, _rng: _swap_first_two(_NUMBER, text),
    "a digit changed": _next_number,
    "another statement's number": _other_number,
    "a number rounded": _substitute(r"(\d\.\d*[1-9])\d\b", r"\1"),
    "a number more": _ended_by(", 73 % of them."),
    "a word for a number more": _substitute(r" of ", " of half of "),
    "double": _begun_by("Double: "),
    "% as points": _substitute(r" ?%", " points"),
    "the sign": _substitute(r"−", "+"),
    "names swapped": lambda text, _others, _rng: _swap_first_two(_NAME, text),
    "another statement's name": _other_name,
    "directions": _exchange(
        ("rose", "fell"), ("gained", "lost"), ("gone", "new"), ("up", "down"), ("more", "fewer"), ("higher", "lower"),
        ("longer", "shorter"), ("above", "below"), ("slower", "faster"), ("from", "to"), ("larger", "smaller"),
    ),
    "sides": _exchange(("current", "baseline"), ("before", "now"), ("prompts", "answers")),
    "sides of a table": _exchange(("current", "reference"), ("is", "was"), ("are", "were")),
    "a negation dropped": _substitute(r"\b(?:not|no|No|without|never|neither) ?", ""),
    "no as a": _exchange(("no", "a")),
    "a negation added": _substitute(r"\b(is|are|was|were|did|has|have|can|could) ", r"\1 not "),
    "no, by punctuation": _substitute(r"\b(No|no) ", r"\1. "),
    "no, by a comma": _substitute(r"\b(No|no) ", r"\1, "),
    "a hedge dropped": _substitute(r"\b(?:likely|may|might|about|mostly|hardly|nearly|could|detected) ?", ""),
    "not detected as not there": _substitute(r"(?:was|were) (?:detected|found)", "happened"),
    "certainty": _substitute(r" ", " definitely "),
    "proof": _begun_by("This proves that "),
    "quantity": _exchange(("some", "all"), ("no", "every"), ("most", "all"), ("other", "all")),
    "only": _substitute(r" ", " only "),
    "not only": _substitute(r" (is|are|was|were) ", r" \1 not only "),
    "and as or": _exchange(("and", "or")),
    "severity": _ended_by(", which is critical."),
    "severity exchanged": _exchange(("LOW", "CRITICAL"), ("HIGH", "LOW"), ("MEDIUM", "CRITICAL")),
    "urgency": _begun_by("Urgent: "),
    "a cause": _ended_by(" because of a faulty pipeline."),
    "cause exchanged": _exchange(("explains", "follows"), ("by", "besides"), ("with", "without")),
    "advice": _ended_by(". Retrain the model."),
    "a date": _ended_by(" since 2024-01-31."),
    "an address": _ended_by(", see https://driftium.example."),
    "another statement": _other_statement,
    "two statements": _both,
    "halves of two statements": _halves,
    "the first half": _cut,
    "other evidence": _ended_by(" [E9999]."),
    "JSON": lambda text, _others, _rng: f'{{"text": "{text}"}}',
    "HTML": lambda text, _others, _rng: f"<b>{text}</b>",
    "a script": _ended_by(".<script>alert(1)</script>"),
    "Markdown": lambda text, _others, _rng: f"**{text}**",
    "a link": lambda text, _others, _rng: f"[{text}](https://driftium.example)",
    "a label": _begun_by("Assistant: "),
    "a placeholder": _ended_by(" $statements."),
    "an emoji": _ended_by(". 🎉"),
    "bidirectional": _begun_by("\u202e"),
    "zero width": _substitute(r"(\w)(\w)", "\\1\u200b\\2"),
    "a homoglyph": _homoglyph,
    "one word less": _one_word_less,
    "two words swapped": _two_words_swapped,
    "a word more": _a_word_more,
    "reworded, then swapped": _reworded_then_swapped,
}  # fmt: skip
"""What is broken → how. Each is a change of meaning or of form by itself; the gate's own lists are not used here."""


def _said_otherwise(text: str) -> str:
    for word, other in (
        ("rose", "increased"), ("fell", "decreased"), ("answers", "responses"), ("rows", "records"),
        ("drifted", "has drifted"), ("stays", "remains"), ("share", "proportion"), ("was detected", "was found"),
        ("by itself", "on its own"), ("are gone", "have disappeared"), ("explains", "accounts for"),
    ):  # fmt: skip
        text = re.sub(rf"\b{word}\b", other, text)
    return text


def _plainly_typed(text: str) -> str:
    typed = text.translate(str.maketrans("−“”\u202f\u00a0", '-""  '))
    return typed.replace(" %", "%").replace("`", "")


HARMLESS: dict[str, Callable[[str], str]] = {
    "word for word": str,
    "plainly typed": _plainly_typed,
    "synonyms": _said_otherwise,
    "synonyms, plainly typed": lambda text: _plainly_typed(_said_otherwise(text)),
    "contracted": lambda text: re.sub(r"\b(did|do|is|are|was|were|has|have) not\b", r"\1n't", text),
    "sentences for semicolons": lambda text: re.sub(r"; (\w)", lambda found: f". {found[1].upper()}", text),
    "an opening": lambda text: f"In short, {text[0].lower() if text[1:2].islower() else text[0]}{text[1:]}",
}
"""Rewordings that change nothing, as people and models make them."""
