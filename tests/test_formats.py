from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from driftium_core import formats as f


def plain(text: str) -> str:
    return text.replace(f.NARROW_SPACE, " ").replace(f.NO_BREAK_SPACE, " ")


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0, "p < 0.001"), (0.00099, "p < 0.001"), (0.0042, "p = 0.004"), (0.0994, "p = 0.099"),
        (0.21, "p = 0.21"), (0.9949, "p = 0.99"), (1.0, "p > 0.99"), (None, "p not computed"),
        (math.nan, "p not computed"),
    ],
)  # fmt: skip
def test_p(p, text):
    assert plain(f.fmt_p(p)) == text


@pytest.mark.parametrize(("n", "text"), [(7, "7"), (999, "999"), (48210, "48 210"), (-1200, "−1 200")])
def test_n(n, text):
    assert plain(f.fmt_n(n)) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0 %"), (1e-5, "< 0.1 %"), (0.034, "3.4 %"), (0.604, "60 %"), (0.9999, "99.9 %"), (1.0, "100 %"),
     (None, "–"), (math.nan, "–")],
)  # fmt: skip
def test_percent(share, text):
    assert plain(f.fmt_percent(share)) == text


@pytest.mark.parametrize(("effect", "signed", "text"), [(0.284, False, "0.28"), (-0.06, True, "−0.06"),
                                                        (0.1, True, "+0.10"), (-0.001, False, "0.00"),
                                                        (math.nan, False, "–")])  # fmt: skip
def test_effect(effect, signed, text):
    assert f.fmt_effect(effect, signed=signed) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(41, "41"), (12500.0, "12 500"), (0.0123456, "0.01235"), (-79.5, "−79.5"), (51.984, "51.98"), (1e300, "1e+300"),
     (math.inf, "∞"), (-math.inf, "−∞"), (math.nan, "–"), (1e-7, "1e−07"), (0, "0")],
)  # fmt: skip
def test_value(value, text):
    assert plain(f.fmt_value(value)) == text


def test_signed_values_and_points():
    assert f.fmt_value(-9, signed=True) == "−9"
    assert f.fmt_value(9, signed=True) == "+9"
    assert plain(f.fmt_points(-0.12)) == "−12 points"
    assert plain(f.fmt_points(0.051)) == "+5.1 points"


def test_names_are_one_short_plain_line():
    assert f.fmt_name("a\n\tb\x00c") == "a b c"
    assert f.fmt_name("x" * 50) == "x" * 39 + "…"
    assert f.fmt_name("  ") == "(empty text)"
    assert f.fmt_names(["a"]) == "`a`"
    assert f.fmt_names(["a", "b"]) == "`a` and `b`"
    assert f.fmt_names(list("abcdefg")) == "`a`, `b`, `c`, `d`, `e` and 2 more"


def test_time_is_short_today_and_has_the_year_when_it_is_another():
    now = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    assert f.fmt_time(datetime(2026, 11, 23, 14, 2, tzinfo=UTC), now=now) == "14:02"
    assert f.fmt_time(datetime(2026, 3, 2, 14, 2, tzinfo=UTC), now=now) == "2 Mar 14:02"
    assert f.fmt_time(datetime(2025, 3, 2, 14, 2), now=now) == "2 Mar 2025 14:02"


def test_a_moment_depends_on_nobodys_today():
    west = timezone(timedelta(hours=-5))
    assert f.fmt_moment(datetime(2025, 3, 2, 23, 2, tzinfo=west)) == "3 Mar 2025 04:02 UTC"
    assert f.fmt_day(datetime(2025, 3, 2, 14, 2)) == "2 Mar 2025"
    assert f.fmt_clock(datetime(2025, 3, 2, 4, 2, tzinfo=UTC)) == "04:02"


