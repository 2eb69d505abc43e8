"""A finished investigation as tests of its documents need it, with a place for every kind of text."""

from datetime import UTC, datetime
from typing import Any

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Fact, FactKind, Ledger
from driftium_core.rca.report import (
    Action,
    Claim,
    Diagnosis,
    Finding,
    Findings,
    RcaReport,
    Recommendation,
    TraceStep,
    Triage,
    Urgency,
)
from driftium_core.severity import Severity

WHEN = datetime(2026, 3, 4, 5, 6, 7, 8, tzinfo=UTC)


def investigation(name: str = "age", **changes: Any) -> RcaReport:
    """One of a table whose root is the column ``name``, which also is what a model wrote; fields can be changed."""
    values: dict[str, Any] = {
        "ledger": Ledger(
            kind="table",
            title=f"“{name}.csv” against “march.csv”",
            status="drift",
            severity=Severity.HIGH,
            facts=facts(name),
        ),
        "findings": findings(name),
        "steps": (
            TraceStep(agent="orchestrator", started_at=WHEN, duration_ms=0.25, message="Opened 3 facts."),
            TraceStep(
                agent="diagnosis",
                started_at=WHEN,
                duration_ms=812.5,
                message="The model's words were refused.",
                source="llm",
                evidence_ids=("E1", "E2"),
                rejected_reason="A number is in no fact.",
            ),
        ),
        "created_at": WHEN,
        "duration_ms": 900.5,
        "model": "qwen3:0.6b · Ollama",
        "worded_by": "Written by rules: the model's words were not grounded.",
        "versions": {"driftium": "0.1.0"},
    }
    return RcaReport(**values | changes)


def facts(name: str) -> tuple[Fact, ...]:
    """Three facts, the last of which nothing cites."""
    return (
        Fact(id="E1", kind=FactKind.VERDICT, text="2 of 9 columns drifted.", severity=Severity.HIGH),
        Fact(
            id="E2",
            kind=FactKind.ROOT,
            subject=name,
            text=f"Rows with {name} ≥ 35 are gone.",
            value=0.68,
            before="18 to 90",
            direction="lost",
            effect_size=0.68,
            pvalue=0.0005,
            significant=True,
            detail="reweight",
            names=("job", name),
        ),
        Fact(id="E3", kind=FactKind.SIZE, text="400 rows before, 128 now.", value=128, before=400),
    )


def findings(name: str) -> Findings:
    """What the agents found: a cause with a reason, one thing ruled out, two actions."""
    cause = Finding(
        cause=Cause.SELECTION,
        confidence="high",
        summary=Claim(text=f"Rows with {name} ≥ 35 are gone.", evidence_ids=("E2",), source="llm"),
        claims=(Claim(text=f"{name} explains job.", evidence_ids=("E2",), bearing="supports", title="One root."),),
    )
    return Findings(
        triage=Triage(
            severity=Severity.HIGH,
            urgency=Urgency.TODAY,
            claims=(Claim(text="2 of 9 columns drifted.", evidence_ids=("E1",)),),
        ),
        diagnosis=Diagnosis(
            findings=(cause,),
            ruled_out=(Claim(text="No value is missing.", evidence_ids=("E1",), bearing="rules_out", title="Gaps."),),
        ),
        recommendation=Recommendation(
            lead=Claim(text="Begin with the filter.", evidence_ids=("E2",)),
            actions=(
                Action(text=f"Look for a filter on {name}.", minutes=5, evidence_ids=("E2",), place="tabular"),
                Action(text="Ask who runs the export."),
            ),
        ),
    )
