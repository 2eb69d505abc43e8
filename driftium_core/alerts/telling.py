"""Which one message a channel is sent when several events of an incident wait for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

__all__ = ["Event", "next_reminder", "to_tell"]

Event = Literal["opened", "worsened", "resolved", "reminder"]


def to_tell(waiting: Sequence[Event], new: Sequence[Event], *, tell_resolved: bool) -> Event | None:
    """What the one message says that takes the place of all; None when there is nothing left to tell.

    Parameters
    ----------
    waiting : sequence of Event
        Events whose messages have not been sent, e.g. in quiet hours.
    new : sequence of Event
        What happened since, at least one.
    tell_resolved : bool
        Whether the rule tells the end of an incident. One that nobody has heard of is told all the same, with its end:
        that it ever was is news.

    Examples
    --------
    >>> to_tell(["opened"], ["worsened"], tell_resolved=True)
    'opened'
    >>> to_tell(["worsened"], ["resolved"], tell_resolved=False) is None
    True
    """
    events = {*waiting, *new}
    if "resolved" in events:
        return "resolved" if tell_resolved or "opened" in events else None
    if "opened" in events:
        return "opened"
    if "worsened" in events:
        return "worsened"
    return None if waiting else "reminder"  # a reminder that waits is reminder enough


def next_reminder(told_at: datetime, after_h: float | None) -> datetime | None:
    """When an incident that was told of is told again; None when it never is."""
    return None if after_h is None else told_at + timedelta(hours=after_h)
