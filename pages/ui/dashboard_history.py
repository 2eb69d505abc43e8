"""The stability trend: how the verdicts went, and every calculation by its link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_effect, fmt_n, fmt_p, fmt_statistic, fmt_time
from driftium_core.severity import severity_label
from pages.ui.dashboard_answer import RESPONSE
from pages.ui.project import current_project
from pages.ui.widgets import card, chart, drawn, errors_shown, severity_column, theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.services import Services
    from driftium_core.store.records import Baseline, Calculation

__all__ = ["leave_calculation", "linked_calculation", "show_history"]

CALCULATION = "calculation"
"""Query parameter of a link to one calculation."""

LAST, ALL = "Last 20", "All"
TREND_POINTS = 20
HELP = (
    "Severity belongs to a calculation, by its test and effect; it is shaded behind it. MMD² stands on the range that "
    "chance gave at that calculation's sizes."
)


def linked_calculation() -> str | None:
    """Id of the calculation that the link names."""
    return st.query_params.get(CALCULATION)


def leave_calculation() -> None:
    """Draw the way back from a calculation of the history to the pools as they are."""
    if st.button("Back to now", type="primary", icon=":material/arrow_back:", key="calculation-leave"):
        _open(None)


def show_history(services: Services, *, selected: str | None, baseline: Baseline | None) -> None:
    """Draw the trend of the newest calculations and their table, against all baselines or, when asked, this one.

    ``selected`` is marked; a click on another point or row opens that one.
    """
    with errors_shown():
        n_kept = monitor.count_calculations(services, project=current_project())
        if n_kept:
            with card("stability", "Stability"):
                _show_calculations(services, selected, baseline, n_kept)


def _show_calculations(services: Services, selected: str | None, baseline: Baseline | None, n_kept: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        shown = st.segmented_control(
            "Calculations", [LAST, ALL], default=LAST, required=True, key="trend", bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
        only, n_kept = _only_against(services, baseline, n_kept)
        st.caption(f"{fmt_n(n_kept)} kept. Click a point to open that calculation.", help=HELP, width="content")
    calculations = monitor.pool_history(
        services, project=current_project(), baseline_id=only, limit=None if shown == ALL else TREND_POINTS
    )
    _show_trend(services, calculations, selected)
    # Filled when it is opened: the whole history is a thousand rows.
    label = f"Table of {fmt_n(len(calculations))}"
    table = st.expander(label, icon=":material/table_rows:", key="trend-table", on_change="rerun")
    if table.open:
        with table:
            _show_table(calculations, selected)


def _only_against(services: Services, baseline: Baseline | None, n_kept: int) -> tuple[str | None, int]:
    """The baseline's id, when there are calculations against others too and the reader wants them away; how many stay.

    ``n_kept`` are those against any baseline.
    """
    n_same = baseline and monitor.count_calculations(services, project=current_project(), baseline_id=baseline.id)
    if baseline is None or not n_same or n_same == n_kept:
        return None, n_kept
    help_ = "Scores against different baselines are not comparable; where the baseline changes, the trend says so."
    if st.toggle(f"Only against v{baseline.version}", key="trend-one-baseline", help=help_):
        return baseline.id, n_same
    return None, n_kept


def _show_trend(services: Services, calculations: Sequence[Calculation], selected: str | None) -> None:
    from driftium_core.figures.stability import stability_points
    from driftium_core.figures.stability_trend import stability_trend

    versions = {item.id: f"v{item.version}" for item in monitor.baselines(services, project=current_project())}
    points = tuple(stability_points(calculations, baselines=versions))
    event = chart(
        drawn(stability_trend, points, theme(), selected=selected, height=320),
        f"stability-{len(points)}-{points[-1].calculation_id}-{selected}",
        on_select="rerun",
        selection_mode="points",
    )
    for point in event.selection.points:
        picked = _calculation_of(point)
        if picked and picked != selected:
            _open(picked)


def _calculation_of(point: Any) -> str | None:
    data = point.get("customdata")
    return data[0] if isinstance(data, list) and data else data


def _show_table(calculations: Sequence[Calculation], selected: str | None) -> None:
    frame = pd.DataFrame(
        {
            "Severity": [[severity_label(item.severity)] for item in calculations],
            "When": [fmt_time(item.created_at) for item in calculations],
            "Answers": [f"{fmt_n(item.n_current)} v {fmt_n(item.n_baseline)}" for item in calculations],
            "p": [fmt_p(item.pvalue) for item in calculations],
            "Effect": [fmt_effect(item.effect_size) for item in calculations],
            "Health (95 %)": [_health(item) for item in calculations],
            "MMD² (null range)": [_mmd(item) for item in calculations],
            "Design": [item.design for item in calculations],
        }
    )
    event = st.dataframe(
        frame,
        hide_index=True,
        height=min(38 + 35 * len(calculations), 38 + 35 * 8),
        key=f"calculations-{calculations[0].id}-{len(calculations)}-{selected}",
        on_select="rerun",
        selection_mode="single-row",
        alt="Calculations with severity, time, sizes, p-value, effect, health and distances",
        placeholder="–",
        column_config={"Severity": severity_column(width=128)},
    )
    rows = event.selection.rows
    if rows and calculations[rows[0]].id != selected:
        _open(calculations[rows[0]].id)


def _health(item: Calculation) -> str | None:
    """The index with its interval; blank where the trend has a gap."""
    if item.drawn_health is None:
        return None
    interval = "" if item.health_low is None else f" ({item.health_low:.0f} to {item.health_high:.0f})"
    return f"{item.drawn_health:.0f}{interval}"


def _mmd(item: Calculation) -> str | None:
    """The score with its range: alone it says nothing, so that older records, which kept none, have a blank."""
    if item.drawn_mmd is None or item.mmd_range is None:
        return None
    return f"{fmt_statistic(item.drawn_mmd)} ({' to '.join(map(fmt_statistic, item.mmd_range))})"


def _open(calculation_id: str | None) -> None:
    """Show one calculation by its link, or with None the pools as they are."""
    st.query_params.pop(RESPONSE, None)
    if calculation_id is None:
        st.query_params.pop(CALCULATION, None)
    else:
        st.query_params[CALCULATION] = calculation_id
    st.rerun()
