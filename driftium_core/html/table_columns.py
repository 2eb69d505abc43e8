"""What the HTML report shows of each column: its row in the ranked table, and its card where it drifted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from driftium_core.drawing import category_rows, sparkline
from driftium_core.formats import fmt_value
from driftium_core.html.bars import ShapeBars, shape_bars
from driftium_core.html.overlay import Overlay, overlay
from driftium_core.html.root_cause import role_words
from driftium_core.tabular.column_result import CategoryDistribution, ColumnResult, Distribution, NumberDistribution
from driftium_core.tabular.report import TableReport
from driftium_core.text.report import Shape

__all__ = ["ColumnView", "ShareBar", "column_views"]

MOST_BARS = 12


@dataclass(frozen=True, slots=True)
class ShareBar:
    """One category: its shares, and both as parts of a drawing that is 100 wide."""

    label: str
    reference: float
    current: float
    reference_width: float
    current_width: float


@dataclass(frozen=True, slots=True)
class ColumnView:
    """One column.

    Attributes
    ----------
    anchor : str
        Name of its card in the file; empty where it has none, as it did not drift.
    effect : float or None
        Width of its effect bar in a drawing that is 100 wide; None without a test.
    role : str
        Its part in the root cause, empty where it has none.
    overlay, bars
        Drawing of its card; neither where there is nothing to draw.
    """

    column: ColumnResult
    anchor: str
    effect: float | None
    shape: ShapeBars | None
    role: str
    overlay: Overlay | None = None
    bars: tuple[ShareBar, ...] = ()


def column_views(report: TableReport) -> tuple[ColumnView, ...]:
    """All columns in the order of the report."""
    roles = role_words(report.attribution)
    return tuple(_view(i, column, roles) for i, column in enumerate(report.columns, 1))


def _view(place: int, column: ColumnResult, roles: Mapping[str, str]) -> ColumnView:
    distribution = column.distribution if column.drifted else None
    return ColumnView(
        column=column,
        anchor=f"c{place}" if column.drifted else "",
        effect=None if column.decisive.pvalue is None else 100 * min(1.0, column.decisive.effect_size),
        shape=shape_bars(_shape(column.distribution), baseline="Reference"),
        role=roles.get(column.column, ""),
        overlay=overlay(distribution) if isinstance(distribution, NumberDistribution) else None,
        bars=_bars(distribution) if isinstance(distribution, CategoryDistribution) else (),
    )


def _shape(distribution: Distribution | None) -> Shape | None:
    """Both samples small enough for a cell of the table."""
    match distribution:
        case NumberDistribution(edges=edges, reference=reference, current=current):
            shares = tuple(sparkline(reference)), tuple(sparkline(current))
            step = -(-len(reference) // len(shares[0]))
            ends = [*edges[:-1:step], edges[-1]]
            labels = tuple(f"{fmt_value(ends[i])} to {fmt_value(ends[i + 1])}" for i in range(len(shares[0])))
            return Shape(labels, *shares)
        case CategoryDistribution():
            rows = category_rows(distribution)
            return Shape(
                tuple(row.label for row in rows),
                tuple(row.reference for row in rows),
                tuple(row.current for row in rows),
            )
    return None


def _bars(distribution: CategoryDistribution) -> tuple[ShareBar, ...]:
    rows = category_rows(distribution, MOST_BARS)
    peak = max((max(row.reference, row.current) for row in rows), default=0.0) or 1.0
    return tuple(
        ShareBar(row.label, row.reference, row.current, 100 * row.reference / peak, 100 * row.current / peak)
        for row in rows
    )
