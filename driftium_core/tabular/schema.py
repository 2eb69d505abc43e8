"""What a column holds, decided from both tables together, and how the two sides are made comparable."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from driftium_core.formats import fmt_percent
from driftium_core.tabular.column_result import ColumnKind
from driftium_core.tabular.columns import (
    Column,
    EmptyColumn,
    LabelColumn,
    NumberColumn,
    TimeColumn,
    UnusableColumn,
    sort_numbers,
)

__all__ = ["ColumnPair", "pair_columns"]

MIN_PARSED = 0.95
"""Share of text values that must read as numbers (or dates) to compare them with numbers (or dates)."""

MAX_NUMBER_LABELS = 1000
MIN_ROWS_FOR_IDS = 20
_NEARLY_ALL = 0.9
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class ColumnPair:
    """Both sides of one column in the same form.

    ``type_change`` says in words what each side holds where that differs ("numbers", "text"), else None.
    ``not_tested`` says why the values are not compared, else None.
    """

    name: str
    kind: ColumnKind
    reference: Column
    current: Column
    type_change: tuple[str, str] | None = None
    not_tested: str | None = None
    notes: tuple[str, ...] = ()


def pair_columns(name: str, reference: Column, current: Column, *, categorical: bool = False) -> ColumnPair:
    """Decide the kind of a column from both sides and bring them into one form.

    Numbers are numeric unless all are distinct and they run through a range or ascend with the rows
    (identifiers). Labels are categories unless nearly all are distinct: long ones are text, others identifiers.
    Numbers on one side and text on the other are compared as numbers when 95 % of the text reads as numbers, as
    categories when the numbers repeat (at most 1000 distinct ones), and not otherwise.

    Parameters
    ----------
    name : str
    reference, current : Column
    categorical : bool
        Treat the values as categories whatever they are.
    """
    pair = ColumnPair(name, ColumnKind.EMPTY, reference, current, notes=_shared_notes(reference, current))
    pair = _reconcile(pair, categorical=categorical)
    match pair.reference, pair.current:
        case (EmptyColumn(), EmptyColumn()):
            return replace(pair, not_tested="It holds no value in either table.")
        case (UnusableColumn(), _) | (_, UnusableColumn()):
            return replace(pair, kind=ColumnKind.TEXT)
        case (NumberColumn() as r, NumberColumn() as c):
            kind = ColumnKind.IDENTIFIER if _numbers_are_ids(r, c) else ColumnKind.NUMERIC
        case (LabelColumn() as r, LabelColumn() as c):
            kind = ColumnKind.CATEGORICAL if categorical else _label_kind(r, c)
        case _:
            kind = ColumnKind.DATETIME
    return replace(pair, kind=kind, not_tested=pair.not_tested or _why_untested(kind))


def _why_untested(kind: ColumnKind) -> str | None:
    match kind:
        case ColumnKind.TEXT:
            return "Free text: nearly every value is distinct."
        case ColumnKind.IDENTIFIER:
            return "It looks like an identifier: nearly every value is distinct."
        case ColumnKind.DATETIME:
            return "A time column is expected to move; its window is reported instead."
        case _:
            return None


def _shared_notes(reference: Column, current: Column) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*reference.notes, *current.notes)))


def _reconcile(pair: ColumnPair, *, categorical: bool) -> ColumnPair:
    """Bring both sides into the same form, noting what it took."""
    if categorical:
        r, c = (_as_labels(side) for side in (pair.reference, pair.current))
        pair = replace(pair, reference=r, current=c)
    match pair.reference, pair.current:
        case (EmptyColumn() as empty, EmptyColumn()):
            return pair
        case (EmptyColumn() as empty, other):
            return replace(pair, reference=_emptied(other, empty))
        case (other, EmptyColumn() as empty):
            return replace(pair, current=_emptied(other, empty))
        case (UnusableColumn() as bad, _) | (_, UnusableColumn() as bad):
            return replace(pair, not_tested=bad.notes[0], type_change=_type_change(pair))
        case (LabelColumn() as r, LabelColumn() as c):
            return _dates_in_text(replace(pair, type_change=_type_change(pair)), r, c)
        case (NumberColumn() as r, NumberColumn() as c):
            return _common_numbers(pair, r, c)
        case (TimeColumn(), TimeColumn()):
            return pair
    return _across_types(replace(pair, type_change=_type_change(pair)))


def _type_change(pair: ColumnPair) -> tuple[str, str] | None:
    """Words for both sides when they hold different things. Text and categories are the same thing."""
    words = (pair.reference.words, pair.current.words)
    same = {"categories": "text", "mixed values": "text", "durations": "numbers"}
    return words if same.get(words[0], words[0]) != same.get(words[1], words[1]) else None


def _emptied(other: Column, empty: EmptyColumn) -> Column:
    """A side without values, in the form of the other side."""
    match other:
        case LabelColumn():
            return LabelColumn(other.labels[:0], other.counts[:0], empty.n_rows, empty.digest)
        case NumberColumn() | TimeColumn():
            return replace(other, values=other.values[:0], n_rows=empty.n_rows, digest=empty.digest)
        case _:
            return empty


def _common_numbers(pair: ColumnPair, r: NumberColumn, c: NumberColumn) -> ColumnPair:
    """One dtype for both sides, exactly where that is possible."""
    if r.values.dtype == c.values.dtype:
        return pair
    whole, other = (r, c) if r.values.dtype.kind in "iu" else (c, r)
    if other.values.dtype.kind in "iu":
        dtype: type = np.int64
    elif _exact_as_float(whole.values) or whole is other:
        dtype = np.float64
    elif np.isfinite(other.values).all() and (other.values == np.floor(other.values)).all():
        # Whole numbers that became floats because of a missing value: beyond 2**53 only integers stay distinct.
        dtype = np.int64 if abs(other.values).max() < 2**63 else np.float64
    else:
        dtype = np.float64
        pair = replace(pair, notes=(*pair.notes, "Large whole numbers were compared with the precision of a float."))
    return replace(
        pair,
        reference=replace(r, values=r.values.astype(dtype, copy=False)),
        current=replace(c, values=c.values.astype(dtype, copy=False)),
    )


def _exact_as_float(values: npt.NDArray[Any]) -> bool:
    return values.dtype.kind == "f" or not values.size or max(abs(int(values[0])), abs(int(values[-1]))) <= 2**53


def _across_types(pair: ColumnPair) -> ColumnPair:
    """Numbers or dates on one side, something else on the other."""
    sides = [pair.reference, pair.current]
    labels = next((i for i, side in enumerate(sides) if isinstance(side, LabelColumn)), None)
    if labels is None:
        return replace(pair, not_tested="Dates and numbers cannot be compared.", reference=_unusable(sides[0]))
    text, other = sides[labels], sides[1 - labels]
    assert isinstance(text, LabelColumn)
    parsed, share = _parse_dates(text) if isinstance(other, TimeColumn) else _parse_numbers(text)
    if parsed is not None:
        sides[labels] = parsed
        note = f"Text that reads as {parsed.words} was compared as such"
        note += f"; the other {fmt_percent(1 - share)} of it counts as missing." if share < 1 else "."
        if text.words == "true or false":
            note = "True and false were compared as 1 and 0."
        pair = replace(pair, reference=sides[0], current=sides[1], notes=(*pair.notes, note))
        match pair.reference, pair.current:
            case (NumberColumn() as r, NumberColumn() as c):
                return _common_numbers(pair, r, c)
        return pair
    if isinstance(other, NumberColumn) and _few_distinct(other):
        sides[1 - labels] = _as_labels(other)
        note = "One table holds numbers and the other text; both were compared as categories."
        return replace(pair, reference=sides[0], current=sides[1], notes=(*pair.notes, note))
    why = f"One table holds {pair.reference.words} and the other {pair.current.words}: nothing can be compared."
    return replace(pair, not_tested=why, reference=_unusable(sides[0]))


def _few_distinct(side: NumberColumn) -> bool:
    """Numbers that repeat enough to be the names of something."""
    return int(np.unique(side.values).size) <= min(MAX_NUMBER_LABELS, max(20, side.n_present // 2))


def _unusable(side: Column) -> UnusableColumn:
    return UnusableColumn(side.n_present, side.n_rows, side.digest, side.words)


def _parse_numbers(text: LabelColumn) -> tuple[NumberColumn | None, float]:
    """Labels as numbers, and the share of values that read as one."""
    labels = pd.Series(text.labels.to_pylist(), dtype=object)
    if text.words == "true or false":
        labels = labels.map({"True": "1", "False": "0"})
    values = pd.to_numeric(labels, errors="coerce").to_numpy(dtype=float)
    good = ~np.isnan(values)
    share = float(text.counts[good].sum() / max(1, text.n_present))
    if share < MIN_PARSED:
        return None, share
    numbers = sort_numbers(np.repeat(values[good], text.counts[good]))
    return NumberColumn(numbers, text.n_rows, text.digest, notes=text.notes), share


def _parse_dates(text: LabelColumn) -> tuple[TimeColumn | None, float]:
    """Labels in ISO 8601 as points in time, and the share of values that read as one."""
    labels = pd.Series(text.labels.to_pylist(), dtype=object)
    moments = pd.to_datetime(labels, errors="coerce", utc=True, format="ISO8601")
    good = moments.notna().to_numpy()
    share = float(text.counts[good].sum() / max(1, text.n_present))
    if share < MIN_PARSED:
        return None, share
    values = moments[good].dt.tz_localize(None).to_numpy(dtype="datetime64[us]").astype(np.int64)
    return TimeColumn(np.sort(np.repeat(values, text.counts[good])), text.n_rows, text.digest), share


def _dates_in_text(pair: ColumnPair, r: LabelColumn, c: LabelColumn) -> ColumnPair:
    """Both sides of text as dates when that is what they hold, as CSV files have them."""
    if not all(len(side.labels) and _ISO_DATE.match(side.labels[0].as_py()) for side in (r, c)):
        return pair
    (times_r, _), (times_c, _) = _parse_dates(r), _parse_dates(c)
    if times_r is None or times_c is None:
        return pair
    return replace(pair, reference=times_r, current=times_c)


def _as_labels(side: Column) -> Column:
    if not isinstance(side, NumberColumn):
        return side
    values, counts = np.unique(side.values, return_counts=True)
    # 1 and 1.0 are one category, whichever of the two a table was read as.
    texts = [str(int(v)) if np.isfinite(v) and v == int(v) else repr(float(v)) for v in values.tolist()]
    return LabelColumn(pa.array(texts, pa.large_string()), counts, side.n_rows, side.digest, side.words, side.notes)


def _numbers_are_ids(r: NumberColumn, c: NumberColumn) -> bool:
    """Whole numbers, all distinct, that run through their range, or ascend and run on from one table to the other."""
    larger = max(r, c, key=lambda side: side.n_present)
    if r.values.dtype.kind not in "iu" or larger.n_present < MIN_ROWS_FOR_IDS:
        return False
    if not all((side.values[1:] != side.values[:-1]).all() for side in (larger, r, c)):
        return False
    span = int(larger.values[-1]) - int(larger.values[0]) + 1
    if span <= 2 * larger.n_present:
        return True
    # Ascending alone may be an export sorted by amount; numbers that are handed out also run on from table to table.
    apart = r.values[-1] < c.values[0] or c.values[-1] < r.values[0]
    return bool(apart) and all(side.ascending and _evenly_spaced(side) for side in (r, c) if side.n_present > 1)


def _evenly_spaced(side: NumberColumn) -> bool:
    steps = np.diff(side.values)
    return bool(steps.max() <= 50 * np.median(steps))


def _label_kind(r: LabelColumn, c: LabelColumn) -> ColumnKind:
    larger = max(r, c, key=lambda side: side.n_present)
    distinct = len(larger.labels) / max(1, larger.n_present)
    if larger.n_present < MIN_ROWS_FOR_IDS or distinct < 0.5:
        return ColumnKind.CATEGORICAL
    long = float(pc.mean(pc.utf8_length(larger.labels)).as_py()) >= 40
    if long:
        return ColumnKind.TEXT
    return ColumnKind.IDENTIFIER if distinct >= _NEARLY_ALL else ColumnKind.CATEGORICAL
