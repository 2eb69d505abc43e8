"""Assumptions about column types, one sentence for each kind of assumption."""

from __future__ import annotations

from collections.abc import Sequence

from driftium_core.tabular.formats.columns import Assumption, Converted
from driftium_core.tabular.formats.wording import listed, quoted

__all__ = ["type_notes"]

_SENTENCES: dict[Assumption, str] = {
    "decimal comma": "Decimal comma in {columns} ({example}).",
    "thousands": "Thousands separators removed in {columns} ({example}).",
    "unit": "The unit was removed in {columns} ({example}).",
    "code": "{columns} kept as text: codes such as {example} would lose their leading zero.",
    "large": "{columns} kept as text: numbers such as {example} have too many digits to be exact.",
    "mixed": "{columns} kept as text: values such as {example} are not numbers.",
    "moment": "{columns} read as dates.",
    "utc": "Times with an offset in {columns} were brought to UTC.",
    "namibia": "NA in {columns} was kept as a value, as all others are two-letter codes.",
}


def type_notes(names: Sequence[str], columns: Sequence[Converted]) -> list[str]:
    """One sentence per kind of assumption, naming its columns and the first example."""
    found: dict[Assumption, list[tuple[str, str]]] = {}
    for name, column in zip(names, columns, strict=True):
        for assumption, example in column.assumed:
            found.setdefault(assumption, []).append((name, example))
    return [
        sentence.format(columns=listed([name for name, _ in found[kind]]), example=quoted(found[kind][0][1]))
        for kind, sentence in _SENTENCES.items()
        if kind in found
    ]
