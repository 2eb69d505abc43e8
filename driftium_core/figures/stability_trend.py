"""The stability trend: health over MMD² on one time axis, each value with its range, severities as columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from driftium_core.drawing import round_ticks, severity_runs
from driftium_core.figures.layout import apply_layout, empty_figure, label_text
from driftium_core.figures.stability import StabilityPoint, baseline_changes, steps
from driftium_core.palette import PALETTES, SYMBOLS, Palette, Theme, rgba
from driftium_core.severity import GLYPHS, severity_label
from driftium_core.store.records import Calculation

__all__ = ["stability_trend"]

_MANY = 40
"""From here on markers are small, lines thin, and the interval is a ribbon instead of bars."""

_PHONE_PX = 290
"""Width of the plot on a phone: a label is left out where it would not fit there."""

_MOST_BANDS = 60
"""Where severity flips more often than this, bands are stripes that nobody can read, and only the markers tell it."""


def stability_trend(
    points: Sequence[StabilityPoint], theme: Theme, *, selected: str | None = None, height: int = 360
) -> go.Figure:
    """Health Index with its 95 % interval over MMD² with the null range of each calculation, oldest first.

    A column's colour is the severity of its calculation, which rests on the test and the effect and not on a level of
    health. An inconclusive calculation is a gap with an open circle below the scales. ``customdata`` of every marker is
    its calculation id; ``selected`` is one of them.
    """
    if not points:
        return empty_figure("No calculation yet.", theme, height=height)
    palette, items = PALETTES[theme], [point.calculation for point in points]
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.6, 0.4], vertical_spacing=0.13)
    axes = _axes(items)
    _add_ranges(figure, items, palette)
    texts = ["<br>".join(label_text(line, 72) for line in point.lines) for point in points]
    for row, values in ((1, [item.drawn_health for item in items]), (2, [item.drawn_mmd for item in items])):
        _add_line(figure, row, items, values, texts, palette)
    _add_feet(figure, items, texts, axes, palette)
    shapes, annotations = _columns(points, palette)
    chosen = next((i for i, item in enumerate(items) if item.id == selected), None)
    if chosen is not None:
        shapes.append(_line(chosen, {"color": palette.accent, "width": 1.5, "dash": "dash"}))
        _add_rings(figure, chosen, items[chosen], axes, palette)
    annotations += _titles(items, palette)
    apply_layout(
        figure,
        theme,
        height=height,
        alt=_alt(points),
        hovermode="closest",
        clickmode="event+select",
        margin={"l": 4, "r": 18, "t": 42, "b": 4},
        shapes=shapes,
        annotations=annotations,
    )
    _set_axes(figure, points, axes)
    return figure


@dataclass(frozen=True, slots=True)
class _Axis:
    """Ends of a panel's axis, its numbers, and the place below them for what has no value."""

    bottom: float
    top: float
    ticks: tuple[float, ...]
    foot: float


def _axes(items: Sequence[Calculation]) -> tuple[_Axis, _Axis]:
    """Of health, and of MMD² with all values and null ranges, and zero; there is room below for feet, if any."""
    feet = any(map(_is_gap, items))
    health = _Axis(-24 if feet else -4, 104, (0, 25, 50, 75, 100), -15)
    known = [(*(item.mmd_range or ()), item.drawn_mmd) for item in items]
    numbers = [number for each in known for number in each if number is not None]
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    span = high - low or 0.1
    bottom, top = low - (0.34 if feet else 0.06) * span, low + 1.14 * span
    return health, _Axis(bottom, top, round_ticks(low, top, 4), low - 0.2 * span)


def _is_gap(item: Calculation) -> bool:
    return item.drawn_health is None and item.drawn_mmd is None


def _add_ranges(figure: go.Figure, items: Sequence[Calculation], palette: Palette) -> None:
    # Without any value, a sentence stands in their place.
    any_value = any(item.drawn_mmd is not None for item in items)
    ribbons = [(2, [item.mmd_range if any_value else None for item in items], 0.3)]
    if len(items) > _MANY:
        ribbons.append((1, [_interval(item) for item in items], 0.22))
    for row, bounds, opacity in ribbons:
        x, y = steps(bounds)
        figure.add_scatter(
            x=x,
            y=y,
            mode="lines",
            fill="toself",
            fillcolor=rgba(palette.muted, opacity),
            line={"color": rgba(palette.muted, 0.7), "width": 0.6},
            hoverinfo="skip",
            row=row,
            col=1,
        )


