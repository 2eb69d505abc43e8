"""How drift went over the saved runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from driftium_core.figures.layout import apply_layout, empty_figure, label_text, top_legend
from driftium_core.palette import PALETTES, SYMBOLS, Theme, rgba
from driftium_core.severity import EFFECT_THRESHOLDS, Severity, severity_label

__all__ = ["RunPoint", "run_trend"]


@dataclass(frozen=True, slots=True)
class RunPoint:
    """One saved run in the trend; numbers are None where the run was inconclusive."""

    run_id: str
    when: str
    title: str
    severity: Severity | None
    drift_rate: float | None
    max_effect: float | None


def run_trend(points: Sequence[RunPoint], theme: Theme, *, selected: str | None = None, height: int = 250) -> go.Figure:
    """Largest effect per run on severity bands, and the share of drifted columns as a dotted line.

    ``points`` come oldest first. An inconclusive run is a gap with an open circle at the foot, never joined over.
    ``customdata`` of a marker is its run id.
    """
    if not points:
        return empty_figure("No run saved yet.", theme)
    palette, x = PALETTES[theme], list(range(len(points)))
    figure = go.Figure()
    top = _add_bands(figure, points, theme)
    figure.add_scatter(
        x=x,
        y=[point.drift_rate if point.severity else None for point in points],
        mode="lines",
        name="Share of columns drifted",
        line={"color": palette.muted, "width": 2, "dash": "dot"},
        hovertemplate="%{y:.0%} of columns drifted<extra></extra>",
    )
    figure.add_scatter(
        x=x,
        y=[point.max_effect or 0.0 for point in points],  # nothing drifted, or inconclusive: at the foot
        mode="markers+lines" if all(point.severity for point in points) else "markers",
        name="Largest effect of a drifted column",
        customdata=[point.run_id for point in points],
        line={"color": palette.text, "width": 1.5},
        marker={
            "size": 12,
            "opacity": 1,
            "symbol": [SYMBOLS[point.severity] for point in points],
            "color": [palette.severity_mark[point.severity] for point in points],
            "line": {"color": palette.surface, "width": 1},
        },
        text=[f"{point.when} · {severity_label(point.severity)}<br>{label_text(point.title)}" for point in points],
        hovertemplate="%{text}<br>largest effect %{y:.2f}<extra></extra>",
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
    )
    for i, point in enumerate(points):
        if point.run_id == selected:
            figure.add_vline(x=i, line={"color": palette.accent, "width": 1.5, "dash": "dash"})
    last = points[-1]
    alt = f"Largest effect over the last {len(points)} runs; the latest is {severity_label(last.severity)}."
    apply_layout(
        figure,
        theme,
        height=height,
        alt=alt,
        hovermode="closest",
        clickmode="event+select",
        margin={"l": 4, "r": 4, "t": 30, "b": 4},
        **top_legend(),
    )
    # Four or five labels, counted from the newest, so that a phone can show them too.
    step = max(1, len(points) // 4)
    ticks = x[::-1][::step][::-1]
    figure.update_xaxes(
        range=[-0.6, len(points) - 0.4],
        tickmode="array",
        tickvals=ticks,
        ticktext=[points[i].when.replace(", ", "<br>") for i in ticks],
        tickangle=0,
    )
    figure.update_yaxes(range=[-0.03 * top, top], tickvals=[0, *EFFECT_THRESHOLDS.values(), 1], showgrid=False)
    return figure


def _add_bands(figure: go.Figure, points: Sequence[RunPoint], theme: Theme) -> float:
    """Shade the effect thresholds; returns the top of the axis."""
    palette = PALETTES[theme]
    highest = max([0.4, *(max(p.max_effect or 0, p.drift_rate or 0) for p in points)])
    top = min(1.06, highest * 1.15)
    floors = {Severity.LOW: 0.0, **EFFECT_THRESHOLDS}
    ceilings = [*list(floors.values())[1:], top]
    for (severity, low), high in zip(floors.items(), ceilings, strict=True):
        figure.add_shape(
            type="rect",
            xref="paper",
            x0=0,
            x1=1,
            y0=low,
            y1=high,
            line={"width": 0},
            layer="below",
            fillcolor=rgba(palette.severity_mark[severity], palette.band),
        )
    return top
