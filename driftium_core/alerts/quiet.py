"""Hours of the day in which nothing is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from driftium_core.errors import InputError
from driftium_core.formats import fmt_name

__all__ = ["QuietHours", "quiet_hours"]

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of the day to another, over midnight where the second is the earlier one.

    Both are read on the clocks of a zone, each day anew, so that summer time moves them with the people. A time that
    the clocks skip is read as if they had not been put forward yet; of one that comes twice the first is meant.
    """

    start: time
    end: time
    zone: ZoneInfo

    def until(self, moment: datetime) -> datetime | None:
        """When the quiet hours end that a moment lies in, in UTC; None when it lies in none."""
        today = moment.astimezone(self.zone).date()
        for day in (today - timedelta(days=1), today):
            starts, ends = self._on(day)
            if starts <= moment < ends:
                return ends
        return None

    def _on(self, day: date) -> tuple[datetime, datetime]:
        last = day if self.start < self.end else day + timedelta(days=1)
        return self._utc(day, self.start), self._utc(last, self.end)

    def _utc(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)


def quiet_hours(start: str, end: str, timezone: str) -> QuietHours | None:
    """Read quiet hours such as ``"22:00"`` to ``"07:00"``; None when both are empty, or the same.

    Raises
    ------
    InputError
        One is missing, or is no time of the day, or there is no such zone.
    """
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(
            f"There is no time zone {fmt_name(timezone)}; give a name such as Europe/Berlin or UTC."
        ) from None
    if not start and not end:
        return None
    if not (start and end):
        raise InputError("Quiet hours need both their beginning and their end, such as 22:00 and 07:00, or neither.")
    starts, ends = _clock(start), _clock(end)
    return None if starts == ends else QuietHours(starts, ends, zone)


def _clock(text: str) -> time:
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        raise InputError(f"{fmt_name(text)} is no time of the day; write hours and minutes, such as 22:00.")
    return time(int(found[1]), int(found[2]))
