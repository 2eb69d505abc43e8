"""A text report as the public JSON document, and as the values it is stored by."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from driftium_core.documents import json_safe
from driftium_core.errors import InputError
from driftium_core.text.differences import Cluster
from driftium_core.text.drift_report import EmbeddingReport
from driftium_core.text.report import TextReport

__all__ = ["embedding_report_to_dict", "report_from_stored", "report_to_dict", "stored_report"]


def report_to_dict(report: TextReport) -> dict[str, Any]:
    """The document of ``driftium text --json`` and of downloads; nan becomes None."""
    drift, evidence = report.drift, report.evidence
    document = {
        "status": "ready",
        **embedding_report_to_dict(drift),
        "health_index": asdict(report.health),
        "flags": {flag.name: {"baseline": flag.baseline, "current": flag.current} for flag in report.flags},
        "traffic": {
            "verdict": report.traffic.verdict,
            "prompt_p_value": report.traffic.prompt_pvalue,
            "behaviour_p_value": report.traffic.behaviour_pvalue,
            "overlap": report.traffic.overlap,
            "share_tested": report.traffic.share_tested,
            "text": report.traffic.text,
        },
        "evidence": {
            "novel": [asdict(item) for item in evidence.novel],
            "gone": [asdict(item) for item in evidence.gone],
            "keywords_gained": [asdict(word) for word in evidence.keywords_gained],
            "keywords_lost": [asdict(word) for word in evidence.keywords_lost],
            "clusters": [_cluster(cluster) for cluster in evidence.clusters],
            "removal": asdict(evidence.removal) if evidence.removal else None,
            "notes": evidence.notes,
        },
        "descriptors": [
            {
                **_without(asdict(item), "pvalue", "pvalue_adjusted"),
                "p_value": item.pvalue,
                "p_value_adjusted": item.pvalue_adjusted,
            }
            for item in report.descriptors
        ],
        "pairs": [asdict(pair) for pair in report.pairs],
        "settings": [{**_without(asdict(item), "pvalue"), "p_value": item.pvalue} for item in report.settings],
        "encoder": asdict(report.encoder),
        "baseline_hash": report.baseline_hash,
        "current_hash": report.current_hash,
        "versions": report.versions,
        "notes": [*drift.notes, *report.notes],
    }
    return {key: json_safe(value) for key, value in document.items()}


def embedding_report_to_dict(drift: EmbeddingReport) -> dict[str, Any]:
    """Tests and verdict without texts, as in the document of `report_to_dict`."""
    document = {
        "verdict": drift.verdict,
        "severity": drift.severity,
        "reason": drift.reason,
        "design": drift.design,
        "n_baseline": drift.n_baseline,
        "n_current": drift.n_current,
        "n_pairs": drift.n_pairs,
        "n_left_out_baseline": drift.n_left_out_baseline,
        "n_left_out_current": drift.n_left_out_current,
        "p_value": drift.pvalue,
        "attainable_p": drift.attainable_pvalue,
        "effect": drift.effect_size,
        "effect_raw": drift.effect_raw,
        "centroid_score": drift.centroid.value,
        "mmd_score": drift.mmd.value,
        "null_range": {
            "centroid_score": [drift.centroid.low, drift.centroid.high],
            "mmd_score": [drift.mmd.low, drift.mmd.high],
        },
        "detectable": asdict(drift.detectable),
        "members": [{"name": member.name, "p_value": member.pvalue} for member in drift.members],
        "method": drift.method,
        "n_resamples": drift.n_resamples,
        "exact": drift.exact,
        "notes": drift.notes,
        "seed": drift.seed,
    }
    return {key: json_safe(value) for key, value in document.items()}


def stored_report(report: TextReport) -> dict[str, Any]:
    """Values that `report_from_stored` makes the same report of; nan stays nan."""
    values: dict[str, Any] = _adapter().dump_python(report, mode="json")
    return values


def report_from_stored(values: dict[str, Any]) -> TextReport:
    """A report from the values of `stored_report`; `InputError` when they are of another version."""
    try:
        return _adapter().validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"The stored report does not fit this version of Driftium (at {where}).") from error


@cache
def _adapter() -> TypeAdapter[TextReport]:
    return TypeAdapter(TextReport)


def _cluster(cluster: Cluster) -> dict[str, Any]:
    values = _without(asdict(cluster), "pvalue_adjusted")
    return {**values, "p_value_adjusted": cluster.pvalue_adjusted}


def _without(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}
