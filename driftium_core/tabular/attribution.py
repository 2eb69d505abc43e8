"""Which columns are the root of a table's drift, and which only follow them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from driftium_core.formats import fmt_count, fmt_n
from driftium_core.stats.multiplicity import benjamini_hochberg
from driftium_core.tabular.attribution_bins import bin_column, pick_rows
from driftium_core.tabular.attribution_judge import judge_attribution
from driftium_core.tabular.attribution_report import Attribution, AttributionBasis, Root
from driftium_core.tabular.attribution_roles import column_roles, explained_by, stable_relatives
from driftium_core.tabular.attribution_search import Explanation, explain
from driftium_core.tabular.attribution_states import LEVEL, HeldTables, Hold
from driftium_core.tabular.column_result import ColumnKind, ColumnResult
from driftium_core.tabular.foreign_values import without_signals
from driftium_core.tabular.places import place_by_name
from driftium_core.tabular.root_values import RootValues, RootWords
from driftium_core.tabular.root_words import root_words
from driftium_core.tabular.verdict import MIN_ROWS

__all__ = ["attribute"]

MOST_ROWS = 50_000
MOST_CELLS = 1_500_000
FEWEST_DRAWN = 5_000
"""Rows of each table that are looked at: 50,000 of 30 columns, fewer of wide tables. More would find only columns
below the effect that matters here."""


def attribute(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    results: Sequence[ColumnResult],
    *,
    seed: int = 0,
    step: Callable[[], None] | None = None,
) -> Attribution:
    """Tell root from secondary drift: which columns' shifts explain those of all others.

    Rows that are chosen by one column move every column that depends on it. The reference is weighted until it has
    the make-up of current data in one column, and all others are tested again; the column that leaves least is a
    root, and so on until nothing is left. A column that moved alone is a measurement shift. Numbers are compared in
    20 bins, missing values in one of their own.

    The roots do not depend on the report's threshold; which columns they are said to explain does.

    Parameters
    ----------
    reference, current : DataFrame
    results : sequence of ColumnResult
        Judged columns of both.
    seed : int
        Of the rows that are drawn from large tables.
    step : callable, optional
        Called before each piece of work; what it raises comes out of this function.

    Returns
    -------
    Attribution
        Its ``summary`` gives the reason where there are no roots.

    References
    ----------
    .. [1] W. E. Deming, F. F. Stephan (1940), "On a least squares adjustment of a sampled frequency table".
    .. [2] J. N. K. Rao, A. J. Scott (1981), "The analysis of categorical data from complex sample surveys".
    """
    basis = _find(reference, current, sorted(results, key=lambda result: result.column), seed, step or _idle)
    return judge_attribution(basis, results)


def _idle() -> None:
    """Nothing to tell and nothing to stop."""


def _find(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    results: Sequence[ColumnResult],
    seed: int,
    step: Callable[[], None],
) -> AttributionBasis:
    n_columns = len(results)
    if min(len(reference), len(current)) < MIN_ROWS:
        reason = f"Too few rows to say which columns the drift comes from: {MIN_ROWS} of each table are needed."
        return AttributionBasis(n_columns=n_columns, reason=reason)
    tables = _Tables(reference, current, seed=seed, n_columns=n_columns)
    columns = []
    for result in results:
        step()
        binned = bin_column(result.column, result.kind, *tables.drawn(result.column))
        if binned is not None:
            columns.append(binned)
    if not columns:
        reason = "No column has values that could be compared with others held."
        return AttributionBasis(n_columns=n_columns, reason=reason, sample=tables.sample)
    held = HeldTables(columns, step, _moved(results))
    found = explain(held)
    roles = column_roles(held, found)
    kinds = {result.column: result.kind for result in results}
    roots = []
    for place, explains in explained_by(held, found, roles).items():
        step()
        words = _words(tables, held, found, place, kinds[columns[place].name])
        names = tuple(columns[other].name for other in explains)
        roots.append(Root(columns[place].name, words.action, names, words.description, words.gone))
    return AttributionBasis(tuple(roots), roles, n_columns, "", tables.sample)


def _moved(results: Sequence[ColumnResult]) -> set[str]:
    """Columns that drift at this module's own level by the report's tests, whatever the report's threshold."""
    tested = [(result.column, p) for result in results for p in (result.value.pvalue, result.missing.pvalue)]
    adjusted = benjamini_hochberg([p for _, p in tested])
    return {name for (name, _), p in zip(tested, adjusted, strict=True) if p is not None and p <= LEVEL}


class _Tables:
    """Both tables, and the rows of them that are looked at."""

    def __init__(self, reference: pd.DataFrame, current: pd.DataFrame, *, seed: int, n_columns: int) -> None:
        self._all = (reference, current)
        most = max(FEWEST_DRAWN, min(MOST_ROWS, MOST_CELLS // max(1, n_columns)))
        self._drawn = [pick_rows(side, most, np.random.default_rng([seed, i])) for i, side in enumerate(self._all)]
        self._places = place_by_name(reference, "reference"), place_by_name(current, "current")

    def rows(self, name: str) -> list[pd.Series[Any]]:
        """All rows of a column."""
        return self._column(self._all, name)

    def drawn(self, name: str) -> list[pd.Series[Any]]:
        """The rows of a column that are looked at."""
        return self._column(self._drawn, name)

    def _column(self, sides: Sequence[pd.DataFrame], name: str) -> list[pd.Series[Any]]:
        return [without_signals(side.iloc[:, place[name]]) for side, place in zip(sides, self._places, strict=True)]

    @property
    def sample(self) -> str:
        """Which rows were drawn, as a sentence; empty when all are looked at."""
        parts = [
            f"{fmt_n(len(some))} of {fmt_count(len(every), f'{name} row')}"
            for some, every, name in zip(self._drawn, self._all, ("reference", "current"), strict=True)
            if len(some) < len(every)
        ]
        return f"Computed on {' and '.join(parts)}, drawn at random." if parts else ""


def _words(tables: _Tables, held: HeldTables, found: Explanation, place: int, kind: ColumnKind) -> RootWords:
    name = held.columns[place].name
    reference, current = tables.rows(name)
    others = Hold(found.hold.columns - {place})
    root = RootValues(
        column=name,
        kind=kind,
        reference=reference,
        current=current,
        sample=tables.drawn(name)[0] if others.columns else reference,
        weights=held.weights(others)[0] if others.columns else np.ones(len(reference)),
        aside=place not in found.hold.columns,
        held=tuple(held.columns[other].name for other in sorted(others.columns)),
        unchanged=tuple(held.columns[other].name for other in stable_relatives(held, found, place)),
    )
    return root_words(root)
