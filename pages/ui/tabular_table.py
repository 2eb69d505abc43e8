"""The ranked table of columns: chips, effect bars and small distributions; a selected row opens the drill-down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core.formats import fmt_p, fmt_percent
from driftium_core.severity import NOT_TESTED, severity_label
from driftium_core.tabular.attribution_words import ROLE_WORDS
from driftium_core.tabular.column_result import CategoryDistribution, ColumnResult, NumberDistribution
from pages.ui.widgets import card, severity_column, theme

if TYPE_CHECKING:
    from driftium_core.tabular.report import TableReport

__all__ = ["open_column", "pick_column"]

OPENED = "tabular_opened"
"""How often a column was opened from elsewhere: the table then starts anew, on that column's row."""
NO_FILTER = {"tabular_show_severity": [], "tabular_show_kind": [], "tabular_find": ""}


COLUMN_ORDER = [
    "Severity", "Column", "Status", "Role", "Effect", "Adjusted p", "Reference shape", "Current shape", "Shift",
    "Test", "Statistic", "p", "Reference", "Current", "Missing", "Kind",
]  # fmt: skip


def pick_column(report: TableReport, key: str) -> ColumnResult | None:
    """Draw the table with its filters; returns the column of the selected row (the first one by default)."""
    n_all = len(report.columns)
    with card("table", "Columns, most severe first"):
        shown = _filter(report)
        if not shown:
            st.info("No column matches these filters.", icon=":material/filter_alt_off:")
            return None
        linked = st.query_params.get("column")
        start = next((i for i, column in enumerate(shown) if column.column == linked), 0)
        st.caption(f"{len(shown)} of {n_all} shown. Select a row to see its distributions below; a heading sorts.")
        event = st.dataframe(
            _frame(key, tuple(column.column for column in shown), shown, _roles(report)),
            hide_index=True,
            height=min(35 + 35 * len(shown), 35 + 35 * 9) + 3,
            key=f"columns-{key}-{len(shown)}-{shown[0].column}-{st.session_state.get(OPENED, 0)}",
            on_select="rerun",
            selection_mode="single-row-required",
            selection_default={"selection": {"rows": [start]}},
            alt="Columns with severity, effect size, adjusted p-value and the shape of both samples",
            placeholder="–",
            column_order=COLUMN_ORDER,
            column_config=_config(),
        )
    rows = event.selection.rows
    column = shown[rows[0] if rows and rows[0] < len(shown) else start]
    if column is shown[0]:  # the default needs no link, and follows the report when that changes
        st.query_params.pop("column", None)
    else:
        st.query_params["column"] = column.column
    return column


def open_column(report: TableReport, column: str) -> None:
    """Open a column's drill-down from another place, as a widget's callback; filters that hide it are cleared."""
    if column not in {known.column for known in report.columns}:
        return
    for key, empty in NO_FILTER.items():
        st.session_state[key] = empty
    st.query_params["column"] = column
    st.session_state[OPENED] = st.session_state.get(OPENED, 0) + 1


def _filter(report: TableReport) -> list[ColumnResult]:
    """Chips for severity and kind, and a search box; all empty means all."""
    columns = list(report.columns)
    labels = list(dict.fromkeys(_label(column) for column in columns))
    kinds = list(dict.fromkeys(column.kind.value for column in columns))
    with st.container(horizontal=True, vertical_alignment="bottom", key="table-filters"):
        severities = st.pills("Severity", labels, selection_mode="multi", key="tabular_show_severity", width="content")
        wanted_kinds = st.pills("Kind", kinds, selection_mode="multi", key="tabular_show_kind", width="content")
        words = st.text_input(
            "Find a column", key="tabular_find", placeholder="part of its name", type="search", width=220
        ).strip()
    return [
        column
        for column in columns
        if (not severities or _label(column) in severities)
        and (not wanted_kinds or column.kind.value in wanted_kinds)
        and words.casefold() in column.column.casefold()
    ]


