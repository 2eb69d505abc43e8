"""How numbers, shares, p-values and names are written, everywhere: page, figures, sentences, CLI.

A narrow no-break space groups thousands and stands before a percent sign, a minus is a true minus, and unknown
is an en dash. p-values are never written as 0 or 1.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import numpy as np

__all__ = [
    "MINUS",
    "NARROW_SPACE",
    "UNKNOWN",
    "fmt_clock",
    "fmt_count",
    "fmt_day",
    "fmt_distance",
    "fmt_duration",
    "fmt_effect",
    "fmt_excerpt",
    "fmt_local",
    "fmt_moment",
    "fmt_n",
    "fmt_name",
    "fmt_names",
    "fmt_p",
    "fmt_percent",
    "fmt_points",
    "fmt_span",
    "fmt_statistic",
    "fmt_time",
    "fmt_value",
    "fmt_window",
    "whole",
]

NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
MINUS = "−"
UNKNOWN = "–"

_SURROGATE = re.compile("[\ud800-\udfff]")

_JOINERS = frozenset("\u200d\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
"""Zero-width joiner, emoji selector and skin tones: what makes one sign of several characters."""


def fmt_p(pvalue: float | None) -> str:
    """``"p < 0.001"``, ``"p = 0.004"``, ``"p = 0.21"``, ``"p > 0.99"``; never ``"p = 0.000"`` or ``"p = 1"``."""
    if pvalue is None or math.isnan(pvalue):
        return "p not computed"
    if pvalue < 0.001:
        text = "p < 0.001"
    elif pvalue < 0.0995:
        text = f"p = {pvalue:.3f}"
    else:
        text = f"p = {pvalue:.2f}" if pvalue < 0.995 else "p > 0.99"
    return text.replace(" ", NO_BREAK_SPACE)


def fmt_n(count: int) -> str:
    """A count, grouped from 1 000 up: ``"48 210"``."""
    return f"{count:,}".replace(",", NARROW_SPACE).replace("-", MINUS)


def fmt_count(count: int, noun: str) -> str:
    """``"1 row"``, ``"12 345 rows"``: a count with its noun, which takes an s."""
    return f"{fmt_n(count)} {noun}{'' if count == 1 else 's'}"


def fmt_effect(effect: float | None, *, signed: bool = False) -> str:
    """Two decimals, ``"0.28"``; with ``signed`` a sign before every number but zero."""
    if effect is None or math.isnan(effect):
        return UNKNOWN
    text = f"{effect:+.2f}" if signed else f"{effect:.2f}"
    if float(text) == 0:
        text = "0.00"
    return text.replace("-", MINUS)


def fmt_distance(distance: float | None, *, signed: bool = False) -> str:
    """A distance or MMD²: three decimals, ``"0.068"``; with ``signed`` a sign before every number but zero."""
    if distance is None or math.isnan(distance):
        return UNKNOWN
    text = f"{distance:+.3f}" if signed else f"{distance:.3f}"
    return ("0.000" if float(text) == 0 else text).replace("-", MINUS)


def fmt_statistic(statistic: float | None) -> str:
    """A centroid distance or MMD² with three decimals, a standardised statistic with two; a tiny one keeps two digits.

    MMD² shrinks as pools grow: at 20,000 against 20,000 answers ``"0.000061"`` is much, and 0.000 would say nothing.
    """
    if statistic is None or statistic == 0 or not math.isfinite(statistic):
        return fmt_value(statistic)
    size = abs(statistic)
    if size >= 1:
        return fmt_effect(statistic) if size < 100 else fmt_value(round(statistic))
    if size >= 0.0005:
        return fmt_distance(statistic)
    if size < 1e-6:
        return fmt_value(float(f"{statistic:.2g}"))
    text = f"{statistic:.{1 - math.floor(math.log10(size))}f}"
    return text.rstrip("0").replace("-", MINUS)


def fmt_percent(share: float | None) -> str:
    """A share of 0 to 1 as ``"60 %"``; one decimal under 10 %, and never 0 or 100 for a share that is neither."""
    if share is None or math.isnan(share):
        return UNKNOWN
    percent = 100 * share
    if 0 < percent < 0.05:
        return f"<{NARROW_SPACE}0.1{NARROW_SPACE}%"
    if 99.5 <= percent < 100:
        text = f"{min(percent, 99.9):.1f}"
    else:
        text = f"{percent:.1f}" if 0 < abs(percent) < 9.95 else f"{percent:.0f}"
    return f"{text.replace('-', MINUS)}{NARROW_SPACE}%"


def fmt_points(difference: float) -> str:
    """A difference of two shares as ``"−12 points"``; one decimal under 10."""
    points = 100 * difference
    text = f"{points:+.1f}" if abs(points) < 9.95 else f"{points:+.0f}"
    return f"{text.replace('-', MINUS)}{NO_BREAK_SPACE}points"


def fmt_value(value: float | None, *, signed: bool = False) -> str:
    """A value of the data, about four digits: ``"41"``, ``"0.0123"``, ``"12 500"``, ``"1.2e+09"``."""
    if value is None or math.isnan(value):
        return UNKNOWN
    sign = "+" if signed else ""
    grouping = "," if abs(value) >= 10_000 else ""  # four digits may be a year
    if math.isinf(value):
        return (f"{sign}∞" if value > 0 else f"{MINUS}∞").strip()
    if value == int(value) and abs(value) < 1e9:
        text = f"{int(value):{sign}{grouping}}"
    elif 1e-4 <= abs(value) < 1e9:
        decimals = max(0, 3 - math.floor(math.log10(abs(value))))
        text = f"{value:{sign}{grouping}.{decimals}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        text = f"{value:{sign}.3g}"
    return text.replace(",", NARROW_SPACE).replace("-", MINUS)


def fmt_name(name: object, *, limit: int = 40) -> str:
    """A column or category of the user's data as one short line of plain text.

    Line breaks and control characters become spaces, a long name ends in an ellipsis, an empty one is named so.
    """
    printable = "".join(c if c.isprintable() else " " for c in str(name)[: 4 * limit])
    text = " ".join(printable.split())
    if not text:
        return "(empty text)"
    return text if len(text) <= limit else text[: limit - 1] + "…"


def fmt_excerpt(text: str, *, limit: int = 600, lines: int = 12) -> str:
    """The beginning of a longer text, cut between words where it has any, with an ellipsis; a shorter one as it is."""
    first_lines = "\n".join(text.split("\n", lines)[:lines])
    end = min(len(first_lines), limit)
    if end >= len(text.rstrip()):
        return text
    if end < len(first_lines):
        end = next((at for at in range(end, end - limit // 10, -1) if text[at].isspace()), end)
    shortest = max(0, end - 40)
    while end > shortest and (unicodedata.combining(text[end]) or _JOINERS.intersection(text[end - 1 : end + 1])):
        end -= 1  # an accent stays with its letter, an emoji with its parts
    return f"{text[:end].rstrip()} …"


def whole(text: str) -> str:
    """A text as UTF-8 can hold it: each half of a character, which JSON can spell, becomes a replacement mark.

    Two halves side by side become two marks. Pages, figures, CSV files and the encoder read such a text alike.

    >>> whole("half \\ud83d here")
    'half � here'
    """
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def fmt_names(names: Sequence[object], *, limit: int = 5) -> str:
    """``"`a`, `b` and 3 more"``: the first names in full, the others counted."""
    quoted = [f"`{fmt_name(name)}`" for name in names]
    if len(quoted) > limit:
        return f"{', '.join(quoted[:limit])} and {fmt_n(len(quoted) - limit)} more"
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def fmt_time(time: datetime, *, now: datetime | None = None) -> str:
    """``"14:02"`` today, ``"23 Nov 14:02"`` otherwise, with the year when it is another one; UTC."""
    today = (now or datetime.now(UTC)).astimezone(UTC)
    moment = _in_utc(time)
    if moment.date() == today.date():
        return f"{moment:%H:%M}"
    return f"{moment.day} {moment:%b %H:%M}" if moment.year == today.year else f"{moment.day} {moment:%b %Y %H:%M}"


def fmt_local(time: datetime, zone: str, *, now: datetime | None = None, seconds: bool = False) -> str:
    """``"14:02"`` today, ``"tomorrow 06:00"``, otherwise ``"Mon 24 Nov 06:00"``: by the clock of a zone.

    For what is planned. ``zone`` is an IANA name; one that is unknown here, as a browser may send, is read as UTC.
    """
    clock = _zone(zone)
    moment, today = _in_utc(time).astimezone(clock), (now or datetime.now(UTC)).astimezone(clock).date()
    clock_time = f"{moment:%H:%M:%S}" if seconds else f"{moment:%H:%M}"
    if moment.date() == today:
        return clock_time
    if moment.date() == today + timedelta(days=1):
        return f"tomorrow {clock_time}"
    year = "" if moment.year == today.year else f" {moment.year}"
    return f"{moment:%a} {moment.day} {moment:%b}{year} {clock_time}"


def fmt_day(time: datetime) -> str:
    """``"23 Nov 2025"``: the day in full, for what is read on another day; UTC."""
    moment = _in_utc(time)
    return f"{moment.day} {moment:%b %Y}"


def fmt_clock(time: datetime) -> str:
    """``"14:02"``; UTC."""
    return f"{_in_utc(time):%H:%M}"


def fmt_moment(time: datetime) -> str:
    """``"23 Nov 2025 14:02 UTC"``: nothing of it left to the reader's today."""
    return f"{fmt_day(time)} {fmt_clock(time)} UTC"


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError; a folder's name is an OSError
        return UTC


