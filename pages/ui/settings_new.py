"""A new source or scheduled check: what it does, where it reads from, a try, its name and its times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.schedule import Schedule
from driftium_core.store.task_records import NewTask, TaskKind
from pages.ui.project import TABULAR_PAGE, current_project, of_project, open_page
from pages.ui.settings_origin import choose_origin
from pages.ui.settings_schedule import choose_schedule
from pages.ui.settings_section import open_section
from pages.ui.settings_task import NEWEST
from pages.ui.settings_try import try_origin
from pages.ui.widgets import card, prose

if TYPE_CHECKING:
    from typing import Literal

    from driftium_core.services import Services

__all__ = ["ADD", "offer_new", "show_new"]

ADD = "add"
"""Query parameter that opens the form, with the kind to begin with, e.g. ``/settings?add=table``."""

DRAFT_N, ERROR, CREATE = "settings_draft_n", "settings_draft_error", "settings_draft_create"

KINDS: dict[TaskKind, tuple[str, str]] = {
    "collect": ("Collect answers", "Logged answers of your model go to current telemetry as they come."),
    "table": ("Check a table", "Current rows are compared with a saved reference."),
    "answers": ("Check the answers", "Current answers are compared with the baseline."),
}

USUAL = {"collect": Schedule(every_s=900), "table": Schedule(every_s=86_400), "answers": Schedule(every_s=3600)}
"""How often each kind runs unless another schedule is chosen."""


def offer_new(*, width: Literal["content", "stretch"] = "content") -> None:
    """Draw the section's one primary action."""
    if st.button("Add a source or check", type="primary", icon=":material/add:", key="task-add", width=width):
        open_section("sources", add="collect")


def show_new(services: Services) -> None:
    """Draw the form; what is typed stays for the session until it is created or discarded."""
    draft = f"{of_project('task-new')}-{st.session_state.get(DRAFT_N, 0)}"
    left, right = st.columns([1.35, 1])
    with left, card("task-what", "New source or check"):
        kind = _choose_kind(draft)
        new = _choose_what(services, kind, f"{draft}-{kind}")
    with right, card("task-when", "Name and times"):
        name = st.text_input(
            "Name", key=f"{draft}-name", placeholder="support-bot log", max_chars=120, persist_state="session"
        )
        schedule = choose_schedule(f"{draft}-{kind}", USUAL[kind])
        _offer_create(services, new, name, schedule)


def _choose_kind(draft: str) -> TaskKind:
    key = f"{draft}-kind"
    if key not in st.session_state:
        named = st.query_params.get(ADD)
        st.session_state[key] = named if named in KINDS else "collect"
    kind: TaskKind = st.radio(
        "What should it do?",
        list(KINDS),
        format_func=lambda kind: KINDS[kind][0],
        captions=[words for _, words in KINDS.values()],
        key=key,
        persist_state="session",
    )
    return kind


def _choose_what(services: Services, kind: TaskKind, draft: str) -> NewTask | None:
    """The task without name and schedule; None while something that it needs is not there."""
    if kind == "answers":
        st.caption(
            "It reads nothing from outside. A check whose pools did not change since the one before costs nothing; "
            "without a baseline it says so and waits."
        )
        return NewTask(name="", kind=kind)
    if kind == "collect":
        origin = choose_origin(draft, of_table=False)
        return NewTask(name="", kind=kind, origin=origin, columns=try_origin(services, draft, origin))
    saved = {reference.id: reference.name for reference in monitor.references(services, project=current_project())}
    if not saved:
        st.info("A check needs a saved reference: the table as it should be.", icon=":material/bookmark_add:")
        if st.button("Save a reference on the Tabular page", key="task-reference-first"):
            st.session_state["tabular_reference"] = "Upload"
            open_page(TABULAR_PAGE)
        return None
    reference = st.selectbox(
        "Reference",
        list(saved),
        format_func=lambda id_: saved.get(id_, id_),
        key=f"{draft}-reference",
        persist_state="session",
        help="Saved on the Tabular page.",
    )
    origin = choose_origin(draft, of_table=True)
    threshold = st.number_input(
        "p threshold", 0.001, 0.5, 0.05, 0.01, format="%.3f", key=f"{draft}-p", persist_state="session"
    )
    try_origin(services, draft, origin, reference_id=reference)
    return NewTask(name="", kind=kind, origin=origin, reference_id=reference, p_threshold=threshold)


def _offer_create(services: Services, what: NewTask | None, name: str, schedule: Schedule | None) -> None:
    place = st.container()
    with st.container(horizontal=True):
        # The press is noted by a callback: it counts even when it comes together with a rerun of the whole page.
        st.button("Create", type="primary", key="task-create", on_click=_wish, disabled=what is None)
        if st.button("Discard", type="tertiary", key="task-discard"):
            _end_draft()
            open_section("sources")
    if st.session_state.pop(CREATE, False) and what is not None:
        st.session_state[ERROR] = _create(services, what, name, schedule)
    if error := st.session_state.get(ERROR):
        place.error(prose(error), icon=":material/error:")


def _wish() -> None:
    st.session_state[CREATE] = True


def _create(services: Services, what: NewTask, name: str, schedule: Schedule | None) -> str:
    """Store it and turn to it; returns why not when it cannot be."""
    if schedule is None:
        return "Say when it runs, or choose “Only by hand”."
    new = NewTask(
        name=name.strip(),
        kind=what.kind,
        origin=what.origin,
        columns=what.columns,
        reference_id=what.reference_id,
        p_threshold=what.p_threshold,
        schedule=schedule,
    )
    try:
        task = monitor.create_task(services, new, project=current_project())
    except DriftiumError as error:
        return str(error)
    _end_draft()
    st.session_state[NEWEST] = task.id
    return open_section("sources", task=task.id)


def _end_draft() -> None:
    """What was typed is forgotten, secrets too."""
    begun = f"{of_project('task-new')}-{st.session_state.get(DRAFT_N, 0)}-"
    for key in [key for key in st.session_state if str(key).startswith(begun)]:
        del st.session_state[key]
    st.session_state[DRAFT_N] = st.session_state.get(DRAFT_N, 0) + 1
    st.session_state.pop(ERROR, None)
