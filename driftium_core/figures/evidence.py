"""The evidence score over its blocks, against the alarm line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from driftium_core.figures.layout import apply_layout, empty_figure
from driftium_core.formats import fmt_count, fmt_effect, fmt_moment, fmt_n, fmt_p
from driftium_core.palette import PALETTES, Theme
from driftium_core.store.records import AlarmLook

__all__ = ["EvidencePoint", "evidence_points", "evidence_trend"]


@dataclass(frozen=True, slots=True)
class EvidencePoint:
    """After one block, counted from 1: log₁₀(1 + score), whether it is over the line, and the hover's words."""

    block: int
    height: float
    over: bool
    text: str


def evidence_points(looks: Sequence[AlarmLook], threshold: float) -> list[EvidencePoint]:
    """Read the points off the looks, by block number."""
    return [
        EvidencePoint(look.block + 1, _height(look.evidence), look.evidence >= threshold, _hover(look, threshold))
        for look in sorted(looks, key=lambda look: look.block)
    ]


def _hover(look: AlarmLook, threshold: float) -> str:
    score = f"score {fmt_effect(_height(look.evidence))}, alarm at {fmt_effect(_height(threshold))}"
    when = f"Block {fmt_n(look.block + 1)} · {fmt_moment(look.created_at)}"
    return f"{when}<br>{score}<br>this block: {fmt_p(look.pvalue)}"


def _height(score: float) -> float:
    return math.log10(1 + max(0.0, score))


def evidence_trend(
    looks: Sequence[AlarmLook],
    threshold: float,
    alarmed_at_block: int | None,
    theme: Theme,
    *,
    height: int = 170,
    units: str = "answers",
) -> go.Figure:
    """Evidence score after each block, with the alarm line and where it was crossed.

    ``alarmed_at_block`` counts from 0, as looks do; all that is shown counts from 1, as sentences do. Circles are
    filled at or over the line and open under it. All heights are log₁₀(1 + score), as the page writes them.
    """
    if not looks:
        return empty_figure(f"No block of new {units} was counted yet.", theme, height=height)
    palette, points, line = PALETTES[theme], evidence_points(looks, threshold), _height(threshold)
    figure = go.Figure()
    _add_line(figure, points, line, palette.text)
    _add_scores(figure, points, theme)
    alarmed = None if alarmed_at_block is None else alarmed_at_block + 1
    _add_alarm(figure, points, alarmed, palette.text)
    state = "no alarm" if alarmed is None else f"alarm since block {fmt_n(alarmed)}"
    alt = (
        f"Evidence score after {fmt_count(len(points), 'block')} of new {units}; now {fmt_effect(points[-1].height)}, "
        f"the alarm line is {fmt_effect(line)}; {state}."
    )
    apply_layout(figure, theme, height=height, alt=alt, hovermode="closest", margin={"l": 4, "r": 8, "t": 22, "b": 4})
    _set_axes(figure, points, max(line, *(point.height for point in points)), palette.muted, units)
    return figure


def _set_axes(figure: go.Figure, points: Sequence[EvidencePoint], top: float, colour: str, units: str) -> None:
    figure.update_yaxes(range=[-0.06 * top, 1.16 * top], tickformat="d", dtick=max(1, -(-math.ceil(top) // 4)), tick0=0)
    title = {"text": f"block of new {units}", "standoff": 2, "font": {"size": 12, "color": colour}}
    ends = (points[0].block - 0.5, points[-1].block + 0.5)
    figure.update_xaxes(range=ends, nticks=min(6, len(points) + 1), tickformat="d", title=title)


def _add_line(figure: go.Figure, points: Sequence[EvidencePoint], height: float, colour: str) -> None:
    line = {"color": colour, "width": 1, "dash": "dash"}
    figure.add_shape(type="line", xref="paper", x0=0, x1=1, y0=height, y1=height, line=line)
    place = {"xref": "paper", "x": 0, "xanchor": "left", "y": height, "yanchor": "bottom"}
    if any(point.over for point in points[: -(-len(points) // 2)]):  # the score crosses there, so the words go right
        place |= {"x": 1, "xanchor": "right", "yanchor": "top"}
    figure.add_annotation(
        text=f"alarm line {fmt_effect(height)}", showarrow=False, font={"size": 12, "color": colour}, **place
    )


def _add_alarm(figure: go.Figure, points: Sequence[EvidencePoint], block: int | None, colour: str) -> None:
    place = next((i for i, point in enumerate(points) if point.block == block), None)
    if place is None:
        return
    x, early = points[place].block, place < len(points) / 2
    # The words stand above the plot, where no score is, on a line through their block.
    figure.add_shape(
        type="line", x0=x, x1=x, yref="paper", y0=0, y1=1, line={"color": colour, "width": 1, "dash": "dot"}
    )
    figure.add_annotation(
        x=x,
        yref="paper",
        y=1,
        yanchor="bottom",
        text=f"▲ alarm at block {fmt_n(x)}",
        xanchor="left" if early else "right",
        showarrow=False,
        font={"size": 12, "color": colour},
    )


def _add_scores(figure: go.Figure, points: Sequence[EvidencePoint], theme: Theme) -> None:
    palette = PALETTES[theme]
    figure.add_scatter(
        x=[point.block for point in points],
        y=[point.height for point in points],
        mode="lines+markers",
        text=[point.text for point in points],
        hovertemplate="%{text}<extra></extra>",
        line={"color": palette.current, "width": 1.8},
        marker={
            "size": 8 if len(points) <= 60 else 5,
            "opacity": 1,
            "symbol": ["circle" if point.over else "circle-open" for point in points],
            "color": palette.current,
            "line": {"color": palette.current, "width": 1.5},
        },
        cliponaxis=False,
    )
