"""Words that one pool uses more than the other, as bars to both sides."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import plotly.graph_objects as go

from driftium_core.figures.layout import apply_layout, bar_marker, empty_figure, label_text, top_legend
from driftium_core.formats import fmt_effect, fmt_percent
from driftium_core.palette import PALETTES, Palette, Theme
from driftium_core.text.differences import Keyword, telling, why_no_terms

__all__ = ["MAX_TERMS", "TermRow", "cut_term", "diverging_terms", "term_rows"]

MAX_TERMS = 12

_TERM_WIDTH = 18
_MONO = '"Source Code Pro", ui-monospace, Menlo, Consolas, monospace'


@dataclass(frozen=True, slots=True)
class TermRow:
    """One bar: log₂ of the current share over the baseline's with its 95 % interval, and both shares."""

    term: str
    shift: float
    low: float
    high: float
    share_baseline: float
    share_current: float


def term_rows(gained: Sequence[Keyword], lost: Sequence[Keyword], *, limit: int = MAX_TERMS) -> list[TermRow]:
    """The terms worth a bar, from the most gained to the most lost.

    Only `telling` ones; when there are too many, those furthest from it, by the near end of the
    interval.
    """
    rows = [
        TermRow(word.term, word.log2_ratio, word.low, word.high, word.share_baseline, word.share_current)
        for word in dict.fromkeys(telling((*gained, *lost)))
    ]
    rows.sort(key=lambda row: -min(abs(row.low), abs(row.high)))
    return sorted(rows[:limit], key=lambda row: -row.shift)


def cut_term(term: str, width: int = _TERM_WIDTH) -> str:
    """A term on one line, cut to what fits ``width`` Latin letters: a Chinese character or an emoji takes two.

    Plain text, in marks that isolate it, so that the ellipsis of a right-to-left term stays at its end.
    """
    line = " ".join(term.split())
    ends = list(accumulate(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line))
    if ends and ends[-1] > width:
        line = line[: bisect_right(ends, width - 1)].rstrip() + "…"
    return f"\u2068{line}\u2069"


def diverging_terms(
    gained: Sequence[Keyword], lost: Sequence[Keyword], theme: Theme, *, height: int | None = None
) -> go.Figure:
    """log₂ ratio of the shares of answers that hold a term, with 95 % whiskers: lost left, gained right.

    Baseline bars are hatched and current ones solid. A shift of 1 is twice as many answers, −1 half as many.
    """
    rows = term_rows(gained, lost)
    if not rows:
        return empty_figure(why_no_terms((*gained, *lost)), theme)
    palette, figure = PALETTES[theme], go.Figure()
    places = {row: len(rows) - 1 - i for i, row in enumerate(rows)}
    _add_bars(figure, "more in baseline", {row: at for row, at in places.items() if row.shift < 0}, palette, "/")
    _add_bars(figure, "more in current", {row: at for row, at in places.items() if row.shift >= 0}, palette, "")
    _add_values(figure, places, palette.text)
    figure.add_vline(x=0, line={"color": palette.muted, "width": 1})
    alt = f"Terms whose share of answers shifted, log₂ ratio: {', '.join(_words(row) for row in rows)}."
    margin = {"l": 4, "r": 4, "t": 30, "b": 4}
    apply_layout(
        figure,
        theme,
        height=height or 60 + 24 * len(rows),
        alt=alt,
        bargap=0.34,
        margin=margin,
        minreducedheight=20,  # Plotly would rather cut the numbers below one or two rows than the rows
        **top_legend(),
    )
    _set_axes(figure, rows, palette.text)
    return figure


def _add_bars(figure: go.Figure, name: str, places: dict[TermRow, int], palette: Palette, pattern: str) -> None:
    if not places:
        return
    whiskers = {
        "type": "data",
        "symmetric": False,
        "array": [row.high - row.shift for row in places],
        "arrayminus": [row.shift - row.low for row in places],
    }
    figure.add_bar(
        y=list(places.values()),
        x=[row.shift for row in places],
        orientation="h",
        name=name,
        text=[_hover(row) for row in places],
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
        marker=bar_marker(palette.reference if pattern else palette.current, pattern),
        error_x=whiskers | {"color": palette.text, "thickness": 1.2, "width": 3},
    )


def _hover(row: TermRow) -> str:
    shares = f"{fmt_percent(row.share_baseline)} of baseline, {fmt_percent(row.share_current)} of current answers"
    interval = f"95 % {fmt_effect(row.low, signed=True)} to {fmt_effect(row.high, signed=True)}"
    return f"{label_text(row.term)}<br>log₂ {fmt_effect(row.shift, signed=True)}, {interval}<br>{shares}"


def _words(row: TermRow) -> str:
    return f"{' '.join(row.term.split())} {fmt_effect(row.shift, signed=True)}"


def _add_values(figure: go.Figure, places: dict[TermRow, int], colour: str) -> None:
    for row, place in places.items():
        gained = row.shift >= 0
        figure.add_annotation(
            x=row.high if gained else row.low,
            y=place,
            text=fmt_effect(row.shift, signed=True),
            showarrow=False,
            xanchor="left" if gained else "right",
            xshift=6 if gained else -6,
            font={"size": 12, "color": colour},
        )


def _set_axes(figure: go.Figure, rows: Sequence[TermRow], colour: str) -> None:
    lowest, highest = min(0.0, *(row.low for row in rows)), max(0.0, *(row.high for row in rows))
    room = 0.34 * (highest - lowest)  # for the written values
    figure.update_xaxes(
        range=[lowest - (room if lowest < 0 else 0.02), highest + (room if highest > 0 else 0.02)],
        nticks=7,
        showgrid=False,
    )
    figure.update_yaxes(
        showgrid=False,
        range=[-0.6, len(rows) - 0.4],
        tickmode="array",
        tickvals=list(range(len(rows))),
        ticktext=[label_text(cut_term(row.term)) for row in reversed(rows)],
        tickfont={"family": _MONO, "size": 12, "color": colour},
    )
