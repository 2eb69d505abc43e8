"""What to do about each cause of a text report, by severity."""

from __future__ import annotations

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Ledger
from driftium_core.rca.report import Action, Claim, Diagnosis, Recommendation, Triage
from driftium_core.rca.text_signals import TextSignals
from driftium_core.rca.text_steps import steps_for
from driftium_core.severity import Severity

__all__ = ["text_recommendation"]

MOST_STEPS = 6


def text_recommendation(ledger: Ledger, triage: Triage, diagnosis: Diagnosis) -> Recommendation:
    """Concrete actions against the likeliest cause, the first of which takes at most five minutes.

    Where a second cause is found, the first look at it stands before the last step.
    """
    signals = TextSignals(ledger)
    steps = list(steps_for(diagnosis.cause, signals))
    for finding in diagnosis.findings[1:2]:
        if finding.cause not in (Cause.NOT_ENOUGH_EVIDENCE, Cause.STABLE):
            steps.insert(len(steps) - 1, steps_for(finding.cause, signals)[0])
    return Recommendation(lead=_lead(diagnosis, triage.severity), actions=_shortened(steps))


def _shortened(steps: list[Action]) -> tuple[Action, ...]:
    """Each step once, and the last one kept: it is the decision that the others lead up to."""
    once = list({step.text: step for step in steps}.values())
    return tuple(once if len(once) <= MOST_STEPS else [*once[: MOST_STEPS - 1], once[-1]])


_WHEN = {
    Severity.CRITICAL: "Begin now",
    Severity.HIGH: "Begin today",
    Severity.MEDIUM: "Begin this week",
}

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
        text = f"{_WHEN[severity]}: {aim}."
    return Claim(text=text, evidence_ids=ids)
