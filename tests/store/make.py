"""What the tests of the store put into it."""

from typing import Any

from driftium_core.origin import FileOrigin
from driftium_core.response import Response
from driftium_core.schedule import Schedule
from driftium_core.severity import Severity
from driftium_core.store import NewRun
from driftium_core.store.investigation_records import NewInvestigation
from driftium_core.store.prompt_records import RunArm
from driftium_core.store.records import NewCalculation, NewLook
from driftium_core.store.task_records import NewTask, RunStep


def new_run(fingerprint: str, **changes: Any) -> NewRun:
    """A plausible run; every field can be changed."""
    values: dict[str, Any] = {
        "reference_name": "march.csv",
        "current_name": "april.csv",
        "reference_rows": 400,
        "current_rows": 128,
        "severity": Severity.HIGH,
        "status": "drift",
        "drifted": 2,
        "monitored": 9,
        "drift_rate": 2 / 9,
        "max_effect": 0.27,
        "simulated": None,
        "duration_ms": 12.5,
        "fingerprint": fingerprint,
        "report": {"summary": {"severity": "HIGH"}, "columns": [{"column": "Größe", "statistic": 0.1 + 0.2}]},
    }
    return NewRun(**values | changes)


def new_response(text: str, **changes: Any) -> Response:
    """A response with a prompt, and no key unless one is given."""
    values: dict[str, Any] = {"response": text, "prompt": f"What of {text}?", "model": "m1", "source": "test"}
    return Response(**values | changes)


def new_responses(count: int, *, prefix: str = "answer", key: str | None = None) -> list[Response]:
    """Different responses, with the keys ``key:0``, ``key:1``, … when asked for."""
    return [new_response(f"{prefix} {i}", key=None if key is None else f"{key}:{i}") for i in range(count)]


def new_calculation(fingerprint: str, **changes: Any) -> NewCalculation:
    """A plausible check of two pools; every field can be changed."""
    values: dict[str, Any] = {
        "fingerprint": fingerprint,
        "baseline_id": "b1",
        "verdict": "drift",
        "design": "unpaired",
        "severity": Severity.HIGH,
        "pvalue": 0.001,
        "effect_size": 0.26,
        "centroid_score": 0.11,
        "mmd_score": 0.03,
        "health_index": 97.5,
        "mmd_low": 0.002,
        "mmd_high": 0.009,
        "health_low": 96.0,
        "health_high": 98.5,
        "n_baseline": 300,
        "n_current": 64,
        "encoder": "some-encoder",
        "precision": "fp32",
        "seed": 2**40,
        "duration_ms": 12.5,
        "report": {"drift": {"pvalue": 0.1 + 0.2}, "notes": ["Größe"]},
    }
    values |= changes
    return NewCalculation(**{"current_size": values["n_current"]} | values)


def new_look(block: int, after_seq: int = 0, last_seq: int = 0, **changes: Any) -> NewLook:
    """A tested block; its fingerprint is its number unless one is given."""
    values: dict[str, Any] = {
        "block": block,
        "after_seq": after_seq,
        "last_seq": last_seq,
        "fingerprint": f"block {block}",
        "pvalue": 0.01,
        "effect_size": None,
        "e_value": 3.0,
    }
    return NewLook(**values | changes)


def new_arm(model: str = "auto", **changes: Any) -> RunArm:
    """One of a run's models; every setting can be changed."""
    values: dict[str, Any] = {"system": "", "temperature": 0.7, "max_tokens": 64, "seed": None}
    return RunArm(model=model, **values | changes)


def new_investigation(report_id: str = "r1", **changes: Any) -> NewInvestigation:
    """A plausible investigation of a table check; every field can be changed."""
    values: dict[str, Any] = {
        "kind": "table",
        "report_id": report_id,
        "title": "“april.csv” against “march.csv”",
        "severity": Severity.HIGH,
        "status": "drift",
        "cause": "selection",
        "confidence": "high",
        "source": "rules",
        "model": None,
        "summary": "Rows with age ≥ 35 are gone.",
        "document": {"format": 1, "evidence": [{"id": "E1", "value": 0.1 + 0.2}]},
    }
    return NewInvestigation(**values | changes)


def new_task(name: str = "chat log", **changes: Any) -> NewTask:
    """A source of answers that is read every quarter of an hour; everything can be changed."""
    values: dict[str, Any] = {
        "kind": "collect",
        "origin": FileOrigin(path="chat.jsonl"),
        "schedule": Schedule(every_s=900),
    }
    return NewTask(name=name, **values | changes)


def new_step(count: int, cursor: int, **changes: Any) -> RunStep:
    """A batch of responses, each with its own key, up to this place."""
    responses = tuple(new_response(f"answer {at}", key=f"line:{at}") for at in range(cursor - count, cursor))
    return RunStep(**{"responses": responses, "n_read": count, "cursor": {"at": cursor}} | changes)
