"""The section Alerts of the Settings page: incidents, the rules that open them, and the channels that tell of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from pages.ui.alerts_channels import show_channels
from pages.ui.alerts_incidents import show_incidents
from pages.ui.alerts_rule_form import show_rule_form
from pages.ui.alerts_rules import show_rules
from pages.ui.live import follow
from pages.ui.project import current_project
from pages.ui.widgets import errors_shown, prose

if TYPE_CHECKING:
    from driftium_core.services import Services

__all__ = ["show_alerts"]


def show_alerts(services: Services) -> None:
    """Draw the alerts of the current project, and follow what others change about them."""
    project = current_project()
    follow(lambda: monitor.alerts_version(services, project=project), key="alerts")
    with errors_shown():
        rules = monitor.alert_rules(services, project=project)
        channels = monitor.channels(services, project=project)
        opened = monitor.incidents(services, project=project, open_only=True, limit=None)
        if not rules:
            _show_first(project)
        show_rule_form(services, channels)
        if rules or opened:
            show_incidents(services)
        left, right = st.columns([1.25, 1])
        with left:
            show_rules(services, rules, channels, opened)
        with right:
            show_channels(services, channels, rules)


def _show_first(project: str) -> None:
    with st.container(key="banner-alerts"):
        st.subheader("Nobody is told yet", anchor=False)
        st.markdown(
            prose(
                f"Add a channel, then a rule, and one message goes out when a check of `{project}` is bad enough, one "
                "when it gets worse, and one when it is over. Each says what moved, how sure that is, what to do "
                "first, and links to the report."
            )
        )
