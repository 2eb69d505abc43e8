"""What happened lately in any project, as stored: nothing is made up, and what did not change is no event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from driftium_core.formats import fmt_count, fmt_name, fmt_p
from driftium_core.monitor.incidents import deliveries, incidents
from driftium_core.services import Services
from driftium_core.severity import Severity
from driftium_core.store.alert_records import ANSWERS, IncidentEvent, table_monitor
from driftium_core.store.records import Baseline
from driftium_core.store.survey_records import AlarmRaised, PoolTurn, TableResult
from driftium_core.text.labels import effect_words

__all__ = ["Event", "recent_events"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a monitor.

    Attributes
    ----------
    kind : "verdict", "table", "baseline", "alarm" or "incident"
        The pools' severity turned, a real table was checked, a baseline was made, an evidence score crossed its line,
        an incident of a rule opened or ended.
    severity : Severity or None
        What was found; None when inconclusive, and for baselines and alarms.
    text : str
        A few plain words with names of the user's data in them.
    about : "answers" or "tables"
        Which page tells more.
    run_id, calculation_id : str or None
        What it can be opened by there.
    """

    at: datetime
    project: str
    kind: Literal["verdict", "table", "baseline", "alarm", "incident"]
    severity: Severity | None = None
    text: str
    about: Literal["answers", "tables"] = "answers"
    run_id: str | None = None
    calculation_id: str | None = None


def recent_events(services: Services, *, limit: int = 20) -> tuple[Event, ...]:
    """The newest events of all projects, newest first.

    Checks of pools count when they found another severity than the one before against the same baseline. Simulations
    are left out, and baselines that were restored, as the time of that is not stored.

    Raises
    ------
    StorageError
        The database, or a record in it, cannot be read.
    """
    found = services.store.survey.happenings(limit=limit)
    events = [
        *map(_turn, found.turns),
        *map(_run, found.runs),
        *map(_baseline, found.baselines),
        *map(_alarm, found.alarms),
        *_incidents(services, limit),
    ]
    return tuple(sorted(events, key=lambda event: event.at, reverse=True)[:limit])


def _turn(turn: PoolTurn) -> Event:
    return Event(
        at=turn.result.created_at,
        project=turn.result.project,
        kind="verdict",
        severity=turn.result.severity,
        text=_turned(turn),
        calculation_id=turn.result.id,
    )


def _turned(turn: PoolTurn) -> str:
    now, was = turn.result, turn.was
    drift = f"{effect_words(now.effect_size)}, {fmt_p(now.pvalue)}"
    if turn.first:
        found = "too few answers to tell" if now.severity is None else "no drift found"
        baseline = f"“{fmt_name(turn.baseline)}”" if turn.baseline else "a baseline"
        return f"First check against {baseline}: {found if now.severity in (None, Severity.LOW) else f'drift, {drift}'}"
    if now.severity is None:
        return "Too few answers to tell any more"
    if now.severity is Severity.LOW:
        return "Resolved: no drift found any more" if was else "No drift found"
    if was in (None, Severity.LOW):
        return f"Drift found: {drift}"
    return f"Drift {'rose' if was and now.severity.rank > was.rank else 'eased'} from {was} to {now.severity}"


def _run(run: TableResult) -> Event:
    found = "Too little to tell"
    if run.severity:
        found = f"{run.drifted} of {fmt_count(run.monitored, 'column')} drifted" if run.drifted else "No drift found"
    return Event(
        at=run.created_at,
        project=run.project,
        kind="table",
        severity=run.severity,
        text=f"{found} in “{fmt_name(run.current_name)}”",
        about="tables",
        run_id=run.id,
    )


def _baseline(baseline: Baseline) -> Event:
    made_of = fmt_count(baseline.size, "answer")
    return Event(
        at=baseline.created_at,
        project=baseline.project,
        kind="baseline",
        text=f"Baseline “{fmt_name(baseline.name)}” (version {baseline.version}) made of {made_of}",
    )


def _alarm(alarm: AlarmRaised) -> Event:
    of_table = f" of “{fmt_name(alarm.reference_name)}”" if alarm.reference_name else ""
    return Event(
        at=alarm.created_at,
        project=alarm.project,
        kind="alarm",
        text=f"The evidence score{of_table} crossed its line at block {alarm.block + 1}",
        about="tables" if alarm.reference_name else "answers",
    )


def _incidents(services: Services, limit: int) -> Iterator[Event]:
    """What the rules opened and ended lately, and who was told."""
    told: dict[tuple[str | None, str], list[str]] = {}
    for message in deliveries(services, project=None, state="sent"):
        told.setdefault((message.incident_id, message.event), []).append(message.channel_name)
    for incident in incidents(services, project=None, limit=limit):
        about: Literal["answers", "tables"] = "answers" if incident.monitor == ANSWERS else "tables"
        of_table = incident.monitor.removeprefix(table_monitor(""))
        of = "" if about == "answers" else f" of “{fmt_name(of_table)}”"
        turns: list[tuple[datetime | None, IncidentEvent, str]] = [
            (incident.opened_at, "opened", "opened by"),
            (incident.resolved_at, "resolved", "over, of"),
        ]
        for at, event, words in turns:
            if at:
                names = told.get((incident.id, event), [])
                yield Event(
                    at=at,
                    project=incident.project,
                    kind="incident",
                    text=f"Incident{of} {words} rule “{fmt_name(incident.rule_name)}”{_told(names)}",
                    about=about,
                    run_id=incident.report_id if incident.report_kind == "table" else None,
                    calculation_id=incident.report_id if incident.report_kind == "text" else None,
                )


def _told(names: list[str]) -> str:
    return f"; told {', '.join(fmt_name(name) for name in dict.fromkeys(names))}" if names else ""
