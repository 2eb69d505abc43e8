"""What to do about each cause of a table report, by severity."""

from __future__ import annotations

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Fact, Ledger
from driftium_core.rca.names import column_name
from driftium_core.rca.report import Action, Claim, Diagnosis, Recommendation, Triage
from driftium_core.rca.table_causes import column_causes
from driftium_core.rca.table_evidence import TableEvidence, table_evidence
from driftium_core.rca.table_steps import steps_for
from driftium_core.severity import Severity

__all__ = ["owned_columns", "table_recommendation"]

MOST_STEPS = 6

_WHEN = {
    Severity.CRITICAL: "Begin now",
    Severity.HIGH: "Begin today",
    Severity.MEDIUM: "Begin this week",
    Severity.LOW: "When you have time",
}

_AIMS = {
    Cause.SELECTION: "find out who chooses the rows, and whether this choice was meant",
    Cause.MEASUREMENT: "find out how the values are measured and written now",
    Cause.NEW_CATEGORIES: "find out whether the categories are right, or old ones under another name",
    Cause.MISSINGNESS: "find out where values get lost or filled in, and since when",
    Cause.UPSTREAM_DATA: "find out what changed where the data comes from",
    Cause.UNKNOWN: "look at the columns that moved most, and ask what changed",
}


def table_recommendation(ledger: Ledger, triage: Triage, diagnosis: Diagnosis) -> Recommendation:
    """Concrete actions, the first of which takes at most five minutes.

    Severity decides how soon, and what to do about whatever uses the table meanwhile; the cause decides the rest. Where
    a second cause is found, the first look at it comes second.
    """
    evidence = table_evidence(ledger)
    steps = list(steps_for(diagnosis.cause, ledger, evidence, owned_columns(evidence, diagnosis.cause)))
    for finding in diagnosis.findings[1:2]:
        steps.insert(
            len(steps) - 1, steps_for(finding.cause, ledger, evidence, owned_columns(evidence, finding.cause))[0]
        )
    if ledger.status == "drift":
        steps = _by_severity(steps, evidence, triage.severity)
    once = list({step.text: step for step in steps}.values())
    kept = once if len(once) <= MOST_STEPS else [*once[: MOST_STEPS - 1], once[-1]]
    return Recommendation(lead=_lead(ledger, diagnosis, triage.severity), actions=tuple(kept))


def owned_columns(evidence: TableEvidence, cause: Cause) -> tuple[str, ...]:
    """Columns that belong to a cause, the one that moved most first."""
    owned = [name for name, by in column_causes(evidence).items() if by is cause]
    return tuple(sorted(owned, key=lambda name: -evidence.effect(name)))


def _by_severity(steps: list[Action], evidence: TableEvidence, severity: Severity | None) -> list[Action]:
    """The steps with one about whatever uses the table: the sooner the more severe; LOW only watches."""
    fact = next(iter(evidence.columns.values()), evidence.verdict)
    match severity:
        case Severity.CRITICAL:
            return [
                steps[0],
                _about_users("Hold back decisions that rest on {} until this is settled.", fact),
                *steps[1:],
            ]
        case Severity.HIGH:
            return [*steps[:2], _about_users("Check the latest results of whatever uses {}.", fact), *steps[2:]]
        case Severity.MEDIUM:
            return [*steps[:-1], _about_users("See in the next check whether {} moves further.", fact), steps[-1]]
    watch = Action(
        text="Keep watching: see in the next check whether it moves further.",
        minutes=1,
        evidence_ids=(fact.id,),
        place="tabular",
    )
    return [watch, steps[0], steps[-1]]


def _about_users(text: str, fact: Fact) -> Action:
    name = column_name(fact.subject) if fact.subject else "this table"
    return Action(text=text.format(name), minutes=15, evidence_ids=(fact.id,))


def _lead(ledger: Ledger, diagnosis: Diagnosis, severity: Severity | None) -> Claim:
    cited = diagnosis.findings[0].summary.evidence_ids
    if ledger.status == "inconclusive":
        text = "There is nothing to act on yet. Look again when there is more data."
    elif diagnosis.cause is Cause.STABLE:
        text = "Nothing needs to be done. Keep watching."
    else:
        text = f"{_WHEN[severity or Severity.LOW]}: {_AIMS[diagnosis.cause]}."
    return Claim(text=text, evidence_ids=cited)
