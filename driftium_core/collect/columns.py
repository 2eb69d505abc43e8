"""Which column of a growing log holds what: found once, kept, and followed when later records are written otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING

from driftium_core.errors import InputError, SourceError
from driftium_core.formats import fmt_count, fmt_name, fmt_names
from driftium_core.text.log_columns import NO_COLUMN, SURE_RANK, LogColumns, choose_columns, response_rank

if TYPE_CHECKING:
    from driftium_core.tabular.records import Records

__all__ = ["Found", "columns_in_use", "first_columns", "followed_columns", "with_columns"]

MANY_ROWS = 50
"""So many records without the column of the responses are a change of the log; fewer are records of another kind."""

Found = dict[str, str | None]
"""Roles and names of `LogColumns`, as a cursor keeps them."""


def first_columns(names: Iterable[str], told: LogColumns | None, *, log_name: str) -> Found:
    """The columns of a log that is read for the first time.

    Raises
    ------
    SourceError
        There is no column, or more than one, that can be the responses.
    """
    try:
        return asdict(choose_columns(list(names), told, log_name=log_name)[0])
    except InputError as error:
        raise SourceError(str(error)) from None


def followed_columns(found: Found, told: LogColumns | None, records: Records, *, log_name: str) -> LogColumns:
    """What to read these records by, when *found* is what earlier ones were read by.

    Raises
    ------
    SourceError
        Many records, and none has a column for the responses.
    """
    given = told or LogColumns()
    names = records.columns
    known = found.get("response")
    fresh = _fresh(names, told)
    if fresh is not None and (known is None or _is_better(fresh, known, names)):
        return replace(given, response=fresh)
    if known is None or (known not in names and len(records.positions) >= MANY_ROWS):
        problem = f"has no column `{fmt_name(known)}` any more" if known else "has no column that holds responses"
        has = f"{fmt_count(len(records.positions), 'record')} of it have {fmt_names(list(names))}"
        raise SourceError(f"{log_name} {problem}: {has}. Choose the response column by its name.")
    kept = {role: name for role, name in found.items() if name and not getattr(given, role)}
    ids = NO_COLUMN if found.get("id") == NO_COLUMN else given.id
    # An id that was only guessed stays a guess, so that ids that repeat are noticed.
    return replace(given, **{**kept, "id": ids})


def _fresh(names: Iterable[str], told: LogColumns | None) -> str | None:
    try:
        return choose_columns(list(names), told, log_name="")[0].response
    except InputError:
        return None


def _is_better(fresh: str, known: str, names: Iterable[str]) -> bool:
    """Whether records that have *fresh* are to be read by it rather than by what earlier ones were read by."""
    if known in names:
        return response_rank(fresh) < response_rank(known)
    return response_rank(fresh) <= max(SURE_RANK, response_rank(known))


def with_columns(records: Records, columns: LogColumns) -> Records:
    """The records with empty columns for those that are to be read and that none of them has."""
    from driftium_core.tabular.records import empty_column

    wanted = [name for f in fields(columns) if (name := getattr(columns, f.name))]
    absent = {name: empty_column(len(records.positions)) for name in wanted if name not in records.columns}
    return replace(records, columns={**records.columns, **absent})


def columns_in_use(found: Found) -> list[str]:
    """Names of the columns that something is read from."""
    return list(dict.fromkeys(name for name in found.values() if name))
