"""The data card of the Tabular page: which reference, and which current table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError, StorageError
from driftium_core.formats import fmt_n
from pages.ui.jobs import run_job
from pages.ui.project import current_project, of_project
from pages.ui.tabular_filter import choose_filtered
from pages.ui.widgets import card, escape, prose

if TYPE_CHECKING:
    from driftium_core.services import Services
    from driftium_core.store.table_records import SavedReference
    from driftium_core.tabular.table import Table

__all__ = ["Choice", "choose_saved", "choose_tables", "saved_reference"]

REFERENCE, SAVED = "tabular_reference", "tabular_saved"


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


def choose_saved(reference_id: str, *, project: str) -> None:
    """Let the page begin with a saved reference of a project when it is opened next."""
    st.session_state[REFERENCE] = "Saved"
    st.session_state[of_project(SAVED, project)] = reference_id


def saved_reference(services: Services) -> str | None:
    """Name of the saved reference that is chosen, also while there is nothing to compare it with."""
    if st.session_state.get(REFERENCE) != "Saved":
        return None
    chosen = st.session_state.get(of_project(SAVED))
    try:
        saved = monitor.references(services, project=current_project())
    except StorageError:
        return None
    return next((reference.name for reference in saved if reference.id == chosen), None)


def _choose_reference(services: Services) -> Table | None:
    try:
        saved = monitor.references(services, project=current_project())
    except StorageError as error:
        saved = []
        st.error(prose(str(error)), icon=":material/database_off:")
    kinds = ["Sample", "Upload", "Saved"] if saved else ["Sample", "Upload"]
    kind = st.segmented_control(
        "Reference",
        kinds,
        default="Sample",
        key=REFERENCE,
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


def _open_saved(services: Services, saved: Sequence[SavedReference]) -> Table | None:
    names = {reference.id: reference.name for reference in saved}
    chosen = st.selectbox(
        "Saved reference",
        list(names),
        format_func=names.__getitem__,
        label_visibility="collapsed",
        key=of_project(SAVED),
    )
    try:
        table = monitor.open_reference(services, chosen)
    except DriftiumError as error:
        st.error(prose(str(error)))
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
        name = st.text_input(
            "Name", value=table.name, max_chars=120, key=f"tabular_reference_name-{table.content_hash[:12]}"
        )
        if st.button("Save reference", type="primary", key="tabular_save_reference", disabled=not name.strip()):
            try:
                monitor.save_reference(services, table, name=name.strip(), project=current_project())
            except DriftiumError as error:
                st.error(prose(str(error)))
            else:
                st.toast(f"Saved as {escape(name)}.", icon=":material/bookmark_added:")
                st.rerun()


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
            st.caption("The report appears as soon as both tables are read.")
            return None
        return Choice(reference, current, None)
    if reference is None:
        st.caption("Waiting for the reference.")
        return None
    filtered = choose_filtered(services, reference)
    return Choice(reference, *filtered) if filtered else None


def _read_upload(services: Services, side: str, offer: Callable[[Services, Table], None] | None = None) -> Table | None:
    """Draw an uploader; the table it gave is kept for the session, since the widget forgets its file on other pages.

    Each project has files of its own: a check of files is saved by itself, and must not land in another project.
    """
    limit_mb, kept_key = services.settings.max_upload_mb, of_project(f"tabular_{side}_table")
    upload = st.file_uploader(
        f"{side.capitalize()} file",
        key=of_project(f"tabular_{side}_file"),
        max_upload_size=limit_mb,
        label_visibility="collapsed",
        on_change=_forget,
        args=(kept_key,),
        help=f"CSV, TSV, JSON Lines, JSON or Parquet; gzip or zip too. Up to {limit_mb} MB.",
    )
    table: Table | None = st.session_state.get(kept_key)
    if upload is not None and table is None:
        table = run_job(
            services,
            f"read-{upload.file_id}",
            f"Reading {upload.name}",
            lambda progress: monitor.read_upload(services, upload.getbuffer(), upload.name, progress=progress),
        )
        if table is None:
            return None
        st.session_state[kept_key] = table
    if table is None:
        st.caption("CSV, TSV, JSON Lines, JSON or Parquet; gzip or zip too.")
        return None
    with st.container(horizontal=True, vertical_alignment="center", key=f"tabular_{side}_facts"):
        _describe(table)
        if offer:
            offer(services, table)
        if upload is None:
            st.button("Remove", key=f"tabular_{side}_remove", type="tertiary", on_click=_forget, args=(kept_key,))
    return table


def _forget(kept_key: str) -> None:
    st.session_state.pop(kept_key, None)


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
