"""What the lists of the LLM Dashboard share: a search box, the page one is on, and answers picked elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.formats import fmt_count
from pages.ui.project import of_project
from pages.ui.widgets import escape

if TYPE_CHECKING:
    from collections.abc import Callable

    from pages.ui.dashboard_shown import Picked

__all__ = ["ask_search", "show_deleted", "show_pager", "show_picked", "wanted_page"]


def ask_search(key: str) -> str:
    """Draw the search box and return what is looked for."""
    text = st.text_input(
        "Search answers and prompts",
        key=of_project(f"llm_{key}_search"),
        placeholder="Search answers and prompts",
        label_visibility="collapsed",
        icon=":material/search:",
    )
    return text or ""


def wanted_page(key: str, filters: tuple[object, ...]) -> int:
    """The page one is on, from 1; the first one again when the filters have changed."""
    before = of_project(f"llm_{key}_filters")
    if before in st.session_state and st.session_state[before] != filters:
        _begin_again(key)
    st.session_state[before] = filters
    number: int = st.session_state.get(_pages_key(key), 1)
    return number


def show_pager(key: str, n_found: int, per_page: int) -> None:
    """Draw the pages below a list; when the list has become shorter than the page one is on, begin again."""
    n_pages = -(-n_found // per_page)
    if st.session_state.get(_pages_key(key), 1) > max(1, n_pages):
        _begin_again(key)
        st.rerun()
    if n_pages > 1:
        st.pagination(n_pages, key=_pages_key(key))


def _pages_key(key: str) -> str:
    return of_project(f"llm_{key}_page-{st.session_state.get(_beginnings(key), 0)}")


def _begin_again(key: str) -> None:
    """Go to the first page: a pager's number cannot be set, but under another key it is another pager."""
    st.session_state[_beginnings(key)] = st.session_state.get(_beginnings(key), 0) + 1


def _beginnings(key: str) -> str:
    return of_project(f"llm_{key}_beginnings")


def show_picked(picked: Picked | None, on_unpick: Callable[[], object] | None) -> None:
    """Draw what is picked elsewhere on the page as a chip; pressing it shows everything again."""
    if picked is None:
        return
    if on_unpick is None:
        st.markdown(f":gray-badge[{escape(picked.source)}]")
    elif st.button(
        escape(picked.source),
        key="llm-unpick",
        icon=":material/close:",
        icon_position="right",
        help="Show all answers again",
        on_click=on_unpick,
    ):
        st.rerun()  # of the whole page, whose other part has the pick


def show_deleted(n_deleted: int) -> None:
    """Say that answers of this page of the list are gone."""
    if n_deleted:
        verb = "was" if n_deleted == 1 else "were"
        st.caption(f"{fmt_count(n_deleted, 'answer')} of this page {verb} deleted since.")
