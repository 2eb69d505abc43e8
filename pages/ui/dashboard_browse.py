"""Both pools side by side to read through: ranked, searched, narrowed to a group or to what was picked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_count, fmt_distance, fmt_n, fmt_name
from pages.ui.dashboard_answer import facts, show_foot, show_said
from pages.ui.dashboard_pager import ask_search, pager_key, show_deleted, show_pager, show_picked, wanted_page
from pages.ui.project import of_project

if TYPE_CHECKING:
    from typing import Literal

    from driftium_core.monitor import Browsed, BrowsedPage, BrowseOrder
    from driftium_core.services import Services
    from driftium_core.text.differences import Cluster
    from pages.ui.dashboard_shown import Picked, Shown

    Side = Literal["baseline", "current"]

__all__ = ["show_browse"]

PER_PAGE = 10

ORDERS: dict[BrowseOrder, str] = {
    "novel first": "Novel and gone first",
    "typical first": "Typical first",
    "newest first": "Newest first",
}

NO_CURRENT = (
    "Which current answers this calculation compared is not recorded: telemetry changes, a baseline never does. "
    "The most telling ones are under Exemplars."
)


def show_browse(services: Services, shown: Shown, picked: Picked | None) -> None:
    """Draw the filters and one page of each pool."""
    find, sort = st.columns([2, 1])
    with find:
        search = ask_search("browse")
    with sort:
        order = _choose_order(shown)
    group = _choose_group(shown)
    show_picked(picked)
    pager = pager_key("browse", search, order, group, picked)
    page = wanted_page(pager)
    found: dict[Side, BrowsedPage] = {
        side: monitor.browse_responses(
            services,
            shown.ids,
            pool=side,
            witnesses=shown.report.evidence.witnesses,
            order=order,
            search=search,
            positions=_positions(side, group, picked),
            limit=PER_PAGE,
            offset=PER_PAGE * (page - 1),
        )
        for side in ("baseline", "current")
    }
    for place, (side, part) in zip(st.columns(2), found.items(), strict=True):
        with place:
            _show_side(side, part, page)
    show_pager(pager, max(part.n_found for part in found.values()), PER_PAGE)


def _choose_order(shown: Shown) -> BrowseOrder:
    if shown.report.evidence.witnesses is None:
        st.caption("Newest first: on one side no answer can be compared by meaning, so none is ranked.")
        return "newest first"
    chosen: BrowseOrder = st.selectbox(
        "Order",
        list(ORDERS),
        format_func=lambda order: ORDERS[order],
        key=of_project("llm_browse_order"),
        label_visibility="collapsed",
    )
    return chosen


def _choose_group(shown: Shown) -> Cluster | None:
    groups = shown.report.evidence.groups
    if not groups:
        return None
    labels = {group: _group_label(group) for group in groups}
    chosen: Cluster | None = st.selectbox(
        "Group",
        sorted(groups, key=lambda group: (not group.changed, -group.n_baseline - group.n_current)),
        index=None,
        format_func=labels.__getitem__,
        # Another report has other groups.
        key=of_project(f"llm_browse_group-{shown.key}"),
        placeholder="Only one group of like answers; those whose share changed come first",
        label_visibility="collapsed",
    )
    return chosen


def _group_label(group: Cluster) -> str:
    words = ", ".join(group.terms[:4]) or "no terms of its own"
    sizes = f"{fmt_n(group.n_baseline)} → {fmt_n(group.n_current)}"
    return f"{f'{group.direction.capitalize()}: ' if group.changed else ''}{fmt_name(words, limit=60)} ({sizes})"


def _positions(side: Side, group: Cluster | None, picked: Picked | None) -> list[int] | None:
    """Positions that both filters leave; None without filters."""
    kept: list[set[int]] = []
    if group is not None:
        kept.append(set(group.baseline_members if side == "baseline" else group.current_members))
    if picked is not None:
        kept.append(set(picked.baseline if side == "baseline" else picked.current))
    return sorted(set.intersection(*kept)) if kept else None


def _show_side(side: Side, part: BrowsedPage, page: int) -> None:
    if side == "current" and not part.n_pool:
        st.markdown("**Current** · not recorded")
        st.caption(NO_CURRENT)
        return
    st.markdown(f"**{side.capitalize()}** · {_counts(part)}")
    if part.n_unranked:
        st.caption(
            f"{fmt_n(part.n_unranked)} of these have no rank and come last: failed and empty answers have none, and of "
            "large pools only a random part is ranked."
        )
    if not part.n_found:
        st.caption("No answer is like that.")
    show_deleted(part.n_deleted)
    first = PER_PAGE * (page - 1) + 1
    for number, item in enumerate(part.items, start=first):
        _show_item(side, item, f"{side} {fmt_n(number)}", number)
    if part.n_found and not part.items and not part.n_deleted:
        st.caption("No more answers on this side.")


def _counts(part: BrowsedPage) -> str:
    if part.n_found == part.n_pool:
        return fmt_count(part.n_pool, "answer")
    return f"{fmt_n(part.n_found)} of {fmt_count(part.n_pool, 'answer')}"


def _show_item(side: Side, item: Browsed, name: str, number: int) -> None:
    place = f"{side}-{item.position}"
    with st.container(key=f"ex-{place}"):
        show_said(item.response, place, name=name)
        ranked = "" if item.witness is None else f" · witness {fmt_distance(item.witness, signed=True)}"
        show_foot(f"{fmt_n(number)} · {facts(item.response)}{ranked}", item.response.id, place, name=name)
