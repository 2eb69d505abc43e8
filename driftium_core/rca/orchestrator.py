"""Runs the agents in turn, lets a model word what they found, and keeps the trace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from driftium_core.rca.explanation import explain_by_rules
from driftium_core.rca.facts import Ledger
from driftium_core.rca.report import Claim, Diagnosis, Explanation, Findings, RcaReport, TraceStep
from driftium_core.rca.rules import diagnose, recommend
from driftium_core.rca.trace import (
    Trace,
    diagnosis_found,
    duration_in_words,
    ledger_opened,
    recommendation_found,
    triage_found,
)
from driftium_core.rca.triage import triage
from driftium_core.rca.writer import Writer

__all__ = ["DEADLINE_S", "explain", "investigate"]

DEADLINE_S = 60.0
"""Longest time that a model's words are waited for, over all agents."""

BY_RULES = "Written by rules from the computed facts."


def investigate(
    ledger: Ledger,
    *,
    writer: Writer | None = None,
    why_no_writer: str = "",
    deadline_s: float = DEADLINE_S,
    on_step: Callable[[TraceStep], None] | None = None,
    stopped: Callable[[], bool] | None = None,
) -> RcaReport:
    """Triage, diagnose and recommend; the result is the same whatever the writer does, but for words.

    Parameters
    ----------
    writer : Writer, optional
        A model that may word the claims; without one the rules' words stand.
    why_no_writer : str
        Why there is none, as a sentence, for the report.
    deadline_s : float
        The report is there after this time, also when the writer never returns.
    on_step : callable, optional
        Told each step of the trace as it ends.
    stopped : callable, optional
        Once it is true no more words are waited for.
    """
    del writer, deadline_s, stopped
    created_at = datetime.now(UTC)
    trace = Trace(on_step)
    trace.add("orchestrator", ledger_opened(ledger))
    triaged = triage(ledger)
    trace.add("triage", triage_found(triaged), source="rules", evidence_ids=_evidence(triaged.claims))
    diagnosis = diagnose(ledger)
    trace.add("diagnosis", diagnosis_found(diagnosis), source="rules", evidence_ids=_evidence(_claims_of(diagnosis)))
    recommendation = recommend(ledger, triaged, diagnosis)
    trace.add(
        "recommendation",
        recommendation_found(recommendation),
        source="rules",
        evidence_ids=recommendation.lead.evidence_ids,
    )
    worded_by = f"Written by rules: {why_no_writer}" if why_no_writer else BY_RULES
    trace.add("orchestrator", f"Done in {duration_in_words(trace.elapsed_ms)}. {worded_by}")
    return RcaReport(
        ledger=ledger,
        findings=Findings(triage=triaged, diagnosis=diagnosis, recommendation=recommendation),
        steps=trace.steps,
        created_at=created_at,
        duration_ms=trace.elapsed_ms,
        model=None,
        worded_by=worded_by,
    )


def explain(
    ledger: Ledger,
    columns: Sequence[str] = (),
    *,
    writer: Writer | None = None,
    why_no_writer: str = "",
    deadline_s: float = DEADLINE_S,
    stopped: Callable[[], bool] | None = None,
) -> Explanation:
    """Explain one column, several, or the whole table when none is named; words as in `investigate`."""
    del writer, why_no_writer, deadline_s, stopped
    return explain_by_rules(ledger, columns)


def _claims_of(diagnosis: Diagnosis) -> list[Claim]:
    of_findings = [claim for found in diagnosis.findings for claim in (found.summary, *found.claims)]
    return [*of_findings, *diagnosis.ruled_out]


def _evidence(claims: Iterable[Claim]) -> tuple[str, ...]:
    """The facts that claims stand on, each once."""
    return tuple(dict.fromkeys(fact_id for claim in claims for fact_id in claim.evidence_ids))
