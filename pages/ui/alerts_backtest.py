"""What a rule would have said so far, beside the form that makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.formats import fmt_count, fmt_name
from driftium_core.severity import severity_label
from pages.ui.alerts_words import EVENTS
from pages.ui.project import current_project
from pages.ui.settings_clock import local
from pages.ui.widgets import prose, severity_column

if TYPE_CHECKING:
    from driftium_core.services import Services
    from driftium_core.store.alert_records import NewRule

__all__ = ["show_backtest"]

SHOWN = 100


def show_backtest(services: Services, rule: NewRule) -> None:
    """Draw the rule replayed over the stored history, or why it cannot be."""
    st.markdown("**Had it been there from the start**")
    try:
        backtest = monitor.backtest_rule(services, rule, project=current_project())
    except DriftiumError as error:
        st.warning(prose(str(error)), icon=":material/info:")
        return
    st.markdown(prose(backtest.text))
    if not backtest.firings:
        return
    newest = backtest.firings[::-1][:SHOWN]
    st.dataframe(
        pd.DataFrame(
            {
                "When": [local(firing.at) for firing in newest],
                "Message": [EVENTS[firing.event] for firing in newest],
                "Severity": [[severity_label(firing.severity)] for firing in newest],
                "Title": [fmt_name(firing.title, limit=200) for firing in newest],
            }
        ),
        hide_index=True,
        height=min(38 + 35 * len(newest), 38 + 35 * 9),
        alt="Messages that the rule would have sent, newest first",
        column_config={
            "When": st.column_config.TextColumn(width=96),
            "Message": st.column_config.TextColumn(width=84),
            "Severity": severity_column(width=122),
            "Title": st.column_config.TextColumn(width=330),
        },
    )
    if len(newest) < len(backtest.firings):
        st.caption(f"The newest {SHOWN} of {fmt_count(len(backtest.firings), 'message')}.")
