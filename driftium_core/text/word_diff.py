"""Two answers to one prompt word by word: which words only one of them has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from driftium_core.text.differences import Passage, WordDifference

__all__ = ["word_difference"]

MOST_WORDS = 3_000
"""In each answer, besides what both begin and end with. Where every second one differs, `difflib` takes 0.4 s."""

MOST_EQUAL_PAIRS = 120_000
"""Of a word here with the same word there, which is what one of its passes visits: English texts of 3,000 words have
100,000; a model that repeats two words 200 times has more, and takes 0.4 s."""

# Chinese and Japanese write no space between words: there, one character is compared at a time.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORDS = re.compile(rf"\s*(?:[{_UNSPACED}]|[^\W{_UNSPACED}]+|[^\w\s])|\s+")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


def word_difference(baseline: str, current: str) -> WordDifference:
    """Mark the words of each answer that the other one lacks.

    Words are aligned by `difflib`, longest common run first; punctuation marks count as words, white space between
    words does not count. The alignment is one of several that are equally good, and reads a moved sentence as gone
    here and new there. Texts too long or too repetitive for words are aligned by lines, and where that is too much
    as well, or no line is alike, nothing is marked; a note says so.

    Examples
    --------
    >>> found = word_difference("The loaf is hot.", "The loaf is cold.")
    >>> [(passage.text, passage.only_here) for passage in found.current]
    [('The loaf is', False), (' cold', True), ('.', False)]
    """
    words = _aligned(_WORDS.findall(baseline), _WORDS.findall(current))
    if words is not None:
        return words
    lines = _aligned(_LINES.findall(baseline), _LINES.findall(current))
    if lines is not None and any(not passage.only_here for passage in lines.baseline):
        return replace(lines, note="These answers are too long to compare word by word: whole lines are marked.")
    return WordDifference(
        (Passage(baseline, False),),
        (Passage(current, False),),
        "These answers are too long to compare word by word: nothing is marked.",
    )


def _aligned(baseline: list[str], current: list[str]) -> WordDifference | None:
    """Both as passages; None when comparing them could take seconds."""
    old, new = ([token.strip() for token in tokens] for tokens in (baseline, current))
    head = _n_alike(old, new)
    tail = _n_alike(old[head:][::-1], new[head:][::-1])
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    counts = Counter(middle[0]), Counter(middle[1])
    n_equal_pairs = sum(count * counts[1][token] for token, count in counts[0].items())
    if max(map(len, middle)) > MOST_WORDS or n_equal_pairs > MOST_EQUAL_PAIRS:
        return None
    only_old, only_new = [False] * len(old), [False] * len(new)
    matcher = SequenceMatcher(None, *middle, autojunk=False)
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if kind != "equal":
            only_old[head + old_start : head + old_end] = [True] * (old_end - old_start)
            only_new[head + new_start : head + new_end] = [True] * (new_end - new_start)
    return WordDifference(_passages(baseline, only_old), _passages(current, only_new))


def _n_alike(first: Sequence[str], second: Sequence[str]) -> int:
    """How many tokens both begin with."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


def _passages(tokens: Sequence[str], only_here: Sequence[bool]) -> tuple[Passage, ...]:
    passages: list[Passage] = []
    start = 0
    for end in range(1, len(tokens) + 1):
        if end == len(tokens) or only_here[end] != only_here[start]:
            passages.append(Passage("".join(tokens[start:end]), only_here[start]))
            start = end
    return tuple(passages)
