"""What changed in the answers: examples side by side, words, groups, and a map of both pools to pick from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.formats import fmt_n, fmt_name, fmt_p
from pages.ui.dashboard_comparer import show_comparer
from pages.ui.dashboard_map import picked_on_map, show_map
from pages.ui.widgets import card, chart, drawn, prose, theme

if TYPE_CHECKING:
    from driftium_core.services import Services
    from driftium_core.text.differences import Cluster
    from pages.ui.dashboard_shown import Shown

__all__ = ["show_changes"]

TERMS_CAPTION = "log₂ ratio of the shares of answers that hold a term, current over baseline, with its 95 % interval."
TERMS_HELP = (
    "Terms are looked for in the answers that set the pools apart most. They were chosen because they stand out: the "
    "interval says how large the change is, and is no test of whether there is one."
)
MOST_TERMS = 6


@st.fragment
def show_changes(services: Services, shown: Shown) -> None:
    """Draw the comparer, and below it what it can be narrowed down by.

    A fragment of its own: turning pages and picking on the map leave the rest of the page alone.
    """
    show_comparer(services, shown, picked=picked_on_map(shown))
    left, right = st.columns([1, 1.25])
    with left:
        _show_terms(shown)
        _show_clusters(shown)
        _show_removal(shown)
    with right:
        show_map(services, shown)


def _show_terms(shown: Shown) -> None:
    from driftium_core.figures.terms import diverging_terms

    evidence = shown.report.evidence
    with card("terms", "Vocabulary shift"):
        st.caption(TERMS_CAPTION, help=TERMS_HELP)
        figure = drawn(diverging_terms, evidence.keywords_gained, evidence.keywords_lost, theme())
        chart(figure, f"terms-{shown.key}")


def _show_clusters(shown: Shown) -> None:
    clusters = shown.report.evidence.clusters
    with card("clusters", "Groups gained and lost"):
        if not clusters:
            st.caption("No group of like answers changed its share beyond chance.")
            return
        st.caption("Groups of like answers whose share changed; Fisher's exact test, corrected for all groups.")
        st.markdown("\n".join(f"- {_cluster(cluster)}" for cluster in clusters))


def _cluster(cluster: Cluster) -> str:
    words = ", ".join(fmt_name(term) for term in cluster.terms[:MOST_TERMS]) or "no terms of its own"
    sizes = (
        f"{fmt_n(cluster.n_baseline)} → {fmt_n(cluster.n_current)} answers, adjusted {fmt_p(cluster.pvalue_adjusted)}"
    )
    badge = ":blue-badge[+ gained]" if cluster.direction == "gained" else ":violet-badge[− lost]"
    return f"{badge} **{prose(words)}**: {prose(sizes)}"


def _show_removal(shown: Shown) -> None:
    removal = shown.report.evidence.removal
    if removal:
        with card("removal", "Removal check"):
            st.markdown(prose(removal.text))
            st.caption("How many of the most novel answers must be taken out until the test finds no difference.")