def _roles(report: TableReport) -> tuple[tuple[str, str], ...]:
    """What each drifted column is in the attribution."""
    columns = report.attribution.columns if report.attribution else ()
    return tuple((column.column, ROLE_WORDS[column.role]) for column in columns)


@st.cache_data(max_entries=32, show_spinner=False)
def _frame(
    key: str,  # noqa: ARG001
    names: tuple[str, ...],  # noqa: ARG001
    _columns: list[ColumnResult],
    roles: tuple[tuple[str, str], ...],
) -> pd.DataFrame:
    """Rows for the table, prepared once per report (``key``), filter (``names``) and roles."""
    role_of = dict(roles)
    return pd.DataFrame([_row(column, role_of.get(column.column)) for column in _columns])


def _row(column: ColumnResult, role: str | None) -> dict[str, object]:
    reference_shape, current_shape = _shapes(column)
    decisive = column.decisive
    tested = decisive.pvalue is not None
    return {
        "Severity": [_label(column)],
        "Column": column.column,
        "Effect": decisive.effect_size if tested else None,
        "Adjusted p": fmt_p(column.decisive_pvalue_adjusted) if tested else None,
        "Reference shape": reference_shape,
        "Current shape": current_shape,
        "Shift": column.decisive_shift or None,
        "Reference": column.reference_summary,
        "Current": column.current_summary,
        "Test": decisive.method,
        "Statistic": decisive.statistic if tested else None,
        "p": fmt_p(decisive.pvalue) if tested else None,
        "Missing": f"{fmt_percent(column.missing_reference)} → {fmt_percent(column.missing_current)}",
        "Kind": column.kind.value,
        "Role": role,
        "Status": "drifted" if column.drifted else "–" if column.severity is None else "no drift",
    }


def _label(column: ColumnResult) -> str:
    """Severity chip; a column that has no test is not the same as one with too few values."""
    return NOT_TESTED if column.decisive.pvalue is None else severity_label(column.severity)


def _shapes(column: ColumnResult) -> tuple[list[float], list[float]]:
    from driftium_core.figures.distributions import category_rows, sparkline

    match column.distribution:
        case NumberDistribution(reference=reference, current=current):
            return sparkline(reference), sparkline(current)
        case CategoryDistribution() as distribution:
            rows = category_rows(distribution)
            return [row.reference for row in rows], [row.current for row in rows]
        case _:
            return [], []


def _config() -> dict[str, object]:
    from driftium_core.palette import PALETTES

    palette, text = PALETTES[theme()], st.column_config.TextColumn
    shape = st.column_config.BarChartColumn
    return {
        "Severity": severity_column(
            NOT_TESTED, width=128, help="From the effect size of what is significant; LOW where nothing is."
        ),
        "Column": text(width=118),
        "Effect": st.column_config.ProgressColumn(
            min_value=0,
            max_value=1,
            format="%.2f",
            width=120,
            help="KS D for numbers, bias-corrected Cramer's V for categories. "
            "0.10 is MEDIUM, 0.20 HIGH, 0.30 CRITICAL.",
        ),
        "Adjusted p": text(width=92, help="p-value after correction for the number of tests in this report."),
        "Reference shape": shape("Ref. shape", width=90, color=palette.reference, y_min=0),
        "Current shape": shape("Cur. shape", width=90, color=palette.current, y_min=0),
        "Shift": text(width=150, help="The value that moved most."),
        "Reference": text(width=180),
        "Current": text(width=180),
        "Test": text(width=130),
        "Statistic": st.column_config.NumberColumn(format="%.4g", width=84),
        "p": text(width=92, help="As computed, before correction."),
        "Missing": text(width=120, help="Share of missing values, reference to current."),
        "Kind": text(width=90),
        "Status": text(width=84),
        "Role": text(
            width=88,
            help="Root: its own shift is a cause. Explained: with the roots held its drift goes. Left over: it stays "
            "shifted. Too weak: too little to tell. A dash: the column did not drift, or no attribution was made.",
        ),
    }
