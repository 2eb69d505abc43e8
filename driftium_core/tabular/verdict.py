"""The verdict of a tabular report: made once, from all measures together, and put into words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from driftium_core.formats import NARROW_SPACE, fmt_effect, fmt_n, fmt_name, fmt_names, fmt_p
from driftium_core.severity import Severity
from driftium_core.stats.effect import detectable_gap, smallest_ks_pvalue
from driftium_core.stats.multiplicity import benjamini_hochberg
from driftium_core.tabular.column_result import ColumnKind, ColumnResult
from driftium_core.tabular.findings import missingness_finding, sorted_findings
from driftium_core.tabular.report import CompareSettings, Finding, FindingKind, TableSummary

if TYPE_CHECKING:
    from driftium_core.tabular.report import TableReport

__all__ = ["MIN_ROWS", "detectable_in", "judge", "rows_needed", "rows_wanted", "short_verdict", "verdict_sentence"]

MIN_ROWS = 30
"""Fewer rows than this in either table see only gaps beyond 0.4, so "no drift" would say nothing."""


def judge(
    columns: Iterable[ColumnResult],
    findings: Iterable[Finding],
    settings: CompareSettings,
    *,
    n_reference: int,
    n_current: int,
) -> tuple[TableSummary, tuple[ColumnResult, ...], tuple[Finding, ...]]:
    """Decide what drifted, how severely, and whether these sizes allow a verdict at all.

    The value test and the missingness test of every monitored column form one family. A column drifted when an
    adjusted p-value is below the threshold; its severity comes from the largest effect of what is significant.
    The values of time columns are in no family, as that time passes is no drift. Without drift, a column is
    inconclusive when either side has fewer than 30 values, or so few that even two samples without any overlap could
    not be significant; a report is when its tables are that small, or no column could be judged.

    Returns
    -------
    summary, columns, findings
        Columns sorted by severity, adjusted p, then effect; the finding of each share of missing values that
        moved is added to the given ones.
    """
    judged = _decide(list(columns), settings)
    n_tests = sum(p is not None for column in judged for p in _family(column))
    level = _level(settings, n_tests)
    drifted = [column for column in judged if column.drifted]
    judged = [replace(column, severity=None) if _too_thin(column, level) else column for column in judged]
    needed = max(rows_needed(n_current, level), rows_needed(n_reference, level))
    nothing_judged = not any(column.severity for column in judged)
    too_few = not drifted and (nothing_judged or min(n_reference, n_current) < needed)
    if too_few:
        judged = [replace(column, severity=None) for column in judged]
    monitored = [column for column in judged if any(p is not None for p in _family(column))]
    severity = None
    if not too_few:
        severity = max((column.severity for column in monitored if column.severity), key=lambda s: s.rank)
    summary = TableSummary(
        reference_rows=n_reference,
        current_rows=n_current,
        monitored_feature_count=len(monitored),
        numeric_feature_count=sum(column.kind is ColumnKind.NUMERIC for column in monitored),
        categorical_feature_count=sum(column.kind is ColumnKind.CATEGORICAL for column in monitored),
        drifted_feature_count=len(drifted),
        drift_rate=len(drifted) / len(monitored) if monitored else None,
        severity=severity,
        status="drift" if drifted else "inconclusive" if too_few else "no_drift",
    )
    kept = [finding for finding in findings if finding.kind is not FindingKind.MISSINGNESS]
    moved = [missingness_finding(column) for column in judged if _missingness_moved(column, settings)]
    return summary, tuple(sorted(judged, key=_rank)), sorted_findings([*kept, *moved])


def _family(column: ColumnResult) -> tuple[float | None, float | None]:
    """Both p-values that take part in the correction: that time passes is no drift, that times go missing is."""
    value = None if column.kind is ColumnKind.DATETIME else column.value.pvalue
    return value, None if column.kind is ColumnKind.EMPTY else column.missing.pvalue


def _too_thin(column: ColumnResult, level: float) -> bool:
    """Whether so few values are present that the absence of drift says nothing."""
    if column.drifted or column.value.pvalue is None:
        return False
    n, m = column.value.n_reference, column.value.n_current
    return min(n, m) < max(rows_needed(m, level), rows_needed(n, level))


def _decide(columns: list[ColumnResult], settings: CompareSettings) -> list[ColumnResult]:
    raw = [p for column in columns for p in _family(column)]
    adjusted = benjamini_hochberg(raw) if settings.correction == "bh" else raw
    judged = []
    for column, value, missing in zip(columns, adjusted[::2], adjusted[1::2], strict=True):
        tests: tuple[tuple[Literal["value", "missing"], float | None, float], ...] = (
            ("value", value, column.value.effect_size),
            ("missing", missing, column.missing.effect_size),
        )
        significant = [(effect, name) for name, p, effect in tests if p is not None and p < settings.p_threshold]
        effect, decided_by = max(significant, key=lambda found: found[0], default=(0.0, tests[0][0]))
        severity = Severity.LOW if value is not None or missing is not None else None
        judged.append(
            replace(
                column,
                pvalue_adjusted=value,
                missing_pvalue_adjusted=missing,
                drifted=bool(significant),
                severity=Severity.from_effect(effect) if significant else severity,
                decided_by=decided_by,
            )
        )
    return judged


def _missingness_moved(column: ColumnResult, settings: CompareSettings) -> bool:
    p = column.missing_pvalue_adjusted
    return p is not None and p < settings.p_threshold


def _rank(column: ColumnResult) -> tuple[int, float, float]:
    p, effect = column.decisive_pvalue_adjusted, column.decisive.effect_size
    severity = column.severity.rank if column.severity else -1
    return -severity, 2.0 if p is None else p, 0.0 if math.isnan(effect) else -effect


def _level(settings: CompareSettings, n_tests: int) -> float:
    """The raw p-value that a single column among all tests has to fall below."""
    return settings.p_threshold / max(1, n_tests) if settings.correction == "bh" else settings.p_threshold


@lru_cache(maxsize=4096)
def rows_needed(n_other: int, level: float) -> int:
    """Rows that one table needs, at least, beside ``n_other`` rows of the other.

    At least 30, and enough that two samples without any overlap reach the level. When the other table is too
    small itself, what equal sizes would need.
    """
    other = max(n_other, MIN_ROWS)
    needed = MIN_ROWS
    while smallest_ks_pvalue(other, needed) >= level and needed < 10_000:
        needed += 1
    return needed


def verdict_sentence(report: TableReport) -> str:
    """What was found, in how many rows, how sure that is, what these sizes can detect and which columns are gone."""
    return _found(report) + _lacking(report)


def short_verdict(report: TableReport) -> str:
    """As `verdict_sentence`; where columns drifted, without the largest effect and what the sizes can detect."""
    if report.summary.status != "drift":
        return verdict_sentence(report)
    return _drifted(report, _sizes(report)) + _lacking(report)


def _lacking(report: TableReport) -> str:
    return f" Current data lacks {fmt_names(report.missing_columns, limit=2)}." if report.missing_columns else ""


def _sizes(report: TableReport) -> str:
    summary = report.summary
    return f"{fmt_n(summary.current_rows)} current against {fmt_n(summary.reference_rows)} reference rows"


def _found(report: TableReport) -> str:
    sizes = _sizes(report)
    if report.summary.status == "inconclusive":
        return _inconclusive(report, sizes)
    seen = _detectable(report)
    if report.summary.status == "no_drift":
        return f"{sizes}, smallest {_smallest_p(report)}; {seen}."
    worst = report.largest_effect
    largest = f" Largest effect: `{fmt_name(worst.column)}`, {fmt_effect(worst.effect_size)}." if worst else ""
    return f"{_drifted(report, sizes)}{largest} {seen[0].upper()}{seen[1:]}."


def _drifted(report: TableReport, sizes: str) -> str:
    summary = report.summary
    counts = f"{fmt_n(summary.drifted_feature_count)} of {fmt_n(summary.monitored_feature_count)} columns drifted"
    return f"{counts}; {sizes}, {_smallest_p(report)}."


def _smallest_p(report: TableReport) -> str:
    p_name = "adjusted " if report.settings.correction == "bh" else ""
    return f"{p_name}{fmt_p(min(_known_pvalues(report.columns)))}"


def _known_pvalues(columns: Sequence[ColumnResult]) -> list[float]:
    both = (p for column in columns for p in (column.pvalue_adjusted, column.missing_pvalue_adjusted))
    return [p for p in both if p is not None]


def detectable_in(report: TableReport) -> float:
    """The KS gap in a single column that the report's sizes show in 80 % of cases, at the level of its correction."""
    summary = report.summary
    n_tests = len(_known_pvalues(report.columns))
    gap = detectable_gap(summary.reference_rows, summary.current_rows, _level(report.settings, n_tests))
    return math.ceil(100 * gap) / 100


def _detectable(report: TableReport) -> str:
    smallest = fmt_effect(detectable_in(report))
    return f"these sizes can detect a KS gap of {smallest} in a single column (80{NARROW_SPACE}% power)"


def rows_wanted(report: TableReport) -> tuple[tuple[str, int, int], ...]:
    """Which table lacks rows for a verdict: ``("current", rows needed, how many more)``, and likewise the reference."""
    summary = report.summary
    level = _level(report.settings, len(_known_pvalues(report.columns)))
    sides = (
        ("current", summary.current_rows, rows_needed(summary.reference_rows, level)),
        ("reference", summary.reference_rows, rows_needed(summary.current_rows, level)),
    )
    return tuple((name, needed, needed - rows) for name, rows, needed in sides if rows < needed)


def _inconclusive(report: TableReport, sizes: str) -> str:
    wanted = [
        f"{fmt_n(needed)} {name} rows are needed to tell drift from chance, {fmt_n(more)} more"
        for name, needed, more in rows_wanted(report)
    ]
    if not wanted:
        return f"{sizes}, but no column could be tested; the findings say why."
    return f"{sizes}; {', and '.join(wanted)}."
