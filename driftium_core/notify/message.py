"""What a message says, whatever channel it goes by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from driftium_core.severity import Severity

__all__ = ["Message", "MessageEvent"]

MessageEvent = Literal["opened", "worsened", "resolved", "reminder", "test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of an incident, with plain text in every field.

    Attributes
    ----------
    incident_id : str
        Keeps the messages of one incident together where the service can; PagerDuty's deduplication key.
    at : datetime
        Of the check, UTC; of a reminder and of a test, when it was made.
    title : str
        One line: what drifts, how badly, where.
    verdict, effect : str
        A sentence each; with the sizes, the p-value and the effect.
    evidence : tuple of str
        The strongest findings, most important first; empty where there are none.
    action : str
        What to do first; empty when nothing.
    link : str
        To the report in the app.
    is_first : bool
        Nothing was sent of the incident before; one that is over is told with its end then.
    """

    event: MessageEvent
    incident_id: str
    project: str
    monitor: str
    rule: str
    severity: Severity | None
    at: datetime
    title: str
    verdict: str
    effect: str
    evidence: tuple[str, ...] = ()
    action: str = ""
    link: str = ""
    is_first: bool = False
