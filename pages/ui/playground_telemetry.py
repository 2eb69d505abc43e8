"""Current telemetry: every answer that the next check counts, found, read and deleted, never edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.formats import fmt_effect, fmt_n, fmt_name, fmt_time
from pages.ui.playground_import import offer_import
from pages.ui.playground_prompt import show_text
from pages.ui.project import current_project, of_project
from pages.ui.widgets import card, escape, prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.services import Services
    from driftium_core.store.records import StoredResponse

__all__ = ["picked_ids", "show_telemetry"]

PICKED, SEARCH = "play_picked", "play_search"
CLEARED = "play_cleared"
"""Counts clearings: a table that was drawn with picks keeps them under its key."""

PER_PAGE = 50
MARKS = {"length": "◆", "stop": "●"}


def picked_ids() -> list[str]:
    """Ids of the answers that are picked in the list; a pick stays when new ones come in."""
    picked: list[str] = st.session_state.setdefault(of_project(PICKED), [])
    return picked


def show_telemetry(services: Services) -> None:
    """Draw the list with search, the picked answers in full, and deleting them."""
    project = current_project()
    n_all = monitor.count_current(services, project=project)
    with card("telemetry"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader("Telemetry", anchor=False, width="content")
            offer_import(services)
        st.caption("Newest first. Nothing can be edited: it is evidence.")
        if not n_all:
            _forget_picks()
            st.caption("No current answers. Send a prompt, run a prompt set, or import logged answers.")
            return
        search = st.text_input(
            "Search",
            key=of_project(SEARCH),
            placeholder=f"Search prompts and answers ({fmt_n(n_all)})",
            label_visibility="collapsed",
            icon=":material/search:",
        )
        n_found = monitor.count_current(services, project=project, search=search) if search else n_all
        page = _page(n_found)
        rows = monitor.current_responses(
            services, project=project, limit=PER_PAGE, offset=PER_PAGE * (page - 1), search=search
        )
        if not rows:
            st.caption("Nothing found. Search for a part of a prompt or of an answer.")
            return
        _show_table(services, rows)
        st.caption("● finished  ◆ cut off at the token limit  ✕ failed  – not known")
        _show_picked(services, rows)


def _page(n_found: int) -> int:
    n_pages = -(-n_found // PER_PAGE)
    return int(st.pagination(n_pages, key=of_project(f"play_page-{n_pages}"))) if n_pages > 1 else 1


def _show_table(services: Services, rows: Sequence[StoredResponse]) -> None:
    contents = [row.content for row in rows]
    frame = pd.DataFrame(
        {
            "State": [MARKS.get(c.stop_reason or "", "✕" if c.error else "–") for c in contents],
            "Prompt": [fmt_name(c.prompt or "(no prompt)", limit=90) for c in contents],
            "s": [None if c.latency_ms is None else c.latency_ms / 1000 for c in contents],
            "Tok": [c.tokens for c in contents],
            "Time": [fmt_time(row.content.created_at or row.stored_at) for row in rows],
            "Answer": [fmt_name(c.response, limit=120) for c in contents],
            "Model": [c.model for c in contents],
        }
    )
    known = {row.id: position for position, row in enumerate(rows)}
    # Rows are told by position: another list is another table, whose picks are those of before.
    token = hash((tuple(known), st.session_state.get(of_project(SEARCH)), st.session_state.get(CLEARED)))
    event = st.dataframe(
        frame,
        hide_index=True,
        key=of_project(f"play_telemetry-{token}"),
        height=min(412, 40 + 36 * len(rows)),
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [known[id_] for id_ in picked_ids() if id_ in known]}},
        placeholder="–",
        alt="Current answers, newest first",
        column_config={
            "State": st.column_config.TextColumn("", width=28),
            "Prompt": st.column_config.TextColumn(width=196),
            "s": st.column_config.NumberColumn(format="%.2f", width=52, help="Seconds until the answer was complete."),
            "Tok": st.column_config.NumberColumn(width=48, help="Tokens of the answer."),
            "Time": st.column_config.TextColumn(width=66, help="UTC"),
            "Answer": st.column_config.TextColumn(width=260),
            "Model": st.column_config.TextColumn(width=170),
        },
    )
    elsewhere = [id_ for id_ in picked_ids() if id_ not in known]
    picked = [rows[position].id for position in event.selection.rows if position < len(rows)]
    st.session_state[of_project(PICKED)] = _still_current(services, elsewhere) + picked


def _still_current(services: Services, ids: Sequence[str]) -> list[str]:
    return [row.id for row in monitor.responses_by_ids(services, ids) if row.baseline_id is None] if ids else []


def _show_picked(services: Services, rows: Sequence[StoredResponse]) -> None:
    ids = picked_ids()
    if not ids:
        st.caption("Pick a row to read it, or several to promote or delete them.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{fmt_n(len(ids))} picked**")
        st.button("Clear", key="play-clear", type="tertiary", on_click=_forget_picks)
        with st.popover("Delete", icon=":material/delete:", type="tertiary"):
            plural = "answer" if len(ids) == 1 else "answers"
            st.markdown(f"Delete {fmt_n(len(ids))} picked {plural}? The next check does without. There is no undo.")
            if st.button("Delete now", key="play-delete", type="primary"):
                _delete(services, ids)
    if len(ids) == 1:
        chosen = next((row for row in rows if row.id == ids[0]), None)
        if chosen:
            _show_one(chosen)


def _show_one(row: StoredResponse) -> None:
    content = row.content
    facts = [content.model, content.backend, f"source {content.source}" if content.source else None]
    if content.temperature is not None:
        facts.append(f"temperature {fmt_effect(content.temperature)}")
    facts.append(f"up to {fmt_n(content.max_tokens)} tokens" if content.max_tokens else None)
    facts.append(f"seed {content.seed}" if content.seed is not None else None)
    st.caption("Prompt")
    show_text(content.prompt or "", f"prompt-{row.id}")
    if content.system:
        st.caption("System prompt")
        show_text(content.system, f"system-{row.id}")
    st.caption("Answer")
    if content.error:
        st.error(prose(content.error), icon=":material/error:")
    show_text(content.response, f"telemetry-{row.id}")
    st.caption(escape(" · ".join(filter(None, facts))))


def _delete(services: Services, ids: Sequence[str]) -> None:
    try:
        monitor.delete_responses(services, ids, project=current_project())
    except DriftiumError as error:
        st.error(prose(str(error)), icon=":material/error:")
        return
    _forget_picks()
    st.rerun()


def _forget_picks() -> None:
    st.session_state[of_project(PICKED)] = []
    st.session_state[CLEARED] = st.session_state.get(CLEARED, 0) + 1
