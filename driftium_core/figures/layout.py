"""What every chart shares: transparent ground, no mode bar, fixed axes, text that Plotly cannot read as tags."""

from __future__ import annotations

import html
import textwrap
from typing import Any

import plotly.graph_objects as go

from driftium_core.formats import whole
from driftium_core.palette import PALETTES, Theme, rgba

__all__ = ["CONFIG", "apply_layout", "bar_marker", "empty_figure", "figure_alt", "label_text", "top_legend"]

CONFIG: dict[str, Any] = {"displayModeBar": False, "responsive": True, "scrollZoom": False}
"""Plotly's config: axes stay put, so that a phone can scroll past a chart."""

_SANS = '"Source Sans", system-ui, sans-serif'


def label_text(text: object, max_length: int = 60) -> str:
    """User text for a Plotly label: on one line, shortened with an ellipsis, and escaped (Plotly reads tags)."""
    line = " ".join(whole(str(text)).split())
    return html.escape(line if len(line) <= max_length else line[: max_length - 1] + "…", quote=False)


def figure_alt(figure: go.Figure) -> str:
    """The sentence that a builder left for screen readers."""
    return str((figure.layout.meta or {}).get("alt", ""))


def top_legend() -> dict[str, Any]:
    """Layout of a legend on one line above the plot."""
    legend = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"}
    return {"showlegend": True, "legend": legend | {"bgcolor": "rgba(0,0,0,0)", "font": {"size": 12.5}}}


def bar_marker(colour: str, pattern: str) -> dict[str, Any]:
    """Marker of a bar: the reference is hatched (``"/"``) and current solid (``""``), so that colour is not alone."""
    hatch = {"shape": pattern, "fgcolor": colour, "bgcolor": rgba(colour, 0.22), "size": 6, "solidity": 0.32}
    return {"color": rgba(colour, 0.78), "line": {"color": colour, "width": 1}, "pattern": hatch}


def apply_layout(figure: go.Figure, theme: Theme, *, height: int, alt: str, **layout: Any) -> go.Figure:
    """Give a figure the common look; ``layout`` overrides."""
    palette = PALETTES[theme]
    font = {"family": _SANS, "size": 13, "color": palette.text}
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        meta={"alt": whole(alt)},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        dragmode=False,
        font=font,
        hoverlabel={"bgcolor": palette.raised, "bordercolor": palette.grid, "font": font},
    )
    ticks = {"tickfont": {"color": palette.muted, "size": 12}, "automargin": True, "fixedrange": True}
    figure.update_xaxes(showgrid=False, zeroline=False, linecolor=palette.grid, tickcolor=palette.grid, **ticks)
    figure.update_yaxes(gridcolor=palette.grid, zeroline=False, **ticks)
    figure.update_layout(**layout)
    return figure


def empty_figure(message: str, theme: Theme, *, height: int = 160) -> go.Figure:
    """One calm sentence where there is nothing to draw, in lines that fit a phone; never a blank axis."""
    figure = apply_layout(go.Figure(), theme, height=height, alt=message)
    figure.add_annotation(
        text="<br>".join(label_text(line) for line in textwrap.wrap(message, 42, max_lines=4, placeholder=" …")),
        x=0.5,
        y=0.5,
        xref="paper",
        yref="paper",
        showarrow=False,
        font={"size": 13, "color": PALETTES[theme].muted},
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return figure
