"""The ledger of a table report: every fact that an analysis may cite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from driftium_core.formats import NARROW_SPACE, fmt_count, fmt_effect, fmt_n
from driftium_core.rca.facts import Fact, FactKind, Ledger
from driftium_core.rca.names import disarmed, shown
from driftium_core.rca.table_column_facts import column_fact, finding_fact, merged_fact, missingness_fact
from driftium_core.rca.table_root_facts import root_facts
from driftium_core.tabular.column_result import CategoryDistribution, ColumnResult
from driftium_core.tabular.report import FindingKind, TableReport
from driftium_core.tabular.verdict import detectable_in, rows_wanted

__all__ = ["rows_ledger", "table_ledger"]

MAX_COLUMNS = 12
"""Drifted columns that get facts of their own, the most severe first."""

MAX_OF_A_KIND = 6
"""Facts of missing values, and findings of one kind, that are told one by one."""


def table_ledger(report: TableReport, *, title: str, columns: Sequence[str] = ()) -> Ledger:
    """Everything that a table report found, as facts; at most about 60 of them, however many columns drifted.

    Parameters
    ----------
    title : str
        What was compared, in words; the report does not know names.
    columns : sequence of str
        Columns that get a fact in any case, also when they did not drift: those that a person asks about.
    """
    summary = report.summary
    facts = [*_whole(report), *_of_columns(report, columns)]
    numbered = tuple(replace(fact, id=f"E{place}") for place, fact in enumerate(facts, start=1))
    return Ledger(kind="table", title=title, status=summary.status, severity=summary.severity, facts=numbered)


def rows_ledger(rows: Sequence[ColumnResult], *, title: str) -> Ledger:
    """Facts of single columns, where nothing else is known of the report that they are of."""
    drifted = [column for column in rows if column.drifted]
    severities = [column.severity for column in rows if column.severity]
    severity = max(severities, key=lambda severity: severity.rank, default=None)
    status: Literal["drift", "no_drift", "inconclusive"]
    status = "drift" if drifted else "no_drift" if severities else "inconclusive"
    counts = f"{fmt_n(len(drifted))} of the {fmt_count(len(rows), 'column')} handed in drifted."
    facts = [
        Fact(id="", kind=FactKind.VERDICT, text=counts, value=status, severity=severity, significant=bool(drifted)),
        *(column_fact(column, adjusted=column.decisive.pvalue != column.decisive_pvalue_adjusted) for column in rows),
        *(missingness_fact(column) for column in drifted if column.decided_by == "missing"),
    ]
    return Ledger(
        kind="table",
        title=title,
        status=status,
        severity=severity,
        facts=tuple(replace(fact, id=f"E{place}") for place, fact in enumerate(facts, start=1)),
    )


def _whole(report: TableReport) -> Iterator[Fact]:
    """Verdict, what these sizes can detect, rows, and how many columns drifted."""
    summary = report.summary
    worst = report.largest_effect
    named = [*((worst.column,) if worst else ()), *report.missing_columns[:2]]
    text = disarmed(report.verdict, named)
    power = _power(report)
    if summary.status == "drift":  # else what could have been seen belongs to the verdict
        text = text.replace(f" {power.text}", "")
    yield Fact(
        id="",
        kind=FactKind.VERDICT,
        text=text,
        value=summary.status,
        effect_size=worst.effect_size if worst else None,
        severity=summary.severity,
        significant=summary.status == "drift",
        names=tuple(map(shown, named)),
    )
    yield power
    rows = f"{fmt_n(summary.current_rows)} current against {fmt_n(summary.reference_rows)} reference rows"
    yield Fact(
        id="",
        kind=FactKind.SIZE,
        text=f"{rows} were compared.",
        value=float(summary.current_rows),
        before=float(summary.reference_rows),
        detail="rows",
    )
    monitored, drifted = summary.monitored_feature_count, summary.drifted_feature_count
    counts = f"{fmt_n(drifted)} of {fmt_n(monitored)} columns drifted; {fmt_n(monitored - drifted)} did not."
    if monitored == 1:
        counts = f"The only column that was tested {'drifted' if drifted else 'did not drift'}."
    elif drifted in (0, monitored):
        counts = f"{'All' if drifted else 'None of the'} {fmt_n(monitored)} columns drifted."
    if summary.status == "inconclusive":
        counts = f"{fmt_count(monitored, 'column')} could be tested, none with a result."
    yield Fact(id="", kind=FactKind.SIZE, text=counts, value=float(drifted), detail="columns")


def _power(report: TableReport) -> Fact:
    """What these sizes can detect; where they can decide nothing, what is missing. ``value`` is the gap, or None."""
    if report.summary.status == "inconclusive":
        wanted = [f"{fmt_n(more)} more {name} rows" for name, _, more in rows_wanted(report)]
        text = (
            f"{' and '.join(wanted)} are needed to tell drift from chance." if wanted else "No column could be tested."
        )
        return Fact(id="", kind=FactKind.POWER, text=text, detail="rows_wanted" if wanted else "not_tested")
    gap = detectable_in(report)
    text = f"These sizes can detect a KS gap of {fmt_effect(gap)} in a single column (80{NARROW_SPACE}% power)."
    return Fact(id="", kind=FactKind.POWER, text=text, value=gap)


def _of_columns(report: TableReport, asked: Sequence[str]) -> Iterator[Fact]:
    drifted = [column for column in report.columns if column.drifted]
    roots = {root.column for root in report.attribution.roots} if report.attribution else set()
    own = [column for column in report.columns if column.column in {*asked, *roots}]
    listed = [*drifted[:MAX_COLUMNS], *(column for column in own if column not in drifted[:MAX_COLUMNS])]
    adjusted = report.settings.correction == "bh"
    yield from (column_fact(column, adjusted=adjusted) for column in listed)
    if report.summary.status == "drift":
        yield from _of_roots(report, frozenset(column.column for column in listed))
    left_out = len(drifted) - sum(column.drifted for column in listed)
    moved = [column for column in drifted if _missingness_moved(column, report)]
    yield from (missingness_fact(column) for column in moved[:MAX_OF_A_KIND])
    findings = _of_findings(report)
    told = [fact for kind in dict.fromkeys(fact.detail for fact in findings) for fact in _first(findings, kind)]
    yield from told
    if report.summary.status != "inconclusive":
        yield from _absent(report, told, any_missing=bool(moved))
    more = len(findings) - len(told) + len(moved[MAX_OF_A_KIND:])
    if left_out or more:
        yield _more(left_out, more)


def _of_roots(report: TableReport, listed: frozenset[str]) -> Iterator[Fact]:
    if report.attribution is None:
        text = "Root columns were not looked for in this check; run it again to have them looked for."
        yield Fact(id="", kind=FactKind.NOTE, text=text, detail="scope")
        return
    names = [name for column in report.columns for name in (column.column, *_categories(column))]
    yield from root_facts(report.attribution, names, listed)


def _categories(column: ColumnResult) -> tuple[str, ...]:
    shares = column.distribution
    return shares.categories if isinstance(shares, CategoryDistribution) else ()


def _missingness_moved(column: ColumnResult, report: TableReport) -> bool:
    p = column.missing_pvalue_adjusted
    return p is not None and p < report.settings.p_threshold


def _of_findings(report: TableReport) -> list[Fact]:
    """Findings on the schema, on time, and on columns that drifted; the most severe column first within a kind."""
    results = {column.column: column for column in report.columns}
    places = {name: place for place, name in enumerate(results)}
    always = {FindingKind.MISSING_COLUMN, FindingKind.EXTRA_COLUMN, FindingKind.TYPE_CHANGED, FindingKind.TIME_WINDOW}
    facts = []
    for finding in sorted(report.findings, key=lambda finding: places.get(finding.column, -1)):
        column = results.get(finding.column)
        if finding.kind in always or (column is not None and column.drifted):
            fact = finding_fact(finding, column)
            facts += [fact] if fact else []
            merged = merged_fact(column) if column and finding.kind is FindingKind.VANISHED_CATEGORIES else None
            facts += [merged] if merged else []
    return facts


def _first(facts: list[Fact], detail: str) -> list[Fact]:
    return [fact for fact in facts if fact.detail == detail][:MAX_OF_A_KIND]


def _absent(report: TableReport, told: list[Fact], *, any_missing: bool) -> Iterator[Fact]:
    """What the report looked for and did not find: facts that rule causes out."""
    kinds = {finding.kind for finding in report.findings}
    if not any_missing:
        text = "The share of missing values changed in no column by more than chance."
        yield Fact(id="", kind=FactKind.MISSINGNESS, text=text, detail="none")
    if not any(fact.kind is FactKind.SCHEMA and fact.detail != "constant" for fact in told):
        text = "Both tables have the same columns, and what these hold is of the same type."
        if report.settings.columns is not None:
            text = "Both tables have the columns compared, and what these hold is of the same type."
        yield Fact(id="", kind=FactKind.SCHEMA, text=text, detail="none")
    if not kinds & {FindingKind.NEW_CATEGORIES, FindingKind.VANISHED_CATEGORIES}:
        text = "No category appeared, and none vanished."
        yield Fact(id="", kind=FactKind.CATEGORIES, text=text, detail="none")
    elif not any(fact.detail == "new" for fact in told):
        text = "No column that drifted has a category that the reference lacks."
        yield Fact(id="", kind=FactKind.CATEGORIES, text=text, detail="none_new")


def _more(columns: int, findings: int) -> Fact:
    parts = [
        *([f"{fmt_n(columns)} more drifted {'column' if columns == 1 else 'columns'}"] if columns else []),
        *([f"{fmt_n(findings)} more {'finding' if findings == 1 else 'findings'}"] if findings else []),
    ]
    verb = "is" if columns + findings == 1 else "are"
    text = f"{' and '.join(parts)} {verb} in the report."
    return Fact(id="", kind=FactKind.NOTE, text=text, value=float(columns + findings), detail="more")
