"""Plain properties of the answers, each tested against the baseline, with small distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core.formats import fmt_effect, fmt_p, fmt_percent, fmt_value
from driftium_core.severity import NOT_TESTED, severity_label
from pages.ui.widgets import WRAPPED_ROW, card, severity_column, theme

if TYPE_CHECKING:
    from driftium_core.text.report import Descriptor
    from pages.ui.dashboard_shown import Shown

__all__ = ["show_descriptors"]

CAPTION = (
    "What a log shows without any model. p-values are corrected for the number of properties, and count from "
    "0.05 on, other than the verdict's 0.005; severity is then the effect. Shapes are of numbers and of more than one "
    "category."
)


def show_descriptors(shown: Shown) -> None:
    """Draw the table, most severe first."""
    from driftium_core.palette import PALETTES

    items = sorted(shown.report.descriptors, key=_order)
    if not items:
        return
    palette, text = PALETTES[theme()], st.column_config.TextColumn
    shape = st.column_config.BarChartColumn
    with card("descriptors", "Properties of the answers", CAPTION):
        st.dataframe(
            pd.DataFrame([_row(item) for item in items]),
            hide_index=True,
            height="content",
            row_height=WRAPPED_ROW,
            placeholder="–",
            alt="Properties of the answers with severity, both pools' values, effect and adjusted p-value",
            column_config={
                "Severity": severity_column(NOT_TESTED, width=128),
                "Descriptor": text(width=150),
                "Baseline": text(width=84),
                "Current": text(width=84),
                "Effect": text(width=60, help="KS D for numbers, difference of the shares, Cramer's V for languages."),
                "Adjusted p": text(width=90),
                "Found": text(width=330),
                "Baseline shape": shape("Base. shape", width=96, color=palette.reference, y_min=0),
                "Current shape": shape("Cur. shape", width=96, color=palette.current, y_min=0),
            },
        )


def _order(item: Descriptor) -> tuple[int, float]:
    rank = -1 if item.severity is None else item.severity.rank
    return (-rank, -(item.effect_size or 0))


def _row(item: Descriptor) -> dict[str, object]:
    return {
        "Severity": [NOT_TESTED if item.pvalue is None else severity_label(item.severity)],
        "Descriptor": item.label,
        "Baseline": _value(item, item.baseline),
        "Current": _value(item, item.current),
        "Effect": None if item.effect_size is None else fmt_effect(item.effect_size),
        "Adjusted p": None if item.pvalue_adjusted is None else fmt_p(item.pvalue_adjusted),
        "Found": item.text,
        "Baseline shape": list(item.shape.baseline) if item.shape and _has_shape(item) else None,
        "Current shape": list(item.shape.current) if item.shape and _has_shape(item) else None,
    }


def _has_shape(item: Descriptor) -> bool:
    """Whether bars say more than the cells beside them: of a share, or of one language, they do not."""
    return item.kind == "number" or (item.kind == "category" and item.shape is not None and len(item.shape.labels) > 1)


def _value(item: Descriptor, value: float | str | None) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return fmt_percent(value) if item.kind == "share" else fmt_value(value)
