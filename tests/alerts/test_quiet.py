"""Quiet hours on the clocks of a zone, over midnight and through both changes of the clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftium_core.alerts.quiet import quiet_hours
from driftium_core.errors import InputError

BERLIN = "Europe/Berlin"


def local(text: str, zone: str = BERLIN, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def until(start: str, end: str, moment: datetime, zone: str = BERLIN) -> str | None:
    """When the quiet hours of a moment end, on the clocks there."""
    quiet = quiet_hours(start, end, zone)
    assert quiet is not None
    ends = quiet.until(moment)
    return None if ends is None else f"{ends.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("moment", "ends"),
    [
        ("2026-11-10 21:59", None),
        ("2026-11-10 22:00", "2026-11-11 07:00"),
        ("2026-11-10 23:59", "2026-11-11 07:00"),
        ("2026-11-11 00:00", "2026-11-11 07:00"),
        ("2026-11-11 06:59", "2026-11-11 07:00"),
        ("2026-11-11 07:00", None),
    ],
)
def test_a_night_lasts_over_midnight(moment: str, ends: str | None) -> None:
    assert until("22:00", "07:00", local(moment)) == ends


def test_hours_of_one_day_end_on_it() -> None:
    assert until("12:00", "13:30", local("2026-11-10 12:45")) == "2026-11-10 13:30"
    assert until("12:00", "13:30", local("2026-11-10 11:59")) is None


def test_the_hours_move_with_summer_time() -> None:
    # 29 March 2026: 02:00 becomes 03:00. 25 October 2026: 03:00 becomes 02:00.
    assert until("22:00", "07:00", datetime(2026, 3, 29, 4, 30, tzinfo=UTC)) == "2026-03-29 07:00"
    assert until("22:00", "07:00", datetime(2026, 3, 29, 5, 0, tzinfo=UTC)) is None
    assert until("22:00", "07:00", datetime(2026, 10, 25, 5, 30, tzinfo=UTC)) == "2026-10-25 07:00"
    assert until("22:00", "07:00", datetime(2026, 10, 25, 6, 0, tzinfo=UTC)) is None


def test_an_hour_that_comes_twice_and_one_that_never_comes() -> None:
    assert until("01:00", "02:30", local("2026-10-25 02:15")) == "2026-10-25 02:30"
    assert until("01:00", "02:30", local("2026-10-25 02:15", fold=1)) is None  # it was quiet until the first 02:30
    assert until("01:00", "02:30", local("2026-03-29 01:59")) == "2026-03-29 03:30"
    assert until("02:30", "03:00", local("2026-03-29 03:10")) is None


@pytest.mark.parametrize(("start", "end"), [("", ""), ("08:00", "8:00")])
def test_no_hours_are_quiet(start: str, end: str) -> None:
    assert quiet_hours(start, end, "UTC") is None


@pytest.mark.parametrize(
    ("start", "end", "zone", "says"),
    [
        ("22:00", "", "UTC", "need both"),
        ("", "07:00", "UTC", "need both"),
        ("24:00", "07:00", "UTC", "24:00 is no time of the day"),
        ("ten", "07:00", "UTC", "ten is no time of the day"),
        ("22:00", "07:00", "Europe/Nowhere", "no time zone Europe/Nowhere"),
        ("22:00", "07:00", "../etc/passwd", "no time zone"),
        ("", "", "", "no time zone"),
    ],
)
def test_what_cannot_be_meant_is_said(start: str, end: str, zone: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        quiet_hours(start, end, zone)


CLOCKS = st.times().map(lambda t: f"{t:%H:%M}")


@settings(deadline=None)
@given(CLOCKS, CLOCKS, st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)), st.sampled_from([BERLIN, "UTC"]))
def test_the_end_lies_ahead_within_a_day_and_is_not_quiet(start: str, end: str, moment: datetime, zone: str) -> None:
    quiet = quiet_hours(start, end, zone)
    at = moment.replace(tzinfo=UTC)
    ends = quiet.until(at) if quiet else None
    if quiet and ends:
        assert at < ends <= at + timedelta(hours=25)
        assert quiet.until(ends) is None
