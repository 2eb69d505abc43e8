"""Both pools in two dimensions, for looking and for picking answers."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import plotly.graph_objects as go

from driftium_core.figures.layout import apply_layout, empty_figure, label_text, top_legend
from driftium_core.figures.terms import cut_term
from driftium_core.formats import fmt_count, fmt_n
from driftium_core.palette import PALETTES, Palette, Theme
from driftium_core.text.differences import Cluster, Projection

__all__ = ["MapInfo", "MapMark", "MapPool", "PoolName", "map_info", "pool_map"]

PoolName = Literal["baseline", "current"]

MAX_MARKS = 3
"""New and gone groups named on the map, of each kind."""

_EDGE = 0.12
"""A label under a group this near to the lower edge, as a share of the height, would be cut."""


@dataclass(frozen=True, slots=True)
class MapPool:
    """Projected answers of one pool: places, positions in the pool, and the start of each text, safe for a label."""

    name: PoolName
    x: tuple[float, ...]
    y: tuple[float, ...]
    positions: tuple[int, ...]
    starts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MapMark:
    """Plain text to write at the middle of a group whose share changed."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class MapInfo:
    """Everything the map shows."""

    baseline: MapPool
    current: MapPool
    marks: tuple[MapMark, ...]


def map_info(
    projection: Projection,
    clusters: Sequence[Cluster] = (),
    *,
    baseline_texts: Mapping[int, str] | None = None,
    current_texts: Mapping[int, str] | None = None,
) -> MapInfo:
    """Join places, texts (by position in their pool) and the groups that are new or gone.

    A group is marked at the mean of its projected members; one without any is not marked.
    """
    pools = (
        _pool("baseline", projection.baseline, projection.baseline_index, baseline_texts),
        _pool("current", projection.current, projection.current_index, current_texts),
    )
    marks: list[MapMark] = []
    for direction, pool in (("gained", pools[1]), ("lost", pools[0])):
        groups = [cluster for cluster in clusters if cluster.direction == direction]
        found = [mark for cluster in groups if (mark := _mark(cluster, pool))]
        marks += found[:MAX_MARKS]
    return MapInfo(*pools, tuple(marks))


def _pool(
    name: PoolName, places: Sequence[tuple[float, float]], positions: Sequence[int], texts: Mapping[int, str] | None
) -> MapPool:
    known = texts or {}
    starts = tuple(_start(known.get(position)) for position in positions)
    return MapPool(name, tuple(x for x, _ in places), tuple(y for _, y in places), tuple(positions), starts)


def _start(text: str | None) -> str:
    """The first words in lines that a phone can show."""
    if text is None:
        return "(text not kept)"
    line = " ".join(text[:400].split())
    if not line:
        return "(empty answer)"
    lines = textwrap.wrap(line, 38, max_lines=3, placeholder=" …")
    return "<br>".join(label_text(part, 40) for part in lines)


def _mark(cluster: Cluster, pool: MapPool) -> MapMark | None:
    gained = cluster.direction == "gained"
    members = set(cluster.current_members if gained else cluster.baseline_members)
    inside = [i for i, position in enumerate(pool.positions) if position in members]
    if not inside:
        return None
    what = " · ".join(cut_term(term, 16) for term in cluster.terms[:1]) or fmt_count(len(members), "answer")
    x, y = (sum(axis[i] for i in inside) / len(inside) for axis in (pool.x, pool.y))
    return MapMark(x, y, f"{'new' if gained else 'gone'}: {what}")


