"""The evidence score over its blocks, against the alarm line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from driftium_core.figures.layout import apply_layout, empty_figure
from driftium_core.figures.palette import PALETTES, Theme
from driftium_core.formats import fmt_count, fmt_n, fmt_p, fmt_time, fmt_value
from driftium_core.store.records import AlarmLook

__all__ = ["EvidencePoint", "evidence_points", "evidence_trend"]


@dataclass(frozen=True, slots=True)
class EvidencePoint:
    """The score after one block: its height log₁₀(1 + score), whether it is over the line, and the hover's words."""

    block: int
    height: float
    over: bool
    text: str


def evidence_points(looks: Sequence[AlarmLook], threshold: float) -> list[EvidencePoint]:
    """Read the points off the looks, by block number."""
    return [
        EvidencePoint(
            look.block,
            math.log10(1 + max(0.0, look.evidence)),
            look.evidence >= threshold,
            f"Block {fmt_n(look.block)} · {fmt_time(look.created_at)}<br>score {_score(look.evidence)}, alarm at "
            f"{_score(threshold)}<br>this block: {fmt_p(look.pvalue)}",
        )
        for look in sorted(looks, key=lambda look: look.block)
    ]


def _score(score: float) -> str:
    return fmt_n(round(score)) if score >= 10 else fmt_value(round(score, 1))


def evidence_trend(
    looks: Sequence[AlarmLook],
    threshold: float,
    alarmed_at_block: int | None,
    theme: Theme,
    *,
    height: int = 170,
) -> go.Figure:
    """Evidence score after each block on a logarithmic axis, with the alarm line and where it was crossed.

    Circles are filled at or over the line and open under it. The axis is log₁₀(1 + score), labelled with scores.
    """
    if not looks:
        return empty_figure("No block of new answers was counted yet.", theme, height=height)
    palette, points = PALETTES[theme], evidence_points(looks, threshold)
    line = math.log10(1 + threshold)
    figure = go.Figure()
    figure.add_shape(
        type="line",
        xref="paper",
        x0=0,
        x1=1,
        y0=line,
        y1=line,
        line={"color": palette.text, "width": 1, "dash": "dash"},
    )
    figure.add_annotation(
        xref="paper",
        x=0,
        xanchor="left",
        y=line,
        yanchor="bottom",
        text="alarm line",
        showarrow=False,
        font={"size": 12, "color": palette.text},
    )
    _add_scores(figure, points, theme)
    alarm = next((point for point in points if point.block == alarmed_at_block), None)
    if alarm is not None:
        figure.add_annotation(
            x=alarm.block,
            y=alarm.height,
            text=f"▲ alarm at block {fmt_n(alarm.block)}",
            ax=0,
            ay=-22,
            arrowhead=0,
            arrowcolor=palette.text,
            font={"size": 12, "color": palette.text},
        )
    last = points[-1]
    state = f"alarm since block {fmt_n(alarmed_at_block)}" if alarmed_at_block is not None else "no alarm"
    alt = (
        f"Evidence score after {fmt_count(len(points), 'block')} of new answers; now {_score(10**last.height - 1)}, "
        f"the alarm line is {_score(threshold)}; {state}."
    )
    apply_layout(figure, theme, height=height, alt=alt, hovermode="closest", margin={"l": 4, "r": 8, "t": 12, "b": 4})
    top = max(line, *(point.height for point in points))
    scores = [0, *(10**power for power in range(1, math.ceil(top) + 1))]
    figure.update_yaxes(
        range=[-0.06 * top, 1.28 * top],
        tickmode="array",
        tickvals=[math.log10(1 + score) for score in scores],
        ticktext=[fmt_n(score) for score in scores],
    )
    blocks = [points[0].block, last.block]
    figure.update_xaxes(range=[blocks[0] - 0.5, blocks[1] + 0.5], nticks=6, tickformat="d", title=None)
    return figure


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
