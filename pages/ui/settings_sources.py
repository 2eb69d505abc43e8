"""Sources and scheduled checks of the project: the list, the chosen one, and what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import NotFoundError
from pages.ui.live import follow
from pages.ui.project import choose_project, current_project
from pages.ui.settings_first import show_first_source
from pages.ui.settings_new import ADD, offer_new, show_new
from pages.ui.settings_outcome import verdicts
from pages.ui.settings_task import show_task
from pages.ui.settings_tasks import TASK, show_tasks
from pages.ui.widgets import prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.services import Services
    from driftium_core.store.task_records import Task

__all__ = ["show_sources"]


def show_sources(services: Services) -> None:
    """Draw the section; it keeps up with what the scheduler and other browsers do."""
    project = current_project()
    follow(lambda: monitor.tasks_version(services, project=project), key="tasks")
    tasks = monitor.tasks(services, project=project)
    if ADD in st.query_params:
        show_new(services)
        return
    missing = _follow_link(services, tasks)
    if missing:
        st.warning(prose(missing), icon=":material/link_off:")
    if not tasks:
        show_first_source()
        return
    found = verdicts(services, tasks, project=project)
    chosen = show_tasks(services, tasks, found, offer_new)
    show_task(services, chosen, found)


def _follow_link(services: Services, tasks: Sequence[Task]) -> str:
    """Turn to the project of the task that the link names; a sentence when there is no such task any more."""
    named = st.query_params.get(TASK)
    if named is None or any(task.id == named for task in tasks):
        return ""
    try:
        task = monitor.find_task(services, named, project=current_project())
    except NotFoundError as error:
        del st.query_params[TASK]
        return str(error)
    if task.project == current_project():
        st.query_params[TASK] = task.id  # the link named it by its name
        return ""
    choose_project(task.project)
    return ""
