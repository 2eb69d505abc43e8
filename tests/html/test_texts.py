"""The beginning of a text, and how much more there is."""

import pytest

from driftium_core.html.texts import Quote, quote


def test_a_short_text_is_whole() -> None:
    assert quote(" as it is\n", 9) == Quote("as it is", 0)


def test_a_cut_falls_between_words_and_counts_the_rest() -> None:
    assert quote("0123456789 012345 789", 18) == Quote("0123456789 012345", 4)
    assert quote("0123456789 012345 789", 17) == Quote("0123456789 012345", 4)


def test_a_text_without_spaces_is_cut_anywhere() -> None:
    assert quote("漢" * 50, 20) == Quote("漢" * 20, 30)


def test_an_accent_stays_with_its_letter() -> None:
    text = "e\u0301" * 30
    for limit in range(1, 60):
        quoted = quote(text, limit)
        assert len(quoted.text) == limit - limit % 2
        assert quoted.text + text[len(text) - quoted.n_more :] == text


@pytest.mark.parametrize("sign", ["👩\u200d👩\u200d👧", "👍🏽", "❤\ufe0f"])
def test_a_sign_of_several_characters_is_whole_or_left_out(sign: str) -> None:
    text = f"ab{sign}cd and more"
    shown = {quote(text, limit).text for limit in range(1, len(sign) + 4)}
    assert shown <= {"a", "ab", f"ab{sign}", f"ab{sign}c"}
    assert shown >= {"ab", f"ab{sign}c"}


def test_lines_are_no_reason_to_cut() -> None:
    assert quote("a\n" * 400, 700) == Quote(("a\n" * 350).rstrip(), 100)
    assert quote("\n\na" + "\n" * 900 + "b", 700) == Quote("a", 901)


def test_what_ends_in_an_ellipsis_keeps_it() -> None:
    assert quote("first … second", 8) == Quote("first …", 7)
