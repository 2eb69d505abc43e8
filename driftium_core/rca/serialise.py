"""An investigation as the public JSON document, which also gives the investigation back."""

from __future__ import annotations

import math
from dataclasses import asdict
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from driftium_core.documents import json_safe
from driftium_core.errors import InputError
from driftium_core.rca.facts import Fact
from driftium_core.rca.report import Action, Claim, Diagnosis, RcaReport, TraceStep, Triage

__all__ = ["RCA_FORMAT", "report_from_dict", "report_to_dict"]

RCA_FORMAT = 1
"""Part of every document: raise it when a release writes another one, which then cannot be read here."""

Document = dict[str, Any]


def report_to_dict(report: RcaReport) -> Document:
    """The document of ``driftium rca --json`` and of downloads; nan and infinities become None.

    ``claims`` are all sentences in the order in which they are read, each of which stands at its place in ``triage``,
    ``diagnosis`` and ``recommendation`` too; ``recommendations`` are the texts of the actions.
    """
    ledger, diagnosis = report.ledger, report.findings.diagnosis
    recommendation = report.findings.recommendation
    document = {
        "format": RCA_FORMAT,
        "kind": ledger.kind,
        "title": ledger.title,
        "status": ledger.status,
        "severity": report.severity,
        "headline": diagnosis.headline,
        "triage": _triage(report.findings.triage),
        "diagnosis": _diagnosis(diagnosis),
        "recommendations": [action.text for action in recommendation.actions],
        "recommendation": {
            "lead": asdict(recommendation.lead),
            "actions": [asdict(action) for action in recommendation.actions],
        },
        "claims": [asdict(claim) for claim in report.claims],
        "evidence": [_fact(fact) for fact in ledger.facts],
        "agent_collaboration_log": [_step(step) for step in report.steps],
        "model": report.model,
        "source": report.source,
        "worded_by": report.worded_by,
        "created_at": report.created_at.isoformat(),
        "duration_ms": report.duration_ms,
        "versions": report.versions,
    }
    return {key: json_safe(value) for key, value in document.items()}


def report_from_dict(document: Document) -> RcaReport:
    """Rebuild an investigation from what `report_to_dict` gave, or from its JSON.

    Raises
    ------
    InputError
        The document is none, or one of another version.
    """
    message = "This is not a stored investigation, or one of another version of Driftium; investigate the report again."
    try:
        if document["format"] != RCA_FORMAT:
            raise InputError(message)
        report = _adapter().validate_python(_values(document))
    except (KeyError, TypeError, AttributeError, ValidationError) as error:
        raise InputError(message) from error
    if not _complete(report):
        raise InputError(message)
    return report


def _complete(report: RcaReport) -> bool:
    """Whether the parts fit together that whoever shows an investigation relies on."""
    findings = report.findings
    causes = [found.cause for found in findings.diagnosis.findings]
    if not (causes and findings.triage.claims) or len(set(causes)) < len(causes):
        return False
    ids = [fact.id for fact in report.ledger.facts]
    items: tuple[Claim | Action, ...] = (*report.claims, *findings.recommendation.actions)
    cited = {fact_id for item in items for fact_id in item.evidence_ids}
    times = (report.duration_ms, *(step.duration_ms for step in report.steps))
    return len(set(ids)) == len(ids) and cited.issubset(ids) and all(map(math.isfinite, times))


def _triage(triage: Triage) -> Document:
    return {
        "severity": triage.severity,
        "urgency": triage.urgency,
        "claims": [asdict(claim) for claim in triage.claims],
    }


def _diagnosis(diagnosis: Diagnosis) -> Document:
    return {
        "headline": diagnosis.headline,
        "cause": diagnosis.cause,
        "confidence": diagnosis.confidence,
        "findings": [asdict(finding) for finding in diagnosis.findings],
        "ruled_out": [asdict(claim) for claim in diagnosis.ruled_out],
    }


def _fact(fact: Fact) -> Document:
    values = asdict(fact)
    return {**values, "p_value": values.pop("pvalue")}


def _step(step: TraceStep) -> Document:
    return {**asdict(step), "started_at": step.started_at.isoformat()}


def _values(document: Document) -> Document:
    """The fields of an `RcaReport` out of its document."""
    fields = ("created_at", "duration_ms", "model", "worded_by", "versions")
    return {
        "ledger": {
            **{name: document[name] for name in ("kind", "title", "status", "severity")},
            "facts": [{**fact, "pvalue": fact["p_value"]} for fact in document["evidence"]],
        },
        "findings": {name: document[name] for name in ("triage", "diagnosis", "recommendation")},
        "steps": document["agent_collaboration_log"],
        **{name: document[name] for name in fields},
    }


@cache
def _adapter() -> TypeAdapter[RcaReport]:
    return TypeAdapter(RcaReport)
