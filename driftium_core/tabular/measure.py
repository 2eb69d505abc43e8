"""Everything that is computed of one column: measures, distribution, summaries and findings, but no verdict."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from driftium_core.formats import fmt_n, fmt_name, fmt_value, fmt_window
from driftium_core.stats.chi_square import chi_square_test, shares_test
from driftium_core.stats.ks import ks_from_sorted, largest_gap
from driftium_core.stats.result import Measure
from driftium_core.tabular.column_result import ColumnKind, ColumnResult, Distribution
from driftium_core.tabular.columns import Column, LabelColumn, NumberColumn, TimeColumn, load_column
from driftium_core.tabular.distributions import (
    CategoryTable,
    align_labels,
    category_distances,
    category_distribution,
    category_shift,
    category_summary,
    number_distances,
    number_distribution,
    number_shift,
    number_summary,
)
from driftium_core.tabular.findings import (
    category_findings,
    constant_finding,
    not_tested_finding,
    range_finding,
    rescaled_finding,
    time_window_finding,
    type_finding,
)
from driftium_core.tabular.report import Finding
from driftium_core.tabular.schema import ColumnPair, pair_columns

__all__ = ["MeasuredColumn", "measure_column"]

MAX_NAMED_CATEGORIES = 50
_MISSING = "missing against present"


@dataclass(frozen=True, slots=True)
class MeasuredColumn:
    """A column before the verdict, with the findings that do not depend on one and both digests."""

    result: ColumnResult
    findings: tuple[Finding, ...]
    reference_digest: str
    current_digest: str


@dataclass(frozen=True, slots=True)
class _Values:
    """What comparing the present values gave."""

    measure: Measure
    summaries: tuple[str, str]
    shift: str = ""
    distances: dict[str, float] | None = None
    distribution: Distribution | None = None
    new: tuple[tuple[str, int], ...] = ()
    vanished: tuple[tuple[str, int], ...] = ()
    n_new: int = 0
    n_vanished: int = 0
    notes: tuple[str, ...] = ()
    findings: tuple[Finding | None, ...] = ()


def measure_column(
    name: str, reference: pd.Series[Any], current: pd.Series[Any], *, categorical: bool = False, seed: int = 0
) -> MeasuredColumn:
    """Measure one column that both tables have.

    Parameters
    ----------
    name : str
        Name to report.
    reference, current : Series
    categorical : bool
        Treat the values as categories whatever they are.
    seed : int
        Seed of the report; each column draws from its own stream, whatever the order of columns.
    """
    loaded = load_column(reference), load_column(current)
    pair = pair_columns(name, *loaded, categorical=categorical)
    match pair.kind, pair.reference, pair.current:
        case ColumnKind.NUMERIC, NumberColumn() as r, NumberColumn() as c:
            values = _compare_numbers(name, r, c)
        case ColumnKind.CATEGORICAL, LabelColumn() as r, LabelColumn() as c:
            values = _compare_categories(name, r, c, np.random.default_rng([seed, zlib.crc32(name.encode())]))
        case ColumnKind.DATETIME, TimeColumn() as r, TimeColumn() as c:
            values = _compare_times(name, r, c)
        case _:
            values = _not_compared(pair)
    return MeasuredColumn(_result(pair, values), _findings(pair, values), loaded[0].digest, loaded[1].digest)


def _findings(pair: ColumnPair, values: _Values) -> tuple[Finding, ...]:
    always = (type_finding(pair), not_tested_finding(pair))
    return tuple(finding for finding in (*always, *values.findings) if finding is not None)


def _result(pair: ColumnPair, values: _Values) -> ColumnResult:
    sides = (pair.reference, pair.current)
    shares = [1 - side.n_present / side.n_rows if side.n_rows else 0.0 for side in sides]
    return ColumnResult(
        column=pair.name,
        kind=pair.kind,
        value=values.measure,
        missing=_test_missing(*sides),
        pvalue_adjusted=None,
        missing_pvalue_adjusted=None,
        drifted=False,
        severity=None,
        missing_reference=shares[0],
        missing_current=shares[1],
        new_categories=tuple(label for label, _ in values.new),
        vanished_categories=tuple(label for label, _ in values.vanished),
        n_new_categories=values.n_new,
        n_vanished_categories=values.n_vanished,
        reference_summary=values.summaries[0],
        current_summary=values.summaries[1],
        shift=values.shift,
        distances=values.distances or {},
        distribution=values.distribution,
        notes=(*pair.notes, *values.notes),
    )


def _test_missing(reference: Column, current: Column) -> Measure:
    """Test of missing against present; none where nothing is missing on either side."""
    rows = (reference.n_rows, current.n_rows)
    gone = (reference.n_rows - reference.n_present, current.n_rows - current.n_present)
    if not any(gone):
        return Measure(0.0, None, 0.0, *rows, _MISSING, notes=("No value is missing in either table.",))
    return shares_test(gone, rows, method=_MISSING)


def _compare_numbers(name: str, r: NumberColumn, c: NumberColumn) -> _Values:
    measure, gap = ks_from_sorted(r.values, c.values)
    infinite = any(
        side.values.dtype.kind == "f" and side.values.size and np.isinf(side.values[[0, -1]]).any() for side in (r, c)
    )
    notes = ("Infinite values were compared as smaller or larger than all others.",) if infinite else ()
    n_distinct = tuple(_one_or_more(side) for side in (r, c))
    constant = constant_finding(name, (n_distinct[0], n_distinct[1]), fmt_value(_first(c)))
    return _Values(
        measure=measure,
        summaries=(number_summary(r.values), number_summary(c.values)),
        shift=number_shift(r.values, c.values),
        distances=number_distances(r.values, c.values),
        distribution=number_distribution(r.values, c.values, gap),
        notes=notes,
        findings=(
            range_finding(name, r.values, c.values),
            rescaled_finding(name, r.values, c.values, measure.effect_size),
            constant,
        ),
    )


def _first(side: NumberColumn) -> float | None:
    return float(side.values[0]) if side.values.size else None


def _one_or_more(side: NumberColumn) -> int:
    """0, 1 or 2: no value, a constant, or several values."""
    return 0 if not side.values.size else 1 + int(side.values[0] != side.values[-1])


def _compare_categories(name: str, r: LabelColumn, c: LabelColumn, rng: np.random.Generator) -> _Values:
    table = align_labels(r, c)
    new, n_new = _only_in(table, table.current, table.reference)
    vanished, n_vanished = _only_in(table, table.reference, table.current)
    if not c.n_present or not r.n_present:
        # An empty side has no categories to compare with; that it is empty is told by its missing values.
        new, n_new, vanished, n_vanished = (), 0, (), 0
    value = f"“{fmt_name(c.labels[0].as_py())}”" if len(c.labels) == 1 else ""
    return _Values(
        measure=chi_square_test(table.reference, table.current, rng=rng),
        summaries=(category_summary(table, table.reference), category_summary(table, table.current)),
        shift=category_shift(table),
        distances=category_distances(table),
        distribution=category_distribution(table),
        new=new,
        vanished=vanished,
        n_new=n_new,
        n_vanished=n_vanished,
        findings=(
            *category_findings(name, new, vanished, n_new, n_vanished),
            constant_finding(name, (len(r.labels), len(c.labels)), value),
        ),
    )


def _only_in(table: CategoryTable, here: Any, there: Any) -> tuple[tuple[tuple[str, int], ...], int]:
    """Largest categories of one side that the other lacks, with counts, and how many there are."""
    alone = np.flatnonzero((here > 0) & (there == 0))
    largest = alone[np.argsort(-here[alone], kind="stable")][:MAX_NAMED_CATEGORIES]
    names = (fmt_name(label) for label in table.names(largest))
    return tuple(zip(names, here[largest].tolist(), strict=True)), int(alone.size)


def _compare_times(name: str, r: TimeColumn, c: TimeColumn) -> _Values:
    """The gap of both windows, without a p-value: time moves on."""
    n, m = r.values.size, c.values.size
    distance = largest_gap(r.values, c.values).statistic if n and m else math.nan
    note = "A time column is expected to move: it is reported, not judged."
    measure = Measure(distance, None, distance, n, m, "time window", notes=(note,))
    summaries = tuple(
        fmt_window(moments[0], moments[-1]) if (moments := side.values.view("datetime64[us]")).size else "all missing"
        for side in (r, c)
    )
    return _Values(measure, (summaries[0], summaries[1]), findings=(time_window_finding(name, r, c),))


def _not_compared(pair: ColumnPair) -> _Values:
    reason = pair.not_tested or "It was not tested."
    sides = (pair.reference, pair.current)
    measure = Measure(math.nan, None, math.nan, sides[0].n_present, sides[1].n_present, "not tested", notes=(reason,))
    return _Values(measure, (_plain_summary(sides[0]), _plain_summary(sides[1])))


def _plain_summary(side: Column) -> str:
    if not side.n_present:
        return "all missing"
    match side:
        case LabelColumn():
            length = float(pc.mean(pc.utf8_length(side.labels)).as_py())
            unit = "character" if round(length) == 1 else "characters"
            return f"{fmt_n(len(side.labels))} distinct, about {length:.0f} {unit}"
        case NumberColumn():
            return f"{fmt_value(float(side.values[0]))} to {fmt_value(float(side.values[-1]))}, all distinct"
        case _:
            return f"{fmt_n(side.n_present)} {'value' if side.n_present == 1 else 'values'}"
