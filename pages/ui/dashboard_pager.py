"""What the lists of the LLM Dashboard share: a search box, the page one is on, and answers picked elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.formats import fmt_count
from pages.ui.dashboard_map import unpick
from pages.ui.project import of_project

if TYPE_CHECKING:
    from pages.ui.dashboard_shown import Picked

__all__ = ["ask_search", "pager_key", "show_deleted", "show_pager", "show_picked", "wanted_page"]


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


def pager_key(view: str, *filters: object) -> str:
    """Key of a view's pager: with other filters it is another pager, on its first page."""
    return of_project(f"llm_{view}_page-{hash(filters)}")


def wanted_page(key: str) -> int:
    """The page one is on, from 1."""
    number: int = st.session_state.get(key, 1)
    return number


def show_pager(key: str, n_found: int, per_page: int) -> None:
    """Draw the pages below a list; when the list has become shorter than the page one is on, begin again."""
    n_pages = -(-n_found // per_page)
    if wanted_page(key) > max(1, n_pages):
        del st.session_state[key]
        st.rerun()
    if n_pages > 1:
        st.pagination(n_pages, key=key)


def show_picked(picked: Picked | None) -> None:
    """Draw what is picked on the map as a chip; pressing it shows everything again."""
    if picked and st.button(
        picked.label,
        key="llm-unpick",
        icon=":material/close:",
        icon_position="right",
        help="Show all answers again",
        on_click=unpick,
    ):
        st.rerun()  # of the whole page, whose other part has the pick


def show_deleted(n_deleted: int) -> None:
    """Say that answers of this page of the list are gone."""
    if n_deleted:
        verb = "was" if n_deleted == 1 else "were"
        st.caption(f"{fmt_count(n_deleted, 'answer')} of this page {verb} deleted since.")
