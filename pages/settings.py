"""Sources and scheduled checks, alerts, the REST API, and what this installation uses: a section at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pages.ui.alerts_section import show_alerts
from pages.ui.session import get_services
from pages.ui.settings_api import show_api
from pages.ui.settings_installation import show_installation
from pages.ui.settings_section import choose_section
from pages.ui.settings_sources import show_sources
from pages.ui.widgets import errors_shown, title

if TYPE_CHECKING:
    from driftium_core.services import Services


def show_section(services: Services, section: str) -> None:
    """Draw one section."""
    if section == "sources":
        show_sources(services)
    elif section == "alerts":
        show_alerts(services)
    elif section == "api":
        show_api(services)
    else:
        show_installation(services)


services = get_services()
with title("Settings"):
    chosen_section = choose_section()
with errors_shown():
    show_section(services, chosen_section)
