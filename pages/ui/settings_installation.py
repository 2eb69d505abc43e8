"""What this installation uses: the parts, and every setting with where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from pages.ui.parts import show_parts
from pages.ui.widgets import card

if TYPE_CHECKING:
    from driftium_core.services import Services

__all__ = ["show_installation"]

HOW_TO_CHANGE = (
    "Read at start from environment variables or a `.env` file in the working folder; "
    "change one there and start Driftium again. "
    "The p threshold and the rule for many columns are set on the Tabular page, under Options."
)


def show_installation(services: Services) -> None:
    """Draw the parts and the settings in force."""
    show_parts(services)
    with card("settings", "Settings in force", HOW_TO_CHANGE):
        st.dataframe(
            pd.DataFrame(
                [[str(cell).replace("`", "") for cell in row] for row in services.settings.in_force()],
                columns=["Setting", "Value", "Set by", "What it does"],
            ),
            hide_index=True,
            alt="Settings in force",
            column_config={
                "Setting": st.column_config.TextColumn(width=210),
                "Value": st.column_config.TextColumn(width=230),
                "Set by": st.column_config.TextColumn(width=110),
                "What it does": st.column_config.TextColumn(width=640),
            },
        )
