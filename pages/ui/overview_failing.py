"""Sources and scheduled checks that keep failing, on the Overview."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_count, fmt_n, fmt_name
from pages.ui.project import SETTINGS_PAGE, open_page
from pages.ui.widgets import errors_shown, prose

if TYPE_CHECKING:
    from driftium_core.services import Services

__all__ = ["show_failing_tasks"]

SHOWN = 3


def show_failing_tasks(services: Services) -> None:
    """Say which tasks failed several times in a row and why, and lead to each."""
    with errors_shown():
        found = monitor.failing_tasks(services)
        for number, item in enumerate(found[:SHOWN]):
            words = (
                f"`{fmt_name(item.name)}` of the project `{fmt_name(item.project, limit=80)}` has failed "
                f"{fmt_n(item.n_runs)} times in a row. {item.error}"
            )
            with st.container(key=f"failing-{number}", horizontal=True, vertical_alignment="center"):
                st.warning(prose(words), icon=":material/sync_problem:", width="stretch")
                if st.button("Open its runs", key=f"failing-open-{number}", icon=":material/chevron_right:"):
                    open_page(SETTINGS_PAGE, project=item.project, task=item.id)
        if len(found) > SHOWN:
            st.caption(f"{fmt_count(len(found) - SHOWN, 'more task')} failed several times in a row.")
