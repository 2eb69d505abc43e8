"""What is left of each drifted column's effect once the root columns are held fixed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from driftium_core.drawing import held_rows
from driftium_core.figures.layout import apply_layout, empty_figure, label_text, top_legend
from driftium_core.figures.terms import cut_term
from driftium_core.formats import fmt_effect, fmt_n, fmt_name
from driftium_core.palette import PALETTES, Palette, Theme, rgba
from driftium_core.tabular.attribution_report import Attribution, ColumnAttribution
from driftium_core.tabular.attribution_words import ROLE_WORDS

__all__ = ["MAX_ROWS", "RootCauseInfo", "root_cause", "root_cause_info"]

MAX_ROWS = 12

_ROLES = {
    "root": "a root; held are the other roots",
    "explained": "explained: what is left is within chance",
    "left_over": "left over: it keeps more than chance",
    "too_weak": "too weak to attribute",
}
_BAND_LABEL = "chance"


@dataclass(frozen=True, slots=True)
class RootCauseInfo:
    """What is drawn: the rows from the top, the roots that are held, and how many rows are left out."""

    rows: tuple[ColumnAttribution, ...]
    roots: tuple[str, ...]
    n_rest: int

    @property
    def held(self) -> str:
        """What is held, in a few words: ``"age held"``, ``"the 2 roots held"``."""
        if len(self.roots) == 1:
            return f"{fmt_name(self.roots[0], limit=20)} held"
        return f"the {fmt_n(len(self.roots))} roots held"

    @property
    def rest(self) -> str:
        """The rows left out, in words; empty when there is none."""
        if not self.n_rest:
            return ""
        weaker = "1 more column with a smaller effect is" if self.n_rest == 1 else (
            f"{fmt_n(self.n_rest)} more columns with smaller effects are"
        )  # fmt: skip
        return f"{weaker} not drawn."


def root_cause_info(attribution: Attribution, *, limit: int = MAX_ROWS) -> RootCauseInfo:
    """The drifted columns worth a row, by `held_rows`."""
    rows, n_rest = held_rows(attribution, limit)
    return RootCauseInfo(rows, tuple(root.column for root in attribution.roots), n_rest)


def root_cause(attribution: Attribution, theme: Theme, *, height: int | None = None) -> go.Figure:
    """One row per column: an open ring where its effect is alone, a dot where it is with the roots held.

    The grey band of a row is what a column without any drift of its own stays in, 95 % of the time. Each point's
    ``customdata`` is its column.
    """
    info = root_cause_info(attribution)
    if not info.roots:
        return empty_figure("No root column was found.", theme)
    if not info.rows:
        return empty_figure("No other column drifted.", theme)
    palette, figure = PALETTES[theme], go.Figure()
    places = {row: len(info.rows) - 1 - i for i, row in enumerate(info.rows)}
    right = 1.08 * max(0.1, *(max(row.effect_alone, row.effect_held, _chance(row)) for row in info.rows))
    _add_bands(figure, places, palette)
    _add_stems(figure, places, palette)
    _add_points(figure, "effect alone", places, [row.effect_alone for row in places], palette, info, filled=False)
    _add_points(figure, f"with {info.held}", places, [row.effect_held for row in places], palette, info, filled=True)
    _add_values(figure, places, right, palette.muted)
    apply_layout(
        figure,
        theme,
        height=height or 96 + (44 if len(info.rows) <= 6 else 38) * len(info.rows),
        alt=_alt(info),
        margin={"l": 4, "r": 12, "t": 32, "b": 4},
        **top_legend(),
    )
    figure.update_xaxes(range=[-0.03 * right, right], nticks=6, ticks="outside", ticklen=3, showline=True)
    figure.update_yaxes(
        range=[-0.62, len(info.rows) - 0.3],
        tickmode="array",
        ticklabelstandoff=4,
        tickvals=list(places.values()),
        ticktext=[label_text(cut_term(row.column)) for row in places],
        tickfont={"size": 12.5, "color": palette.text},
    )
    return figure


def _chance(row: ColumnAttribution) -> float:
    return row.chance if math.isfinite(row.chance) else 0.0


def _alt(info: RootCauseInfo) -> str:
    rows = "; ".join(
        f"{' '.join(row.column.split())} {fmt_effect(row.effect_alone)} to {fmt_effect(row.effect_held)}, "
        f"chance up to {fmt_effect(row.chance)}, {ROLE_WORDS[row.role]}"
        for row in info.rows
    )
    return f"Effect of each drifted column alone and with {info.held}: {rows}.{f' {info.rest}' if info.rest else ''}"


def _add_bands(figure: go.Figure, places: dict[ColumnAttribution, int], palette: Palette) -> None:
    """A rectangle as high as its row, so that rows of equal chance make one band."""
    for row, place in places.items():
        span: dict[str, Any] = {"x0": 0, "x1": _chance(row), "y0": place - 0.5, "y1": place + 0.5}
        figure.add_shape(type="rect", **span, line={"width": 0}, fillcolor=rgba(palette.muted, 0.2), layer="below")
    lowest = min(places, key=places.__getitem__)
    figure.add_annotation(
        x=_chance(lowest),
        y=places[lowest] - 0.5,
        text=_BAND_LABEL,
        xanchor="left",
        yanchor="bottom",
        xshift=4,
        showarrow=False,
        font={"size": 11.5, "color": palette.muted},
    )


def _add_stems(figure: go.Figure, places: dict[ColumnAttribution, int], palette: Palette) -> None:
    for row, place in places.items():
        figure.add_scatter(
            x=[row.effect_alone, row.effect_held],
            y=[place, place],
            mode="lines",
            line={"color": palette.muted, "width": 2},
            hoverinfo="skip",
            showlegend=False,
        )


def _add_points(
    figure: go.Figure,
    name: str,
    places: dict[ColumnAttribution, int],
    values: list[float],
    palette: Palette,
    info: RootCauseInfo,
    *,
    filled: bool,
) -> None:
    marker: dict[str, Any] = {"size": 12, "symbol": "circle", "color": palette.accent, "opacity": 1}
    if not filled:
        marker |= {"color": palette.surface, "line": {"color": palette.text, "width": 2}}
    figure.add_scatter(
        x=values,
        y=list(places.values()),
        mode="markers",
        name=label_text(name),
        marker=marker,
        # A picked row stays as bright as the others: it is a link, not a filter.
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        customdata=[row.column for row in places],
        text=[_hover(row, info) for row in places],
        hovertemplate="%{text}<extra></extra>",
        cliponaxis=False,
    )


def _hover(row: ColumnAttribution, info: RootCauseInfo) -> str:
    held = "the other roots held" if row.role == "root" else label_text(info.held)
    return (
        f"<b>{label_text(row.column)}</b><br>effect alone {fmt_effect(row.effect_alone)}, with {held} "
        f"{fmt_effect(row.effect_held)}<br>by chance up to {fmt_effect(row.chance)}<br>{_ROLES[row.role]}"
    )


def _add_values(figure: go.Figure, places: dict[ColumnAttribution, int], right: float, colour: str) -> None:
    for row, place in places.items():
        left, end = sorted((row.effect_alone, row.effect_held))
        at_end = left > 0.6 * right  # there would be no room to the right of it
        figure.add_annotation(
            x=end if at_end else left,
            y=place,
            text=f"{fmt_effect(row.effect_alone)} → {fmt_effect(row.effect_held)}",
            showarrow=False,
            xanchor="right" if at_end else "left",
            yanchor="bottom",
            yshift=7,
            font={"size": 12, "color": colour},
        )
