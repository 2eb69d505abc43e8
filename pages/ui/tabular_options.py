"""The options of a check on the Tabular page."""

from __future__ import annotations

import streamlit as st

from driftium_core.tabular.report import CompareSettings, Correction

__all__ = ["choose_options"]

RULES: dict[str, Correction] = {"Benjamini-Hochberg": "bh", "Plain p": "none"}


def choose_options(columns: list[str]) -> CompareSettings:
    """Draw the options popover and return its values; p and rule come from and go to the link."""
    with st.popover("Options", icon=":material/tune:"):
        threshold = st.number_input(
            "p threshold",
            min_value=0.0001,
            max_value=0.5,
            value=0.05,
            step=0.005,
            format="%.4g",
            key="p",
            bind="query-params",
            help="A column is flagged when its p-value is below this. With Benjamini-Hochberg it is also the share "
            "of flagged columns that may be false alarms.",
        )
        rule = st.selectbox(
            "Rule for many columns",
            list(RULES),
            key="rule",
            bind="query-params",
            help="The plain rule flags a column on 35 to 57 % of clean batches of a 16-column table; "
            "Benjamini-Hochberg on 1 to 5 %.",
        )
        monitored = st.multiselect(
            "Columns to compare", columns, key="tabular_columns", persist_state="session", placeholder="All columns"
        )
        categorical = st.multiselect(
            "Treat as categories",
            columns,
            key="tabular_categorical",
            persist_state="session",
            placeholder="Decided by content",
            help="For numbers that are codes, such as a postcode or a status.",
        )
    chosen = tuple(column for column in monitored if column in columns) or None
    return CompareSettings(
        p_threshold=float(threshold),
        correction=RULES[rule],
        columns=chosen,
        categorical=tuple(c for c in categorical if c in columns and (chosen is None or c in chosen)),
    )
