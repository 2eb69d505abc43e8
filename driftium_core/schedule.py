"""When scheduled work is due: an interval, or a cron expression in a time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Schedule", "parse_schedule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """An interval or a cron expression; neither means that the work is only done when somebody asks for it.

    Attributes
    ----------
    every_s : int or None
        Seconds between two runs.
    cron : str
        Five fields, as in crontab.
    timezone : str
        IANA name of the zone that ``cron`` is read in.
    """

    every_s: int | None = None
    cron: str = ""
    timezone: str = "UTC"

    def text(self) -> str:
        """``"every 15 minutes"``, ``"0 6 * * 1-5 (Europe/Berlin)"`` or ``"only by hand"``."""
        raise NotImplementedError

    def next_after(self, moment: datetime) -> datetime | None:
        """The first run that is due after a moment (UTC); None when it only runs by hand."""
        raise NotImplementedError


def parse_schedule(text: str, *, timezone: str = "") -> Schedule:
    """Read ``"15m"``, ``"every 2 hours"``, ``"0 6 * * 1-5"``, or an empty text, which means by hand.

    Parameters
    ----------
    timezone : str
        IANA name; that of this machine when empty.

    Raises
    ------
    InputError
        It is none of these, the zone is unknown, or the interval is shorter than 10 seconds.
    """
    raise NotImplementedError
