"""The REST API: where it is, who may call it, and what to send first."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st

from pages.ui.project import current_project
from pages.ui.widgets import card, prose

if TYPE_CHECKING:
    from driftium_core.services import Services

__all__ = ["show_api"]


def show_api(services: Services) -> None:
    """Draw the address, the token's state and two examples."""
    st.write(current_project(), urlsplit(services.address).netloc)
    with card("api", "REST API"):
        st.markdown(prose(services.address))
