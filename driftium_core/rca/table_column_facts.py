"""Facts on the columns of a table report: what moved in each, and what the findings say beside the tests."""

from __future__ import annotations

import math

from driftium_core.formats import (
    MINUS,
    fmt_effect,
    fmt_p,
    fmt_percent,
    fmt_points,
    fmt_value,
)
from driftium_core.rca.facts import Direction, Fact, FactKind
from driftium_core.rca.names import column_name, disarmed, shown, value_name
from driftium_core.tabular.column_result import CategoryDistribution, ColumnResult, NumberDistribution
from driftium_core.tabular.report import Finding, FindingKind

__all__ = ["column_fact", "finding_fact", "merged_fact", "missingness_fact"]

_KINDS: dict[FindingKind, tuple[FactKind, str, Direction]] = {
    FindingKind.MISSING_COLUMN: (FactKind.SCHEMA, "missing_column", "lost"),
    FindingKind.EXTRA_COLUMN: (FactKind.SCHEMA, "extra_column", "gained"),
    FindingKind.TYPE_CHANGED: (FactKind.SCHEMA, "type_changed", "changed"),
    FindingKind.CONSTANT: (FactKind.SCHEMA, "constant", "changed"),
    FindingKind.NEW_CATEGORIES: (FactKind.CATEGORIES, "new", "gained"),
    FindingKind.VANISHED_CATEGORIES: (FactKind.CATEGORIES, "vanished", "lost"),
    FindingKind.OUT_OF_RANGE: (FactKind.RANGE, "out_of_range", "changed"),
    FindingKind.RESCALED: (FactKind.RANGE, "rescaled", "changed"),
    FindingKind.TIME_WINDOW: (FactKind.NOTE, "time_window", "changed"),
}
"""Kind, detail and direction of the fact that each kind of finding becomes."""


def column_fact(column: ColumnResult, *, adjusted: bool) -> Fact:
    """What moved in one column, how much of it and how sure that is; of one that did not drift, that it did not."""
    effect, pvalue = column.decisive.effect_size, column.decisive_pvalue_adjusted
    name = column_name(column.column)
    p = f"{'adjusted ' if adjusted else ''}{fmt_p(pvalue)}"
    shift, names = _shift(column)
    if column.drifted:
        of_missing = " in its missing values" if column.decided_by == "missing" else ""
        text = f"{name} drifted{of_missing}: {column.severity}, effect {fmt_effect(effect)}, {p}{shift}."
    elif column.severity is None:
        text = f"{name} could not be judged."
    else:
        text = f"{name} did not drift: effect {fmt_effect(effect)}, {p}."
    judged = column.severity is not None
    return Fact(
        id="",
        kind=FactKind.COLUMN,
        subject=column.column,
        text=text,
        value=disarmed(column.current_summary, _categories(column)),
        before=disarmed(column.reference_summary, _categories(column)),
        direction=_direction(column),
        effect_size=None if math.isnan(effect) else effect,
        pvalue=pvalue,
        severity=column.severity if judged else None,
        significant=column.drifted,
        detail="missing" if column.drifted and column.decided_by == "missing" else str(column.kind),
        names=(shown(column.column), *(names if column.drifted else ())),
    )


def _shift(column: ColumnResult) -> tuple[str, tuple[str, ...]]:
    """The end of a sentence that says what was typical and is now, and the categories that it names."""
    if column.decided_by == "missing":
        moved = column.missing_current - column.missing_reference
        return f", {fmt_points(moved)}", ()
    match column.distribution:
        case CategoryDistribution() as shares if shares.categories:
            gaps = [abs(now - was) for was, now in zip(shares.reference, shares.current, strict=True)]
            most = gaps.index(max(gaps))
            was, now = shares.reference[most], shares.current[most]
            label = shares.categories[most]
            words = f"; {value_name(label)} went from {fmt_percent(was)} to {fmt_percent(now)} of its values"
            return words, (shown(label),)
        case NumberDistribution() as numbers:
            gap = f"; the largest gap is at {fmt_value(numbers.gap_at)}" if math.isfinite(numbers.gap_at) else ""
            moved_by = f" ({column.shift})" if column.shift else ""
            return f"; {column.reference_summary} before, {column.current_summary} now{moved_by}{gap}", ()
        case None if column.reference_summary and column.current_summary:
            # Only of rows that were handed in: their words are anybody's.
            summaries = (shown(text, limit=80) for text in (column.reference_summary, column.current_summary))
            return "; {} before, {} now".format(*summaries), ()
    return "", ()


def _categories(column: ColumnResult) -> tuple[str, ...]:
    match column.distribution:
        case CategoryDistribution() as shares:
            return shares.categories
    return ()


