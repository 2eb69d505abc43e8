"""The beginning of a text, and how much more there is."""

from driftium_core.html.texts import Quote, quote


def test_a_short_text_is_whole() -> None:
    assert quote(" as it is\n", 9) == Quote("as it is", 0)


def test_a_cut_falls_between_words_and_counts_the_rest() -> None:
    assert quote("0123456789 012345 789", 18) == Quote("0123456789 012345", 4)
    assert quote("0123456789 012345 789", 17) == Quote("0123456789 012345", 4)


def test_a_text_without_spaces_is_cut_anywhere() -> None:
    assert quote("漢" * 50, 20) == Quote("漢" * 20, 30)
