"""Alerts on the Overview: messages that did not arrive, open incidents, and a hint where nobody would be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_count, fmt_n, fmt_name, fmt_names, fmt_time
from pages.ui.alerts_incidents import show_incident
from pages.ui.project import SETTINGS_PAGE, open_page
from pages.ui.widgets import card, errors_shown, prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.monitor import MonitorRow, Undelivered
    from driftium_core.services import Services

__all__ = ["show_hint", "show_open_incidents", "show_undelivered"]

SHOWN = 3


def show_undelivered(services: Services) -> None:
    """Say which channels do not take their messages, and lead to where that can be mended."""
    with errors_shown():
        found = monitor.undelivered(services)
        for number, item in enumerate(found[:SHOWN]):
            with st.container(key=f"undelivered-{number}", horizontal=True, vertical_alignment="center"):
                st.warning(prose(_undelivered(item)), icon=":material/notification_important:", width="stretch")
                if st.button("Open alerts", key=f"undelivered-open-{number}", icon=":material/chevron_right:"):
                    _open_alerts(item.project)
        if len(found) > SHOWN:
            st.caption(f"{fmt_count(len(found) - SHOWN, 'more channel')} did not take their messages.")


def _undelivered(item: Undelivered) -> str:
    verb = "could not be delivered" if item.gave_up else "is not delivered yet" if item.n_messages == 1 else "wait"
    where = f"`{fmt_name(item.channel_name)}` of the project `{fmt_name(item.project, limit=80)}`"
    return (
        f"{fmt_count(item.n_messages, 'alert message')} {verb} to {where}, since {fmt_time(item.since)}. {item.error}"
    )


def _open_alerts(project: str) -> NoReturn:
    section = "alerts"
    open_page(SETTINGS_PAGE, project=project, section=section)


def show_open_incidents(services: Services, rows: Sequence[MonitorRow]) -> None:
    """Draw the open incidents of the monitors, worst first, with who has seen them."""
    found = [(row, incident) for row in rows for incident in row.incidents]
    if not found:
        return
    found.sort(key=lambda item: item[1].acknowledged_at is not None)
    n_seen = sum(incident.acknowledged_at is not None for _, incident in found)
    some = f", {fmt_n(n_seen)} of them seen" if n_seen else ""
    seen = ", seen" if n_seen == len(found) == 1 else ", all seen" if n_seen == len(found) else some
    with card("open-incidents", f"{fmt_count(len(found), 'open incident')}{seen}"):
        for _, incident in found[:SHOWN]:
            show_incident(services, incident, named=True)
        label = "All of them" if len(found) > SHOWN else "Rules and channels"
        if st.button(label, key="all-alerts", type="tertiary", icon=":material/arrow_forward:"):
            _open_alerts(found[0][0].project)


def show_hint(services: Services, rows: Sequence[MonitorRow]) -> None:
    """Offer a rule where something is CRITICAL and nobody would have been told."""
    with errors_shown():
        projects = monitor.untold_projects(services, rows)
        if not projects:
            return
        with st.container(key="hint-alerts", horizontal=True, vertical_alignment="center"):
            words = f"In {fmt_names(projects)} something is CRITICAL, and no rule tells anybody."
            st.markdown(f":material/notifications_off: {prose(words)}", width="content")
            if st.button("Be told next time", key="hint-alerts-open", icon=":material/notification_add:"):
                _open_alerts(projects[0])
