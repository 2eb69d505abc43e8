"""One answer in a list of the LLM Dashboard: plain text, what is known of it, and the way to answers like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.formats import fmt_count, fmt_excerpt, fmt_name, fmt_time, fmt_value, whole
from pages.ui.widgets import escape

if TYPE_CHECKING:
    from driftium_core.store.records import StoredResponse

__all__ = [
    "RESPONSE",
    "facts",
    "offer_similar",
    "open_answer",
    "say_empty",
    "show_foot",
    "show_plain",
    "show_prompt",
    "show_said",
]

RESPONSE = "response"
"""Query parameter with the id of the answer that is open in full."""


def show_plain(text: str, key: str, *, name: str) -> None:
    """Draw a model's text as plain text that wraps and keeps its lines; a long one is cut, and can be unfolded.

    Parameters
    ----------
    key : str
        Of this place on the page.
    name : str
        Tells this answer from others for those who cannot see where it stands, e.g. ``"novel answer 1"``.
    """
    if say_empty(text):
        return
    excerpt = fmt_excerpt(text)
    st.text(whole(excerpt))
    if excerpt == text:
        return
    # The whole text is sent only when it is asked for: a page of them may be megabytes.
    unfolded = st.expander(
        f"All {fmt_count(len(text), 'character')} of {name}", key=f"whole-{key}", on_change="rerun", type="compact"
    )
    if unfolded.open:
        unfolded.text(whole(text))


def say_empty(text: str) -> bool:
    """Say so where there is no text to draw; whether that is so."""
    if text.strip():
        return False
    st.caption("The model answered with white space only." if text else "The model answered with nothing.")
    return True


def show_said(stored: StoredResponse, key: str, *, name: str) -> None:
    """Draw prompt, answer and error of a stored response."""
    show_prompt(stored.content.prompt)
    if stored.content.error is not None:
        st.caption(f"✕ Failed: {escape(fmt_name(stored.content.error, limit=300))}")
    if stored.content.error is None or stored.content.response.strip():
        show_plain(stored.content.response, key, name=name)


def show_prompt(prompt: str | None) -> None:
    """Draw the beginning of a prompt in muted text; nothing where there is none."""
    if prompt and prompt.strip():
        st.caption(escape(fmt_name(prompt, limit=200)))


def show_foot(words: str, response_id: str | None, key: str, *, name: str) -> None:
    """Draw what is said below an answer, as markdown, and the button to answers like it where it is stored."""
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        gap="xxsmall",
        key=f"foot-{key}",
    ):
        st.caption(words, width="content")
        if response_id is not None:
            offer_similar(response_id, key, name=name)


def facts(stored: StoredResponse) -> str:
    """When it was answered, by which model, how fast and how long; markdown."""
    content = stored.content
    known = [
        fmt_time(content.created_at or stored.stored_at),
        fmt_name(content.model, limit=60) if content.model else None,
        None if content.latency_ms is None else f"{fmt_value(content.latency_ms)} ms",
        None if content.tokens is None else fmt_count(content.tokens, "token"),
    ]
    return escape(" · ".join(filter(None, known)))


def offer_similar(response_id: str, key: str, *, name: str, on_page: bool = True) -> None:
    """Draw the button that opens an answer in full, with the nearest ones of both pools.

    ``on_page`` is False inside of the opened answer, which goes on to the next one by itself.
    """
    pressed = st.button(
        f"Similar to {name}",
        key=f"similar-{key}",
        type="tertiary",
        icon=":material/join:",
        on_click=open_answer,
        args=(response_id,),
    )
    if pressed and on_page:
        st.rerun()  # of the whole page, as a fragment may have drawn the button and the answer opens outside of it


def open_answer(response_id: str) -> None:
    """Have this answer open, and in the page's address, from the next run on."""
    st.query_params[RESPONSE] = response_id
