"""When scheduled work is due: an interval, or a cron expression in a time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from driftium_core.errors import InputError
from driftium_core.formats import NARROW_SPACE, fmt_count, fmt_name

if TYPE_CHECKING:
    from apscheduler.triggers.cron import CronTrigger

__all__ = ["Schedule", "parse_schedule"]

SHORTEST_S = 10
LONGEST_S = 366 * 86_400

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_WORDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("w", "week", "weeks"), "w"),
}
_NAMES = {"d": "day", "h": "hour", "m": "minute", "s": "second"}
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_DAYS = {
    **dict.fromkeys(("day", "daily"), "*"),
    **dict.fromkeys(("weekday", "weekdays"), "1-5"),
    **{f"{name}day{s}": str(at) for at, name in enumerate(("sun", "mon")) for s in ("", "s")},
    **{f"{name}{s}": str(at) for at, name in enumerate(("tuesday", "wednesday", "thursday"), 2) for s in ("", "s")},
    **{f"{name}{s}": str(at) for at, name in enumerate(("friday", "saturday"), 5) for s in ("", "s")},
}
_CRONS = {"hourly": "0 * * * *", "daily": "0 0 * * *", "weekly": "0 0 * * 0", "monthly": "0 0 1 * *"}
_DAY_NAMES = {"*": "daily", "1-5": "weekdays"} | {
    day: name for name, day in _DAYS.items() if name.endswith("days") and day.isdigit()
}
_BY_HAND = {"", "by hand", "only by hand", "manual", "manually", "never"}

_INTERVAL = re.compile(r"(?:every\s+)?(\d{1,9}(?:\.\d{1,3})?)\s*([a-z]+)|every\s+([a-z]+)")
_AT = re.compile(r"(?:every\s+)?([a-z]+)\s+at\s+(\d{1,2})(?::(\d{2}))?")
_CRON_FIELD = re.compile(r"[0-9a-z*,/-]+")
_CRON_AT = re.compile(r"(\d{1,2}) (\d{1,2}) \* \* (\S+)")
_ZONE_BEHIND = re.compile(r"(.*\S)\s*\(([\w+\-/]+)\)")

EXAMPLES = "Write “15m”, “every 2 hours”, “daily at 6:00”, a cron expression such as “0 6 * * 1-5”, or nothing."


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """An interval or a cron expression; neither means that the work is only done when somebody asks for it.

    Attributes
    ----------
    every_s : int or None
        Seconds between two runs.
    cron : str
        Five fields, as in crontab: where both a day of the month and a weekday are named, either will do.
    timezone : str
        IANA name of the zone that ``cron`` is read in.
    """

    every_s: int | None = None
    cron: str = ""
    timezone: str = "UTC"

    def text(self) -> str:
        """``"every 15 minutes"``, ``"0 6 * * 1-5 (Europe/Berlin)"`` or ``"only by hand"``; `parse_schedule` reads it.

        >>> Schedule(every_s=5400).text()
        'every 90 minutes'
        """
        if self.cron:
            return f"{self.cron} ({self.timezone})"
        if self.every_s is None:
            return "only by hand"
        unit = next(unit for unit in _NAMES if self.every_s % _UNITS[unit] == 0)
        count = self.every_s // _UNITS[unit]
        return f"every {_NAMES[unit]}" if count == 1 else f"every {fmt_count(count, _NAMES[unit])}"

    def words(self) -> str:
        """`text` for people: cron expressions that have words in `parse_schedule` are said with them.

        >>> Schedule(cron="0 6 * * 1-5", timezone="Europe/Berlin").words()
        'weekdays at 06:00 (Europe/Berlin)'
        """
        return f"{self.times()} ({self.timezone})" if self.cron else self.text()

    def times(self) -> str:
        """``cron`` in words where there are some; empty without one."""
        found = _CRON_AT.fullmatch(self.cron)
        if found and found[3] in _DAY_NAMES:
            return f"{_DAY_NAMES[found[3]]} at {int(found[2]):02}:{int(found[1]):02}"
        return "hourly" if self.cron == _CRONS["hourly"] else self.cron

    def next_after(self, moment: datetime) -> datetime | None:
        """The first run that is due after a moment (UTC); None when it only runs by hand.

        When clocks are put forward, a time that is left out is an hour later; when they are put back, a time that
        comes twice counts once, unless the expression names every hour.
        """
        if self.every_s is not None:
            return moment.astimezone(UTC) + timedelta(seconds=self.every_s)
        return _next_cron(self, moment) if self.cron else None


def parse_schedule(text: str, *, timezone: str = "") -> Schedule:
    """Read ``"15m"``, ``"every 2 hours"``, ``"daily at 6:00"``, ``"0 6 * * 1-5"``, or an empty text: by hand.

    Parameters
    ----------
    timezone : str
        IANA name; that of this machine when empty. One in brackets behind the text wins.

    Raises
    ------
    InputError
        It is none of these, the zone is unknown, or the interval is shorter than 10 seconds.
    """
    tidy = " ".join(text.replace(NARROW_SPACE, "").split())
    plain, behind = tidy.lower(), _ZONE_BEHIND.fullmatch(tidy)
    if behind:
        plain, timezone = behind[1].lower(), behind[2]
    zone = _zone_name(timezone)
    if plain in _BY_HAND:
        return Schedule()
    if every_s := _interval(plain, text):
        return Schedule(every_s=every_s)
    cron = _cron_of(plain)
    if cron is None:
        raise InputError(f"“{fmt_name(text)}” is no schedule. {EXAMPLES}")
    schedule = Schedule(cron=cron, timezone=zone)
    _check_cron(schedule)
    return schedule


def _interval(plain: str, text: str) -> int | None:
    found = _INTERVAL.fullmatch(plain)
    unit = _WORDS.get(found[2] or found[3]) if found else None
    if not found or unit is None:
        return None
    seconds = float(found[1] or 1) * _UNITS[unit]
    if not seconds.is_integer() or not SHORTEST_S <= seconds <= LONGEST_S:
        raise InputError(
            f"“{fmt_name(text)}” cannot be an interval: it is whole seconds, from {SHORTEST_S} seconds to 366 days."
        )
    return int(seconds)


def _cron_of(plain: str) -> str | None:
    """Words or five fields as a cron expression; None when it is neither."""
    if found := _AT.fullmatch(plain):
        weekday, hour, minute = _DAYS.get(found[1]), int(found[2]), int(found[3] or 0)
        return f"{minute} {hour} * * {weekday}" if weekday and hour < 24 and minute < 60 else None
    named = _CRONS.get(plain.removeprefix("@"))
    if named:
        return named
    fields = plain.split()
    return " ".join(fields) if len(fields) == 5 and all(map(_CRON_FIELD.fullmatch, fields)) else None


def _check_cron(schedule: Schedule) -> None:
    try:
        found = schedule.next_after(datetime.now(UTC))
    except (ValueError, KeyError, TypeError):
        raise InputError(
            f"“{schedule.cron}” is no cron expression: five fields, for minute (0-59), hour (0-23), day of the month "
            f"(1-31), month (1-12) and weekday (0-7, 0 and 7 are Sunday). {EXAMPLES}"
        ) from None
    if found is None:
        raise InputError(f"“{schedule.cron}” never comes. Choose a day that its month has.")


def _zone_name(name: str) -> str:
    from zoneinfo import ZoneInfo

    if not name:
        return _local_zone()
    try:
        return ZoneInfo(name).key
    except (LookupError, ValueError, OSError):  # unknown, a path, or a folder of the zone database
        raise InputError(
            f"There is no time zone “{fmt_name(name)}”. Give its IANA name, such as Europe/Berlin or UTC."
        ) from None


def _local_zone() -> str:
    from zoneinfo import ZoneInfo

    import tzlocal

    try:
        return ZoneInfo(tzlocal.get_localzone_name()).key
    except (LookupError, ValueError, TypeError, OSError):  # a machine without a named zone
        return "UTC"


def _next_cron(schedule: Schedule, moment: datetime) -> datetime | None:
    triggers = _triggers(schedule.cron, schedule.timezone)
    found = (_next(trigger, moment, twice=schedule.cron.split()[1].startswith("*")) for trigger in triggers)
    return min((each for each in found if each is not None), default=None)


def _next(trigger: CronTrigger, moment: datetime, *, twice: bool) -> datetime | None:
    """``twice`` is whether an hour that comes twice, as clocks are put back, counts twice."""
    while True:
        found: datetime | None = trigger.get_next_fire_time(None, moment + timedelta(microseconds=1))
        if found is None:
            return None
        moment = found.astimezone(UTC)
        if twice or not found.fold:
            return moment


@lru_cache(maxsize=256)
def _triggers(cron: str, timezone: str) -> tuple[CronTrigger, ...]:
    """One trigger, or two where either of two kinds of days will do, which APScheduler does not know."""
    from zoneinfo import ZoneInfo

    from apscheduler.triggers.cron import CronTrigger

    minute, hour, day, month, weekday = cron.split()
    zone = ZoneInfo(timezone)
    days = [{"day": day, "day_of_week": _weekday_names(weekday)}]
    if not day.startswith("*") and not weekday.startswith("*"):
        days = [{"day": day}, {"day_of_week": _weekday_names(weekday)}]
    # No seconds are named: APScheduler takes 0 for what is smaller than the smallest that is named.
    return tuple(CronTrigger(minute=minute, hour=hour, month=month, timezone=zone, **each) for each in days)


def _weekday_names(field: str) -> str:
    """A field with crontab's numbers, in which Sunday is 0 or 7, as names: APScheduler begins its week on Monday."""
    names: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, dash, last = ("0", "-", "6") if span == "*" else span.partition("-")
        start = _weekday(first)
        end = _weekday(last) if dash else 6 if step else start
        if end < start:
            end += 7
        names.update(day % 7 for day in range(start, end + 1, int(step or 1)))
    return ",".join(_WEEKDAYS[day] for day in sorted(names))


def _weekday(text: str) -> int:
    if text in _WEEKDAYS:
        return _WEEKDAYS.index(text)
    day = int(text)
    if not 0 <= day <= 7:
        raise ValueError(text)
    return day
