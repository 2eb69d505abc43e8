"""The types of one compared column: what it holds, its measures and verdict, and both samples small enough to draw."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from driftium_core.severity import Severity
from driftium_core.stats.result import Measure

__all__ = ["CategoryDistribution", "ColumnKind", "ColumnResult", "Distribution", "NumberDistribution"]


class ColumnKind(StrEnum):
    """What a column holds, decided from both tables together."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"
    DATETIME = "datetime"
    TEXT = "text"
    IDENTIFIER = "identifier"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class NumberDistribution:
    """Both samples of a numeric column, small enough to draw and to store.

    Attributes
    ----------
    edges : tuple of float, length k + 1
        Bin edges over the bulk of both samples; the outer bins also count what lies beyond them.
    reference, current : tuple of float, length k
        Share of each sample per bin; sums to 1.
    grid, reference_ecdf, current_ecdf : tuple of float, equal lengths
        Share of each sample at or below each grid point. The point of the largest gap is one of them.
    gap_at : float
        Where the two cumulative curves are furthest apart (nan without a test).
    """

    edges: tuple[float, ...]
    reference: tuple[float, ...]
    current: tuple[float, ...]
    grid: tuple[float, ...]
    reference_ecdf: tuple[float, ...]
    current_ecdf: tuple[float, ...]
    gap_at: float


@dataclass(frozen=True, slots=True)
class CategoryDistribution:
    """Both samples of a categorical column: the largest categories, and the rest as one.

    Attributes
    ----------
    categories : tuple of str, length k
        At most 24, by the larger of both shares; the ones that shifted most are always among them.
    reference, current : tuple of float, length k
        Share of each sample.
    other_reference, other_current : float
        Share of all categories that are not listed.
    n_categories : int
        Distinct categories in both samples together.
    """

    categories: tuple[str, ...]
    reference: tuple[float, ...]
    current: tuple[float, ...]
    other_reference: float
    other_current: float
    n_categories: int


Distribution = NumberDistribution | CategoryDistribution


@dataclass(frozen=True, slots=True)
class ColumnResult:
    """Measure, verdict and drawing of one column that both tables have.

    Attributes
    ----------
    column : str
    kind : ColumnKind
    value : Measure
        Test of the values that are present.
    missing : Measure
        Test of missing against present.
    pvalue_adjusted, missing_pvalue_adjusted : float or None
        After the report's correction; None where there is no p-value.
    drifted : bool
        Either test is significant at the report's threshold.
    severity : Severity or None
        From the effect size of what is significant; None where nothing could be tested.
    missing_reference, missing_current : float
        Share of missing values, 0 to 1.
    new_categories, vanished_categories : tuple of str
        Categories that only one table has, largest first, at most 50 of each.
    n_new_categories, n_vanished_categories : int
        All of them.
    reference_summary, current_summary : str
        ``"median 41, 18 to 92"`` or ``"married 60 %"``.
    shift : str
        The most shifted value in words: ``"married −12 points"``, ``"median −9"``; empty when nothing moved.
    distances : dict of str to float
        Wasserstein distance in reference standard deviations, Jensen-Shannon distance, PSI. None of them decides.
    distribution : Distribution or None
        None where there is nothing to draw (text, identifiers, empty columns).
    notes : tuple of str
    decided_by : {"value", "missing"}
        Which of both tests gave the severity: the missingness test only where it is significant and its effect is
        larger than that of a significant value test.
    """

    column: str
    kind: ColumnKind
    value: Measure
    missing: Measure
    pvalue_adjusted: float | None
    missing_pvalue_adjusted: float | None
    drifted: bool
    severity: Severity | None
    missing_reference: float
    missing_current: float
    new_categories: tuple[str, ...]
    vanished_categories: tuple[str, ...]
    n_new_categories: int
    n_vanished_categories: int
    reference_summary: str
    current_summary: str
    shift: str
    distances: dict[str, float]
    distribution: Distribution | None
    notes: tuple[str, ...] = ()
    decided_by: Literal["value", "missing"] = "value"

    @property
    def decisive(self) -> Measure:
        """The test that gave the column its severity."""
        return self.missing if self.decided_by == "missing" else self.value

    @property
    def decisive_pvalue_adjusted(self) -> float | None:
        """Adjusted p-value of `decisive`."""
        return self.missing_pvalue_adjusted if self.decided_by == "missing" else self.pvalue_adjusted

    @property
    def decisive_shift(self) -> str:
        """What moved, in words: the share of missing values where that decided, else `shift`."""
        from driftium_core.formats import fmt_points

        if self.decided_by == "missing":
            return f"missing {fmt_points(self.missing_current - self.missing_reference)}"
        return self.shift
