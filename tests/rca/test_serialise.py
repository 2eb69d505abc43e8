"""The document of an investigation: its keys, and that it gives the investigation back."""

import json
import math
from dataclasses import replace

import pytest

from driftium_core.errors import InputError
from driftium_core.rca.report import RcaReport
from driftium_core.rca.serialise import report_from_dict, report_to_dict
from tests.rca.investigations import facts, findings, investigation


def through_json(report: RcaReport) -> RcaReport:
    """A report as it comes back from a file."""
    return report_from_dict(json.loads(json.dumps(report_to_dict(report), allow_nan=False)))


@pytest.mark.parametrize("name", ["age", "", "half \ud83d", "nul \x00", "Größe\n\t`x`", "<b>", "${x}", "x" * 100_000])
def test_an_investigation_comes_back_as_it_was(name: str) -> None:
    report = investigation(name)
    assert through_json(report) == report


def test_the_document_has_the_public_keys() -> None:
    document = report_to_dict(investigation())
    assert document.keys() >= {
        "severity", "triage", "diagnosis", "recommendations", "claims", "evidence", "agent_collaboration_log", "model",
    }  # fmt: skip
    assert (document["severity"], document["model"]) == ("HIGH", "qwen3:0.6b · Ollama")
    assert document["triage"]["urgency"] == "today"
    assert document["diagnosis"]["cause"] == "selection"
    assert document["headline"] == document["diagnosis"]["headline"] == "Likely cause: other rows were selected."
    assert document["recommendations"] == ["Look for a filter on age.", "Ask who runs the export."]
    assert [claim["text"] for claim in document["claims"]] == [
        "2 of 9 columns drifted.",
        "Rows with age ≥ 35 are gone.",
        "age explains job.",
        "No value is missing.",
        "Begin with the filter.",
    ]
    assert [claim["source"] for claim in document["claims"]] == ["rules", "llm", "rules", "rules", "rules"]
    assert document["claims"][1]["evidence_ids"] == ["E2"]
    assert [(fact["id"], fact["value"]) for fact in document["evidence"]] == [("E1", None), ("E2", 0.68), ("E3", 128)]
    assert document["evidence"][1]["p_value"] == 0.0005
    log = document["agent_collaboration_log"][1]
    assert log.keys() >= {"agent", "started_at", "duration_ms", "source", "message", "rejected_reason"}
    assert (log["started_at"], log["duration_ms"]) == ("2026-03-04T05:06:07.000008+00:00", 812.5)


def test_an_inconclusive_one_has_no_severity() -> None:
    found = findings("age")
    report = investigation(
        findings=replace(found, triage=replace(found.triage, severity=None)), steps=(), model=None, versions={}
    )
    assert report_to_dict(report)["severity"] is None
    back = through_json(report)
    assert (back.severity, back.steps, back.model, back.versions) == (None, (), None, {})


def test_what_json_cannot_hold_is_unknown() -> None:
    ledger = replace(investigation().ledger, facts=(replace(facts("age")[0], value=math.nan, effect_size=math.inf),))
    fact = report_to_dict(investigation(ledger=ledger))["evidence"][0]
    assert (fact["value"], fact["effect_size"]) == (None, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 2},
        {"format": None},
        {"severity": "AWFUL"},
        {"evidence": None},
        {"evidence": [{"id": "E1"}]},
        {"triage": "calm"},
        {"diagnosis": {"findings": [], "ruled_out": []}},
        {"diagnosis": {"findings": [{"cause": "magic"}]}},
        {"agent_collaboration_log": [3]},
        {"created_at": "yesterday"},
        {"kind": "picture"},
        {"versions": 3},
        {"evidence": []},  # what is claimed stands on facts that are gone
        {"evidence": 2 * report_to_dict(investigation())["evidence"]},
        {"triage": report_to_dict(investigation())["triage"] | {"claims": []}},
        {"diagnosis": {"findings": 2 * report_to_dict(investigation())["diagnosis"]["findings"], "ruled_out": []}},
        {"duration_ms": math.inf},
    ],
)
def test_a_document_of_another_version_is_refused_in_a_sentence(changes: dict[str, object]) -> None:
    document = report_to_dict(investigation()) | changes
    with pytest.raises(InputError, match=r"not a stored investigation, or one of another version.*investigate the"):
        report_from_dict(document)


@pytest.mark.parametrize("document", [{}, {"format": 1}, [], None, "text", 3])
def test_what_is_no_document_is_refused_in_the_same_sentence(document: object) -> None:
    with pytest.raises(InputError, match="not a stored investigation"):
        report_from_dict(document)  # type: ignore[arg-type]
