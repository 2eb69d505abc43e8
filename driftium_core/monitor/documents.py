"""What is stored, as the JSON documents of the command line and the API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from driftium_core.documents import json_safe
from driftium_core.llm.port import Generation
from driftium_core.monitor.pools import PoolCheck
from driftium_core.monitor.responses import ImportReport
from driftium_core.store.records import AlarmState, Baseline, Calculation, StoredResponse

__all__ = [
    "alarm_document",
    "answer_document",
    "baseline_document",
    "calculation_document",
    "check_document",
    "import_document",
]

Document = dict[str, Any]


def baseline_document(baseline: Baseline) -> Document:
    """A version of the baseline."""
    return {**asdict(baseline), "created_at": baseline.created_at.isoformat()}


def calculation_document(calculation: Calculation) -> Document:
    """One record of the history, with the names of the REST API."""
    return {
        "timestamp": calculation.created_at.isoformat(),
        "centroid_score": calculation.centroid_score,
        "mmd_score": calculation.mmd_score,
        "p_value": calculation.pvalue,
        "effect": calculation.effect_size,
        "health_index": calculation.health_index,
        "severity": calculation.severity,
        "verdict": calculation.verdict,
        "design": calculation.design,
        "n_baseline": calculation.n_baseline,
        "n_current": calculation.n_current,
        "encoder": {"id": calculation.encoder, "precision": calculation.precision},
        "id": calculation.id,
    }


def answer_document(stored: StoredResponse, generation: Generation) -> Document:
    """An answer that became telemetry, with the names of the REST API."""
    content = stored.content
    return {
        "id": stored.id,
        "prompt": content.prompt,
        "response": content.response,
        "timestamp": content.created_at.isoformat() if content.created_at else None,
        "model": content.model,
        "backend": content.backend,
        "latency_ms": content.latency_ms,
        "first_token_ms": content.first_token_ms,
        "tokens": content.tokens,
        "prompt_tokens": content.prompt_tokens,
        "tokens_per_s": generation.tokens_per_s,
        "stop_reason": content.stop_reason,
        "system": content.system,
        "temperature": content.temperature,
        "max_tokens": content.max_tokens,
        "seed": content.seed,
        "note": generation.note,
    }


_SCORES = ("timestamp", "centroid_score", "mmd_score", "p_value", "effect", "health_index", "severity", "verdict")


def check_document(check: PoolCheck, evidence: AlarmState | None) -> Document:
    """Where a project stands; the scores are None unless the status is ``ready``."""
    status = check.status
    scores = calculation_document(check.calculation) if check.calculation else dict.fromkeys(_SCORES)
    return {
        "status": status.status,
        "message": status.message,
        "baseline": baseline_document(status.baseline) if status.baseline else None,
        "baseline_size": status.n_baseline,
        "telemetry_size": status.n_current,
        **scores,
        "evidence_score": alarm_document(evidence) if evidence else None,
    }


def alarm_document(state: AlarmState) -> Document:
    """The evidence score."""
    return asdict(state)


def import_document(report: ImportReport) -> Document:
    """What an import did."""
    baseline = baseline_document(report.baseline) if report.baseline else None
    values = {**asdict(report), "baseline": baseline}
    return {name: json_safe(value) for name, value in values.items()}