def _in_utc(time: datetime) -> datetime:
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)


def fmt_duration(duration_ms: float) -> str:
    """``"0.42 s"``, ``"41.03 s"``, from 100 s up whole seconds; a moment is ``"< 0.01 s"``."""
    seconds = duration_ms / 1000
    if 0 < seconds < 0.005:
        return f"<{NO_BREAK_SPACE}0.01{NO_BREAK_SPACE}s"
    text = f"{seconds:.2f}" if seconds < 99.995 else fmt_n(round(seconds))
    return f"{text}{NO_BREAK_SPACE}s"


def fmt_span(span: timedelta) -> str:
    """``"2 days 3 hours"``, ``"25 minutes"``: a span in its two largest units from minutes up, rounded down.

    >>> fmt_span(timedelta(hours=51, minutes=59))
    '2 days 3 hours'
    >>> fmt_span(timedelta(seconds=20))
    'less than a minute'
    """
    minutes = max(0, int(span.total_seconds() // 60))
    units = ((minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute"))
    first = next((place for place, (count, _) in enumerate(units) if count), None)
    if first is None:
        return "less than a minute"
    return " ".join(fmt_count(count, unit) for count, unit in units[first : first + 2] if count)


def fmt_window(start: np.datetime64, end: np.datetime64) -> str:
    """``"2013-01-01 to 2013-12-30"``; with the time of day when both are within two days and not midnight."""
    midnight = all(moment == moment.astype("datetime64[D]") for moment in (start, end))
    unit = "D" if midnight or end - start >= np.timedelta64(2, "D") else "m"
    texts = [str(moment.astype(f"datetime64[{unit}]")).replace("T", " ") for moment in (start, end)]
    return " to ".join(dict.fromkeys(texts))
