"""What is stored, as the JSON documents of the command line and the API."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from driftium_core.documents import json_safe
from driftium_core.llm.generators import Offer
from driftium_core.llm.port import Generation
from driftium_core.monitor.pool_status import PoolStatus
from driftium_core.monitor.pools import PoolCheck
from driftium_core.monitor.responses import ImportReport
from driftium_core.monitor.tasks import describe_task
from driftium_core.store.investigation_records import Investigation
from driftium_core.store.prompt_records import ARM_NAMES, PromptRun, PromptRunFacts, PromptSet, RunAnswer
from driftium_core.store.records import AlarmState, Baseline, Calculation, StoredResponse
from driftium_core.store.table_records import SavedReference
from driftium_core.store.task_records import Task, TaskRun

if TYPE_CHECKING:
    from driftium_core.collect.port import Probe
    from driftium_core.rca.report import RcaReport

__all__ = [
    "alarm_document",
    "answer_document",
    "baseline_document",
    "calculation_document",
    "check_document",
    "import_document",
    "investigated_document",
    "investigation_document",
    "offer_document",
    "probe_document",
    "project_document",
    "prompt_run_document",
    "prompt_set_document",
    "reference_document",
    "run_answer_document",
    "task_document",
    "task_run_document",
]

Document = dict[str, Any]


def project_document(name: str, status: PoolStatus) -> Document:
    """A project and where it stands."""
    return {
        "project": name,
        "status": status.status,
        "baseline": baseline_document(status.baseline) if status.baseline else None,
        "baseline_size": status.n_baseline,
        "telemetry_size": status.n_current,
    }


def baseline_document(baseline: Baseline) -> Document:
    """A version of the baseline."""
    return {**asdict(baseline), "created_at": baseline.created_at.isoformat()}


def reference_document(reference: SavedReference) -> Document:
    """A saved reference without its data."""
    values = {**asdict(reference), "created_at": reference.created_at.isoformat()}
    return {name: json_safe(value) for name, value in values.items()}


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
        "baseline_id": calculation.baseline_id,
        "mmd_null_range": _range(calculation.mmd_low, calculation.mmd_high),
        "health_interval": _range(calculation.health_low, calculation.health_high),
    }


def investigation_document(investigation: Investigation) -> Document:
    """A stored investigation without its report; ``done`` are the positions of the actions that were ticked."""
    return {**asdict(investigation), "created_at": investigation.created_at.isoformat()}


def investigated_document(report: RcaReport, investigation: Investigation | None = None) -> Document:
    """An investigation with its report; ``about`` is there where it is stored."""
    from driftium_core.rca.serialise import report_to_dict

    about = {"about": investigation_document(investigation)} if investigation else {}
    return {**about, **report_to_dict(report)}


def _range(low: float | None, high: float | None) -> list[float] | None:
    return None if low is None or high is None else [low, high]


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


def offer_document(offer: Offer) -> Document:
    """A model that can be chosen; ``model`` is what to choose it by."""
    return {"model": str(offer.choice), "label": offer.label, "detail": offer.detail}


def prompt_set_document(saved: PromptSet) -> Document:
    """A version of a prompt set."""
    return {
        "id": saved.id,
        "name": saved.name,
        "version": saved.version,
        "created_at": saved.created_at.isoformat(),
        "note": saved.note,
        "system": saved.system,
        "n_prompts": len(saved.prompts),
        "prompts": list(saved.prompts),
    }


def prompt_run_document(run: PromptRunFacts) -> Document:
    """How far a run is, per model."""
    return {
        "id": run.id,
        "name": run.name,
        "project": run.project,
        "created_at": run.created_at.isoformat(),
        "updated_at": run.updated_at.isoformat(),
        "finished": run.finished,
        "stopped": run.stopped,
        "to_current": run.to_current,
        "set_id": run.set_id,
        "n_prompts": run.n_prompts,
        "arms": [
            {"arm": name, **asdict(arm), "done": done, "failed": failed}
            for name, arm, done, failed in zip(ARM_NAMES, run.arms, run.done, run.failed, strict=False)
        ],
    }


def run_answer_document(run: PromptRun, answer: RunAnswer) -> Document:
    """An answer of a run, or why there is none; `driftium_core.logs.read_log` reads lines of these."""
    arm = run.arms[answer.arm]
    content = answer.content
    return {
        "run": run.id,
        "arm": ARM_NAMES[answer.arm],
        "prompt": run.prompts[answer.position],
        "response": content.response if content else None,
        "error": answer.error,
        "model": content.model if content else arm.model,
        "backend": content.backend if content else None,
        "latency_ms": content.latency_ms if content else None,
        "first_token_ms": content.first_token_ms if content else None,
        "tokens": content.tokens if content else None,
        "prompt_tokens": content.prompt_tokens if content else None,
        "stop_reason": content.stop_reason if content else None,
        "created_at": content.created_at.isoformat() if content and content.created_at else None,
        "system": arm.system,
        "temperature": arm.temperature,
        "max_tokens": arm.max_tokens,
        "seed": arm.seed,
    }


def task_document(task: Task, last: TaskRun | None = None) -> Document:
    """Scheduled work without the secrets of its origin, and its newest run."""
    return {
        "id": task.id,
        "name": task.name,
        "project": task.project,
        "kind": task.kind,
        "description": describe_task(task),
        "columns": dict(task.columns),
        "reference_id": task.reference_id,
        "reference": task.reference_name,
        "p_threshold": task.p_threshold if task.kind == "table" else None,
        "schedule": task.schedule.text(),
        "paused": task.paused,
        "running": task.running,
        "failures": task.failures,
        "created_at": task.created_at.isoformat(),
        "next_run_at": task.next_run_at.isoformat() if task.next_run_at else None,
        "last_run": task_run_document(last) if last else None,
    }


def task_run_document(run: TaskRun) -> Document:
    """What came of a run."""
    return {
        **asdict(run),
        "reasons": list(run.reasons),
        "notes": list(run.notes),
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
    }


def probe_document(probe: Probe) -> Document:
    """A first look at an origin."""
    sample = [
        {**asdict(item), "created_at": item.created_at.isoformat() if item.created_at else None}
        for item in probe.sample
    ]
    return {name: json_safe(value) for name, value in {**asdict(probe), "sample": sample}.items()}
