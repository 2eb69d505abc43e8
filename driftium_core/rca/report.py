"""The types of an investigation, from one claim to the whole report."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from driftium_core.rca.causes import CAUSE_TITLES, Cause
from driftium_core.rca.facts import Fact, Ledger
from driftium_core.severity import Severity

__all__ = [
    "Action",
    "Agent",
    "Bearing",
    "Claim",
    "Confidence",
    "Diagnosis",
    "Explanation",
    "Finding",
    "Findings",
    "Place",
    "RcaReport",
    "Recommendation",
    "Source",
    "TraceStep",
    "Triage",
    "Urgency",
]

Source = Literal["rules", "llm"]

Agent = Literal["orchestrator", "triage", "diagnosis", "recommendation"]

Bearing = Literal["states", "supports", "rules_out", "inconclusive"]
"""What a claim does for the likely cause."""

Confidence = Literal["high", "moderate", "low"]

Place = Literal["tabular", "llm-dashboard", "playground", "settings"]
"""Page on which an action can be done."""


class Urgency(StrEnum):
    """When somebody should look."""

    NOW = "now"
    TODAY = "today"
    THIS_WEEK = "this week"
    NONE = "no need"
    MORE_DATA = "when there is more data"

    @property
    def advice(self) -> str:
        """What to do, in words: ``"look today"``, ``"no need to look"``, ``"look again when there is more data"``."""
        match self:
            case Urgency.NONE:
                return "no need to look"
            case Urgency.MORE_DATA:
                return f"look again {self}"
        return f"look {self}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence or two that stand on evidence.

    Attributes
    ----------
    text : str
        Every name and number in it is in the facts cited.
    evidence_ids : tuple of str
        At least one.
    title : str
        What leads it, in a few words with a full stop, by the rules; empty for none.
    """

    text: str
    evidence_ids: tuple[str, ...]
    bearing: Bearing = "states"
    source: Source = "rules"
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """What happened, and how urgent it is. ``severity`` is the report's."""

    severity: Severity | None
    urgency: Urgency
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One cause that the evidence supports.

    ``summary`` says in a sentence what changed and how that shows; ``claims`` say why, the strongest first.
    """

    cause: Cause
    confidence: Confidence
    summary: Claim
    claims: tuple[Claim, ...]

    @property
    def summary_is_claimed(self) -> bool:
        """Whether one of the reasons says in the same words what they come to."""
        return any(claim.text == self.summary.text for claim in self.claims)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Why it happened.

    Attributes
    ----------
    findings : tuple of Finding
        Causes that the evidence supports, the likeliest first; at least one, at worst `Cause.UNKNOWN`.
    ruled_out : tuple of Claim
        What the evidence speaks against, or could not settle.
    """

    findings: tuple[Finding, ...]
    ruled_out: tuple[Claim, ...] = ()

    @property
    def cause(self) -> Cause:
        """The likeliest cause."""
        return self.findings[0].cause

    @property
    def confidence(self) -> Confidence:
        """In the likeliest cause."""
        return self.findings[0].confidence

    @property
    def headline(self) -> str:
        """``"Likely cause: other rows were selected."``; where nothing is wrong, that alone, as a sentence."""
        title = CAUSE_TITLES[self.cause]
        if self.cause in (Cause.STABLE, Cause.NOT_ENOUGH_EVIDENCE, Cause.UNKNOWN):
            return f"{title[0].upper()}{title[1:]}."
        return f"Likely cause: {title}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that a person can do, by the rules alone.

    Attributes
    ----------
    text : str
        One sentence that begins with a verb.
    minutes : int or None
        About how long it takes; None where nobody can say.
    evidence_ids : tuple of str
        The facts that call for it.
    place : Place or None
        The page on which it can be done, if it is one of Driftium's.
    """

    text: str
    minutes: int | None = None
    evidence_ids: tuple[str, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """What to do: ``lead`` says how to begin; the first of ``actions`` takes at most five minutes."""

    lead: Claim
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the three agents found, by rules; a model may have worded some of its claims."""

    triage: Triage
    diagnosis: Diagnosis
    recommendation: Recommendation


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStep:
    """One step of the trace: who said what, on which evidence, and how long it took.

    Attributes
    ----------
    source : {"rules", "llm"} or None
        Who the words are from; None of the orchestrator's own.
    message : str
        What was done or found, in words; never a prompt, never a model's refused answer.
    rejected_reason : str
        Why a model's words were refused, without quoting them; empty where they were not.
    """

    agent: Agent
    started_at: datetime
    duration_ms: float
    message: str
    source: Source | None = None
    evidence_ids: tuple[str, ...] = ()
    rejected_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RcaReport:
    """A finished investigation of one report.

    Attributes
    ----------
    model : str or None
        The model that was asked for words; None when none was.
    worded_by : str
        One sentence: who spoke, and why not the other.
    """

    ledger: Ledger
    findings: Findings
    steps: tuple[TraceStep, ...]
    created_at: datetime
    duration_ms: float
    model: str | None
    worded_by: str
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def severity(self) -> Severity | None:
        """Severity of what was investigated."""
        return self.findings.triage.severity

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim that is shown, in the order in which it is read."""
        diagnosis = self.findings.diagnosis
        of_findings = [claim for found in diagnosis.findings for claim in (found.summary, *found.claims)]
        return (*self.findings.triage.claims, *of_findings, *diagnosis.ruled_out, self.findings.recommendation.lead)

    @property
    def cited(self) -> tuple[Fact, ...]:
        """The facts that a claim or an action stands on, in the order of the ledger."""
        items: tuple[Claim | Action, ...] = (*self.claims, *self.findings.recommendation.actions)
        ids = {fact_id for item in items for fact_id in item.evidence_ids}
        return tuple(fact for fact in self.ledger.facts if fact.id in ids)

    @property
    def source(self) -> Source:
        """``"llm"`` when any claim has a model's words."""
        return "llm" if any(claim.source == "llm" for claim in self.claims) else "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One drifted column, or all of a table, in a few sentences and two next actions.

    ``columns`` are those asked about; ``worded_by`` is a sentence as in `RcaReport`.
    """

    columns: tuple[str, ...]
    claims: tuple[Claim, ...]
    actions: tuple[Action, ...]
    model: str | None
    worded_by: str
