"""What to do about each cause of a text report, by severity."""

from __future__ import annotations

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Fact, Ledger
from driftium_core.rca.report import Action, Claim, Diagnosis, Place, Recommendation, Triage
from driftium_core.rca.steps_by_severity import WHEN, few_steps, with_meanwhile
from driftium_core.rca.text_signals import TextSignals
from driftium_core.rca.text_steps import steps_for
from driftium_core.severity import Severity

__all__ = ["text_recommendation"]


def text_recommendation(ledger: Ledger, triage: Triage, diagnosis: Diagnosis) -> Recommendation:
    """Concrete actions against the likeliest cause, the first of which takes at most five minutes.

    Severity decides how soon, and what to do about the answers meanwhile; the cause decides the rest. Where a second
    cause is found, the first look at it stands before the last step.
    """
    signals = TextSignals(ledger)
    steps = list(steps_for(diagnosis.cause, signals))
    for finding in diagnosis.findings[1:2]:
        if finding.cause not in (Cause.NOT_ENOUGH_EVIDENCE, Cause.STABLE):
            steps.insert(len(steps) - 1, steps_for(finding.cause, signals)[0])
    if triage.severity in _MEANWHILE and signals.drifted:
        steps = with_meanwhile(steps, _meanwhile(triage.severity, ledger.facts[0]), triage.severity)
    return Recommendation(lead=_lead(diagnosis, triage.severity), actions=few_steps(steps))


_MEANWHILE: dict[Severity, tuple[str, int, Place | None]] = {
    Severity.CRITICAL: ("Keep current answers from being used unread until this is settled.", 15, None),
    Severity.HIGH: ("Check the latest answers wherever they are used.", 15, None),
    Severity.MEDIUM: ("See in the next calculation whether the difference grows.", 5, "llm-dashboard"),
}
"""What to do about the answers until the cause is found: text, minutes and page."""


def _meanwhile(severity: Severity, verdict: Fact) -> Action:
    text, minutes, place = _MEANWHILE[severity]
    return Action(text=text, minutes=minutes, evidence_ids=(verdict.id,), place=place)


_AIMS = {
    Cause.TOPIC_SHIFT: "find out where the new prompts come from, and whether their answers are right",
    Cause.MODEL_CHANGE: "find out what changed in model, prompt template or settings, and whether it was meant",
    Cause.FORMAT_CHANGE: "see whether whatever shows or parses the answers copes with their new form",
    Cause.REFUSALS: "see what is refused, and what makes the model refuse it",
    Cause.DEGENERATE_OUTPUT: "see what the broken answers have in common, and mend what is sent to the model",
    Cause.FAILURES: "read what the failed requests say, and mend what stops them",
    Cause.LANGUAGE: "see whether the prompts ask for the other language",
    Cause.LATENCY: "see whether load, hardware or the length of the answers explains the times",
    Cause.UNKNOWN: "read the answers that stand for the difference",
}


_CAN_WAIT = (Cause.FORMAT_CHANGE, Cause.LATENCY)
"""Of what is found without a drift: answers are there, and say what they said."""


def _lead(diagnosis: Diagnosis, severity: Severity | None) -> Claim:
    ids = diagnosis.findings[0].summary.evidence_ids
    aim = _AIMS.get(diagnosis.cause)
    if diagnosis.cause is Cause.STABLE:
        text = "Nothing needs to be done. Keep watching."
    elif aim is None:
        text = "Collect more answers before you conclude anything."
    elif severity is Severity.LOW:
        when = "When there is time" if diagnosis.cause in _CAN_WAIT else "Still"
        text = f"No drift was found in what the answers say. {when}, {aim}."
    elif severity is None:
        text = f"No verdict on what the answers say is possible yet. First {aim}."
    else:
        text = f"{WHEN[severity]}: {aim}."
    return Claim(text=text, evidence_ids=ids)
