"""Where each column of a table stands, by its name as text."""

from __future__ import annotations

import pandas as pd

from driftium_core.errors import InputError

__all__ = ["place_by_name"]


def place_by_name(table: pd.DataFrame, role: str) -> dict[str, int]:
    """Position of each column by its name as text; a repeated name gets a number.

    Raises
    ------
    InputError
        The table is no DataFrame; *role* names it.
    """
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"The {role} must be a pandas DataFrame, not {type(table).__name__}.")
    places: dict[str, int] = {}
    repeats: dict[str, int] = {}
    for place, label in enumerate(table.columns):
        plain = " / ".join(map(str, label)) if isinstance(label, tuple) else str(label)
        name = plain
        while name in places:
            repeats[plain] = repeats.get(plain, 1) + 1
            name = f"{plain} ({repeats[plain]})"
        places[name] = place
    return places
