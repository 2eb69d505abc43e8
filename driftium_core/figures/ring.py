"""The Health Index as a ring of 60 segments, with its interval as an arc around it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import plotly.graph_objects as go

from driftium_core.figures.layout import apply_layout
from driftium_core.formats import UNKNOWN
from driftium_core.palette import PALETTES, Theme, rgba
from driftium_core.text.report import Health

__all__ = ["Ring", "dot_matrix", "health_ring", "ring_of"]

SEGMENTS = 60

_REACH = 1.24
"""Radius of the whole drawing, where 1 is the outer edge of the ring."""

_GLYPHS = {
    "0": "01110100011001110101110011000101110",
    "1": "00100011000010000100001000010001110",
    "2": "01110100010000100010001000100011111",
    "3": "11111000100010000010000011000101110",
    "4": "00010001100101010010111110001000010",
    "5": "11111100001111000001000011000101110",
    "6": "00110010001000011110100011000101110",
    "7": "11111000010001000100010000100001000",
    "8": "01110100011000101110100011000101110",
    "9": "01110100011000101111000010001001100",
    UNKNOWN: "00000000000000001110000000000000000",
}
"""5 × 7 cells of each character, row by row."""


@dataclass(frozen=True, slots=True)
class Ring:
    """What the ring shows: ``digits`` in the middle, ``lit`` of 60 segments, the interval's words and ends."""

    digits: str
    lit: int
    interval: tuple[float, float] | None
    words: str
    alt: str


def ring_of(health: Health) -> Ring:
    """Read the ring off an index; one that is unknown lights nothing and says why."""
    if health.value is None or not math.isfinite(health.value):
        return Ring(UNKNOWN, 0, None, "no index", f"Health Index unknown. {health.text}")
    digits, words = f"{health.value:.0f}", "no interval"
    interval = None
    if health.low is not None and health.high is not None:
        interval = (health.low, health.high)
        words = f"95 % {health.low:.0f} to {health.high:.0f}"
    lit = round(health.value / 100 * SEGMENTS)
    return Ring(digits, lit, interval, words, f"Health Index {digits} of 100, {words}.")


def dot_matrix(text: str) -> list[tuple[int, int, bool]]:
    """Column, row (counted from the foot) and light of every dot of a text in 5 × 7 characters."""
    return [
        (6 * place + cell % 5, 6 - cell // 5, bit == "1")
        for place, character in enumerate(text)
        for cell, bit in enumerate(_GLYPHS[character])
    ]


def health_ring(health: Health, theme: Theme, *, height: int = 220) -> go.Figure:
    """Ring lit up to the index, the interval outside of it, digits and words inside.

    All parts share one centre and scale with the shorter side of the chart. The digits are dot matrix in the dark
    theme and plain in the light one. The colour is that of current data and says nothing: severity is of the drift,
    and answers on another topic can keep to their prompts perfectly.
    """
    palette, ring = PALETTES[theme], ring_of(health)
    figure = go.Figure()
    gap = 0.19 if theme == "dark" else 0.05
    _add_segments(figure, range(ring.lit, SEGMENTS), rgba(palette.muted, 0.24), gap)
    _add_segments(figure, range(ring.lit), palette.current, gap)
    if ring.interval:
        _add_interval(figure, ring.interval, palette.text)
    words: list[tuple[float, str, float, str]] = [
        (-0.25, "of 100", 13, palette.text),
        (-0.48, ring.words, 12, palette.muted),
    ]
    if theme == "dark":
        _add_dots(figure, ring.digits, palette.current, rgba(palette.text, 0.09), height)
    else:
        words.append((0.24, f"<b>{ring.digits}</b>", 46 * height / 220, palette.text))
    _add_words(figure, words)
    apply_layout(figure, theme, height=height, alt=ring.alt, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    axis = {"visible": False, "range": [-_REACH, _REACH], "fixedrange": True}
    figure.update_layout(xaxis=axis, yaxis=axis | {"scaleanchor": "x"})
    return figure


def _on_circle(radius: float, turn: float) -> tuple[float, float]:
    """A place after so much of a turn, clockwise from the top."""
    return radius * math.sin(2 * math.pi * turn), radius * math.cos(2 * math.pi * turn)


def _add_segments(figure: go.Figure, segments: range, colour: str, gap: float) -> None:
    """Draw segments as four-cornered outlines.

    On Plotly's polar axes they would be bars, but no finger can scroll a phone's page past those.
    """
    x: list[float | None] = []
    y: list[float | None] = []
    for i in segments:
        start, end = (i + gap) / SEGMENTS, (i + 1 - gap) / SEGMENTS
        corners = [(1.0, start), (1.0, end), (0.8, end), (0.8, start), (1.0, start)]
        outline = [_on_circle(radius, turn) for radius, turn in corners]
        x += [*(place for place, _ in outline), None]
        y += [*(place for _, place in outline), None]
    figure.add_scatter(x=x, y=y, mode="lines", fill="toself", fillcolor=colour, line={"width": 0}, hoverinfo="skip")


def _add_interval(figure: go.Figure, interval: tuple[float, float], colour: str) -> None:
    start, end = (bound / 100 for bound in interval)
    arc = [_on_circle(1.13, start + (end - start) * i / 60) for i in range(61)]
    caps = [[_on_circle(radius, turn) for radius in (1.07, 1.19)] for turn in (start, end)]
    for path in (arc, *caps):
        x, y = zip(*path, strict=True)
        figure.add_scatter(x=x, y=y, mode="lines", line={"color": colour, "width": 2}, hoverinfo="skip")


def _add_dots(figure: go.Figure, digits: str, lit: str, unlit: str, height: int) -> None:
    dots, pitch = dot_matrix(digits), 0.098 if len(digits) < 3 else 0.068
    middle = (6 * len(digits) - 2) / 2
    figure.add_scatter(
        x=[(column - middle) * pitch for column, _, _ in dots],
        y=[0.26 + (row - 3) * pitch for _, row, _ in dots],
        mode="markers",
        marker={
            "size": 0.66 * pitch * height / (2 * _REACH),
            "opacity": 1,
            "color": [lit if on else unlit for _, _, on in dots],
        },
        hoverinfo="skip",
    )


def _add_words(figure: go.Figure, words: list[tuple[float, str, float, str]]) -> None:
    heights, texts, sizes, colours = zip(*words, strict=True)
    figure.add_scatter(
        x=[0] * len(words),
        y=heights,
        mode="text",
        text=texts,
        textfont={"size": sizes, "color": colours},
        hoverinfo="skip",
    )
