"""Two answers to one prompt side by side, with the words marked that only one of them has."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_effect, fmt_n, whole
from pages.ui.dashboard_answer import facts, show_foot, show_prompt
from pages.ui.dashboard_pager import ask_search, pager_key, show_deleted, show_pager, show_picked, wanted_page
from pages.ui.widgets import escape

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from driftium_core.monitor import BrowsedPair
    from driftium_core.services import Services
    from driftium_core.store.records import StoredResponse
    from driftium_core.text.differences import Passage
    from pages.ui.dashboard_shown import Picked, Shown

    Side = Literal["baseline", "current"]

__all__ = ["show_pairs"]

PER_PAGE = 5
LONGEST = 2_000
"""Characters of an answer in the list; the whole one opens with the answers like it."""

TAGS = {"baseline": "del", "current": "ins"}


def show_pairs(services: Services, shown: Shown, picked: Picked | None) -> None:
    """Draw the search and one page of pairs, least alike first."""
    if not shown.ids.current or not shown.ids.baseline:
        st.caption(
            "Which answers this calculation compared pair by pair is not recorded any more: telemetry changes. "
            "The most telling ones are under Exemplars."
        )
        return
    st.caption(
        "Answers to prompts that both pools have, least alike first. Words that only one answer has are underlined: "
        "dashed in baseline, solid and bold in current."
    )
    search = ask_search("pairs")
    show_picked(picked)
    pager = pager_key("pairs", search, picked)
    page = wanted_page(pager)
    part = monitor.browse_pairs(
        services,
        shown.ids,
        shown.report.pairs,
        search=search,
        positions=(picked.baseline, picked.current) if picked else None,
        limit=PER_PAGE,
        offset=PER_PAGE * (page - 1),
    )
    if part.n_found < part.n_pairs:
        st.caption(f"{fmt_n(part.n_found)} of {fmt_n(part.n_pairs)} pairs")
    show_deleted(part.n_deleted)
    for number, pair in enumerate(part.items, start=PER_PAGE * (page - 1) + 1):
        _show_pair(pair, number)
    show_pager(pager, part.n_found, PER_PAGE)


def _show_pair(pair: BrowsedPair, number: int) -> None:
    with st.container(key=f"pair-{number}", gap="xsmall"):
        st.markdown(f"**Pair {fmt_n(number)}** · similarity {fmt_effect(pair.similarity)}")
        show_prompt(pair.baseline.content.prompt)
        if pair.difference.note:
            st.caption(escape(pair.difference.note))
        shown = pair.difference.beginning(LONGEST)
        left, right = st.columns(2)
        with left:
            _show_answer("baseline", pair.baseline, shown.baseline, number)
        with right:
            _show_answer("current", pair.current, shown.current, number)


def _show_answer(side: Side, stored: StoredResponse, passages: Sequence[Passage], number: int) -> None:
    name = f"{side} of pair {fmt_n(number)}"
    with st.container(key=f"ex-{side}-pair-{number}"):
        st.html(_marked(passages, side))
        length = len(stored.content.response)
        if length > LONGEST:
            st.caption(f"The first {fmt_n(LONGEST)} of {fmt_n(length)} characters; Similar opens the whole answer.")
        show_foot(f"{side.capitalize()} · {facts(stored)}", stored.id, f"{side}-pair-{number}", name=name)


def _marked(passages: Sequence[Passage], side: Side) -> str:
    """The passages as HTML in which every character of the model stands for itself.

    Markdown cannot keep the lines and spaces of a text and mark words in it; here the only tags are our own.
    """
    tag = TAGS[side]
    pieces = []
    for passage in passages:
        words = passage.text.lstrip()
        space = passage.text[: len(passage.text) - len(words)]  # a mark begins at its first letter
        text = html.escape(whole(words))
        pieces += [space, f"<{tag}>{text}</{tag}>" if passage.only_here and words else text]
    return f'<div class="driftium-marked" dir="auto">{"".join(pieces)}</div>'
