"""Runs the agents in turn, lets a model word what they found, and keeps the trace."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from driftium_core.rca.explanation import explain_by_rules
from driftium_core.rca.facts import Ledger
from driftium_core.rca.report import (
    Action,
    Claim,
    Diagnosis,
    Explanation,
    Findings,
    RcaReport,
    Recommendation,
    TraceStep,
    Triage,
)
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
from driftium_core.rca.wording import Wording
from driftium_core.rca.writer import Writer

__all__ = ["DEADLINE_S", "explain", "investigate"]

DEADLINE_S = 60.0
"""Longest time that a model's words are waited for, over all agents."""

BY_RULES = "Written by rules from the computed facts."

TRIAGE_SHARE, DIAGNOSIS_SHARE = 1 / 3, 0.75
"""Of the time that is left; the diagnosis says most, and what nobody needed is for the recommendation."""


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

    Every agent goes by what the rules found before it, never by a model's words for it.

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
    created_at, trace = datetime.now(UTC), Trace(on_step)
    trace.add("orchestrator", ledger_opened(ledger))
    words = _wording(writer, ledger, deadline_s, stopped, trace)
    triaged = triage(ledger)
    trace.add("triage", triage_found(triaged), source="rules", evidence_ids=_evidence(triaged.claims))
    said = _triage_in_words(triaged, words)
    diagnosis = diagnose(ledger)
    cited = _evidence(_claims_of(diagnosis))
    trace.add("diagnosis", diagnosis_found(diagnosis), source="rules", evidence_ids=cited)
    why = _diagnosis_in_words(diagnosis, words)
    recommendation = recommend(ledger, triaged, diagnosis)
    cited = _evidence([recommendation.lead, *recommendation.actions])
    trace.add("recommendation", recommendation_found(recommendation), source="rules", evidence_ids=cited)
    what_to_do = _recommendation_in_words(recommendation, words)
    worded_by = words.worded_by if words else _by_rules(why_no_writer)
    trace.add("orchestrator", f"Done in {duration_in_words(trace.elapsed_ms)}. {worded_by}")
    return RcaReport(
        ledger=ledger,
        findings=Findings(triage=said, diagnosis=why, recommendation=what_to_do),
        steps=trace.steps,
        created_at=created_at,
        duration_ms=trace.elapsed_ms,
        model=words.model if words and words.asked else None,
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
    explanation = explain_by_rules(ledger, columns)
    words = _wording(writer, ledger, deadline_s, stopped, Trace())
    if words is None:
        return replace(explanation, worded_by=_by_rules(why_no_writer))
    claims = words.word("diagnosis", explanation.claims, share=1.0)
    model = words.model if words.asked else None
    return replace(explanation, claims=claims, model=model, worded_by=words.worded_by)


def _wording(
    writer: Writer | None, ledger: Ledger, deadline_s: float, stopped: Callable[[], bool] | None, trace: Trace
) -> Wording | None:
    if writer is None:
        return None
    until_s = time.monotonic() + (deadline_s if deadline_s > 0 else 0.0)
    return Wording(writer, ledger, until_s=until_s, stopped=stopped or (lambda: False), trace=trace)


def _by_rules(why_no_writer: str) -> str:
    """Who spoke where no model was asked; a reason that is a sentence of its own stays one."""
    if not why_no_writer:
        return BY_RULES
    return f"Written by rules{':' if why_no_writer[0].islower() else '.'} {why_no_writer}"


def _triage_in_words(triaged: Triage, words: Wording | None) -> Triage:
    if words is None:
        return triaged
    return replace(triaged, claims=words.word("triage", triaged.claims, share=TRIAGE_SHARE))


def _diagnosis_in_words(diagnosis: Diagnosis, words: Wording | None) -> Diagnosis:
    if words is None:
        return diagnosis
    worded = iter(words.word("diagnosis", _claims_of(diagnosis), share=DIAGNOSIS_SHARE))
    findings = tuple(
        replace(found, summary=next(worded), claims=tuple(next(worded) for _ in found.claims))
        for found in diagnosis.findings
    )
    return replace(diagnosis, findings=findings, ruled_out=tuple(worded))


def _recommendation_in_words(recommendation: Recommendation, words: Wording | None) -> Recommendation:
    """Actions are never worded: the same cause and severity always call for the same."""
    if words is None:
        return recommendation
    (lead,) = words.word("recommendation", (recommendation.lead,), share=1.0)
    return replace(recommendation, lead=lead)


def _claims_of(diagnosis: Diagnosis) -> list[Claim]:
    of_findings = [claim for found in diagnosis.findings for claim in (found.summary, *found.claims)]
    return [*of_findings, *diagnosis.ruled_out]


def _evidence(of: Iterable[Claim | Action]) -> tuple[str, ...]:
    """The facts that these stand on, each once."""
    return tuple(dict.fromkeys(fact_id for item in of for fact_id in item.evidence_ids))