def _direction(column: ColumnResult) -> Direction:
    if not column.drifted:
        return "same"
    if column.decided_by == "missing":
        return "up" if column.missing_current > column.missing_reference else "down"
    if isinstance(column.distribution, NumberDistribution) and column.shift:
        return "down" if MINUS in column.shift else "up"
    return "changed"


def missingness_fact(column: ColumnResult) -> Fact:
    """A share of missing values that moved by more than chance."""
    was, now = column.missing_reference, column.missing_current
    text = (
        f"{column_name(column.column)} is missing in {fmt_percent(now)} of current rows, "
        f"{fmt_percent(was)} of the reference ({fmt_points(now - was)})."
    )
    return Fact(
        id="",
        kind=FactKind.MISSINGNESS,
        subject=column.column,
        text=text,
        value=now,
        before=was,
        direction="up" if now > was else "down",
        effect_size=column.missing.effect_size,
        pvalue=column.missing_pvalue_adjusted,
        severity=column.severity,
        significant=True,
        names=(shown(column.column),),
    )


def finding_fact(finding: Finding, column: ColumnResult | None) -> Fact | None:
    """A finding that is not told by a test; None for the kinds that have facts of their own, or need none.

    The share of new and of vanished categories is added where the report holds all categories of the column; ``value``
    is that share, or the scale in words.
    """
    if finding.kind not in _KINDS:
        return None
    kind, detail, direction = _KINDS[finding.kind]
    labels = _labels(finding.kind, column)
    text = disarmed(finding.text, (finding.column, *labels))
    value: float | str | None = _share(detail, column) if kind is FactKind.CATEGORIES else None
    if finding.kind is FindingKind.RESCALED:
        value = text.rpartition(" look like ")[2].partition(":")[0]
    if isinstance(value, float):
        of = "current" if detail == "new" else "reference"
        together = "" if len(labels) == 1 else "together "
        text = f"{text[:-1]}, {together}{fmt_percent(value)} of the {of} values."
    return Fact(
        id="",
        kind=kind,
        subject=finding.column,
        text=text,
        value=value,
        direction=direction,
        severity=column.severity if column else None,
        significant=bool(column and column.drifted),
        detail=detail,
        names=(shown(finding.column), *(shown(label) for label in labels if shown(label) in text)),
    )


def _labels(kind: FindingKind, column: ColumnResult | None) -> tuple[str, ...]:
    """Categories that a finding's sentence names."""
    if column is None:
        return ()
    match kind:
        case FindingKind.NEW_CATEGORIES:
            return column.new_categories[:5]
        case FindingKind.VANISHED_CATEGORIES:
            return column.vanished_categories[:5]
        case FindingKind.CONSTANT:
            return _categories(column)
    return ()


def _share(detail: str, column: ColumnResult | None) -> float | None:
    """Share of a table's values in categories that the other one lacks; None where not all are known."""
    shares = column.distribution if column else None
    if not isinstance(shares, CategoryDistribution) or shares.n_categories > len(shares.categories):
        return None
    here, there = (shares.current, shares.reference) if detail == "new" else (shares.reference, shares.current)
    return round(sum(share for share, other in zip(here, there, strict=True) if other == 0), 4)


def merged_fact(column: ColumnResult) -> Fact | None:
    """That one category took the whole share of those that vanished, while the others stayed: they were merged.

    Rows that are left out make all that remains grow alike, in proportion; values that are written otherwise make one
    category grow.
    """
    shares = column.distribution
    if not isinstance(shares, CategoryDistribution) or shares.n_categories > len(shares.categories):
        return None
    rows = list(zip(shares.categories, shares.reference, shares.current, strict=True))
    gone = [row for row in rows if row[2] == 0]
    stayed = sorted((row for row in rows if row[1] and row[2]), key=lambda row: row[1] - row[2])
    lost = sum(was for _, was, _ in gone)
    if lost < 0.02 or len(gone) + len(stayed) < len(rows) or len(stayed) < 2:
        return None
    gains = [now - was for _, was, now in stayed]
    expected = [lost * was / (1 - lost) for _, was, _ in stayed]
    apart = sum(abs(gain - even) for gain, even in zip(gains, expected, strict=True))
    if gains[0] < 0.8 * lost or sum(map(abs, gains[1:])) > 0.3 * lost or apart < 0.5 * lost:
        return None
    (old, old_was, _), (label, was, now) = max(gone, key=lambda row: row[1]), stayed[0]
    text = (
        f"{value_name(old)} went from {fmt_percent(old_was)} to {fmt_percent(0.0)} of {column_name(column.column)} and "
        f"{value_name(label)} from {fmt_percent(was)} to {fmt_percent(now)}, while its other categories hardly changed."
    )
    return Fact(
        id="",
        kind=FactKind.CATEGORIES,
        subject=column.column,
        text=text,
        direction="changed",
        severity=column.severity,
        significant=True,
        detail="merged",
        names=(shown(column.column), shown(old), shown(label)),
    )
