"""Findings: what is worth telling about two tables beside the tests of values, each as a sentence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from driftium_core.formats import fmt_n, fmt_name, fmt_names, fmt_percent, fmt_points, fmt_value, fmt_window
from driftium_core.tabular.column_result import ColumnResult
from driftium_core.tabular.columns import TimeColumn
from driftium_core.tabular.report import Finding, FindingKind
from driftium_core.tabular.rescaling import find_rescaling
from driftium_core.tabular.schema import ColumnPair

__all__ = [
    "category_findings",
    "constant_finding",
    "missingness_finding",
    "not_tested_finding",
    "range_finding",
    "rescaled_finding",
    "schema_findings",
    "sorted_findings",
    "time_window_finding",
    "type_finding",
]

MAX_SINGLE = 20
"""Missing or extra columns that get a sentence each; beyond that the rest share one."""

RARE = 0.001
"""Values outside the reference range are told when chance alone would give as many in one of 1000 tables."""

_ORDER = {
    kind: place
    for place, kind in enumerate(
        (
            FindingKind.MISSING_COLUMN,
            FindingKind.EXTRA_COLUMN,
            FindingKind.TYPE_CHANGED,
            FindingKind.MISSINGNESS,
            FindingKind.NEW_CATEGORIES,
            FindingKind.VANISHED_CATEGORIES,
            FindingKind.OUT_OF_RANGE,
            FindingKind.RESCALED,
            FindingKind.CONSTANT,
            FindingKind.TIME_WINDOW,
            FindingKind.NOT_TESTED,
        )
    )
}


def sorted_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by kind, what breaks a comparison first; the order of columns is kept within a kind."""
    return tuple(sorted(findings, key=lambda finding: _ORDER[finding.kind]))


def schema_findings(reference: Sequence[str], current: Sequence[str]) -> list[Finding]:
    """Columns that only one of the tables has."""
    here, there = set(current), set(reference)
    missing = [name for name in reference if name not in here]
    extra = [name for name in current if name not in there]
    compared = f"{fmt_n(len(reference) - len(missing))} of {fmt_n(len(reference))} columns were compared."
    lacks = "Current data lacks {}, which the reference has. " + compared
    has = "Current data has {}, which the reference lacks; it was not compared."
    return [
        *_per_column(FindingKind.MISSING_COLUMN, missing, lacks),
        *_per_column(FindingKind.EXTRA_COLUMN, extra, has),
    ]


def _per_column(kind: FindingKind, names: list[str], sentence: str) -> list[Finding]:
    single = [Finding(kind, name, sentence.format(f"`{fmt_name(name)}`")) for name in names[:MAX_SINGLE]]
    rest = names[MAX_SINGLE:]
    if rest:
        words = f"{fmt_n(len(rest))} more columns, {fmt_names(rest, limit=3)}"
        single.append(Finding(kind, rest[0], sentence.format(words).replace("it was", "they were")))
    return single


def type_finding(pair: ColumnPair) -> Finding | None:
    """A column that holds something else than it did."""
    if pair.type_change is None:
        return None
    was, now = pair.type_change
    text = f"`{fmt_name(pair.name)}` holds {was} in the reference and {now} in current data."
    return Finding(FindingKind.TYPE_CHANGED, pair.name, text)


def not_tested_finding(pair: ColumnPair) -> Finding | None:
    """Why the values of a column were not tested. A time column has a sentence of its own."""
    if pair.not_tested is None or (isinstance(pair.reference, TimeColumn) and isinstance(pair.current, TimeColumn)):
        return None
    text = f"The values of `{fmt_name(pair.name)}` were not tested. {pair.not_tested}"
    return Finding(FindingKind.NOT_TESTED, pair.name, text)


