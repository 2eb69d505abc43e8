"""User text can never become markup; a figure is built once."""

import re

import pytest

from driftium_core.figures.layout import empty_figure
from pages.ui.widgets import WORD_JOINER, drawn, escape, prose


@pytest.mark.parametrize("text", ["**x**", ":red[x]", "<b>", "$x$", "[a](http://b)", "`c`", "# h", "~~s~~", "a|b"])
def test_escape_leaves_no_punctuation_with_a_meaning(text):
    escaped = escape(text)
    assert escaped.replace("\\", "").replace(WORD_JOINER, "") == text
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


@pytest.mark.parametrize(
    "text", ["see http://evil.example", "HTTPS://a.b/c", "at www.example.com", "to me@example.com"]
)
def test_an_address_in_a_name_is_no_link(text):
    # Browsers link these in the finished text, where escapes are gone: see GFM, "Autolinks (extension)".
    shown = escape(text).replace("\\", "")
    assert not re.search(r"https?://|www\.|[\w.+-]@", shown, re.IGNORECASE)
    assert shown.replace(WORD_JOINER, "") == text


def test_prose_shows_addresses_as_code():
    assert prose("At http://127.0.0.1:9.") == r"At `http://127.0.0.1:9`\."
    assert prose("Use `x` (see https://a.b/c?d=1), or not") == r"Use `x` \(see `https://a.b/c?d=1`\)\, or not"
