"""Both samples of one column over each other: histogram and cumulative curves, or category bars."""

from __future__ import annotations

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from driftium_core.drawing import CategoryRow, category_rows, largest_gap, sparkline
from driftium_core.figures.layout import apply_layout, bar_marker, label_text, top_legend
from driftium_core.formats import fmt_effect, fmt_value
from driftium_core.palette import PALETTES, Theme, rgba
from driftium_core.tabular.column_result import CategoryDistribution, NumberDistribution

__all__ = ["CategoryRow", "category_bars", "category_rows", "largest_gap", "overlay", "sparkline"]


def overlay(column: str, distribution: NumberDistribution, theme: Theme, *, height: int = 330) -> go.Figure:
    """Histogram over cumulative curves on one x axis, with the largest gap marked.

    The reference is dashed and the current sample solid, so that the pair can be told without colour.
    """
    palette, gap = PALETTES[theme], largest_gap(distribution)
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.62, 0.38], vertical_spacing=0.06)
    samples = (
        ("Reference", distribution.reference, distribution.reference_ecdf, palette.reference, "dash"),
        ("Current", distribution.current, distribution.current_ecdf, palette.current, "solid"),
    )
    for name, shares, ecdf, colour, dash in samples:
        line = {"color": colour, "width": 2, "dash": dash}
        figure.add_scatter(
            x=[*distribution.edges, distribution.edges[-1]],
            y=[*shares, shares[-1], 0],
            mode="lines",
            name=name,
            legendgroup=name,
            line=line | {"shape": "hv"},
            fill="tozeroy",
            fillcolor=rgba(colour, 0.28),
            hovertemplate=f"{name} %{{y:.1%}}<extra></extra>",
            row=1,
            col=1,
        )
        figure.add_scatter(
            x=distribution.grid,
            y=ecdf,
            mode="lines",
            name=name,
            legendgroup=name,
            showlegend=False,
            line=line | {"shape": "hv"},
            hovertemplate=f"{name} %{{y:.0%}} at or below<extra></extra>",
            row=2,
            col=1,
        )
    figure.add_shape(
        type="line",
        x0=gap.at,
        x1=gap.at,
        y0=min(gap.reference, gap.current),
        y1=max(gap.reference, gap.current),
        line={"color": palette.text, "width": 2},
        row=2,
        col=1,
    )
    gap_words = f"largest gap {fmt_effect(gap.size)}, at {fmt_value(gap.at)}"
    figure.add_annotation(
        x=1,
        y=0.04,
        xref="x2 domain",
        yref="y2",
        text=gap_words,
        showarrow=False,
        xanchor="right",
        yanchor="bottom",
        font={"size": 12, "color": palette.text},
    )
    alt = f"{column}: histogram and cumulative curves of reference and current; {gap_words}."
    apply_layout(
        figure, theme, height=height, alt=alt, hovermode="x unified", **_legend_margin(right=4), **top_legend()
    )
    figure.update_yaxes(tickformat=".0%", nticks=4, row=1, col=1)
    figure.update_yaxes(tickformat=".0%", tickvals=[0, 0.5, 1], row=2, col=1)
    return figure


def category_bars(column: str, distribution: CategoryDistribution, theme: Theme) -> go.Figure:
    """Pairs of bars, largest category on top; the reference is hatched."""
    palette, rows = PALETTES[theme], category_rows(distribution)[::-1]
    figure = go.Figure()
    samples = (
        ("Current", [row.current for row in rows], palette.current, ""),
        ("Reference", [row.reference for row in rows], palette.reference, "/"),
    )
    for name, shares, colour, pattern in samples:
        figure.add_bar(
            y=list(range(len(rows))),
            x=shares,
            orientation="h",
            name=name,
            text=[f"{share:.1%}" if 0 < share < 0.1 else f"{share:.0%}" for share in shares],
            textposition="outside",
            cliponaxis=False,
            textfont={"color": palette.text, "size": 12},
            hovertemplate=f"{name} %{{x:.1%}}<extra></extra>",
            marker=bar_marker(colour, pattern),
        )
    apply_layout(
        figure,
        theme,
        height=64 + 44 * len(rows),
        alt=f"{column}: share of each category in reference and current.",
        barmode="group",
        bargap=0.3,
        legend_traceorder="reversed",
        **_legend_margin(right=40),
        **top_legend(),
    )
    # Positions instead of names on the axis: two long names may be shortened to the same label.
    labels = [label_text(row.label, 28) for row in rows]
    figure.update_xaxes(tickformat=".0%", nticks=5, rangemode="tozero")
    figure.update_yaxes(
        showgrid=False,
        tickfont_color=palette.text,
        tickmode="array",
        tickvals=list(range(len(rows))),
        ticktext=labels,
    )
    return figure


def _legend_margin(*, right: int) -> dict[str, dict[str, int]]:
    return {"margin": {"l": 4, "r": right, "t": 30, "b": 4}}
