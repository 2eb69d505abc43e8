"""Filter simulation: a current table made of the reference rows that pass one condition.

A filter can be written and read as text, so that a simulation can be linked to::

    age < 35            18 <= age <= 30            job in student, retired            "my column" >= 2024-01-01

A name or category that is anything but letters, digits, ``_``, ``.`` and ``-`` is written in double quotes, as
in JSON. Missing values never pass a filter.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import dataclass

import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

from driftium_core.errors import ColumnError
from driftium_core.formats import fmt_count
from driftium_core.tabular.formats.wording import listed, one_line, quoted
from driftium_core.tabular.table import Table

__all__ = ["CategoryFilter", "Filter", "RangeFilter", "apply_filter", "filter_table", "parse_filter"]

_BARE = re.compile(r"[^\W\d][\w.\-]*")
_BARE_VALUE = re.compile(r"[\w.\-]+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?")
_TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|(<=|>=|<|>|,)|([^\s",<>=]+))\s*', re.DOTALL)
_HINT = "Write it like `age < 35`, `18 <= age <= 30` or `job in student, retired`."


@dataclass(frozen=True, slots=True)
class RangeFilter:
    """Rows whose number or moment lies between two bounds.

    By default the lower bound belongs to the range and the upper does not, so that ``high=35`` is ``age < 35``.

    Attributes
    ----------
    column : str
    low, high : float or pandas.Timestamp or None
        None leaves that side open; at least one is given. Moments are naive UTC.
    include_low, include_high : bool
        Whether a value equal to the bound passes.
    """

    column: str
    low: float | pd.Timestamp | None = None
    high: float | pd.Timestamp | None = None
    include_low: bool = True
    include_high: bool = False

    def __post_init__(self) -> None:
        bounds = [bound for bound in (self.low, self.high) if bound is not None]
        if not bounds or any(bool(pd.isna(bound)) for bound in bounds):
            raise ColumnError(f"A range for {quoted(self.column)} needs a lower or an upper bound. {_HINT}")
        if len({isinstance(bound, pd.Timestamp) for bound in bounds}) > 1:
            raise ColumnError(f"A range for {quoted(self.column)} needs two numbers or two dates, not one of each.")

    def describe(self) -> str:
        """``"age < 35"``, ``"age >= 60"`` or ``"18 <= age < 35"``; `parse_filter` reads it back."""
        name = _name(self.column)
        below = "<=" if self.include_high else "<"
        if self.low is None:
            return f"{name} {below} {_bound(self.high)}"
        if self.high is None:
            return f"{name} {'>=' if self.include_low else '>'} {_bound(self.low)}"
        return f"{_bound(self.low)} {'<=' if self.include_low else '<'} {name} {below} {_bound(self.high)}"


@dataclass(frozen=True, slots=True)
class CategoryFilter:
    """Rows whose category is one of those kept.

    Attributes
    ----------
    column : str
    keep : tuple of str
        At least one category, as shown; numbers by their text (``"3"``).
    """

    column: str
    keep: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.keep:
            raise ColumnError(f"Choose at least one category of {quoted(self.column)} to keep.")

    def describe(self) -> str:
        """``"job in student, retired"``; `parse_filter` reads it back."""
        return f"{_name(self.column)} in {', '.join(_category(value) for value in self.keep)}"


Filter = RangeFilter | CategoryFilter


def apply_filter(frame: pd.DataFrame, rule: Filter) -> pd.DataFrame:
    """Rows of *frame* that pass *rule*, in their order, with a fresh index.

    Raises
    ------
    ColumnError
        When the column is absent or of another kind, or when no row is left; the message tells what exists.
    """
    if rule.column not in frame.columns:
        raise ColumnError(f"There is no column {quoted(rule.column)}. The columns are {listed(list(frame.columns))}.")
    values = frame[rule.column]
    passing = _in_range(values, rule) if isinstance(rule, RangeFilter) else _in_categories(values, rule)
    kept = frame[passing & values.notna()].reset_index(drop=True)
    if kept.empty:
        raise ColumnError(f"No row passes this filter on {quoted(rule.column)}: {_what_exists(values, rule)}.")
    return kept


def filter_table(table: Table, rule: Filter) -> Table:
    """`apply_filter` on a table: the result is named after both and hashed from the table's hash and the filter.

    Raises
    ------
    ColumnError
        As `apply_filter`.
    """
    frame = apply_filter(table.frame, rule)
    text = rule.describe()
    content_hash = hashlib.sha256(f"{table.content_hash} {text}".encode("utf-8", "surrogatepass")).hexdigest()
    note = (
        f"Simulated: {fmt_count(len(frame), 'row')} of {fmt_count(len(table.frame), 'row')} with {one_line(text, 120)}."
    )
    return Table(f"{table.name}, {one_line(text, 60)}", frame, content_hash, (note,))


def parse_filter(text: str) -> Filter:
    """The filter that a text such as ``age < 35`` or ``job in student, retired`` describes.

    Raises
    ------
    ColumnError
        When the text is no filter; the message shows how one is written.

    Examples
    --------
    >>> parse_filter("age < 35")
    RangeFilter(column='age', low=None, high=35.0, include_low=True, include_high=False)
    >>> parse_filter('"my job" in student, "on leave"').keep
    ('student', 'on leave')
    """
    tokens = _tokens(text)
    match tokens:
        case [_Word() as name, _Word(text="in", is_quoted=False), *rest] if rest:
            return CategoryFilter(_column(name, text), _kept(rest, text))
        case [_Word() as name, "<" | "<=" as sign, _Word() as high]:
            return RangeFilter(_column(name, text), None, _number(high, text), include_high=sign == "<=")
        case [_Word() as name, ">" | ">=" as sign, _Word() as low]:
            return RangeFilter(_column(name, text), _number(low, text), None, include_low=sign == ">=")
        case [_Word() as low, "<" | "<=" as first, _Word() as name, "<" | "<=" as second, _Word() as high]:
            return RangeFilter(
                _column(name, text),
                _number(low, text),
                _number(high, text),
                include_low=first == "<=",
                include_high=second == "<=",
            )
    raise _unreadable(text)


@dataclass(frozen=True, slots=True)
class _Word:
    """A name, category or bound in the text of a filter; quotes are taken off."""

    text: str
    is_quoted: bool


def _tokens(text: str) -> list[_Word | str]:
    tokens: list[_Word | str] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unreadable(text)
        in_quotes, sign, bare = match.groups()
        if in_quotes:
            try:
                tokens.append(_Word(str(json.loads(in_quotes)), True))
            except ValueError:
                raise _unreadable(text) from None
        else:
            tokens.append(sign or _Word(bare, False))
        position = match.end()
    return tokens


def _unreadable(text: str) -> ColumnError:
    return ColumnError(f"{quoted(text)} is not a filter. {_HINT}")


def _column(word: _Word, text: str) -> str:
    """A bare number where a name belongs is a slip, not a column."""
    if not word.is_quoted and not _is_bare_name(word.text):
        raise _unreadable(text)
    return word.text


def _kept(tokens: list[_Word | str], text: str) -> tuple[str, ...]:
    words, commas = tokens[::2], tokens[1::2]
    if len(words) != len(commas) + 1 or any(comma != "," for comma in commas):
        raise _unreadable(text)
    return tuple(_word_text(word, text) for word in words)


def _word_text(token: _Word | str, text: str) -> str:
    if isinstance(token, str):
        raise _unreadable(text)
    return token.text


def _number(word: _Word, text: str) -> float | pd.Timestamp:
    if word.is_quoted:
        raise _unreadable(text)
    try:
        return pd.Timestamp(word.text) if _DATE.fullmatch(word.text) else float(word.text)
    except ValueError:
        raise _unreadable(text) from None


def _is_bare_name(name: str) -> bool:
    return bool(_BARE.fullmatch(name)) and name != "in" and name.lower() not in ("inf", "infinity", "nan")


def _name(column: str) -> str:
    return column if _is_bare_name(column) else json.dumps(column, ensure_ascii=False)


def _category(value: str) -> str:
    return value if _BARE_VALUE.fullmatch(value) else json.dumps(value, ensure_ascii=False)


def _bound(bound: float | pd.Timestamp | None) -> str:
    if isinstance(bound, pd.Timestamp):
        return bound.isoformat().removesuffix("T00:00:00")
    number = float(bound if bound is not None else math.nan)
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)


def _in_range(values: pd.Series, rule: RangeFilter) -> pd.Series:
    wants_moment = isinstance(rule.low if rule.low is not None else rule.high, pd.Timestamp)
    if is_datetime64_any_dtype(values):
        fits, holds = wants_moment, "dates"
    else:
        is_number = is_numeric_dtype(values) and not is_bool_dtype(values)
        fits, holds = is_number and not wants_moment, "numbers" if is_number else "text"
    if not fits:
        advice = "choose categories" if holds == "text" else f"give {holds} as bounds"
        raise ColumnError(f"{quoted(rule.column)} holds {holds}, so this range does not apply; {advice} instead.")
    passing = pd.Series(True, index=values.index)
    if rule.low is not None:
        passing &= values >= rule.low if rule.include_low else values > rule.low
    if rule.high is not None:
        passing &= values <= rule.high if rule.include_high else values < rule.high
    return passing


def _in_categories(values: pd.Series, rule: CategoryFilter) -> pd.Series:
    if not is_numeric_dtype(values) or is_bool_dtype(values):
        return values.astype("str").isin(rule.keep)
    # 3 and 3.0 are one category: a whole-number column with missing values is stored as floats.
    return values.isin([number for number in map(_float_or_nan, rule.keep) if not math.isnan(number)])


def _float_or_nan(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _what_exists(values: pd.Series, rule: Filter) -> str:
    present = values.dropna()
    if present.empty:
        return "all of its values are missing"
    if isinstance(rule, RangeFilter):
        low, high = present.min(), present.max()
        if is_datetime64_any_dtype(values):
            return f"its values run from {_bound(low)} to {_bound(high)}"
        return f"its values run from {low:g} to {high:g}".replace("-", "−")
    return f"its values are {listed([str(value) for value in present.value_counts().index], noun='more value')}"