def _interval(item: Calculation) -> tuple[float, float] | None:
    if item.drawn_health is None or item.health_low is None or item.health_high is None:
        return None
    return item.health_low, item.health_high


def _add_line(
    figure: go.Figure,
    row: int,
    items: Sequence[Calculation],
    values: Sequence[float | None],
    texts: Sequence[str],
    palette: Palette,
) -> None:
    bars: dict[str, Any] = {}
    if row == 1 and len(items) <= _MANY:
        bounds = [(item.drawn_health, _interval(item)) for item in items]
        bars = {
            "type": "data",
            "symmetric": False,
            "array": [bound[1] - value if value is not None and bound else None for value, bound in bounds],
            "arrayminus": [value - bound[0] if value is not None and bound else None for value, bound in bounds],
            "color": palette.muted,
            "thickness": 1.2,
            "width": 2,
        }
    figure.add_scatter(
        x=list(range(len(items))),
        y=list(values),
        mode="lines+markers",
        name="Health Index" if row == 1 else "MMD²",
        customdata=[item.id for item in items],
        text=list(texts),
        hovertemplate="%{text}<extra></extra>",
        line={"color": palette.text, "width": 1 if len(items) > _MANY else 1.8},
        marker=_marker(items, palette, 11 if row == 1 else 9, many=len(items) > _MANY),
        error_y=bars or None,
        cliponaxis=False,
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        row=row,
        col=1,
    )


def _marker(items: Sequence[Calculation], palette: Palette, size: float, *, many: bool) -> dict[str, Any]:
    size = 5 if many else size
    return {
        # A triangle covers less than a circle of the same size.
        "size": [size * (1.25 if SYMBOLS[item.severity] == "triangle-up" else 1) for item in items],
        "opacity": 1,
        "symbol": [SYMBOLS[item.severity] for item in items],
        "color": [palette.severity_mark[item.severity] for item in items],
        "line": {"color": palette.surface, "width": 0 if many else 1},
    }


def _add_feet(
    figure: go.Figure,
    items: Sequence[Calculation],
    texts: Sequence[str],
    axes: tuple[_Axis, _Axis],
    palette: Palette,
) -> None:
    """Calculations without anything to draw stand below both scales, where they can still be clicked."""
    gaps = [i for i, item in enumerate(items) if _is_gap(item)]
    for row, axis in zip((1, 2), axes, strict=True):
        marker = _marker([items[i] for i in gaps], palette, 10, many=len(items) > _MANY)
        figure.add_scatter(
            x=gaps,
            y=[axis.foot] * len(gaps),
            mode="markers",
            name="Inconclusive",
            customdata=[items[i].id for i in gaps],
            text=[texts[i] for i in gaps],
            hovertemplate="%{text}<extra></extra>",
            marker=marker | {"line": {"width": 2}},
            cliponaxis=False,
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
            row=row,
            col=1,
        )


def _add_rings(
    figure: go.Figure, position: int, item: Calculation, axes: tuple[_Axis, _Axis], palette: Palette
) -> None:
    for row, value, axis in zip((1, 2), (item.drawn_health, item.drawn_mmd), axes, strict=True):
        if value is None and not _is_gap(item):
            continue
        figure.add_scatter(
            x=[position],
            y=[axis.foot if value is None else value],
            mode="markers",
            marker={"size": 20, "symbol": "circle-open", "color": palette.accent, "line": {"width": 2}},
            hoverinfo="skip",
            cliponaxis=False,
            unselected={"marker": {"opacity": 1}},
            row=row,
            col=1,
        )


def _line(x: float, line: dict[str, Any]) -> dict[str, Any]:
    return {"type": "line", "x0": x, "x1": x, "xref": "x", "yref": "paper", "y0": 0, "y1": 1, "line": line}


