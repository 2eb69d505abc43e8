"""The simulation of the Tabular page: widgets that filter the reference, and the filter of a link."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from driftium_core import monitor
from driftium_core.errors import InputError
from driftium_core.tabular.filter_options import CategoryOption, FilterOption, RangeOption
from driftium_core.tabular.simulate import CategoryFilter, Filter, RangeFilter, parse_filter
from pages.ui.widgets import escape, prose

if TYPE_CHECKING:
    from driftium_core.services import Services
    from driftium_core.tabular.table import Table

__all__ = ["choose_filtered"]

BELOW, AT_LEAST, BETWEEN = "below", "at least", "between"
FIRST_COLUMN = "age"
"""Column that the simulation starts with, where the reference has it."""
LEFT_OUT = "filter_left_out"
"""State: why the filter of the link cannot be used, and the filter that is in its place."""


def choose_filtered(services: Services, reference: Table) -> tuple[Table, str] | None:
    """Draw the filter; return the rows that pass and the filter in words, or None when no row does (and say so)."""
    options = {option.column: option for option in monitor.filter_options(services, reference)}
    if not options:
        st.error("This reference has no column to filter by. Upload a current file instead.")
        return None
    linked = _linked_filter(options)
    names = list(options)
    first = linked.column if linked else FIRST_COLUMN
    try:
        with st.container(horizontal=True, vertical_alignment="bottom", key="tabular_filter"):
            column = st.selectbox(
                "Filter column",
                names,
                index=names.index(first) if first in names else 0,
                key=f"filter-column-{reference.content_hash[:12]}",
                width=170,
                persist_state="session",
            )
            start = linked if linked and linked.column == column else None
            chosen = _filter_value(options[column], start, reference.content_hash[:12])
        current = monitor.simulate(services, reference, chosen)
    except InputError as error:
        st.query_params.pop("filter", None)
        st.error(prose(str(error)), icon=":material/filter_alt_off:")
        return None
    _show_left_out(chosen.describe())
    st.query_params["filter"] = chosen.describe()
    return current, chosen.describe()


def _linked_filter(options: dict[str, FilterOption]) -> Filter | None:
    """Return the filter of the link, if this table has its column."""
    text = st.query_params.get("filter")
    if not text:
        return None
    try:
        linked = parse_filter(text)
    except InputError as error:
        st.session_state[LEFT_OUT] = (f"The filter in the link was left out. {error}", "")
        return None
    return linked if linked.column in options else None


def _show_left_out(in_force: str) -> None:
    """Say what was wrong with the link's filter until another than the one in its place is chosen."""
    sentence, instead = st.session_state.pop(LEFT_OUT, ("", ""))
    if sentence and instead in ("", in_force):
        st.session_state[LEFT_OUT] = (sentence, in_force)
        st.warning(prose(sentence), icon=":material/filter_alt_off:")


def _filter_value(option: FilterOption, linked: Filter | None, table: str) -> Filter:
    """Widgets of one column; ``table`` keeps their state apart from that of a column of the same name elsewhere."""
    if isinstance(option, RangeOption):
        return _range_value(option, linked if isinstance(linked, RangeFilter) else None, table)
    return _category_value(option, linked if isinstance(linked, CategoryFilter) else None, table)


def _category_value(option: CategoryOption, linked: CategoryFilter | None, table: str) -> CategoryFilter:
    keep = linked.keep if linked else option.categories[:1]
    kept = st.multiselect(
        f"{escape(option.column)} is one of",
        option.categories,
        default=[name for name in keep if name in option.categories],
        key=f"filter-keep-{option.column}-{table}",
        persist_state="session",
    )
    return CategoryFilter(option.column, tuple(kept))


def _range_value(option: RangeOption, linked: RangeFilter | None, table: str) -> RangeFilter:
    sides = [BELOW, AT_LEAST, BETWEEN]
    side = st.selectbox(
        "Keep rows",
        sides,
        index=sides.index(_side(linked)),
        key=f"filter-side-{option.column}-{table}",
        persist_state="session",
        width=110,
    )
    # Below the smallest value there is no row.
    lowest = option.low + option.step if side == BELOW and option.low + option.step < option.high else option.low
    slider: dict[str, Any] = {
        "label": f"{escape(option.column)} threshold",
        "min_value": lowest,
        "max_value": option.high,
        "step": option.step,
        "key": f"filter-{side}-{option.column}-{table}",
        "persist_state": "session",
    }
    if side == BETWEEN:
        start = (linked.low, linked.high) if linked and _side(linked) == BETWEEN else option.middle
        low, high = st.slider(value=tuple(option.clip(_bound(end)) for end in start), **slider)
        return RangeFilter(option.column, _bound(low), _bound(high), include_high=True)
    known = (linked.high if side == BELOW else linked.low) if linked else None
    value = _bound(
        st.slider(value=max(lowest, option.clip(_bound(option.default if known is None else known))), **slider)
    )
    return RangeFilter(option.column, None, value) if side == BELOW else RangeFilter(option.column, value, None)


def _side(linked: RangeFilter | None) -> str:
    if linked is None or linked.low is None:
        return BELOW
    return AT_LEAST if linked.high is None else BETWEEN


def _bound(value: Any) -> Any:
    """A slider's date as a filter's moment; numbers as they are."""
    return pd.Timestamp(value) if isinstance(value, datetime) else value
