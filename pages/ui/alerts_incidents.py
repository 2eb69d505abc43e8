"""Incidents: the open ones with what can be done now, the past ones in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import pandas as pd
import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.formats import fmt_count, fmt_name, fmt_span, fmt_time
from driftium_core.severity import severity_label
from pages.ui.alerts_messages import show_messages
from pages.ui.alerts_words import monitor_words
from pages.ui.project import DASHBOARD_PAGE, RCA_PAGE, TABULAR_PAGE, current_project, open_page
from pages.ui.rca_chosen import START, report_query
from pages.ui.settings_clock import local
from pages.ui.widgets import card, prose, severity_badge, severity_column

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from driftium_core.services import Services
    from driftium_core.store.alert_records import Delivery, Incident

__all__ = ["show_incident", "show_incidents"]

SHOWN = 5
ALL = "alerts_all_incidents"

NONE_YET = (
    "No incident yet. One opens when a rule finds a monitor as bad as it asks for, and ends when a later check is "
    "well; it is kept here with the messages that were sent about it."
)


def show_incidents(services: Services) -> None:
    """Draw the project's incidents, open ones first."""
    project = current_project()
    found = monitor.incidents(services, project=project, limit=None)
    opened = [incident for incident in found if incident.resolved_at is None]
    past = [incident for incident in found if incident.resolved_at is not None]
    with card("incidents", "Incidents"):
        if not found:
            st.caption(NONE_YET)
            return
        if not opened:
            st.caption("No incident is open.")
        shown = opened if st.session_state.get(ALL) else opened[:SHOWN]
        of_incident = _by_incident(monitor.deliveries(services, project=project, limit=1000))
        for incident in shown:
            show_incident(services, incident)
            show_messages(services, of_incident.get(incident.id, []), key=incident.id)
        if len(shown) < len(opened):
            st.button(f"Show all {fmt_count(len(opened), 'open incident')}", key="all-incidents", on_click=_show_all)
        if past:
            _show_past(services, past)


def _by_incident(deliveries: Sequence[Delivery]) -> dict[str, list[Delivery]]:
    found: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        if delivery.incident_id:
            found.setdefault(delivery.incident_id, []).append(delivery)
    return found


def show_incident(services: Services, incident: Incident, *, named: bool = False) -> None:
    """Draw an open incident with its report, its cause and who has seen it; ``named`` also says which project it is."""
    with st.container(key=f"do-incident-{incident.id}", horizontal=True, vertical_alignment="center"):
        st.markdown(f"{severity_badge(incident.severity)} {prose(_what(incident, named=named))}")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            if st.button("Open the report", key=f"report-{incident.id}", icon=":material/monitoring:"):
                _open_report(incident)
            if st.button("Find the cause", key=f"cause-{incident.id}", icon=":material/troubleshoot:"):
                query = report_query(incident.report_kind, incident.report_id)
                open_page(RCA_PAGE, project=incident.project, **query, **{START: "1"})
            if incident.acknowledged_at:
                seen = _written(incident.acknowledged_at, named=named)
                st.caption(f"Seen {seen}: no more reminders.", width="content")
            else:
                st.button(
                    "Acknowledge",
                    key=f"acknowledge-{incident.id}",
                    icon=":material/visibility:",
                    help="Say that you have seen it: no more reminders are sent. It stays open until a check is well.",
                    on_click=_acknowledge,
                    args=(services, incident.id),
                )


def _what(incident: Incident, *, named: bool) -> str:
    words = monitor_words(incident.monitor)
    where = f" in `{fmt_name(incident.project, limit=80)}`" if named else ""
    worst = f" At worst {incident.worst}." if incident.worst is not incident.severity else ""
    since = f"open since {_written(incident.opened_at, named=named)}, for {fmt_span(incident.lasted)}"
    checks = fmt_count(incident.n_checks, "check")
    return f"{words[:1].upper()}{words[1:]}{where}: {since}, {checks}.{worst} Rule “{fmt_name(incident.rule_name)}”."


def _written(moment: datetime, *, named: bool) -> str:
    """The Overview's times are UTC; those of Settings are by this browser's clock."""
    return fmt_time(moment) if named else local(moment)


def _open_report(incident: Incident) -> NoReturn:
    if incident.report_kind == "table":
        open_page(TABULAR_PAGE, project=incident.project, run=incident.report_id)
    open_page(DASHBOARD_PAGE, project=incident.project, calculation=incident.report_id)


def _acknowledge(services: Services, incident_id: str) -> None:
    try:
        monitor.acknowledge_incident(services, incident_id)
    except DriftiumError as error:
        st.toast(prose(str(error)), icon=":material/error:", duration="long")


def _show_all() -> None:
    st.session_state[ALL] = True


def _show_past(services: Services, past: Sequence[Incident]) -> None:
    """Draw the incidents that ended; picking one shows its messages and leads to its report."""
    st.caption(f"{fmt_count(len(past), 'incident')} that ended. Pick one for its messages and its report.")
    event = st.dataframe(
        _frame(past),
        hide_index=True,
        height=min(38 + 35 * len(past), 38 + 35 * 8),
        key=f"past-incidents-{len(past)}-{past[0].id}",
        on_select="rerun",
        selection_mode="single-row",
        alt="Past incidents with the worst severity, monitor, beginning, duration, checks and rule",
        column_config={
            "Worst": severity_column(width=128),
            "Monitor": st.column_config.TextColumn(width=260),
            "Rule": st.column_config.TextColumn(width=200),
        },
    )
    if not event.selection.rows:
        return
    incident = past[event.selection.rows[0]]
    deliveries = monitor.deliveries(services, project=incident.project, incident_id=incident.id)
    show_messages(services, deliveries, key=incident.id)
    if st.button("Open the report", key=f"report-{incident.id}", icon=":material/monitoring:"):
        _open_report(incident)


def _frame(past: Sequence[Incident]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Worst": [[severity_label(incident.worst)] for incident in past],
            "Monitor": [monitor_words(incident.monitor) for incident in past],
            "Opened": [local(incident.opened_at) for incident in past],
            "Lasted": [fmt_span(incident.lasted) for incident in past],
            "Checks": [incident.n_checks for incident in past],
            "Rule": [fmt_name(incident.rule_name) for incident in past],
        }
    )
