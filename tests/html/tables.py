"""Table reports to draw: one with everything in it, one with almost nothing, and one as large as they come."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from driftium_core.html.table_report import TableOrigin
from driftium_core.severity import Severity
from driftium_core.stats.result import Measure
from driftium_core.store.table_records import TableRun
from driftium_core.tabular.attribution_report import Attribution, ColumnAttribution, Root
from driftium_core.tabular.column_result import CategoryDistribution, ColumnKind, ColumnResult, NumberDistribution
from driftium_core.tabular.report import CompareSettings, Finding, FindingKind, TableReport, TableSummary
from tests.store.make import new_run

WHEN = datetime(2025, 11, 23, 14, 2, tzinfo=UTC)

ORIGIN = TableOrigin(
    created_at=WHEN,
    reference_name="march.csv",
    current_name="april.csv",
    project="credit scoring",
    run_id="9c41f07a22",
)

AGES = NumberDistribution(
    edges=(20.0, 40.0, 60.0, 80.0),
    reference=(0.5, 0.3, 0.2),
    current=(0.9, 0.1, 0.0),
    grid=(20.0, 40.0, 60.0, 80.0),
    reference_ecdf=(0.0, 0.5, 0.8, 1.0),
    current_ecdf=(0.0, 0.9, 1.0, 1.0),
    gap_at=40.0,
)
"""Largest gap by hand: |0.5 - 0.9| = 0.40 at 40."""

JOBS = CategoryDistribution(
    categories=("clerk", "nurse", "streamer"),
    reference=(0.6, 0.4, 0.0),
    current=(0.45, 0.25, 0.3),
    other_reference=0.0,
    other_current=0.0,
    n_categories=3,
)


def measure(effect: float = 0.4, pvalue: float | None = 1e-9, **changes: Any) -> Measure:
    """A plausible test; every field can be changed."""
    values: dict[str, Any] = {
        "statistic": effect,
        "pvalue": pvalue,
        "effect_size": effect,
        "n_reference": 1_200,
        "n_current": 800,
        "method": "Kolmogorov–Smirnov",
    }
    return Measure(**values | changes)


PRESENT = measure(0.01, 0.42, method="missing against present")


def column(name: str, **changes: Any) -> ColumnResult:
    """A plausible drifted column of numbers; every field can be changed."""
    values: dict[str, Any] = {
        "column": name,
        "kind": ColumnKind.NUMERIC,
        "value": measure(),
        "missing": PRESENT,
        "pvalue_adjusted": 2e-9,
        "missing_pvalue_adjusted": 0.5,
        "drifted": True,
        "severity": Severity.CRITICAL,
        "missing_reference": 0.021,
        "missing_current": 0.034,
        "new_categories": (),
        "vanished_categories": (),
        "n_new_categories": 0,
        "n_vanished_categories": 0,
        "reference_summary": "median 40, 20 to 80",
        "current_summary": "median 31, 20 to 58",
        "shift": "median −9",
        "distances": {"Jensen–Shannon": 0.418},
        "distribution": AGES,
        "notes": (),
    }
    return ColumnResult(**values | changes)


_UNTESTED = measure(math.nan, None, method="not tested")

COLUMNS = (
    column("age", notes=("Ages above 120 were left out.",)),
    column(
        "job",
        kind=ColumnKind.CATEGORICAL,
        value=measure(0.26, method="chi-square", statistic=61.3, dof=2),
        severity=Severity.HIGH,
        reference_summary="clerk 60 %",
        current_summary="clerk 45 %",
        shift="streamer +30 points",
        new_categories=("streamer",),
        n_new_categories=1,
        vanished_categories=tuple(f"guild {i}" for i in range(50)),
        n_vanished_categories=73,
        distribution=JOBS,
    ),
    column(
        "income",
        value=measure(0.03, 0.31),
        missing=measure(0.12, 1e-6, method="missing against present"),
        pvalue_adjusted=0.39,
        missing_pvalue_adjusted=3e-6,
        severity=Severity.MEDIUM,
        decided_by="missing",
        missing_current=0.141,
    ),
    column("balance", value=measure(0.02, 0.6), pvalue_adjusted=0.7, drifted=False, severity=Severity.LOW),
    column(
        "note",
        kind=ColumnKind.TEXT,
        value=_UNTESTED,
        missing=_UNTESTED,
        pvalue_adjusted=None,
        missing_pvalue_adjusted=None,
        drifted=False,
        severity=None,
        distribution=None,
        shift="",
        distances={},
    ),
)

ATTRIBUTION = Attribution(
    roots=(
        Root("age", "reweight", ("job",), "rows with age ≥ 60 are gone"),
        Root("income", "measurement", (), "values shifted by −12 % at unchanged age and job"),
    ),
    columns=(
        ColumnAttribution("age", "root", 0.41, 0.39, 0.06, 1e-7),
        ColumnAttribution("income", "root", 0.11, 0.1, 0.06, 1e-4),
        ColumnAttribution("job", "explained", 0.27, 0.04, 0.06, 0.37),
    ),
    unexplained=(),
    summary="age shifted; with its shift taken out, the only other alarm vanishes.",
    scope_note="Among the 5 columns given; an association, not proof of cause.",
)

FULL = TableReport(
    summary=TableSummary(1_200, 800, 4, 3, 1, 3, 0.75, Severity.CRITICAL, "drift"),
    columns=COLUMNS,
    findings=(
        Finding(FindingKind.MISSING_COLUMN, "branch", "Current data lacks `branch`, which the reference has."),
        Finding(FindingKind.NEW_CATEGORIES, "job", "Current data has 1 category of `job` that the reference lacks."),
    ),
    settings=CompareSettings(p_threshold=0.01, columns=("age", "job"), categorical=("job",), seed=7),
    reference_hash="a" * 64,
    current_hash="c" * 64,
    versions={"numpy": "2.4.6", "scipy": "1.17.1"},
    missing_columns=("branch",),
    attribution=ATTRIBUTION,
)

EMPTY = TableReport(
    summary=TableSummary(3, 0, 0, 0, 0, 0, None, None, "inconclusive"),
    columns=(),
    findings=(),
    settings=CompareSettings(),
    reference_hash="",
    current_hash="",
    versions={},
)


def run(id_: str, **changes: Any) -> TableRun:
    """A stored run; every field can be changed."""
    new = new_run(id_)
    values = {field.name: getattr(new, field.name) for field in fields(new) if field.name != "report"}
    return TableRun(**values | {"id": id_, "project": "default", "created_at": WHEN} | changes)


HISTORY = tuple(
    run(id_, created_at=WHEN - timedelta(hours=hours), severity=severity, max_effect=effect, drift_rate=rate)
    for id_, hours, severity, effect, rate in (
        ("1f00aa3b91", 72, Severity.LOW, None, 0.0),
        ("7720cd4e10", 48, Severity.MEDIUM, 0.14, 0.25),
        ("b6639e0c57", 24, None, None, None),
        ("9c41f07a22", 0, Severity.CRITICAL, 0.4, 0.75),
    )
)


def large(n_columns: int, *, n_bins: int = 60, n_categories: int = 24) -> TableReport:
    """Every column drifted, half of them with many bins and half with many categories, explained by the first."""
    rng = np.random.default_rng(0)

    def shares(n: int) -> tuple[float, ...]:
        drawn = rng.random(n)
        return tuple(np.round(drawn / drawn.sum(), 6).tolist())

    def numbers() -> NumberDistribution:
        edges, grid = np.linspace(18.123, 92.77, n_bins + 1), np.linspace(18.123, 92.77, 101)
        curves = [tuple(np.round(np.sort(rng.random(101)), 6).tolist()) for _ in range(2)]
        return NumberDistribution(
            tuple(edges.tolist()), shares(n_bins), shares(n_bins), tuple(grid.tolist()), *curves, float(grid[40])
        )

    def categories() -> CategoryDistribution:
        names = tuple(f"category number {i} of many" for i in range(n_categories))
        return CategoryDistribution(names, shares(n_categories), shares(n_categories), 0.0, 0.0, n_categories + 30)

    only_one_side = {
        "new_categories": tuple(f"new category {i}" for i in range(50)),
        "vanished_categories": tuple(f"gone category {i}" for i in range(50)),
        "n_new_categories": 400,
        "n_vanished_categories": 300,
    }
    columns = tuple(
        column(f"column_number_{i}", distribution=numbers(), notes=("A note on what limits it.",))
        if i % 2
        else column(f"column_number_{i}", distribution=categories(), kind=ColumnKind.CATEGORICAL, **only_one_side)
        for i in range(n_columns)
    )
    names = [item.column for item in columns]
    attribution = replace(
        ATTRIBUTION,
        roots=(Root(names[0], "reweight", tuple(names[1:]), "rows are gone"),),
        columns=tuple(
            ColumnAttribution(name, "explained" if i else "root", 0.4, 0.01, 0.06, 0.4) for i, name in enumerate(names)
        ),
    )
    finding = FULL.findings[1]
    return replace(
        FULL,
        columns=columns,
        attribution=attribution,
        findings=tuple(replace(finding, column=name) for name in names),
        summary=TableSummary(9_000, 8_000, n_columns, 0, 0, n_columns, 1.0, Severity.CRITICAL, "drift"),
    )