def pool_map(
    info: MapInfo,
    theme: Theme,
    *,
    selected: Collection[tuple[PoolName, int]] = (),
    dragmode: Literal["lasso", "select"] | Literal[False] = False,
    height: int = 380,
) -> go.Figure:
    """Baseline answers as open rings under current ones as dots; distances are approximate.

    ``customdata`` of a point is ``[pool, position]``, for clicks and for selections. ``selected`` points get a ring.
    Dragging selects only with a ``dragmode``: without one a finger scrolls the page.
    """
    n_baseline, n_current = len(info.baseline.x), len(info.current.x)
    if not n_baseline and not n_current:
        return empty_figure("No answer to map.", theme, height=height)
    palette, figure = PALETTES[theme], go.Figure()
    _add_pool(figure, info.baseline, palette, dense=n_baseline + n_current > 1_000)
    _add_pool(figure, info.current, palette, dense=n_baseline + n_current > 1_000)
    _add_rings(figure, info, selected, palette)
    _add_marks(figure, info, palette)
    groups = f" Marked groups: {'; '.join(mark.text for mark in info.marks)}." if info.marks else ""
    apply_layout(
        figure,
        theme,
        height=height,
        alt=f"Map of {fmt_n(n_baseline)} baseline and {fmt_n(n_current)} current answers in two dimensions.{groups}",
        hovermode="closest",
        clickmode="event+select",
        dragmode=dragmode,
        margin={"l": 0, "r": 0, "t": 30, "b": 0},
        **top_legend(),
    )
    figure.update_layout(legend={"itemsizing": "constant"}, newselection={"line": {"color": palette.accent}})
    _set_axes(figure, info)
    return figure


def _set_axes(figure: go.Figure, info: MapInfo) -> None:
    x, y = _room((*info.baseline.x, *info.current.x)), _room((*info.baseline.y, *info.current.y))
    figure.update_layout(xaxis={"visible": False, "range": x}, yaxis={"visible": False, "range": y, "scaleanchor": "x"})


def _room(values: tuple[float, ...]) -> tuple[float, float]:
    room = 0.08 * (max(values) - min(values)) or 1.0
    return min(values) - room, max(values) + room


def _add_pool(figure: go.Figure, pool: MapPool, palette: Palette, *, dense: bool) -> None:
    current = pool.name == "current"
    size = 4 if dense else 7
    figure.add_scatter(
        x=pool.x,
        y=pool.y,
        mode="markers",
        name=f"{pool.name.capitalize()} ({fmt_n(len(pool.x))})",
        customdata=[[pool.name, position] for position in pool.positions],
        text=pool.starts,
        hovertemplate=f"{pool.name.capitalize()}<br>%{{text}}<extra></extra>",
        marker={
            "color": palette.current if current else palette.reference,
            "symbol": "circle" if current else "circle-open",
            "size": size if current else size + 1,
            "opacity": 0.6 if dense else 0.85,
            "line": {"width": 0 if current else 1.3},
        },
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0.25}},
    )


def _add_rings(figure: go.Figure, info: MapInfo, selected: Collection[tuple[PoolName, int]], palette: Palette) -> None:
    chosen = set(selected)
    places = [
        (x, y)
        for pool in (info.baseline, info.current)
        for x, y, position in zip(pool.x, pool.y, pool.positions, strict=True)
        if (pool.name, position) in chosen
    ]
    if places:
        figure.add_scatter(
            x=[x for x, _ in places],
            y=[y for _, y in places],
            mode="markers",
            showlegend=False,
            hoverinfo="skip",
            unselected={"marker": {"opacity": 1}},
            marker={"size": 14, "symbol": "circle-open", "color": palette.accent, "line": {"width": 2}},
        )


def _add_marks(figure: go.Figure, info: MapInfo, palette: Palette) -> None:
    """Labels over or under their group, away from the middle but within the plot, and reaching inwards at the sides."""
    xs, ys = ((*getattr(info.baseline, axis), *getattr(info.current, axis)) for axis in ("x", "y"))
    width = max(xs) - min(xs) or 1.0
    height = max(ys) - min(ys) or 1.0
    placed: list[MapMark] = []
    for mark in info.marks:
        share = (mark.x - min(xs)) / width
        near = [one for one in placed if abs(one.x - mark.x) < 0.35 * width and abs(one.y - mark.y) < 0.15 * height]
        above, level = (mark.y >= sum(ys) / len(ys)) ^ (len(near) % 2 == 1), len(near) // 2
        if mark.y < min(ys) + _EDGE * height:
            above, level = True, len(near)
        placed.append(mark)
        figure.add_annotation(
            x=mark.x,
            y=mark.y,
            text=label_text(mark.text),
            ax=0,
            ay=(46 + 30 * level) * (-1 if above else 1),
            xanchor="left" if share < 0.3 else "right" if share > 0.7 else "center",
            arrowhead=0,
            arrowwidth=1.2,
            arrowcolor=palette.text,
            font={"size": 12, "color": palette.text},
            bgcolor=palette.raised,
            bordercolor=palette.grid,
            borderpad=3,
        )
