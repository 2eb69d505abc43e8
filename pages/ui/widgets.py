"""Composites of the design language, so that a page only says what it shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ParamSpec, cast

import streamlit as st

from driftium_core.errors import DriftiumError
from driftium_core.severity import GLYPHS, Severity, severity_label

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from streamlit.delta_generator import DeltaGenerator

    from driftium_core.palette import Theme

__all__ = [
    "WRAPPED_ROW",
    "card",
    "chart",
    "drawn",
    "errors_shown",
    "escape",
    "guide_step",
    "prose",
    "severity_badge",
    "severity_column",
    "severity_mark",
    "theme",
    "title",
    "verdict",
]

P = ParamSpec("P")

THEME_KEY = "driftium_light"
"""Key of the light-mode toggle; ``theme/head.js`` finds the toggle by it."""

WRAPPED_ROW = 62
"""Height of a dataframe's rows with room for three lines, or two chips; Streamlit breaks lines from 61 pixels up."""

WORD_JOINER = "\u2060"

_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")
_LINK = re.compile(r"(?<=http)(?=s?://)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
"""Where a browser's markdown would begin a link of its own, escaped or not."""

_CODE = re.compile(r"`([^`\n]+)`|(https?://[^\s`]*[^\s`.,;:!?)”])")


def theme() -> Theme:
    """Theme of this browser: the toggle once it is drawn, before that what the browser reported."""
    light = st.session_state.get(THEME_KEY, st.context.theme.type == "light")
    return "light" if light else "dark"


def escape(text: object) -> str:
    """Make user text safe inside Streamlit's markdown: every punctuation mark stands for itself, no address is a link.

    Word joiners, which have no width, keep addresses from being linked.
    """
    return _plain(" ".join(str(text).split()))


def prose(text: str) -> str:
    """Our own sentences with user text in them: `names` in backticks and URLs become code, all else is plain."""
    found, end = [], 0
    for code in _CODE.finditer(text):
        found += [_plain(text[end : code.start()]), f"`{code[1] or code[2]}`"]
        end = code.end()
    return "".join([*found, _plain(text[end:])])


def _plain(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", _LINK.sub(WORD_JOINER, text))


@contextmanager
def title(text: str) -> Iterator[None]:
    """Page heading; what is drawn inside the ``with`` stands at the right end of its row."""
    with st.container(key="title", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title(text, anchor=False, width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            yield


def verdict(severity: Severity | None, headline: str, sentence: str, detail: str = "") -> None:
    """Draw the verdict line; all three texts are plain text.

    The bold headline takes the colour of the severity; glyph and word are part of it.
    """
    with st.container(key=f"verdict-{(severity or 'inconclusive').lower()}"):
        st.header(f"**{escape(headline)}** {prose(sentence)}", anchor=False)
        if detail:
            st.caption(prose(detail))


@contextmanager
def errors_shown() -> Iterator[None]:
    """Say what went wrong where it would have been shown; the rest of the page stays."""
    try:
        yield
    except DriftiumError as error:
        st.error(prose(str(error)), icon=":material/error:")


def card(key: str, heading: str = "", caption: str = "", **container: Any) -> DeltaGenerator:
    """Return a framed container; the stylesheet finds it by its ``card-`` key."""
    box = st.container(key=f"card-{key}", **container)
    if heading:
        box.subheader(escape(heading), anchor=False)
    if caption:
        box.caption(caption)
    return box


def guide_step(
    place: DeltaGenerator, key: str, number: int, now: int, heading: str, words: str, *, next_is: str = "next"
) -> DeltaGenerator:
    """Draw one of the steps of a guide, done, next or later by the number that is next; returns its box."""
    state = "done" if number < now else "now" if number == now else "later"
    badge = {"done": ":green-badge[● done]", "now": f":blue-badge[{next_is}]", "later": ":gray-badge[○ later]"}[state]
    box = place.container(key=f"step-{state}-{key}-{number}", height="stretch")
    box.markdown(f"**{number} · {heading}** {badge}")
    box.markdown(words)
    return box


def severity_badge(severity: Severity | None) -> str:
    """Markdown of a coloured badge with glyph and word."""
    from driftium_core.palette import BADGE_COLOURS

    return f":{BADGE_COLOURS[severity]}-badge[{severity_label(severity)}]"


def severity_mark(severity: Severity | None, text: str) -> str:
    """Markdown of a badge with the severity's glyph and colour, and other words: plain text, e.g. a change."""
    from driftium_core.palette import BADGE_COLOURS

    return f":{BADGE_COLOURS[severity]}-badge[{GLYPHS[severity]} {escape(text)}]"


def severity_column(*others: str, **config: Any) -> Any:
    """Configure a dataframe column of severity labels as coloured chips; ``others`` are gray labels beside them."""
    from driftium_core.palette import BADGE_COLOURS

    return st.column_config.MultiselectColumn(
        options=[*(severity_label(severity) for severity in BADGE_COLOURS), *others],
        color=[*BADGE_COLOURS.values(), *("gray" for _ in others)],
        **config,
    )


def drawn(build: Callable[P, go.Figure], *args: P.args, **options: P.kwargs) -> go.Figure:
    """Return what ``build`` makes of hashable arguments, built once for all runs and browsers.

    A figure takes 10 to 50 ms to build, and a page of them takes most of a run. What is returned is shared: draw it and
    do not change it. It stays as it was built, so a builder must not write times relative to today.
    """
    return _built(cast("Callable[..., go.Figure]", build), *args, **options)


@lru_cache(maxsize=64)  # three reports in both themes; a map of 4,000 answers takes 1.5 MB, any other figure 0.4 MB
def _built(build: Callable[..., go.Figure], *args: Any, **options: Any) -> go.Figure:
    return build(*args, **options)


def chart(figure: go.Figure, key: str, **options: Any) -> Any:
    """Draw a figure of ``driftium_core.figures``; the theme in the key redraws it when the toggle flips."""
    from driftium_core.figures.layout import CONFIG, figure_alt

    return st.plotly_chart(
        figure,
        theme=None,
        config=cast("dict[str, Any]", CONFIG),
        key=f"fig-{key}-{theme()}",
        alt=figure_alt(figure),
        **options,
    )
