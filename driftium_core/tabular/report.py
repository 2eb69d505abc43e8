"""The types of a tabular drift report, from one column's distribution to the whole."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from driftium_core.severity import Severity, verdict_headline
from driftium_core.tabular.attribution_report import Attribution
from driftium_core.tabular.column_result import ColumnResult

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FINDING_LABELS",
    "CompareSettings",
    "Correction",
    "Finding",
    "FindingKind",
    "LargestEffect",
    "TableReport",
    "TableSummary",
]

Correction = Literal["bh", "none"]
"""``"bh"``: Benjamini-Hochberg over all tests of the report. ``"none"``: the plain per-column rule."""

Status = Literal["drift", "no_drift", "inconclusive"]


class FindingKind(StrEnum):
    """Things that are reported beside the tests (SPEC T7)."""

    MISSING_COLUMN = "missing_column"
    EXTRA_COLUMN = "extra_column"
    TYPE_CHANGED = "type_changed"
    NEW_CATEGORIES = "new_categories"
    VANISHED_CATEGORIES = "vanished_categories"
    MISSINGNESS = "missingness"
    OUT_OF_RANGE = "out_of_range"
    RESCALED = "rescaled"
    CONSTANT = "constant"
    TIME_WINDOW = "time_window"
    NOT_TESTED = "not_tested"


FINDING_LABELS: dict[FindingKind, str] = {
    FindingKind.MISSING_COLUMN: "Missing column",
    FindingKind.EXTRA_COLUMN: "Extra column",
    FindingKind.TYPE_CHANGED: "Type changed",
    FindingKind.NEW_CATEGORIES: "New categories",
    FindingKind.VANISHED_CATEGORIES: "Vanished categories",
    FindingKind.MISSINGNESS: "Missing values",
    FindingKind.OUT_OF_RANGE: "Out of range",
    FindingKind.RESCALED: "Rescaled",
    FindingKind.CONSTANT: "Constant",
    FindingKind.TIME_WINDOW: "Time window",
    FindingKind.NOT_TESTED: "Not tested",
}
"""Each as a heading of a few words."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about the tables that is not a value test, e.g. a missing column."""

    kind: FindingKind
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class TableSummary:
    """Headline numbers of a report. ``drift_rate`` is drifted / monitored, None when nothing is monitored."""

    reference_rows: int
    current_rows: int
    monitored_feature_count: int
    numeric_feature_count: int
    categorical_feature_count: int
    drifted_feature_count: int
    drift_rate: float | None
    severity: Severity | None
    status: Status


@dataclass(frozen=True, slots=True)
class LargestEffect:
    """The largest effect among what is significant, and the column it belongs to."""

    column: str
    effect_size: float


@dataclass(frozen=True, slots=True)
class CompareSettings:
    """Everything that decides a report besides the two tables."""

    p_threshold: float = 0.05
    correction: Correction = "bh"
    columns: tuple[str, ...] | None = None
    categorical: tuple[str, ...] = ()
    seed: int = 0
    attribution: bool = True

    def describe(self) -> str:
        """What departs from the defaults, in words: ``"plain p < 0.01, 3 columns"``; empty for the defaults."""
        plain = self.correction == "none"
        parts = []
        if plain or self.p_threshold != CompareSettings().p_threshold:
            parts.append(f"{'plain' if plain else 'adjusted'} p < {self.p_threshold:g}")
        if self.columns is not None:
            parts.append("1 column" if len(self.columns) == 1 else f"{len(self.columns)} columns")
        if self.categorical:
            parts.append(f"{len(self.categorical)} as categories")
        if not self.attribution:
            parts.append("without root causes")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class TableReport:
    """A finished comparison of two tables; columns are sorted by severity, adjusted p, then effect.

    ``reference_hash`` and ``current_hash`` are SHA-256 digests of the content, so that a run can be matched to
    its data. ``versions`` names what computed it. ``missing_columns`` are those of the reference that
    current data lacks. ``attribution`` is None where it was not asked for, or the report is of an older version.
    """

    summary: TableSummary
    columns: tuple[ColumnResult, ...]
    findings: tuple[Finding, ...]
    settings: CompareSettings
    reference_hash: str
    current_hash: str
    versions: dict[str, str]
    missing_columns: tuple[str, ...] = ()
    attribution: Attribution | None = None

    @property
    def headline(self) -> str:
        """``"▲ Drift: HIGH."``, ``"● No drift found."`` or ``"○ Inconclusive."``."""
        return verdict_headline(self.summary.status, self.summary.severity)

    @property
    def verdict(self) -> str:
        """What was found, in how many rows, how sure that is and what these sizes can detect; follows `headline`."""
        from driftium_core.tabular.verdict import verdict_sentence

        return verdict_sentence(self)

    @property
    def largest_effect(self) -> LargestEffect | None:
        """Largest significant effect of values or of missing values; None when no column drifted."""
        threshold = self.settings.p_threshold
        significant = [
            LargestEffect(column.column, measure.effect_size)
            for column in self.columns
            for p, measure in (
                (column.pvalue_adjusted, column.value),
                (column.missing_pvalue_adjusted, column.missing),
            )
            if p is not None and p < threshold
        ]
        return max(significant, key=lambda effect: effect.effect_size, default=None)

    @property
    def missing_shares(self) -> tuple[float, float]:
        """Share of missing cells among all compared columns, of the reference and of current data."""
        n = max(1, len(self.columns))
        return (
            sum(column.missing_reference for column in self.columns) / n,
            sum(column.missing_current for column in self.columns) / n,
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe data with everything in the report; nan becomes None."""
        from driftium_core.tabular.serialise import report_to_dict

        return report_to_dict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> TableReport:
        """Rebuild a report from `to_dict`; raises InputError when it is none."""
        from driftium_core.tabular.serialise import report_from_dict

        return report_from_dict(data)

    def to_frame(self) -> pd.DataFrame:
        """One row per column."""
        from driftium_core.tabular.export import report_to_frame

        return report_to_frame(self)

    def to_csv(self) -> str:
        """`to_frame` as CSV; text that a spreadsheet would run as a formula is made harmless."""
        from driftium_core.tabular.export import report_to_csv

        return report_to_csv(self)

    def to_html(self, *, reference_name: str = "reference", current_name: str = "current") -> str:
        """One HTML page that loads nothing and runs no script, to send or to print; the names are its title."""
        from datetime import UTC, datetime

        # The one arrow up: whoever has a report can hand it on without knowing where pages are made.
        from driftium_core.html.table_report import TableOrigin, table_report_html

        origin = TableOrigin(created_at=datetime.now(UTC), reference_name=reference_name, current_name=current_name)
        return table_report_html(self, origin=origin)