def category_findings(
    name: str, new: Sequence[tuple[str, int]], vanished: Sequence[tuple[str, int]], n_new: int, n_vanished: int
) -> list[Finding]:
    """Categories that only one table has, given the largest of them with their counts."""
    findings = []
    for kind, largest, n, words in (
        (FindingKind.NEW_CATEGORIES, new, n_new, ("Current data has", "that the reference lacks")),
        (FindingKind.VANISHED_CATEGORIES, vanished, n_vanished, ("Current data lacks", "that the reference has")),
    ):
        if n:
            shown = ", ".join(f"“{fmt_name(label)}” ({_rows(count)})" for label, count in largest[:5])
            more = f" and {fmt_n(n - 5)} more" if n > 5 else ""
            noun = "category" if n == 1 else "categories"
            text = f"{words[0]} {fmt_n(n)} {noun} of `{fmt_name(name)}` {words[1]}: {shown}{more}."
            findings.append(Finding(kind, name, text))
    return findings


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{fmt_n(count)} rows"


def range_finding(name: str, reference: npt.NDArray[Any], current: npt.NDArray[Any]) -> Finding | None:
    """Current values beyond the range of the reference, when they are more than chance gives.

    If both samples were one, the k largest of all n + m values would all be current ones with a probability of
    about (m / (n + m))^k: what is rarer than 1 in 1000 is told.
    """
    n, m = reference.size, current.size
    if not n or not m:
        return None
    below = int(np.searchsorted(current, reference[0], side="left"))
    above = m - int(np.searchsorted(current, reference[-1], side="right"))
    if max(below, above) * math.log(m / (n + m)) > math.log(RARE):
        return None
    sides = [f"{fmt_n(k)} {word}" for k, word in ((below, "below"), (above, "above")) if k]
    bounds = f"{fmt_value(float(reference[0]))} to {fmt_value(float(reference[-1]))}"
    text = (
        f"{fmt_percent((below + above) / m)} of the current values of `{fmt_name(name)}` lie outside the "
        f"reference range, {bounds}: {' and '.join(sides)}."
    )
    return Finding(FindingKind.OUT_OF_RANGE, name, text)


def rescaled_finding(name: str, reference: npt.NDArray[Any], current: npt.NDArray[Any], gap: float) -> Finding | None:
    """A column that looks like the reference in another unit, given the KS gap of both samples."""
    found = find_rescaling(reference, current, gap)
    if found is None:
        return None
    return Finding(FindingKind.RESCALED, name, f"The current values of `{fmt_name(name)}` {found.sentence}.")


def constant_finding(name: str, n_distinct: tuple[int, int], value: str) -> Finding | None:
    """A column with one value only, in current data or in both tables; ``value`` is that of current data."""
    n_reference, n_current = n_distinct
    if n_current != 1 or not n_reference:
        return None
    where = "both tables" if n_reference == 1 else "current data, not in the reference"
    text = f"`{fmt_name(name)}` has a single value, {value}, in {where}."
    if n_reference == 1:
        text = f"`{fmt_name(name)}` has a single value in each table; in current data it is {value}."
    return Finding(FindingKind.CONSTANT, name, text)


def time_window_finding(name: str, reference: TimeColumn, current: TimeColumn) -> Finding:
    """Which period each table covers, and whether they overlap."""
    windows = []
    for side in (reference, current):
        moments = side.values.view("datetime64[us]")
        windows.append(fmt_window(moments[0], moments[-1]) if moments.size else "no dates")
    text = f"`{fmt_name(name)}`: the reference covers {windows[0]}, current data {windows[1]}; "
    if not reference.values.size or not current.values.size:
        return Finding(FindingKind.TIME_WINDOW, name, text + "nothing to compare.")
    first, last = np.searchsorted(current.values, reference.values[[0, -1]], side="left")
    last = np.searchsorted(current.values, reference.values[-1], side="right")
    inside = float((last - first) / current.values.size)
    overlap = "the periods do not overlap." if inside == 0 else f"{fmt_percent(inside)} of current lies inside."
    return Finding(FindingKind.TIME_WINDOW, name, text + overlap)


def missingness_finding(result: ColumnResult) -> Finding:
    """A share of missing values that moved."""
    moved = result.missing_current - result.missing_reference
    text = (
        f"`{fmt_name(result.column)}` is missing in {fmt_percent(result.missing_current)} of current rows, "
        f"{fmt_percent(result.missing_reference)} of the reference ({fmt_points(moved)})."
    )
    return Finding(FindingKind.MISSINGNESS, result.column, text)
