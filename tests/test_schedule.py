"""Schedules as people write them, and when they are due."""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from driftium_core.errors import InputError
from driftium_core.schedule import Schedule, parse_schedule

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("text", "seconds", "shown"),
    [
        ("15m", 900, "every 15 minutes"),
        ("every 2 hours", 7200, "every 2 hours"),
        ("90s", 90, "every 90 seconds"),
        ("  1D ", 86_400, "every day"),
        ("every minute", 60, "every minute"),
        ("1.5 h", 5400, "every 90 minutes"),
        ("2 weeks", 14 * 86_400, "every 14 days"),
        ("10s", 10, "every 10 seconds"),
        ("1003 minutes", 60_180, "every 1\u202f003 minutes"),
    ],
)
def test_intervals(text: str, seconds: int, shown: str) -> None:
    schedule = parse_schedule(text)
    assert schedule == Schedule(every_s=seconds)
    assert schedule.text() == shown
    assert parse_schedule(schedule.text()) == schedule
    moment = datetime(2026, 3, 29, 0, 59, 59, 500_000, tzinfo=UTC)
    assert schedule.next_after(moment) == moment + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "cron"),
    [
        ("0 6 * * 1-5", "0 6 * * 1-5"),
        ("daily at 6:00", "0 6 * * *"),
        ("every day at 18:05", "5 18 * * *"),
        ("weekdays at 6", "0 6 * * 1-5"),
        ("Mondays at 06:30", "30 6 * * 1"),
        ("every sunday at 23:59", "59 23 * * 0"),
        ("wednesday at 1:00", "0 1 * * 3"),
        ("hourly", "0 * * * *"),
        ("@daily", "0 0 * * *"),
        ("*/5 0-6 1,15 JAN mon", "*/5 0-6 1,15 jan mon"),
    ],
)
def test_cron_expressions_and_words_for_them(text: str, cron: str) -> None:
    schedule = parse_schedule(text, timezone=BERLIN)
    assert schedule == Schedule(cron=cron, timezone=BERLIN)
    assert schedule.text() == f"{cron} (Europe/Berlin)"
    assert parse_schedule(schedule.text(), timezone="Asia/Tokyo") == schedule


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 2 * * *", "daily at 02:00"),
        ("5 18 * * 1-5", "weekdays at 18:05"),
        ("30 6 * * 1", "mondays at 06:30"),
        ("59 23 * * 0", "sundays at 23:59"),
        ("0 * * * *", "hourly"),
        ("15 * * * *", "15 * * * *"),
        ("0 6 1 * *", "0 6 1 * *"),
        ("0 6 * * 1,3", "0 6 * * 1,3"),
        ("*/20 * * * *", "*/20 * * * *"),
    ],
)
def test_a_schedule_is_said_as_it_was_typed(cron: str, words: str) -> None:
    schedule = Schedule(cron=cron, timezone=BERLIN)
    assert (schedule.times(), schedule.words()) == (words, f"{words} (Europe/Berlin)")
    assert parse_schedule(schedule.words(), timezone="Asia/Tokyo") == schedule


def test_intervals_and_work_by_hand_have_the_same_words_as_text() -> None:
    assert Schedule(every_s=900).words() == "every 15 minutes"
    assert Schedule().words() == "only by hand"


@pytest.mark.parametrize("text", ["", "  ", "by hand", "Only by hand", "never"])
def test_by_hand(text: str) -> None:
    assert parse_schedule(text) == Schedule()
    assert Schedule().text() == "only by hand"
    assert Schedule().next_after(datetime.now(UTC)) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("soon", "“soon” is no schedule. Write “15m”"),
        ("9s", "from 10 seconds to 366 days"),
        ("0m", "from 10 seconds to 366 days"),
        ("400 days", "from 10 seconds to 366 days"),
        ("999999999 weeks", "from 10 seconds to 366 days"),
        ("10.5s", "whole seconds"),
        ("-5m", "is no schedule"),
        ("5 parsecs", "is no schedule"),
        ("daily at 25:00", "is no schedule"),
        ("moonday at 6", "is no schedule"),
        ("0 6 * *", "is no schedule"),
        ("0 0 6 * * *", "is no schedule"),
        ("61 * * * *", "is no cron expression: five fields"),
        ("0 6 * * 8", "is no cron expression"),
        ("0 6 * * funday", "is no cron expression"),
        ("0 6 * * 1/0", "is no cron expression"),
        ("* * 0 * *", "is no cron expression"),
        ("*/0 * * * *", "is no cron expression"),
        ("0 0 30 2 *", "never comes"),
        ("0 6 * * * (Mars/Base)", "There is no time zone “Mars/Base”"),
    ],
)
def test_what_is_no_schedule(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=re.escape(sentence)):
        parse_schedule(text, timezone="UTC")


