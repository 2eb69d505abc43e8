"""The data card of the Tabular page: which reference, which current table, and the options of the check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError, InputError, StorageError
from driftium_core.formats import fmt_n
from driftium_core.tabular.filter_options import CategoryOption, FilterOption, RangeOption
from driftium_core.tabular.report import CompareSettings, Correction
from driftium_core.tabular.simulate import CategoryFilter, Filter, RangeFilter, parse_filter
from pages.ui.jobs import run_job
from pages.ui.widgets import card, escape

if TYPE_CHECKING:
    from driftium_core.services import Services
    from driftium_core.tabular.table import Table

__all__ = ["Choice", "choose_options", "choose_tables"]

RULES: dict[str, Correction] = {"Benjamini-Hochberg": "bh", "Plain p": "none"}
BELOW, AT_LEAST, BETWEEN, ONE_OF = "below", "at least", "between", "is one of"


@dataclass(frozen=True, slots=True)
class Choice:
    """Both tables of a check; ``simulated`` is the filter in words when current is made from the reference."""

    reference: Table
    current: Table
    simulated: str | None


def choose_tables(services: Services) -> Choice | None:
    """Draw the data card; None while a table is still missing, being read, or unreadable (the card says which)."""
    with card("data"):
        left, right = st.columns(2, gap="medium")
        with left:
            reference = _choose_reference(services)
        with right:
            return _choose_current(services, reference)


def choose_options(columns: list[str]) -> CompareSettings:
    """Draw the options popover and return its values; p and rule come from and go to the link."""
    with st.popover("Options", icon=":material/tune:"):
        threshold = st.number_input(
            "p threshold",
            min_value=0.0001,
            max_value=0.5,
            value=0.05,
            step=0.005,
            format="%.4g",
            key="p",
            bind="query-params",
            help="A column is flagged when its p-value is below this. With Benjamini-Hochberg it is also the share "
            "of flagged columns that may be false alarms.",
        )
        rule = st.selectbox(
            "Rule for many columns",
            list(RULES),
            key="rule",
            bind="query-params",
            help="The plain rule flags a column on 35 to 57 % of clean batches of a 16-column table; "
            "Benjamini-Hochberg on 1 to 5 %.",
        )
        monitored = st.multiselect(
            "Columns to compare", columns, key="tabular_columns", persist_state="session", placeholder="All columns"
        )
        categorical = st.multiselect(
            "Treat as categories",
            columns,
            key="tabular_categorical",
            persist_state="session",
            placeholder="Decided by content",
            help="For numbers that are codes, such as a postcode or a status.",
        )
    chosen = tuple(column for column in monitored if column in columns) or None
    return CompareSettings(
        p_threshold=float(threshold),
        correction=RULES[rule],
        columns=chosen,
        categorical=tuple(c for c in categorical if c in columns and (chosen is None or c in chosen)),
    )


def _choose_reference(services: Services) -> Table | None:
    try:
        saved = monitor.references(services)
    except StorageError as error:
        saved = []
        st.error(escape(error), icon=":material/database_off:")
    kinds = ["Sample", "Upload", "Saved"] if saved else ["Sample", "Upload"]
    kind = st.segmented_control(
        "Reference",
        kinds,
        default="Sample",
        key="tabular_reference",
        persist_state="session",
        required=True,
        help="What the data should look like: the built-in sample, a file of yours, or a reference saved earlier.",
    )
    if kind == "Upload":
        return _read_upload(services, "reference", offer=_offer_saving)
    if kind == "Saved" and saved:
        return _open_saved(services, saved)
    with st.container(horizontal=True, vertical_alignment="center"):
        n_rows = st.session_state.get("tabular_sample_rows", 20_000)
        seed = st.session_state.get("tabular_sample_seed", 0)
        st.caption(f"Made-up bank customers: {fmt_n(n_rows)} rows, seed {seed}. No real person is in it.")
        with st.popover("Change", type="tertiary"):
            n_rows = st.number_input(
                "Rows", 100, 200_000, 20_000, 1_000, key="tabular_sample_rows", persist_state="session"
            )
            seed = st.number_input("Seed", 0, 2**31 - 1, 0, key="tabular_sample_seed", persist_state="session")
    return monitor.sample_table(services, int(n_rows), seed=int(seed))


def _open_saved(services: Services, saved: list[Any]) -> Table | None:
    names = {reference.id: reference.name for reference in saved}
    chosen = st.selectbox(
        "Saved reference", list(names), format_func=names.__getitem__, label_visibility="collapsed", key="tabular_saved"
    )
    try:
        table = monitor.open_reference(services, chosen)
    except DriftiumError as error:
        st.error(escape(error))
        return None
    with st.container(horizontal=True, vertical_alignment="center"):
        _describe(table)
        with st.popover("Remove", type="tertiary"):
            st.markdown(f"Remove {escape(names[chosen])}? Runs made with it stay in the history.")
            if st.button("Remove reference", key="tabular_remove_reference", icon=":material/delete:"):
                monitor.delete_reference(services, chosen)
                st.rerun()
    return table


def _offer_saving(services: Services, table: Table) -> None:
    with st.popover("Save as reference", icon=":material/bookmark_add:", type="tertiary"):
        name = st.text_input("Name", value=table.name, max_chars=120, key="tabular_reference_name")
        if st.button("Save reference", type="primary", key="tabular_save_reference", disabled=not name.strip()):
            try:
                monitor.save_reference(services, table, name=name.strip())
            except DriftiumError as error:
                st.error(escape(error))
            else:
                st.toast(f"Saved as {escape(name)}.", icon=":material/bookmark_added:")


def _choose_current(services: Services, reference: Table | None) -> Choice | None:
    kind = st.segmented_control(
        "Current",
        ["Filter the reference", "Upload"],
        default="Filter the reference",
        key="tabular_current",
        persist_state="session",
        required=True,
        help="What the data looks like now: a file of yours, or the reference with some rows filtered out, to see "
        "what a drift looks like.",
    )
    if kind == "Upload":
        st.query_params.pop("filter", None)
        current = _read_upload(services, "current")
        if reference is None or current is None:
            return None
        return Choice(reference, current, None)
    if reference is None:
        st.caption("Waiting for the reference.")
        return None
    return _simulate(services, reference)


def _simulate(services: Services, reference: Table) -> Choice | None:
    options = {option.column: option for option in monitor.filter_options(services, reference)}
    if not options:
        st.error("This reference has no column to filter by. Upload a current file instead.")
        return None
    linked = _linked_filter(options)
    names = list(options)
    default = linked.column if linked else "age"
    try:
        with st.container(horizontal=True, vertical_alignment="bottom", key="tabular_filter"):
            column = st.selectbox(
                "Filter column",
                names,
                index=names.index(default) if default in names else 0,
                key=f"filter-column-{reference.content_hash[:12]}",
                width=170,
                persist_state="session",
            )
            chosen = _filter_value(options[column], linked if linked and linked.column == column else None)
        current = monitor.simulate(services, reference, chosen)
    except InputError as error:
        st.error(escape(error))
        return None
    st.query_params["filter"] = chosen.describe()
    return Choice(reference, current, chosen.describe())


def _linked_filter(options: dict[str, FilterOption]) -> Filter | None:
    """Return the filter of the link, if this table has its column."""
    text = st.query_params.get("filter")
    if not text:
        return None
    try:
        linked = parse_filter(text)
    except InputError as error:
        st.warning(f"The filter in the link was left out. {error}")
        return None
    return linked if linked.column in options else None


def _filter_value(option: FilterOption, linked: Filter | None) -> Filter:
    if isinstance(option, CategoryOption):
        keep = linked.keep if isinstance(linked, CategoryFilter) else option.categories[:1]
        kept = st.multiselect(
            f"{option.column} {ONE_OF}",
            option.categories,
            default=[name for name in keep if name in option.categories],
            key=f"filter-keep-{option.column}",
            persist_state="session",
        )
        return CategoryFilter(option.column, tuple(kept))
    return _range_value(option, linked if isinstance(linked, RangeFilter) else None)


def _range_value(option: RangeOption, linked: RangeFilter | None) -> RangeFilter:
    start = BELOW
    if linked:
        start = BELOW if linked.low is None else AT_LEAST if linked.high is None else BETWEEN
    sides = [BELOW, AT_LEAST, BETWEEN]
    side = st.selectbox(
        "Keep rows",
        sides,
        index=sides.index(start),
        key=f"filter-side-{option.column}",
        persist_state="session",
        width=110,
    )
    slider: dict[str, Any] = {
        "min_value": option.low,
        "max_value": option.high,
        "step": option.step,
        "key": f"filter-{side}-{option.column}",
        "persist_state": "session",
    }
    label = f"{option.column} threshold"
    if side == BETWEEN:
        linked_range = (
            (linked.low, linked.high) if linked and linked.low is not None and linked.high is not None else None
        )
        low, high = st.slider(label, value=_inside(option, linked_range or option.middle), **slider)
        return RangeFilter(option.column, low, high, include_high=True)
    linked_value = (linked.high if side == BELOW else linked.low) if linked else None
    value = st.slider(
        label, value=_inside(option, (option.default if linked_value is None else linked_value,))[0], **slider
    )
    return RangeFilter(option.column, None, value) if side == BELOW else RangeFilter(option.column, value, None)


def _inside(option: RangeOption, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Clip values of a link to the slider's ends, in the slider's own type."""
    kind = type(option.low)
    return tuple(min(max(kind(value), option.low), option.high) for value in values)


