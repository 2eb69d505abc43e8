"""What a check changes for a rule: an incident opens, worsens or ends, or nothing does.

The rules, for one rule and one monitor:

- A check *counts* when its severity reaches the rule's. ``consecutive`` such checks in a row open an incident.
- A check below the rule's severity ends the row, and the incident if one is open.
- An inconclusive check tells nothing: it neither counts, nor breaks the row, nor ends an incident. Of too few answers
  nobody knows whether they are well, and a pool that starts anew is no recovery.
- An open incident worsens when a check is more severe than all since it opened. Falling back to a milder severity that
  still counts is no event, and coming back from there is none either: there is one line to cross, not two, and only the
  first time over each step is told, so that a score at the edge of HIGH and CRITICAL does not ring twice.
- Against another baseline the row begins anew. An open incident stays until a check is well, whatever it was against.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from driftium_core.severity import Severity

__all__ = ["Change", "Check", "Ongoing", "Step", "Terms", "Watch", "step"]

Change = Literal["opened", "worsened", "resolved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check of a monitor, as a rule sees it.

    Attributes
    ----------
    seq : int
        Order of the checks of a monitor, whatever the clock did.
    at : datetime
    severity : Severity or None
        None when inconclusive.
    report_id : str
    against : str
        What it was compared with.
    """

    seq: int
    at: datetime
    severity: Severity | None
    report_id: str
    against: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """When a rule opens an incident."""

    min_severity: Severity
    consecutive: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ongoing:
    """An incident so far; ``severity`` and ``report_id`` are of the newest check that was not inconclusive."""

    opened_at: datetime
    severity: Severity
    worst: Severity
    n_checks: int
    report_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What a rule remembers of a monitor.

    Attributes
    ----------
    streak : int
        Checks in a row that counted, while no incident is open.
    against : str
        What the last of them was compared with.
    last_seq : int
        Of the newest check that was looked at.
    ongoing : Ongoing or None
        The open incident.
    """

    streak: int = 0
    against: str = ""
    last_seq: int = 0
    ongoing: Ongoing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What became of a watch by a check; ``incident`` is what the change is about, as it is after it."""

    watch: Watch
    change: Change | None = None
    incident: Ongoing | None = field(default=None)


def step(watch: Watch, check: Check, terms: Terms) -> Step:
    """Look at one check. A check that the open incident has counted already is not counted twice."""
    seen = check.seq == watch.last_seq
    watch = replace(watch, last_seq=check.seq)
    if check.severity is None:
        return Step(watch=watch)
    counts = check.severity.rank >= terms.min_severity.rank
    if watch.ongoing is None:
        return _while_well(watch, check, terms) if counts else Step(watch=_rested(watch, check))
    if not counts:
        ended = replace(watch.ongoing, severity=check.severity, report_id=check.report_id)
        return Step(watch=replace(_rested(watch, check), ongoing=None), change="resolved", incident=ended)
    return Step(watch=watch) if seen else _while_open(watch, watch.ongoing, check, check.severity)


def _rested(watch: Watch, check: Check) -> Watch:
    return replace(watch, streak=0, against=check.against)


def _while_well(watch: Watch, check: Check, terms: Terms) -> Step:
    streak = watch.streak + 1 if check.against == watch.against else 1
    watch = replace(watch, streak=streak, against=check.against)
    if streak < terms.consecutive or check.severity is None:
        return Step(watch=watch)
    opened = Ongoing(
        opened_at=check.at,
        severity=check.severity,
        worst=check.severity,
        n_checks=streak,
        report_id=check.report_id,
    )
    return Step(watch=replace(watch, streak=0, ongoing=opened), change="opened", incident=opened)


def _while_open(watch: Watch, ongoing: Ongoing, check: Check, severity: Severity) -> Step:
    worsened = severity.rank > ongoing.worst.rank
    after = replace(
        ongoing,
        severity=severity,
        worst=severity if worsened else ongoing.worst,
        n_checks=ongoing.n_checks + 1,
        report_id=check.report_id,
    )
    watch = replace(watch, against=check.against, ongoing=after)
    return Step(watch=watch, change="worsened", incident=after) if worsened else Step(watch=watch)