def _columns(points: Sequence[StabilityPoint], palette: Palette) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Shapes and labels of the severity bands and of the baseline changes.

    They are plain dicts in one list: a figure checks all of its shapes again with each one that is added to it.
    """
    shapes: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    pixels = _PHONE_PX / len(points)
    runs = severity_runs([point.calculation.severity for point in points])
    for run in runs if len(runs) <= _MOST_BANDS else []:
        colour = rgba(palette.severity_mark[run.severity], 1.6 * palette.band)
        place = {"x0": run.first - 0.5, "x1": run.last + 0.5, "y0": 0, "y1": 1, "xref": "x", "yref": "paper"}
        shapes.append({"type": "rect", "layer": "below", "line": {"width": 0}, "fillcolor": colour, **place})
        room, words = (run.last - run.first + 1) * pixels, severity_label(run.severity)
        text = words if room >= 6.8 * len(words) else GLYPHS[run.severity] if room >= 12 else ""
        if text:
            font = {"size": 11, "color": palette.severity_text[run.severity]}
            labels.append(_label((run.first + run.last) / 2, 1, text, font, yanchor="bottom"))
    for position, name in baseline_changes(points):
        shapes.append(_line(position - 0.5, {"color": palette.muted, "width": 1, "dash": "dot"}))
        font = {"size": 11, "color": palette.text}
        labels.append(_label(position - 0.5, 0.477, label_text(name, 12), font, yanchor="top", xanchor="left"))
    return shapes, labels


def _label(x: float, y: float, text: str, font: dict[str, Any], **anchors: str) -> dict[str, Any]:
    place = {"x": x, "y": y, "xref": "x", "yref": "paper", "showarrow": False}
    return {"text": text, "font": font, **place, **anchors}


def _titles(items: Sequence[Calculation], palette: Palette) -> list[dict[str, Any]]:
    font = {"size": 12, "color": palette.muted}
    place = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "showarrow": False}
    shaded = ", shaded: its null range, 95 %" if any(item.drawn_mmd is not None for item in items) else ""
    titles = [
        {
            "text": "Health Index, with its 95 % interval",
            "y": 1,
            "yshift": 18,
            "yanchor": "bottom",
            "font": font,
            **place,
        },
        {"text": f"MMD²{shaded}", "y": 0.35, "yanchor": "bottom", "font": font, **place},
    ]
    missing = {"xref": "paper", "x": 0.5, "showarrow": False, "font": font | {"size": 13}, "bgcolor": palette.raised}
    if all(item.drawn_health is None for item in items):
        known = any(item.health_index is not None for item in items)
        text = "Inconclusive: too few answers to draw one." if known else "No Health Index could be computed."
        titles.append({"text": text, "yref": "y", "y": 50, **missing})
    if all(item.drawn_mmd is None for item in items):
        known = any(item.mmd_range for item in items)
        text = "Inconclusive: too few answers to draw one." if known else "No null range was kept."
        titles.append({"text": text, "yref": "y2 domain", "y": 0.5, **missing})
    return titles


def _alt(points: Sequence[StabilityPoint]) -> str:
    last, many = points[-1], len(points)
    severities = Counter(point.calculation.severity for point in points)
    counts = ", ".join(f"{count} {severity or 'inconclusive'}" for severity, count in severities.items())
    span = f"the last {many} calculations" if many > 1 else "one calculation"
    return f"Health Index and MMD² over {span}: {counts}. The latest: {'; '.join(last.lines).rstrip('.')}."


def _set_axes(figure: go.Figure, points: Sequence[StabilityPoint], axes: tuple[_Axis, _Axis]) -> None:
    # Four or five labels, counted from the newest, so that a phone can show them too; of those alike the first.
    count = len(points)
    shown = list(range(count))[::-1][:: max(1, -(-count // 4))][::-1]
    ticks = [next(group) for _, group in groupby(shown, key=lambda i: points[i].when)]
    figure.update_xaxes(
        range=[-0.5, count - 0.5],
        tickmode="array",
        tickvals=ticks,
        ticktext=["<br>".join(label_text(points[i].when).rsplit(" ", 1)) for i in ticks],
        tickangle=0,
    )
    for row, axis in enumerate(axes, start=1):
        figure.update_yaxes(range=[axis.bottom, axis.top], tickvals=axis.ticks, tickformat=".3~g", row=row, col=1)
