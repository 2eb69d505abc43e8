"""What changed in the answers: exemplars, pairs, and both pools to read through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.ui.dashboard_browse import show_browse
from pages.ui.dashboard_exemplars import show_exemplars
from pages.ui.dashboard_pairs import show_pairs
from pages.ui.widgets import card, errors_shown

if TYPE_CHECKING:
    from driftium_core.services import Services
    from pages.ui.dashboard_shown import Picked, Shown

__all__ = ["show_comparer"]

VIEW, FOLLOWED = "answers", "llm_followed_pick"
EXEMPLARS, PAIRS, BROWSE = "Exemplars", "Pairs", "Browse"


def show_comparer(services: Services, shown: Shown, *, picked: Picked | None) -> None:
    """Draw the card with its three views.

    An answer that is opened in full is drawn by `pages.ui.dashboard_similar.show_linked_answer`, which the page calls.

    Parameters
    ----------
    picked : Picked or None
        Show these answers only; a new pick opens the view to browse.
    """
    with card("answers", "What changed in the answers"):
        _show_views(services, shown, picked)


@st.fragment
def _show_views(services: Services, shown: Shown, picked: Picked | None) -> None:
    _follow_pick(picked)
    view = st.segmented_control(
        "Answers",
        [EXEMPLARS, PAIRS, BROWSE] if shown.report.pairs else [EXEMPLARS, BROWSE],
        default=EXEMPLARS,
        required=True,
        key=VIEW,
        bind="query-params",
        label_visibility="collapsed",
    )
    with errors_shown():
        if view == PAIRS:
            show_pairs(services, shown, picked)
        elif view == BROWSE:
            show_browse(services, shown, picked)
        else:
            show_exemplars(shown)


def _follow_pick(picked: Picked | None) -> None:
    """Leave the exemplars, which no pick narrows, when something new is picked."""
    is_new = picked is not None and picked != st.session_state.get(FOLLOWED)
    if is_new and st.session_state.get(VIEW, EXEMPLARS) == EXEMPLARS:
        st.session_state[VIEW] = BROWSE
    st.session_state[FOLLOWED] = picked
