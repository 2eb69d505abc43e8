"""Colours of both themes. Reference and current keep one pair everywhere; severity has its own scale.

The values were checked for contrast and for colour-vision deficiencies (Machado 2009); see the design language.
Severity and the pair are always also told by glyph, dash or hatch, never by colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from driftium_core.severity import Severity

__all__ = ["BADGE_COLOURS", "PALETTES", "SYMBOLS", "Palette", "Theme", "rgba"]

Theme = Literal["dark", "light"]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one theme, as ``#rrggbb``; ``band`` is the opacity of severity bands."""

    surface: str
    raised: str
    text: str
    muted: str
    grid: str
    accent: str
    reference: str
    current: str
    severity_mark: dict[Severity | None, str]
    severity_text: dict[Severity | None, str]
    band: float


PALETTES: dict[Theme, Palette] = {
    "dark": Palette(
        surface="#0b1322",
        raised="#101b30",
        text="#dff3ff",
        muted="#9fb2cc",
        grid="#1c2b44",
        accent="#00e5ff",
        reference="#8a7bff",
        current="#2ee9ff",
        severity_mark={
            Severity.LOW: "#4ae3bd",
            Severity.MEDIUM: "#fff07a",
            Severity.HIGH: "#e58f26",
            Severity.CRITICAL: "#f73b8b",
            None: "#8e9bbe",
        },
        severity_text={
            Severity.LOW: "#4ae3bd",
            Severity.MEDIUM: "#fff07a",
            Severity.HIGH: "#f5a13d",
            Severity.CRITICAL: "#ff6aa8",
            None: "#a9b5d3",
        },
        band=0.10,
    ),
    "light": Palette(
        surface="#ffffff",
        raised="#f3f6fa",
        text="#1b2733",
        muted="#4a5563",
        grid="#e3e9f0",
        accent="#0b5cad",
        reference="#8475e4",
        current="#00587f",
        severity_mark={
            Severity.LOW: "#08937a",
            Severity.MEDIUM: "#a87a00",
            Severity.HIGH: "#9a2600",
            Severity.CRITICAL: "#590037",
            None: "#616b8b",
        },
        severity_text={
            Severity.LOW: "#08705d",
            Severity.MEDIUM: "#806000",
            Severity.HIGH: "#8f2500",
            Severity.CRITICAL: "#7a0046",
            None: "#555f7d",
        },
        band=0.08,
    ),
}

SYMBOLS: dict[Severity | None, str] = {
    Severity.LOW: "circle",
    Severity.MEDIUM: "diamond",
    Severity.HIGH: "triangle-up",
    Severity.CRITICAL: "x",
    None: "circle-open",
}
"""Plotly marker symbols that match the glyphs of ``driftium_core.severity``."""

BADGE_COLOURS: dict[Severity | None, str] = {
    Severity.LOW: "green",
    Severity.MEDIUM: "yellow",
    Severity.HIGH: "orange",
    Severity.CRITICAL: "red",
    None: "gray",
}
"""Streamlit's colour names; ``.streamlit/config.toml`` maps them to the severity scale of each theme."""


def rgba(colour: str, opacity: float) -> str:
    """``#rrggbb`` with an opacity, as Plotly writes it."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"
