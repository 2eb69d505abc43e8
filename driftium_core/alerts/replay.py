"""A rule over a row of past checks: what it would have told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from driftium_core.alerts.machine import Check, Ongoing, Terms, Watch, step
from driftium_core.alerts.telling import Event, next_reminder

__all__ = ["Told", "replay"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event that would have been told, and the incident as it was then."""

    at: datetime
    event: Event
    incident: Ongoing


def replay(
    checks: Iterable[Check], terms: Terms, *, until: datetime, remind_after_h: float | None = None
) -> Iterator[Told]:
    """Every event of one monitor's checks, in their order, with the reminders between them and until a moment.

    Nobody acknowledges an incident here, so the reminders are as many as there can be.
    """
    watch = Watch()
    remind_at: datetime | None = None
    for check in checks:
        yield from _reminders(watch.ongoing, remind_at, check.at, remind_after_h)
        while remind_at and remind_at <= check.at:
            remind_at = next_reminder(remind_at, remind_after_h)
        done = step(watch, check, terms)
        watch = done.watch
        if done.change and done.incident:
            yield Told(at=check.at, event=done.change, incident=done.incident)
            remind_at = next_reminder(check.at, remind_after_h) if watch.ongoing else None
    yield from _reminders(watch.ongoing, remind_at, until, remind_after_h)


def _reminders(
    ongoing: Ongoing | None, remind_at: datetime | None, until: datetime, after_h: float | None
) -> Iterator[Told]:
    while ongoing and remind_at and remind_at <= until:
        yield Told(at=remind_at, event="reminder", incident=ongoing)
        remind_at = next_reminder(remind_at, after_h)