@pytest.mark.parametrize("zone", ["Mars/Base", "../etc/passwd", "/etc/localtime", "Europe", "a\0b", " "])
def test_what_is_no_zone(zone: str) -> None:
    with pytest.raises(InputError, match=r"There is no time zone .*IANA"):
        parse_schedule("0 6 * * *", timezone=zone)


def test_the_zone_of_this_machine_is_the_default() -> None:
    code = "from driftium_core.schedule import parse_schedule; print(parse_schedule('daily').timezone)"
    for zone, expected in (("Asia/Tokyo", "Asia/Tokyo"), ("", "UTC")):
        environment = {"TZ": zone} if zone else {"TZ": "UTC"}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == expected


def due(text: str, start: datetime, count: int = 3, zone: str = BERLIN) -> list[str]:
    schedule, found = parse_schedule(text, timezone=zone), []
    for _ in range(count):
        start = schedule.next_after(start) or start
        found.append(f"{start:%a %d %H:%M}")
    return found


def test_weekdays_are_counted_as_crontab_does() -> None:
    friday = datetime(2026, 11, 27, 12, tzinfo=UTC)
    assert due("0 6 * * 1-5", friday, zone="UTC") == ["Mon 30 06:00", "Tue 01 06:00", "Wed 02 06:00"]
    assert due("0 6 * * 0", friday, 2, "UTC") == due("0 6 * * 7", friday, 2, "UTC") == ["Sun 29 06:00", "Sun 06 06:00"]
    assert due("0 6 * * 5-7", friday, zone="UTC") == ["Sat 28 06:00", "Sun 29 06:00", "Fri 04 06:00"]
    assert due("0 6 * * sat-mon", friday, zone="UTC") == ["Sat 28 06:00", "Sun 29 06:00", "Mon 30 06:00"]
    assert due("0 6 * * */3", friday, zone="UTC") == ["Sat 28 06:00", "Sun 29 06:00", "Wed 02 06:00"]


def test_a_day_of_the_month_or_a_weekday_will_do() -> None:
    friday = datetime(2026, 11, 27, 12, tzinfo=UTC)
    assert due("0 6 1 * 1", friday, zone="UTC") == ["Mon 30 06:00", "Tue 01 06:00", "Mon 07 06:00"]


def test_a_time_that_is_left_out_comes_an_hour_later_and_once() -> None:
    before = datetime(2026, 3, 28, 2, tzinfo=UTC)
    assert due("30 2 * * *", before) == ["Sun 29 01:30", "Mon 30 00:30", "Tue 31 00:30"]  # 03:30, 02:30, 02:30


def test_a_time_that_comes_twice_counts_once_unless_every_hour_is_meant() -> None:
    before = datetime(2026, 10, 24, 22, 45, tzinfo=UTC)
    assert due("30 2 * * *", before, 2) == ["Sun 25 00:30", "Mon 26 01:30"]
    assert due("30 2 * * *", datetime(2026, 10, 25, 0, 45, tzinfo=UTC), 1) == ["Mon 26 01:30"]
    assert due("30 * * * *", before, 4) == ["Sat 24 23:30", "Sun 25 00:30", "Sun 25 01:30", "Sun 25 02:30"]


def test_the_next_run_is_after_the_moment_itself() -> None:
    assert due("0 6 * * *", datetime(2026, 11, 27, 6, tzinfo=UTC), 1, "UTC") == ["Sat 28 06:00"]
    assert due("0 6 * * *", datetime(2026, 11, 27, 5, 59, 59, 999_999, tzinfo=UTC), 1, "UTC") == ["Fri 27 06:00"]


def test_reading_a_schedule_loads_apscheduler_only_when_it_is_asked_for() -> None:
    code = (
        "import sys, driftium_core.monitor; from driftium_core.schedule import Schedule;"
        "raise SystemExit(any(name.startswith(('apscheduler', 'tzlocal')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
