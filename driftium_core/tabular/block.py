"""One p-value for a block of table rows, for the evidence score.

It is no verdict on the block: a report corrects per column and names what drifted; this only says how unlikely the
whole block is when nothing changed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from driftium_core.errors import InputError
from driftium_core.stats.chi_square import SMALL_EXPECTED, chi_square_test, shares_test
from driftium_core.stats.ks import ks_from_sorted
from driftium_core.stats.multiplicity import simes
from driftium_core.tabular.column_result import ColumnKind
from driftium_core.tabular.columns import LabelColumn, NumberColumn, load_column
from driftium_core.tabular.distributions import align_labels
from driftium_core.tabular.schema import ColumnPair, pair_columns

__all__ = ["LARGEST_SHARE", "SMALLEST_BLOCK", "block_pvalue", "block_rows"]

SMALLEST_BLOCK = 500
"""Rows that a block of a table should have, at least."""

LARGEST_SHARE = 4
"""A block has at most a quarter of the reference's rows."""

SMALLEST_P = 0.001
"""No block is worth more than this: a single odd block shall not raise an alarm."""


def block_rows(n_reference: int) -> tuple[int, int] | None:
    """Smallest and largest number of rows of a block; None when the reference is too small for any.

    Examples
    --------
    >>> block_rows(10_000), block_rows(1_500)
    ((500, 2500), None)
    """
    largest = n_reference // LARGEST_SHARE
    return (SMALLEST_BLOCK, largest) if largest >= SMALLEST_BLOCK else None


def block_pvalue(reference: pd.DataFrame, block: pd.DataFrame, *, categorical: Sequence[str] = ()) -> float:
    """Simes' p-value over the columns of a block against the reference, not below 0.001.

    Numeric columns by Kolmogorov-Smirnov, categorical ones by chi-square with all levels of an expected count
    under 5 pooled into one, missingness by its own test. Time, text-like and id-like columns take no part with their
    values. 1 when no column can be tested.

    Parameters
    ----------
    reference, block : DataFrame
        With distinct column names; columns that only one of them has are passed over.
    categorical : sequence of str
        Treat these as categories whatever they hold.

    Raises
    ------
    InputError
        The tables share no column.
    """
    shared = [name for name in reference.columns if name in block.columns]
    if not shared:
        raise InputError("The block and the reference have no column in common.")
    pvalues = [
        p
        for name in shared
        for p in _column_pvalues(
            pair_columns(
                str(name), load_column(reference[name]), load_column(block[name]), categorical=name in categorical
            )
        )
        if p is not None
    ]
    combined = simes(pvalues)
    return 1.0 if combined is None else max(combined, SMALLEST_P)


def _column_pvalues(pair: ColumnPair) -> tuple[float | None, float | None]:
    """p-values of the values and of the share of missing ones."""
    value: float | None = None
    match pair.kind, pair.reference, pair.current:
        case ColumnKind.NUMERIC, NumberColumn() as r, NumberColumn() as c:
            value = ks_from_sorted(r.values, c.values)[0].pvalue
        case ColumnKind.CATEGORICAL, LabelColumn() as r, LabelColumn() as c:
            table = align_labels(r, c)
            value = chi_square_test(*_pooled(table.reference, table.current)).pvalue
    sides = (pair.reference, pair.current)
    gone = tuple(side.n_rows - side.n_present for side in sides)
    if not any(gone) or pair.kind is ColumnKind.EMPTY:
        return value, None
    rows = tuple(side.n_rows for side in sides)
    return value, shares_test((gone[0], gone[1]), (rows[0], rows[1]), method="missing against present").pvalue


def _pooled(
    reference: npt.NDArray[np.int64], current: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Counts with all levels of an expected count under 5, in either sample, as one level."""
    both = reference + current
    total = both.sum()
    if not total:
        return reference, current
    rare = both * min(reference.sum(), current.sum()) < SMALL_EXPECTED * total
    return (
        np.append(reference[~rare], reference[rare].sum()),
        np.append(current[~rare], current[rare].sum()),
    )
