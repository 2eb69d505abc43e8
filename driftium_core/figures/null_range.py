"""One statistic beside the range that it has when nothing changed; never the number alone."""

from __future__ import annotations

import math

import plotly.graph_objects as go

from driftium_core.drawing import NullRangeLayout, null_range_layout
from driftium_core.figures.layout import apply_layout, empty_figure, label_text
from driftium_core.formats import fmt_statistic
from driftium_core.palette import PALETTES, SYMBOLS, Theme, rgba
from driftium_core.severity import Severity, severity_label
from driftium_core.text.drift_report import NullRange

__all__ = ["null_range"]


def null_range(
    name: str,
    banded: NullRange,
    severity: Severity | None,
    theme: Theme,
    *,
    reason: str = "",
    narrow: bool = False,
    height: int = 124,
) -> go.Figure:
    """Quantile dots of the null distribution, its shaded 95 % band, and the value on a stem.

    Parameters
    ----------
    severity : Severity or None
        Gives shape and colour of the marker.
    reason : str
        Shown when there is nothing to draw; says why the statistic is unknown.
    narrow : bool
        Fewer ticks and wider places, for two charts side by side.
    """
    layout = null_range_layout(banded, columns=32 if narrow else 46)
    if layout is None:
        known = math.isfinite(banded.value)
        what = f"{name} is {fmt_statistic(banded.value)}, its null range" if known else name
        return empty_figure(reason or f"{what} could not be computed.", theme, height=height)
    palette = PALETTES[theme]
    figure = go.Figure()
    top = max(6.0, max((y for _, y in layout.dots), default=0) + 1.2)
    _add_band(figure, banded, top, palette.muted)
    _add_dots(figure, layout, palette.muted)
    _add_mark(figure, layout, label_text(name), fmt_statistic(banded.value), severity, theme, top)
    _label_band(figure, banded, layout, top, palette.muted, edge=0.3 if narrow else 0.2)
    alt = _alt(name, banded, severity, inside=layout.inside)
    apply_layout(figure, theme, height=height, alt=alt, margin={"l": 6, "r": 6, "t": 20, "b": 4})
    figure.update_yaxes(visible=False, range=[0, top])
    ticks = {"nticks": 4 if narrow else 6, "tickformat": ".3~g", "ticks": "outside", "ticklen": 3}
    figure.update_xaxes(range=[layout.left, layout.right], showline=True, **ticks)
    return figure


def _alt(name: str, banded: NullRange, severity: Severity | None, *, inside: bool) -> str:
    return (
        f"{name} {fmt_statistic(banded.value)}, {severity_label(severity)}; when nothing changed, 95 % of values are "
        f"{fmt_statistic(banded.low)} to {fmt_statistic(banded.high)}; "
        f"it is {'inside' if inside else 'outside'} this null range."
    )


def _add_dots(figure: go.Figure, layout: NullRangeLayout, colour: str) -> None:
    figure.add_scatter(
        x=[x for x, _ in layout.dots],
        y=[y for _, y in layout.dots],
        mode="markers",
        marker={"size": 4.6, "color": colour},
        customdata=[fmt_statistic(x) for x, _ in layout.dots],
        hovertemplate="%{customdata} by chance<extra></extra>",
    )


def _add_band(figure: go.Figure, banded: NullRange, top: float, colour: str) -> None:
    span = {"type": "rect", "x0": banded.low, "x1": banded.high, "y0": 0, "y1": top, "layer": "below"}
    figure.add_shape(**span, line={"width": 0}, fillcolor=rgba(colour, 0.16))
    for x in (banded.low, banded.high):
        figure.add_shape(type="line", x0=x, x1=x, y0=0, y1=top, line={"color": colour, "width": 1, "dash": "dot"})


def _label_band(
    figure: go.Figure, banded: NullRange, layout: NullRangeLayout, top: float, colour: str, *, edge: float
) -> None:
    middle = (banded.low + banded.high) / 2
    share = (middle - layout.left) / (layout.right - layout.left)
    x, anchor = (0.0, "left") if share < edge else (1.0, "right") if share > 1 - edge else (share, "center")
    font = {"size": 12, "color": colour}
    place = {"x": x, "xref": "paper", "xanchor": anchor, "y": top, "yanchor": "bottom"}
    figure.add_annotation(text="null range, 95 %", showarrow=False, font=font, **place)


def _add_mark(
    figure: go.Figure,
    layout: NullRangeLayout,
    name: str,
    value: str,
    severity: Severity | None,
    theme: Theme,
    top: float,
) -> None:
    palette, label = PALETTES[theme], f"{name} {value}"
    colour = palette.severity_mark[severity]
    figure.add_scatter(
        x=[layout.mark] * 2,
        y=[0, top * 0.66],
        mode="lines",
        line={"color": colour, "width": 2, "dash": "dot" if layout.beyond else "solid"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[layout.mark],
        y=[top * 0.76],
        mode="markers",
        marker={
            "size": 14,
            "symbol": SYMBOLS[severity],
            "color": colour,
            "line": {"color": colour if severity is None else palette.surface, "width": 2 if severity is None else 1.5},
        },
        name=label,
        hovertemplate=f"{label} · {severity_label(severity)}<extra></extra>",
        cliponaxis=False,
    )
    if layout.beyond:
        right = layout.beyond == "right"
        figure.add_annotation(
            x=layout.mark,
            y=top * 0.76,
            text=layout.pointer(value),
            showarrow=False,
            xanchor="right" if right else "left",
            xshift=-12 if right else 12,
            font={"size": 12, "color": palette.text},
        )
