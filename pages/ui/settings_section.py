"""The sections of the Settings page, one of which is shown; it is part of the link."""

from __future__ import annotations

from typing import Literal, NoReturn

import streamlit as st

from pages.ui.project import PROJECT

__all__ = ["Section", "choose_section", "open_section"]

Section = Literal["sources", "alerts", "api", "installation"]

SECTIONS: dict[Section, str] = {
    "sources": "Sources and checks",
    "alerts": "Alerts",
    "api": "REST API",
    "installation": "Parts and settings",
}

SECTION = "section"
"""Query parameter of a link, e.g. ``/settings?section=alerts``; the first section goes without."""

CHOSEN = "settings_section"


def choose_section() -> Section:
    """Draw the choice of sections and return the one to show.

    The widget is not bound to the parameter, as Streamlit would then write its label there.
    """
    named = st.query_params.get(SECTION)
    st.session_state[CHOSEN] = named if named in SECTIONS else "sources"
    chosen: Section = st.segmented_control(
        "Section",
        list(SECTIONS),
        format_func=SECTIONS.__getitem__,
        required=True,
        key=CHOSEN,
        on_change=_turn,
        label_visibility="collapsed",
    )
    return chosen


def open_section(section: Section, **query: str) -> NoReturn:
    """Turn to a section of this page, with further parameters of its link."""
    _name(section, **query)
    st.rerun()


def _turn() -> None:
    _name(st.session_state[CHOSEN])


def _name(section: Section, **query: str) -> None:
    """Make the address that of a section; what else it named is of the section that is left."""
    for name in [name for name in st.query_params if name != PROJECT]:
        del st.query_params[name]
    if section != "sources":
        st.query_params[SECTION] = section
    for name, value in query.items():
        st.query_params[name] = value