def test_what_is_planned_is_told_by_the_clock_of_a_zone():
    now = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
    assert f.fmt_local(now + timedelta(minutes=10), "UTC", now=now) == "22:40"
    assert f.fmt_local(now + timedelta(minutes=10), "Europe/Berlin", now=now) == "23:40"
    assert f.fmt_local(now + timedelta(hours=8), "Europe/Berlin", now=now) == "tomorrow 07:30"
    assert f.fmt_local(now + timedelta(hours=1), "Asia/Tokyo", now=now) == "08:30", "it is the next day there already"
    assert f.fmt_local(now + timedelta(seconds=5), "UTC", now=now, seconds=True) == "22:30:05"
    assert f.fmt_local(now + timedelta(days=7), "UTC", now=now) == "Mon 30 Nov 22:30"
    assert f.fmt_local(now - timedelta(days=2), "UTC", now=now) == "Sat 21 Nov 22:30"
    assert f.fmt_local(now + timedelta(days=60), "UTC", now=now) == "Fri 22 Jan 2027 22:30"


@pytest.mark.parametrize("zone", ["", "Mars/Base", "../etc", "Europe", "x" * 10_000, "nul\0"])
def test_a_zone_that_is_unknown_here_is_read_as_utc(zone):
    now = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
    assert f.fmt_local(now, zone, now=now) == "14:02"


def test_window_has_the_time_of_day_when_it_matters():
    def moment(text):
        return np.datetime64(text, "us")

    assert f.fmt_window(moment("2013-01-01"), moment("2013-12-30T05:00")) == "2013-01-01 to 2013-12-30"
    assert (
        f.fmt_window(moment("2013-01-01T01:00"), moment("2013-01-01T05:00")) == "2013-01-01 01:00 to 2013-01-01 05:00"
    )
    assert f.fmt_window(moment("2013-01-01"), moment("2013-01-01")) == "2013-01-01"


def test_excerpts_are_the_beginning_of_a_text() -> None:
    assert f.fmt_excerpt("short\n\ntext") == "short\n\ntext"
    assert f.fmt_excerpt("") == ""
    assert f.fmt_excerpt("some words in a row", limit=11) == "some words …"
    assert f.fmt_excerpt("x" * 700) == "x" * 600 + " …"
    assert f.fmt_excerpt("a\nb\nc\nd", lines=2) == "a\nb …"
    assert f.fmt_excerpt("a\nb\n", lines=2) == "a\nb\n"
    assert f.fmt_excerpt("xxxxe\u0301 more", limit=5) == "xxxx …"
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert f.fmt_excerpt(f"ab{family} more", limit=5) == "ab …"
    assert len(f.fmt_excerpt("e" + "\u0301" * 700)) > 500


def test_durations_are_seconds_and_a_moment_is_no_zero() -> None:
    times = (0, 0.3, 5.4, 420, 41_030, 99_996, 3_725_000)
    written = [f.fmt_duration(time).replace("\xa0", " ").replace("\u202f", " ") for time in times]
    assert written == ["0.00 s", "< 0.01 s", "0.01 s", "0.42 s", "41.03 s", "100 s", "3 725 s"]


def test_signed_distances_have_true_signs() -> None:
    assert f.fmt_distance(0.0834, signed=True) == "+0.083"
    assert f.fmt_distance(-0.0834, signed=True) == "−0.083"
    assert f.fmt_distance(0.0001, signed=True) == "0.000"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0683, "0.068"),
        (-0.0011, "−0.001"),
        (5.234, "5.23"),
        (0.00012, "0.00012"),
        (0.000061, "0.000061"),
        (-0.00006, "−0.00006"),
        (3e-9, "3e−09"),
        (0.0, "0"),
        (1234.5, "1234"),
        (None, "–"),
        (float("nan"), "–"),
    ],
)
def test_statistics_keep_digits_that_tell(value: float | None, text: str) -> None:
    assert f.fmt_statistic(value) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Grüße\x00 \U0001f600 \ufdd0", "Grüße\x00 \U0001f600 \ufdd0"),
        ("\ud83d half \udfff", "\ufffd half \ufffd"),
        ("two \ud83d\ude00 halves", "two \ufffd\ufffd halves"),
        ("", ""),
    ],
)
def test_half_of_a_character_becomes_a_mark(text, shown):
    assert f.whole(text) == shown
    assert f.whole(text).encode().decode() == shown


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=-5), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=1, minutes=59, seconds=59), "1 hour 59 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(days=1, minutes=30), "1 day"),
        (timedelta(days=1200, hours=3), "1\u202f200 days 3 hours"),
    ],
)
def test_spans_are_in_their_two_largest_units(span: timedelta, text: str) -> None:
    assert f.fmt_span(span) == text
