"""Plain properties of the answers, each tested against the baseline, with small distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core.formats import fmt_effect, fmt_p, fmt_percent, fmt_value
from driftium_core.severity import severity_label
from pages.ui.widgets import card, severity_column, theme

if TYPE_CHECKING:
    from driftium_core.text.report import Descriptor
    from pages.ui.dashboard_shown import Shown

__all__ = ["show_descriptors"]

CAPTION = (
    "What a log shows without any model. p-values are corrected for the number of properties; severity needs a "
    "significant difference and its effect."
)


def show_descriptors(shown: Shown) -> None:
    """Draw the table, most severe first."""
    from driftium_core.palette import PALETTES

    items = sorted(shown.report.descriptors, key=_order)
    if not items:
        return
    palette, text = PALETTES[theme()], st.column_config.TextColumn
    shape = st.column_config.BarChartColumn
    with card("descriptors", "Descriptors", CAPTION):
        st.dataframe(
            pd.DataFrame([_row(item) for item in items]),
            hide_index=True,
            height="content",
            placeholder="–",
            alt="Properties of the answers with severity, both pools' values, effect and adjusted p-value",
            column_config={
                "Severity": severity_column(width=128),
                "Descriptor": text(width=150),
                "Baseline": text(width=100),
                "Current": text(width=100),
                "Effect": text(width=70, help="KS D for numbers, difference of the shares, Cramer's V for languages."),
                "Adjusted p": text(width=90),
                "Baseline shape": shape(width=110, color=palette.reference, y_min=0),
                "Current shape": shape(width=110, color=palette.current, y_min=0),
                "Found": text(width=420),
            },
        )


def _order(item: Descriptor) -> tuple[int, float]:
    rank = -1 if item.severity is None else item.severity.rank
    return (-rank, -(item.effect_size or 0))


def _row(item: Descriptor) -> dict[str, object]:
    return {
        "Severity": [severity_label(item.severity)],
        "Descriptor": item.label,
        "Baseline": _value(item, item.baseline),
        "Current": _value(item, item.current),
        "Effect": None if item.effect_size is None else fmt_effect(item.effect_size),
        "Adjusted p": None if item.pvalue_adjusted is None else fmt_p(item.pvalue_adjusted),
        "Baseline shape": list(item.shape.baseline) if item.shape else None,
        "Current shape": list(item.shape.current) if item.shape else None,
        "Found": item.text,
    }


def _value(item: Descriptor, value: float | str | None) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return fmt_percent(value) if item.kind == "share" else fmt_value(value)
