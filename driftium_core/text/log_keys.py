"""What makes a row of a log the same record when it is imported again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from driftium_core.formats import fmt_count, fmt_name

__all__ = ["KeyedRow", "row_keys"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRow:
    """What a key is made of; ``position`` is the row's place in the file."""

    position: int
    id: str | None
    prompt: str | None
    response: str
    time: datetime | None


def row_keys(
    rows: Sequence[KeyedRow], *, content_hash: str, unit: str, id_column: str | None, id_is_told: bool
) -> tuple[list[str], list[str]]:
    """A key for each row, and notes on ids that do not say which row is which.

    With an id: the id and a digest of both texts, so that ids counted from 0 in two files do not collide. Without:
    the digest of the file and the row's position. Equal answers at two times stay two records: a column of ids that
    was only guessed is left aside when rows with one id and content are not known to be of one time.

    Parameters
    ----------
    rows : sequence of KeyedRow
    content_hash : str
        Digest of the file.
    unit : str
        What positions count, for the notes.
    id_column : str or None
    id_is_told : bool
        Whether the user chose the column of ids.
    """
    by_place = [f"file:{content_hash}:{row.position}" for row in rows]
    if id_column is None:
        return by_place, []
    keys = [f"id:{row.id}:{_digest(row)}" if row.id else place for row, place in zip(rows, by_place, strict=True)]
    name = fmt_name(id_column)
    n_doubtful, n_repeated = _repeats(keys, rows)
    if n_doubtful and not id_is_told:
        return by_place, [f"`{name}` repeats, so rows are known by their place in the file, not by it."]
    if n_repeated:
        counted = fmt_count(n_repeated, unit)
        return keys, [f"{counted} with the `{name}` and texts of an earlier one: the same record."]
    ids = [row.id for row in rows if row.id]
    n_other = len(ids) - len(set(ids))
    if n_other:
        counted = fmt_count(n_other, unit)
        return keys, [f"{counted} with the `{name}` of an earlier one but other texts: kept as records of their own."]
    return keys, []


def _repeats(keys: Sequence[str], rows: Sequence[KeyedRow]) -> tuple[int, int]:
    """Rows with the key of an earlier one: those that may be of another time, and all."""
    first: dict[str, datetime | None] = {}
    doubtful = repeated = 0
    for key, row in zip(keys, rows, strict=True):
        if key not in first:
            first[key] = row.time
            continue
        repeated += 1
        doubtful += row.time is None or row.time != first[key]
    return doubtful, repeated


def _digest(row: KeyedRow) -> str:
    """Digest of both texts; the length keeps ("ab", "c") and ("a", "bc") apart."""
    prompt = row.prompt or ""
    return hashlib.sha256(f"{len(prompt)} {prompt}{row.response}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
