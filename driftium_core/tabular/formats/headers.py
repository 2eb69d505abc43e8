"""Distinct, non-empty column names out of whatever the header holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from driftium_core.formats import fmt_count
from driftium_core.tabular.formats.wording import listed, quoted

__all__ = ["column_names"]

_MANY = 5


def column_names(header: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names for a header's fields, and notes on those that had to be made up or changed.

    An empty field becomes ``column_3`` (its position, from 1), the second ``age`` becomes ``age_2``; a name that
    the header already has is not given away twice.
    """
    stripped = [field.strip().removeprefix("\ufeff").strip() for field in header]
    taken = set(stripped)
    copies: Counter[str] = Counter()
    names: list[str] = []
    made_up: list[str] = []
    renamed: list[tuple[str, str]] = []
    for position, field in enumerate(stripped, start=1):
        copies[field] += 1
        name = field
        if not field:
            name = f"column_{position}"
            name = _numbered(name, taken, 2) if name in taken else name
            made_up.append(name)
        elif copies[field] > 1:
            name = _numbered(field, taken, copies[field])
            renamed.append((field, name))
        taken.add(name)
        names.append(name)
    return names, _notes(made_up, renamed)


def _numbered(name: str, taken: set[str], number: int) -> str:
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _notes(made_up: list[str], renamed: list[tuple[str, str]]) -> list[str]:
    notes = []
    if made_up:
        was = "was" if len(made_up) == 1 else "were"
        notes.append(f"{fmt_count(len(made_up), 'empty header')} {was} named {listed(made_up)}.")
    for old, new in renamed[:_MANY]:
        notes.append(f"Duplicate header {quoted(old)} was renamed {quoted(new)}.")
    if len(renamed) > _MANY:
        notes.append(f"{fmt_count(len(renamed) - _MANY, 'more duplicate header')} got a number as well.")
    return notes