def _read_upload(services: Services, side: str, offer: Callable[[Services, Table], None] | None = None) -> Table | None:
    limit_mb = services.settings.max_upload_mb
    upload = st.file_uploader(
        f"{side.capitalize()} file",
        key=f"tabular_{side}_file",
        max_upload_size=limit_mb,
        label_visibility="collapsed",
        help=f"CSV (comma, semicolon, tab or pipe), gz, zip, JSON lines or Parquet, up to {limit_mb} MB.",
    )
    if upload is None:
        st.caption("CSV, TSV, JSON lines or Parquet; gz and zip with one table too.")
        return None
    table = run_job(
        services,
        f"read-{upload.file_id}",
        f"Reading {escape(upload.name)}",
        lambda progress: monitor.read_upload(services, upload.getbuffer(), upload.name, progress=progress),
    )
    if table is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            _describe(table)
            if offer:
                offer(services, table)
    return table


def _describe(table: Table) -> None:
    rows, columns = table.frame.shape
    st.caption(f"{escape(table.name)}: {fmt_n(rows)} rows, {fmt_n(columns)} columns.")
    if table.notes:
        n_notes = len(table.notes)
        with st.popover(
            "1 reading note" if n_notes == 1 else f"{n_notes} reading notes", type="tertiary", icon=":material/info:"
        ):
            for note in table.notes:
                st.text(note)
