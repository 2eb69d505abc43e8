"""What to do about each cause of a table report, by severity."""

from __future__ import annotations

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Fact, Ledger
from driftium_core.rca.names import column_name
from driftium_core.rca.report import Action, Claim, Diagnosis, Place, Recommendation, Triage
from driftium_core.rca.steps_by_severity import WHEN, few_steps, with_meanwhile
from driftium_core.rca.table_causes import column_causes
from driftium_core.rca.table_evidence import TableEvidence, table_evidence
from driftium_core.rca.table_steps import steps_for
from driftium_core.severity import Severity

__all__ = ["owned_columns", "table_recommendation"]

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
        steps = _by_severity(steps, evidence, triage.severity or Severity.LOW)
    return Recommendation(lead=_lead(ledger, diagnosis, triage.severity), actions=few_steps(steps))


def owned_columns(evidence: TableEvidence, cause: Cause) -> tuple[str, ...]:
    """Columns that belong to a cause, the one that moved most first."""
    owned = [name for name, by in column_causes(evidence).items() if by is cause]
    return tuple(sorted(owned, key=lambda name: -evidence.effect(name)))


_MEANWHILE: dict[Severity, tuple[str, int, Place | None]] = {
    Severity.CRITICAL: ("Hold back decisions that rest on {} until this is settled.", 15, None),
    Severity.HIGH: ("Check the latest results of whatever uses {}.", 15, None),
    Severity.MEDIUM: ("See in the next check whether {} moves further.", 5, "tabular"),
    Severity.LOW: ("Keep watching: see in the next check whether {} moves further.", 1, "tabular"),
}
"""What to do about whatever uses the table until the cause is found: text, minutes and page."""


def _by_severity(steps: list[Action], evidence: TableEvidence, severity: Severity) -> list[Action]:
    """The steps with one about whatever uses the table; LOW only watches, and looks once."""
    meanwhile = _meanwhile(severity, next(iter(evidence.columns.values()), evidence.verdict))
    if severity is Severity.LOW:
        return [meanwhile, steps[0], steps[-1]]
    return with_meanwhile(steps, meanwhile, severity)


def _meanwhile(severity: Severity, fact: Fact) -> Action:
    text, minutes, place = _MEANWHILE[severity]
    name = column_name(fact.subject) if fact.subject else "this table"
    return Action(text=text.format(name), minutes=minutes, evidence_ids=(fact.id,), place=place)


def _lead(ledger: Ledger, diagnosis: Diagnosis, severity: Severity | None) -> Claim:
    cited = diagnosis.findings[0].summary.evidence_ids
    if ledger.status == "inconclusive":
        text = "No verdict on the values is possible yet. Look again when there is more data."
        if len(diagnosis.findings) > 1:
            text = f"No verdict on the values is possible yet. Until then, {_AIMS[diagnosis.findings[1].cause]}."
    elif diagnosis.cause is Cause.STABLE:
        text = "Nothing needs to be done. Keep watching."
    else:
        when = WHEN.get(severity or Severity.LOW, "When you have time")
        text = f"{when}: {_AIMS[diagnosis.cause]}."
    return Claim(text=text, evidence_ids=cited)
