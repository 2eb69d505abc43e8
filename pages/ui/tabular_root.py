"""Why the table drifted, in terms of its columns: roots, what each explains, and what is left over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.tabular.attribution_words import held_line, left_over_line, root_line
from pages.ui.tabular_table import open_column
from pages.ui.widgets import card, chart, drawn, escape, prose, theme

if TYPE_CHECKING:
    from driftium_core.tabular.attribution_report import Attribution
    from driftium_core.tabular.report import TableReport
    from pages.ui.tabular_shown import Shown

__all__ = ["show_left_over", "show_root_cause"]

MAX_LEFT_OVER = 3

MEANING = "Explained means: with the root's mix held, the column no longer differs."
BINNED = " Effects here are of binned values, so they can differ from the table's."
CLICK = " Click a dot to open its column."


def show_root_cause(shown: Shown) -> None:
    """Draw the card of the roots; where there is none it says why."""
    attribution = shown.report.attribution
    with card("root", "Root cause"):
        if attribution is None:
            st.markdown(_why_none(shown))
        elif not attribution.roots:
            st.markdown(prose(attribution.summary))
            st.caption(prose(attribution.scope_note))
        else:
            _show_dumbbell(shown, attribution)
            several = f"{BINNED}{CLICK}" if len(attribution.columns) > 1 else ""
            for root in attribution.roots:
                last = root is attribution.roots[-1]
                line = root_line(root, attribution.unexplained if last else ())
                st.markdown(f"**Root** {prose(line.removeprefix('Root '))}")
            st.caption(prose(f"{MEANING}{several} {attribution.scope_note}"))


def show_left_over(shown: Shown) -> None:
    """Draw the card of the columns that stay shifted with all roots held; nothing where there is none."""
    attribution = shown.report.attribution
    if attribution is None or not attribution.roots or not attribution.unexplained:
        return
    left = [column for column in attribution.columns if column.column in attribution.unexplained]
    with card("left-over", "Left over"):
        for i, column in enumerate(left[:MAX_LEFT_OVER]):
            next_step = " **Look here next.**" if i == 0 else ""
            st.markdown(prose(left_over_line(column, attribution.roots)) + next_step)
        if len(left) > MAX_LEFT_OVER:
            st.caption("The Role column of the table above names the others.")
        if left:
            st.button(
                f"Show {escape(left[0].column)}",
                icon=":material/bar_chart:",
                type="tertiary",
                key="open-left-over",
                on_click=open_column,
                args=(shown.report, left[0].column),
            )


def _why_none(shown: Shown) -> str:
    if shown.choice is None:
        return (
            "This run was stored without an attribution, by an older version of Driftium. "
            "Run the check again to see it."
        )
    return "The root cause was not looked for in this check. Run the check again to see it."


def _show_dumbbell(shown: Shown, attribution: Attribution) -> None:
    from driftium_core.figures.root_cause import root_cause, root_cause_info

    caption = held_line(attribution)
    if not caption:
        return
    st.caption(prose(caption))
    key = f"root-{shown.key[:12]}"
    chart(
        drawn(root_cause, attribution, theme()),
        key,
        on_select=lambda: _open_picked(shown.report, f"fig-{key}-{theme()}"),
        selection_mode="points",
    )
    if rest := root_cause_info(attribution).rest:
        st.caption(rest)


def _open_picked(report: TableReport, key: str) -> None:
    """Open the column of the point that was clicked."""
    picked = [point.get("customdata") for point in st.session_state[key].selection.points]
    if picked and picked[0]:
        open_column(report, picked[0] if isinstance(picked[0], str) else picked[0][0])
