"""A report as JSON-safe plain data, and back without loss."""

from __future__ import annotations

import math
from dataclasses import asdict, fields
from typing import Any

from driftium_core.documents import json_safe
from driftium_core.errors import InputError
from driftium_core.severity import Severity
from driftium_core.stats.result import Measure
from driftium_core.tabular.attribution_report import Attribution, AttributionBasis, ColumnAttribution, Root
from driftium_core.tabular.column_result import (
    CategoryDistribution,
    ColumnKind,
    ColumnResult,
    Distribution,
    NumberDistribution,
)
from driftium_core.tabular.report import CompareSettings, Finding, FindingKind, TableReport, TableSummary

__all__ = ["report_from_dict", "report_to_dict"]


def report_to_dict(report: TableReport) -> dict[str, Any]:
    """Everything in the report as dicts, lists, strings, numbers and None; nan and infinities become None."""
    settings = asdict(report.settings)
    seed = settings.pop("seed")
    data = {
        "headline": report.headline,
        "verdict": report.verdict,
        "summary": asdict(report.summary),
        "columns": [_column_to_dict(column) for column in report.columns],
        "missing_columns": report.missing_columns,
        "attribution": asdict(report.attribution) if report.attribution else None,
        "findings": [_fields(finding) for finding in report.findings],
        "settings": settings,
        "seed": seed,
        "versions": dict(report.versions),
        "reference_hash": report.reference_hash,
        "current_hash": report.current_hash,
    }
    return {key: json_safe(item) for key, item in data.items()}


def _column_to_dict(column: ColumnResult) -> dict[str, Any]:
    value, missing = column.value, column.missing
    return {
        "column": column.column,
        "kind": column.kind,
        "test": value.method,
        "statistic": value.statistic,
        "dof": value.dof,
        "p_value": value.pvalue,
        "p_value_adjusted": column.pvalue_adjusted,
        "effect_size": value.effect_size,
        "severity": column.severity,
        "drifted": column.drifted,
        "decided_by": column.decided_by,
        "n_reference": value.n_reference,
        "n_current": value.n_current,
        "missing_reference": column.missing_reference,
        "missing_current": column.missing_current,
        "missing_p_value": missing.pvalue,
        "missing_p_value_adjusted": column.missing_pvalue_adjusted,
        "missing_effect_size": missing.effect_size,
        "missing_test": _fields(missing),
        "new_categories": column.new_categories,
        "vanished_categories": column.vanished_categories,
        "n_new_categories": column.n_new_categories,
        "n_vanished_categories": column.n_vanished_categories,
        "reference_summary": column.reference_summary,
        "current_summary": column.current_summary,
        "shift": column.shift,
        "distances": column.distances,
        "distribution": _fields(column.distribution) if column.distribution else None,
        "test_notes": value.notes,
        "notes": column.notes,
    }


def _fields(record: Any) -> dict[str, Any]:
    """Fields of a dataclass by name; `asdict` would copy every number of a distribution on the way."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def report_from_dict(data: dict[str, Any]) -> TableReport:
    """Rebuild a report from what `report_to_dict` gave (or from its JSON).

    Raises
    ------
    InputError
        The data is not a report of this version.
    """
    try:
        settings = dict(data["settings"])
        chosen = settings["columns"]
        return TableReport(
            summary=TableSummary(**{**data["summary"], "severity": _severity(data["summary"]["severity"])}),
            columns=tuple(_column_from_dict(column) for column in data["columns"]),
            findings=tuple(Finding(FindingKind(f["kind"]), f["column"], f["text"]) for f in data["findings"]),
            settings=CompareSettings(
                p_threshold=settings["p_threshold"],
                correction=settings["correction"],
                columns=None if chosen is None else tuple(chosen),
                categorical=tuple(settings["categorical"]),
                seed=data["seed"],
                attribution=settings.get("attribution", True),
            ),
            reference_hash=data["reference_hash"],
            current_hash=data["current_hash"],
            versions=dict(data["versions"]),
            # Reports that were stored before these keys existed have none.
            missing_columns=tuple(data.get("missing_columns", ())),
            attribution=_attribution(data.get("attribution")),
        )
    except (KeyError, TypeError, ValueError) as error:
        message = "This is not a stored tabular report, or one of another version of Driftium; run the check again."
        raise InputError(message) from error


def _column_from_dict(data: dict[str, Any]) -> ColumnResult:
    return ColumnResult(
        column=data["column"],
        kind=ColumnKind(data["kind"]),
        value=Measure(
            statistic=_number(data["statistic"]),
            pvalue=data["p_value"],
            effect_size=_number(data["effect_size"]),
            n_reference=data["n_reference"],
            n_current=data["n_current"],
            method=data["test"],
            dof=data["dof"],
            notes=tuple(data["test_notes"]),
        ),
        missing=_missing_test(data["missing_test"]),
        pvalue_adjusted=data["p_value_adjusted"],
        missing_pvalue_adjusted=data["missing_p_value_adjusted"],
        severity=_severity(data["severity"]),
        new_categories=tuple(data["new_categories"]),
        vanished_categories=tuple(data["vanished_categories"]),
        distances={name: _number(distance) for name, distance in data["distances"].items()},
        distribution=_distribution(data["distribution"]),
        notes=tuple(data["notes"]),
        **{
            name: data[name]
            for name in (
                "drifted",
                "decided_by",
                "missing_reference",
                "missing_current",
                "n_new_categories",
                "n_vanished_categories",
                "reference_summary",
                "current_summary",
                "shift",
            )
        },
    )


def _missing_test(data: dict[str, Any]) -> Measure:
    numbers = {name: _number(data[name]) for name in ("statistic", "effect_size")}
    return Measure(**{**data, **numbers, "notes": tuple(data["notes"])})


def _attribution(data: dict[str, Any] | None) -> Attribution | None:
    if data is None:
        return None
    basis = data["basis"]
    return Attribution(
        roots=_roots(data["roots"]),
        columns=_column_attributions(data["columns"]),
        unexplained=tuple(data["unexplained"]),
        summary=data["summary"],
        scope_note=data["scope_note"],
        basis=None
        if basis is None
        else AttributionBasis(
            **{
                **basis,
                "roots": _roots(basis["roots"]),
                "columns": _column_attributions(basis["columns"]),
            }
        ),
    )


def _roots(data: list[dict[str, Any]]) -> tuple[Root, ...]:
    return tuple(Root(**{**root, "explains": tuple(root["explains"])}) for root in data)


def _column_attributions(data: list[dict[str, Any]]) -> tuple[ColumnAttribution, ...]:
    numbers = ("effect_alone", "effect_held", "chance", "pvalue_held")
    return tuple(
        ColumnAttribution(column["column"], column["role"], *(_number(column[name]) for name in numbers))
        for column in data
    )


def _distribution(data: dict[str, Any] | None) -> Distribution | None:
    if data is None:
        return None
    fields: dict[str, Any] = {name: tuple(item) if isinstance(item, list) else item for name, item in data.items()}
    if "categories" in fields:
        return CategoryDistribution(**fields)
    return NumberDistribution(**{**fields, "gap_at": _number(fields["gap_at"])})


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _severity(value: str | None) -> Severity | None:
    return None if value is None else Severity(value)
