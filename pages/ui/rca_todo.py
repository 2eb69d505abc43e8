"""What to do: a checklist whose ticks are kept, and the report as a file or to copy."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.formats import fmt_clock, fmt_day, fmt_n
from pages.ui.project import DASHBOARD_PAGE, PLAYGROUND_PAGE, SETTINGS_PAGE, TABULAR_PAGE, open_page
from pages.ui.rca_chosen import report_query
from pages.ui.rca_evidence import show_cited
from pages.ui.widgets import card, prose

if TYPE_CHECKING:
    from driftium_core.rca.report import Action, Place
    from driftium_core.services import Services
    from driftium_core.store.investigation_records import Investigation
    from pages.ui.rca_chosen import Shown

__all__ = ["show_todo"]

PLACES: dict[Place, tuple[str, str]] = {
    "tabular": (TABULAR_PAGE, "Tabular"),
    "llm-dashboard": (DASHBOARD_PAGE, "LLM Dashboard"),
    "playground": (PLAYGROUND_PAGE, "Playground"),
    "settings": (SETTINGS_PAGE, "Settings"),
}
"""Page and name of each place at which an action can be done."""

OF_REPORT = {"table": "tabular", "text": "llm-dashboard"}
"""Place at which the report itself opens."""


def show_todo(services: Services, shown: Shown) -> None:
    """Draw the checklist and what can be taken away."""
    found = shown.report.findings.recommendation
    with card("todo", "What to do"):
        st.markdown(prose(found.lead.text))
        for position, action in enumerate(found.actions):
            _show_action(services, shown, position, action)
        show_cited(shown.report.ledger, (found.lead,), "todo")
        if shown.record is None:
            st.caption("This investigation is not stored, so that ticks and files are not offered.")
        else:
            _show_downloads(services, shown.record)


def _show_action(services: Services, shown: Shown, position: int, action: Action) -> None:
    record = shown.record
    key = f"rca-done-{record.id if record else 'unsaved'}-{position}"
    st.session_state[key] = bool(record and position in record.done)  # another browser may have ticked it
    minutes = f" :gray-badge[{fmt_n(action.minutes)} min]" if action.minutes is not None else ""
    with st.container(key=f"do-{position}", horizontal=True, vertical_alignment="center", gap="small"):
        st.checkbox(
            f"{prose(action.text)}{minutes}",
            key=key,
            width="stretch",
            wrap=True,
            disabled=record is None,
            on_change=_tick,
            args=(services, record, position, key),
        )
        if action.place is not None:
            page, name = PLACES[action.place]
            words = f"Open the {name}." if action.place != "settings" else "Open Settings."
            if st.button(name, key=f"rca-go-{position}", icon=":material/arrow_forward:", type="tertiary", help=words):
                _go(shown, action.place, page)


def _go(shown: Shown, place: Place, page: str) -> None:
    record = shown.record
    if record is not None and OF_REPORT[record.kind] == place:
        open_page(page, **report_query(record.kind, record.report_id))
    open_page(page)


def _tick(services: Services, record: Investigation, position: int, key: str) -> None:
    try:
        monitor.tick_action(services, record.id, position, st.session_state[key])
    except DriftiumError as error:
        st.toast(f"The tick was not kept. {prose(str(error))}", icon=":material/error:", duration="long")


def _show_downloads(services: Services, record: Investigation) -> None:
    export = partial(monitor.export_investigation, services, record.id)
    name = _file_name(record)
    with st.container(horizontal=True, vertical_alignment="center"):
        copy = st.popover("Copy report", icon=":material/content_copy:", key="rca-copy", on_change="rerun")
        if copy.open:
            with copy:
                st.caption("The copy button stands at the right end of the text.")
                st.code(export(kind="markdown"), language=None, wrap_lines=True, height=360)
        st.download_button(
            "Download Markdown", partial(export, kind="markdown"), f"{name}.md", "text/markdown",
            icon=":material/download:", on_click="ignore", key="rca-md", help="The report to send, to read or to file.",
        )  # fmt: skip
        st.download_button(
            "JSON", partial(export, kind="json"), f"{name}.json", "application/json", icon=":material/data_object:",
            on_click="ignore", key="rca-json", help="Every claim with its evidence, the whole ledger and the trace.",
        )  # fmt: skip


def _file_name(record: Investigation) -> str:
    """``driftium-rca-support-23-Nov-2025-1402``, with nothing in it that a file system minds."""
    when = f"{fmt_day(record.created_at)} {fmt_clock(record.created_at).replace(':', '')}"
    return re.sub(r"[^\w.()-]+", "-", f"driftium rca {record.project[:80]} {when}").strip("-.")
