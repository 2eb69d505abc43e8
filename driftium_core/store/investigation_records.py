"""Investigations as they go into the store and come out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from driftium_core.severity import Severity

__all__ = ["Investigation", "InvestigationFacts", "NewInvestigation", "ReportKind"]

ReportKind = Literal["table", "text"]
"""What was investigated: a check of tables, or a calculation on answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigationFacts:
    """What is known of an investigation besides its document.

    Attributes
    ----------
    report_id : str
        Of the table run or calculation; it may be gone, as an investigation stands on its own.
    title : str
        What was compared, in words.
    severity : Severity or None
        Of the report; None when inconclusive.
    cause, confidence : str
        The likeliest cause of the catalogue, and how sure the rules are of it.
    source : str
        ``"llm"`` when any sentence has a model's words, else ``"rules"``.
    model : str or None
        The model that was asked for words; None when none was.
    summary : str
        What changed and how that shows, in a sentence.
    n_actions : int
        How many actions its list has.
    """

    kind: ReportKind
    report_id: str
    title: str
    severity: Severity | None
    status: str
    cause: str
    confidence: str
    source: str
    model: str | None
    summary: str
    n_actions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvestigation(InvestigationFacts):
    """A finished investigation, about to be stored; ``document`` holds JSON values."""

    document: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Investigation(InvestigationFacts):
    """A stored investigation without its document; ``created_at`` is in UTC.

    ``done`` are the positions of the actions that were ticked, in ascending order.
    """

    id: str
    project: str
    created_at: datetime
    done: tuple[int, ...] = ()
