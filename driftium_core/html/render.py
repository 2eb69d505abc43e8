"""Templates → one string of HTML.

No Python here or in the builders marks a text as safe: all markup stands in the templates, and whatever they print is
cleaned and escaped. A name that is missing, a None or a number that was not formatted is an error, not a blank.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Undefined
from markupsafe import Markup

from driftium_core import __version__
from driftium_core.formats import (
    fmt_count,
    fmt_distance,
    fmt_effect,
    fmt_moment,
    fmt_n,
    fmt_name,
    fmt_p,
    fmt_percent,
    fmt_statistic,
    fmt_value,
)
from driftium_core.html.marks import MARKS, severity_class
from driftium_core.html.texts import printable, quote
from driftium_core.palette import PALETTES, Theme
from driftium_core.severity import NOT_TESTED, severity_label

__all__ = ["render"]


def render(template: str, **values: Any) -> str:
    """A template of this package with its values; `TypeError` when it prints what is no text."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("driftium_core.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printed,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "count": fmt_count,
        "distance": fmt_distance,
        "effect": fmt_effect,
        "moment": fmt_moment,
        "n": fmt_n,
        "name": fmt_name,
        "p": fmt_p,
        "percent": fmt_percent,
        "statistic": fmt_statistic,
        "value": fmt_value,
        "px": _pixels,
        "quote": quote,
        "severity_class": severity_class,
        "severity_label": severity_label,
    }
    environment.globals |= {
        "MARKS": MARKS,
        "NOT_TESTED": NOT_TESTED,
        "light": _tokens("light"),
        "dark": _tokens("dark"),
        "driftium_version": __version__,
    }
    return environment


def _printed(value: object) -> str:
    """What a template may print: texts, cleaned; escaping follows."""
    if isinstance(value, Markup):  # what a macro made, cleaned inside
        return value
    if isinstance(value, str):
        return printable(str(value))
    if isinstance(value, Undefined):
        str(value)  # a missing name is told by its name
    raise TypeError(f"A template prints {value!r}, a {type(value).__name__}; format it, or say that it is unknown.")


def _pixels(length: float) -> str:
    """A coordinate of a drawing, to a tenth: what a screen can show, and a small file."""
    text = f"{length:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _tokens(theme: Theme) -> tuple[tuple[str, str], ...]:
    """CSS variables of a theme's colours."""
    palette = PALETTES[theme]
    plain = ("surface", "raised", "text", "muted", "grid", "accent", "reference", "current")
    return (
        *((name, getattr(palette, name)) for name in plain),
        *((severity_class(severity), colour) for severity, colour in palette.severity_text.items()),
        *((f"{severity_class(severity)}-mark", colour) for severity, colour in palette.severity_mark.items()),
    )
