"""A report's columns as the rows of a table that programs read, and results of columns from such rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from driftium_core.errors import InputError
from driftium_core.formats import fmt_name
from driftium_core.severity import Severity
from driftium_core.stats.result import Measure
from driftium_core.tabular.attribution_words import ROLE_WORDS
from driftium_core.tabular.column_result import ColumnKind, ColumnResult
from driftium_core.tabular.report import TableReport

__all__ = ["column_from_row", "report_rows"]


def report_rows(report: TableReport) -> list[dict[str, Any]]:
    """The ranked columns as they are shown, the most severe first, without their distributions.

    Each is the column's entry in `TableReport.to_dict` with its ``rank``, its name as ``feature`` too, its ``status``
    in words and its ``role`` among the root causes.
    """
    columns = report.attribution.columns if report.attribution else ()
    roles = {column.column: ROLE_WORDS[column.role] for column in columns}
    return [
        {
            "rank": rank,
            "feature": values["column"],
            "status": "drifted" if values["drifted"] else "no drift" if values["severity"] else "not judged",
            "role": roles.get(values["column"]),
            **{name: value for name, value in values.items() if name != "distribution"},
        }
        for rank, values in enumerate(report.to_dict()["columns"], start=1)
    ]


def column_from_row(row: Mapping[str, Any]) -> ColumnResult:
    """The result of a column as a row tells it; a column drifted when the row says so, or its p-value is below 0.05.

    Raises
    ------
    InputError
        The row has no p-value or no effect size, without which nothing can be said.
    """
    name = str(row.get("feature") or row.get("column") or "")
    by_missing = row.get("decided_by") == "missing"
    prefix = "missing_" if by_missing else ""
    pvalue, adjusted = row.get(f"{prefix}p_value"), row.get(f"{prefix}p_value_adjusted")
    effect, decisive = row.get(f"{prefix}effect_size"), pvalue if adjusted is None else adjusted
    if decisive is None or effect is None:
        lacking = "effect_size" if effect is None else "p_value"
        raise InputError(f"The row of `{fmt_name(name)}` has no {prefix}{lacking}, so nothing can be said of it.")
    told = row.get("drifted")
    drifted = decisive < 0.05 if told is None else bool(told)
    measure = Measure(math.nan, pvalue, float(effect), 0, 0, str(row.get("test") or ""))
    none = Measure(math.nan, None, math.nan, 0, 0, "")
    return ColumnResult(
        column=name,
        kind=ColumnKind(row.get("kind") or ColumnKind.NUMERIC),
        value=none if by_missing else measure,
        missing=measure if by_missing else none,
        pvalue_adjusted=None if by_missing else decisive,
        missing_pvalue_adjusted=decisive if by_missing else None,
        drifted=drifted,
        severity=Severity.from_effect(float(effect)) if drifted else Severity.LOW,
        missing_reference=float(row.get("missing_reference") or 0),
        missing_current=float(row.get("missing_current") or 0),
        new_categories=(),
        vanished_categories=(),
        n_new_categories=0,
        n_vanished_categories=0,
        reference_summary=str(row.get("reference_summary") or ""),
        current_summary=str(row.get("current_summary") or ""),
        shift=str(row.get("shift") or ""),
        distances={},
        distribution=None,
        decided_by="missing" if by_missing else "value",
    )
