"""The Health Index as a ring of 60 segments, with its interval as an arc around it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import plotly.graph_objects as go

from driftium_core.figures.layout import apply_layout
from driftium_core.figures.palette import PALETTES, Theme, rgba
from driftium_core.formats import UNKNOWN
from driftium_core.severity import Severity, severity_label
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


def ring_of(health: Health, severity: Severity | None) -> Ring:
    """Read the ring off an index; one that is unknown lights nothing and says why."""
    label = severity_label(severity)
    if health.value is None or not math.isfinite(health.value):
        return Ring(UNKNOWN, 0, None, "no index", f"Health Index unknown, {label}. {health.text}")
    digits, words = f"{health.value:.0f}", "no interval"
    interval = None
    if health.low is not None and health.high is not None:
        interval = (health.low, health.high)
        words = f"95 % {health.low:.0f} to {health.high:.0f}"
    lit = round(health.value / 100 * SEGMENTS)
    return Ring(digits, lit, interval, words, f"Health Index {digits} of 100, {words}, {label}.")


def dot_matrix(text: str) -> list[tuple[int, int, bool]]:
    """Column, row (counted from the foot) and light of every dot of a text in 5 × 7 characters."""
    return [
        (6 * place + cell % 5, 6 - cell // 5, bit == "1")
        for place, character in enumerate(text)
        for cell, bit in enumerate(_GLYPHS[character])
    ]


def health_ring(health: Health, severity: Severity | None, theme: Theme, *, height: int = 220) -> go.Figure:
    """Ring lit up to the index in the colour of ``severity``, the interval outside of it, digits and words inside.

    All parts share one centre and scale with the shorter side of the chart. The digits are dot matrix in the dark
    theme and plain in the light one. Severity is a glyph and a word as well.
    """
    palette, ring = PALETTES[theme], ring_of(health, severity)
    colour = palette.severity_mark[severity]
    figure = go.Figure()
    figure.add_barpolar(
        theta=[(i + 0.5) * 360 / SEGMENTS for i in range(SEGMENTS)],
        r=[0.2] * SEGMENTS,
        base=0.8,
        width=[360 / SEGMENTS * (0.62 if theme == "dark" else 0.9)] * SEGMENTS,
        marker={
            "color": [colour if i < ring.lit else rgba(palette.muted, 0.24) for i in range(SEGMENTS)],
            "line": {"width": 0},
        },
        hoverinfo="skip",
    )
    if ring.interval:
        _add_interval(figure, ring.interval, palette.text)
    if theme == "dark":
        _add_dots(figure, ring.digits, palette.severity_text[severity], rgba(palette.text, 0.09), height)
    else:
        _add_text(figure, 0.26, f"<b>{ring.digits}</b>", 46 * height / 220, palette.text)
    _add_text(figure, -0.25, f"<b>{severity_label(severity)}</b>", 13, palette.severity_text[severity])
    _add_text(figure, -0.48, ring.words, 12, palette.muted)
    apply_layout(figure, theme, height=height, alt=ring.alt, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    figure.update_polars(
        bgcolor="rgba(0,0,0,0)",
        angularaxis={"rotation": 90, "direction": "clockwise", "visible": False},
        radialaxis={"range": [0, _REACH], "visible": False},
        hole=0,
    )
    # A second, flat pair of axes with the ring's own unit, so that nothing moves apart when the card gets wider.
    axis = {"visible": False, "range": [-_REACH, _REACH], "domain": [0, 1]}
    figure.update_layout(xaxis=axis, yaxis=axis | {"scaleanchor": "x"})
    return figure


def _add_interval(figure: go.Figure, interval: tuple[float, float], colour: str) -> None:
    start, end = (3.6 * bound for bound in interval)
    arc = [start + (end - start) * i / 60 for i in range(61)]
    line = {"color": colour, "width": 2}
    paths = [(arc, [1.13] * 61), *(([angle, angle], [1.07, 1.19]) for angle in (start, end))]
    for theta, r in paths:
        figure.add_scatterpolar(theta=theta, r=r, mode="lines", line=line, hoverinfo="skip")


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


def _add_text(figure: go.Figure, y: float, text: str, size: float, colour: str) -> None:
    figure.add_annotation(x=0, y=y, text=text, showarrow=False, font={"size": size, "color": colour})
