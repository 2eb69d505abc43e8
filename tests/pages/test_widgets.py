"""User text can never become markup; a figure is built once."""

import pytest

from driftium_core.figures.layout import empty_figure
from pages.ui.widgets import drawn, escape, prose


@pytest.mark.parametrize("text", ["**x**", ":red[x]", "<b>", "$x$", "[a](http://b)", "`c`", "# h", "~~s~~", "a|b"])
def test_escape_leaves_no_punctuation_with_a_meaning(text):
    escaped = escape(text)
    assert escaped.replace("\\", "") == text
    marks = [i for i, character in enumerate(escaped) if character in "*:[]<>$`#~|()"]
    assert all(escaped[i - 1] == "\\" for i in marks)


def test_prose_shows_names_in_backticks_as_code_and_escapes_the_rest():
    assert prose("Largest: `a*b*`, 0.5") == r"Largest\: `a*b*`\, 0\.5"


def test_prose_with_a_single_backtick_is_plain():
    assert prose("a`b") == r"a\`b"


def test_a_figure_is_built_once_for_the_same_arguments():
    first = drawn(empty_figure, "Nothing here.", "dark", height=90)
    assert first == empty_figure("Nothing here.", "dark", height=90)
    assert drawn(empty_figure, "Nothing here.", "dark", height=90) is first
    assert drawn(empty_figure, "Nothing here.", "light", height=90) is not first
    assert drawn(empty_figure, "Nothing here.", "dark", height=91) is not first
