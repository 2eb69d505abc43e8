"""The project that this browser looks at: chosen in the sidebar, kept over pages, and part of every link."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from driftium_core import monitor
from driftium_core.errors import DriftiumError, StorageError
from driftium_core.formats import fmt_name
from driftium_core.store.records import DEFAULT_PROJECT
from pages.ui.widgets import escape, prose

if TYPE_CHECKING:
    from driftium_core.services import Services

__all__ = ["choose_project", "current_project", "of_project", "open_page", "pick_project", "show_unknown_project"]

TABULAR_PAGE, DASHBOARD_PAGE, PLAYGROUND_PAGE = "tabular.py", "llm_dashboard.py", "playground.py"
RCA_PAGE, SETTINGS_PAGE = "agentic_rca.py", "settings.py"
"""What `open_page` takes."""

PROJECT = "project"
"""Key of the picker, and query parameter of a link; the default project's links go without."""

WANTED = "project_wanted"
UNKNOWN = "project_unknown"
NEW_NAME, NEW_ERROR, NEW_OPEN = "project_new_name", "project_new_error", "project_new"

OF_ONE_PROJECT = ("run", "column", "prompt_run", "baseline", "calculation", "response", "investigation")
"""Query parameters that name something of one project; they go when another is picked."""

CHOSEN_IN_PROJECT = ("column", "baseline")
"""Those of them that never say which project it is."""


def current_project() -> str:
    """The project whose data the page shows; every page passes it to the core."""
    project: str = st.session_state.get(PROJECT) or DEFAULT_PROJECT
    return project


def choose_project(name: str) -> None:
    """Switch this browser to a project, e.g. to that of a run opened by its link, and run the page again.

    The address then names the project; what it named besides of the former project goes.
    """
    st.session_state[WANTED] = name
    for parameter in CHOSEN_IN_PROJECT:
        st.query_params.pop(parameter, None)
    st.rerun()


def open_page(page: str, *, project: str | None = None, **query: str) -> NoReturn:
    """Go to another page of the same or another project; plain ``st.switch_page`` fails on the picker's parameter."""
    if project is not None:
        st.session_state[WANTED] = project
    st.switch_page(page, query_params=query)


def of_project(key: str, project: str | None = None) -> str:
    """A session key of the current, or another project's own, for data that must not show up in another one."""
    project = project or current_project()
    return key if project == DEFAULT_PROJECT else f"{key}-{project}"


def pick_project(services: Services) -> None:
    """Draw the picker and the popover for a new project."""
    names = _names(services)
    wanted = st.session_state.pop(WANTED, None)
    if wanted in names:
        st.session_state[PROJECT] = wanted
    _settle(names)
    st.selectbox(
        "Project",
        names,
        key=PROJECT,
        bind="query-params",
        on_change=_forget_links,
        help="Each project has its own tables, answers, baselines and history. The choice is part of the page's link.",
    )
    if wanted in names:
        _name_in_address(wanted)
    with (
        st.popover("New project", icon=":material/add:", type="tertiary", key=NEW_OPEN, on_change=_forget_error),
        st.form("project_new_form", border=False),
    ):
        st.text_input("Name", key=NEW_NAME, placeholder="e.g. support-bot", max_chars=80)
        if error := st.session_state.get(NEW_ERROR):
            st.error(prose(error), icon=":material/error:")
        st.form_submit_button("Create project", type="primary", on_click=_create, args=(services,))


def show_unknown_project(page: str) -> None:
    """Say that the link's project does not exist, as long as that page is open and no other one is picked."""
    name, opened_on = st.session_state.get(UNKNOWN, (None, page))
    if opened_on is None:
        st.session_state[UNKNOWN] = (name, page)
    elif opened_on != page:
        del st.session_state[UNKNOWN]
        return
    if name is not None:
        st.warning(
            f"There is no project called “{escape(fmt_name(name, limit=80))}”. This is the project "
            f"“{escape(current_project())}”; pick another one in the sidebar.",
            icon=":material/link_off:",
        )


def _names(services: Services) -> list[str]:
    """All projects, or only the current one while the database cannot be read; the page says why."""
    try:
        return monitor.projects(services)
    except StorageError:
        return [current_project()]


def _settle(names: list[str]) -> None:
    """Remember that the link or the session names a project that is not there, before the picker drops it."""
    chosen = st.session_state.get(PROJECT)
    named = st.query_params.get(PROJECT) if chosen is None else chosen
    if named and named not in names:
        st.session_state[UNKNOWN] = (named, None)
        st.session_state[PROJECT] = DEFAULT_PROJECT if DEFAULT_PROJECT in names else names[0]


def _name_in_address(chosen: str) -> None:
    """Make the address name a project that was not chosen in the picker, so that a reload shows the same one.

    Streamlit does so only when a run of the page has ended before, and `st.query_params` refuses a widget's parameter.
    """
    context = get_script_run_ctx()
    if context is None or st.query_params.get(PROJECT, DEFAULT_PROJECT) == chosen:
        return
    with context.session_state.query_params() as address:
        if chosen == DEFAULT_PROJECT:
            address.remove_param(PROJECT)
        else:
            address.set_corrected_value(PROJECT, chosen, "string_value")


def _forget_links() -> None:
    st.session_state.pop(UNKNOWN, None)
    for name in OF_ONE_PROJECT:
        st.query_params.pop(name, None)


def _forget_error() -> None:
    st.session_state.pop(NEW_ERROR, None)


def _create(services: Services) -> None:
    try:
        name = monitor.create_project(services, st.session_state[NEW_NAME])
    except DriftiumError as error:
        st.session_state[NEW_ERROR] = str(error)
        return
    _forget_error()
    _forget_links()
    st.session_state[NEW_NAME] = ""
    st.session_state[NEW_OPEN] = False
    st.session_state[WANTED] = name
    st.toast(f"Project {escape(name)} is ready and chosen.", icon=":material/check_circle:")
