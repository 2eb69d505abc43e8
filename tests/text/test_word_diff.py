"""Word by word: what one answer has and the other has not, whatever the texts are, in bounded time."""

import time

import pytest

from driftium_core.text.differences import Passage
from driftium_core.text.word_diff import word_difference


def marked(passages: tuple[Passage, ...]) -> list[str]:
    return [passage.text.strip() for passage in passages if passage.only_here]


def whole(passages: tuple[Passage, ...]) -> str:
    return "".join(passage.text for passage in passages)


@pytest.mark.parametrize(
    ("baseline", "current", "only_baseline", "only_current"),
    [
        ("The loaf is hot.", "The loaf is cold.", ["hot"], ["cold"]),
        ("Refund to the card.", "Refund as store credit.", ["to the card"], ["as store credit"]),
        ("Yes.", "Yes. We do.", [], ["We do."]),
        ("We do not refund.", "We do refund.", ["not"], []),
        ("same", "same", [], []),
        ("", "all new", [], ["all new"]),
        ("all gone", "", ["all gone"], []),
        ("", "", [], []),
        ("two  spaces\n\nand a break", "two spaces and a break", [], []),
        ("Take 3 eggs!", "Take 4 eggs!", ["3"], ["4"]),
        ("本当に良いパンです", "本当に悪いパンです", ["良"], ["悪"]),
        ("شكرا لك كثيرا", "شكرا لكم كثيرا", ["لك"], ["لكم"]),
        ("ok 👍", "ok 👎", ["👍"], ["👎"]),
        ("half \ud83d here", "half here", ["\ud83d"], []),
    ],
)
def test_words_of_one_answer_only_are_marked(
    baseline: str, current: str, only_baseline: list[str], only_current: list[str]
) -> None:
    found = word_difference(baseline, current)
    assert (marked(found.baseline), marked(found.current)) == (only_baseline, only_current)
    assert (whole(found.baseline), whole(found.current)) == (baseline, current)
    assert found.note == ""


def test_long_answers_are_compared_by_lines() -> None:
    lines = [f"Line {number} of an answer that goes on and on." for number in range(1_000)]
    changed = ["Something else.", *lines[1:-1], "The end."]
    found = word_difference("\n".join(lines), "\n".join(changed))
    assert marked(found.baseline) == [lines[0], lines[-1]]
    assert marked(found.current) == ["Something else.", "The end."]
    assert "whole lines are marked" in found.note


@pytest.mark.parametrize(
    ("baseline", "current"),
    [
        ("ha " * 100_000, "ho ha ha " * 50_000 + "hi"),
        ("x" * 1_000_000, "x" * 1_000_001),
        (" ".join(f"u{i} x{i}" for i in range(1_499)), " ".join(f"u{i} y{i}" for i in range(1_499))),
        ("start " + "a b " * 170, "begin " + "a a b " * 170 + "end"),
        ("\n".join("ab" * 50_000), "\n".join("aab" * 50_000)),
        (" \n\t" * 100_000, " " * 300_000),
    ],
    ids=["one word", "no spaces", "every second word", "two words", "two lines", "white space"],
)
def test_the_worst_texts_take_less_than_seconds_and_lose_nothing(baseline: str, current: str) -> None:
    started = time.perf_counter()
    found = word_difference(baseline, current)
    assert time.perf_counter() - started < 4
    assert (whole(found.baseline), whole(found.current)) == (baseline, current)


def test_an_answer_that_cannot_be_compared_is_whole_and_says_so() -> None:
    found = word_difference("ha " * 100_000, "ho ha ha " * 50_000)
    assert (marked(found.baseline), marked(found.current)) == ([], [])
    assert "nothing is marked" in found.note


def test_the_beginning_keeps_the_marks() -> None:
    found = word_difference("The loaf is hot.", "The loaf is cold.")
    assert found.beginning(14).current == (Passage("The loaf is", False), Passage(" co", True))
    assert found.beginning(100) == found
    assert found.beginning(0).baseline == ()
