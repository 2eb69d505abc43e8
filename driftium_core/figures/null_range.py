"""One statistic beside the range that it has when nothing changed; never the number alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import plotly.graph_objects as go

from driftium_core.figures.layout import apply_layout, empty_figure, label_text
from driftium_core.formats import fmt_statistic
from driftium_core.palette import PALETTES, SYMBOLS, Theme, rgba
from driftium_core.severity import Severity, severity_label
from driftium_core.stats.null_range import NullRange

__all__ = ["NullRangeLayout", "null_range", "null_range_layout"]

MAX_DOTS = 40

_FURTHEST = 12.0
"""A value further from the band than this many of its widths is pointed at, so that the band stays readable."""


@dataclass(frozen=True, slots=True)
class NullRangeLayout:
    """Where everything stands on the axis.

    Attributes
    ----------
    left, right : float
        Ends of the axis.
    dots : tuple of (float, int)
        Place and height in its stack (1 is the lowest) of each quantile of the null distribution.
    mark : float
        Where the marker stands: the value, or the end of the axis nearest to it.
    beyond : {"left", "right"} or None
        On which side the value is off the axis.
    inside : bool
        Whether the value is within the band, ends included.
    """

    left: float
    right: float
    dots: tuple[tuple[float, int], ...]
    mark: float
    beyond: Literal["left", "right"] | None
    inside: bool


def null_range_layout(banded: NullRange, *, columns: int = 46) -> NullRangeLayout | None:
    """Lay out a value, its band and the quantile dots; None when the value or its band is unknown.

    Zero is part of the axis unless it would squeeze the band. Dots fall into ``columns`` places.
    """
    value, low, high = banded.value, banded.low, banded.high
    if not all(map(math.isfinite, (value, low, high))):
        return None
    draws = sorted(draw for draw in banded.draws if math.isfinite(draw))
    first, last = min([low, *draws[:1]]), max([high, *draws[-1:]])
    width = last - first or abs(value - low) or abs(low) or 1.0
    left, right = min(first, value), max(last, value)
    beyond: Literal["left", "right"] | None = None
    if value > last + _FURTHEST * width:
        right, beyond = last + 3 * width, "right"
    elif value < first - _FURTHEST * width:
        left, beyond = first - 3 * width, "left"
    if left > 0 and left < 2 * (right - left or width):
        left = 0.0
    elif right < 0 and -right < 2 * (right - left or width):
        right = 0.0
    mark = left if beyond == "left" else right if beyond == "right" else value
    padding = 0.06 * (right - left or width)
    left, right = left - padding, right + padding
    dots = _stacked(draws, left, (right - left) / columns)
    return NullRangeLayout(left, right, dots, mark, beyond, low <= value <= high)


def _stacked(draws: list[float], left: float, step: float) -> tuple[tuple[float, int], ...]:
    n_dots = min(MAX_DOTS, len(draws))
    heights: dict[int, int] = {}
    dots = []
    for i in range(n_dots):
        place = round((draws[int((i + 0.5) / n_dots * len(draws))] - left) / step)
        heights[place] = heights.get(place, 0) + 1
        dots.append((left + place * step, heights[place]))
    return tuple(dots)


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
    _add_mark(figure, layout, f"{label_text(name)} {fmt_statistic(banded.value)}", severity, theme, top)
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
    figure: go.Figure, layout: NullRangeLayout, label: str, severity: Severity | None, theme: Theme, top: float
) -> None:
    palette = PALETTES[theme]
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
        value = label.rsplit(" ", 1)[-1]
        figure.add_annotation(
            x=layout.mark,
            y=top * 0.76,
            text=f"off the axis, {value} →" if right else f"← {value}, off the axis",
            showarrow=False,
            xanchor="right" if right else "left",
            xshift=-12 if right else 12,
            font={"size": 12, "color": palette.text},
        )
