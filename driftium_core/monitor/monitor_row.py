"""One line of the overview."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from driftium_core.severity import Severity
from driftium_core.store.alert_records import Incident
from driftium_core.store.records import AlarmState

__all__ = ["NOTHING_NOW", "MonitorRow", "Outcome"]

NOTHING_NOW = "Nothing now"
"""Next step of a row that asks for none."""

Outcome = Literal["drift", "no_drift", "inconclusive", "waiting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorRow:
    """One monitor: the pools of a project, or all tables that were checked against one reference.

    Attributes
    ----------
    name : str
        The project for pools, the reference for tables.
    outcome : "drift", "no_drift", "inconclusive" or "waiting"
        Of the newest check; waiting when nothing was compared with the active baseline yet.
    severity : Severity or None
        None when inconclusive or waiting.
    simulated : bool
        Tables filtered out of the reference itself: nobody's incident.
    health : float or None
        Health Index of the answers, 0 to 100. Tables have none: no one number says how well a table is.
    trend : tuple of float
        Effect sizes of up to 20 checks, oldest first: of the pools, or the largest of a table's columns, 0 where none
        drifted. Inconclusive checks are left out.
    finding, next_step : str
        What is known, and what to do, in a few plain words with names of the user's data in them.
    pvalue : float or None
        Of the pools' test. Tables test each column by itself.
    checked_at : datetime or None
    since : datetime or None
        When the first check of the unbroken row with severity above LOW was, as far back as history goes; None without
        such a severity now.
    changed : bool
        The pools are not those that were checked any more.
    alarm : AlarmState or None
        The evidence score, if it has crossed its line and was not dismissed.
    run_id, calculation_id : str or None
        The newest check.
    incidents : tuple of Incident
        The open ones of its rules, the worst first.
    """

    project: str
    kind: Literal["llm", "tabular"]
    name: str
    outcome: Outcome
    severity: Severity | None
    simulated: bool = False
    health: float | None = None
    trend: tuple[float, ...] = ()
    finding: str
    pvalue: float | None = None
    checked_at: datetime | None = None
    since: datetime | None = None
    changed: bool = False
    alarm: AlarmState | None = None
    next_step: str
    run_id: str | None = None
    calculation_id: str | None = None
    incidents: tuple[Incident, ...] = ()

    @property
    def drifts(self) -> bool:
        """Whether real data has a severity above LOW."""
        return not self.simulated and self.severity not in (None, Severity.LOW)

    @property
    def needs_attention(self) -> bool:
        """Whether someone should look soon: HIGH, CRITICAL, or an open alarm; never a simulation."""
        severe = self.severity in (Severity.HIGH, Severity.CRITICAL)
        return not self.simulated and (severe or self.alarm is not None)
