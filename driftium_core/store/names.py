"""Names that users give to what is stored."""

from __future__ import annotations

from driftium_core.errors import InputError
from driftium_core.formats import fmt_n

__all__ = ["checked_name"]

LONGEST = 200
"""Characters of a name, unless said otherwise."""


def checked_name(name: str, of: str, *, longest: int = LONGEST, instead: str = "Shorten it.") -> str:
    """The name without surrounding space.

    Parameters
    ----------
    of : str
        What it names, with its article: ``a baseline``.
    instead : str
        What to do when it is too long.

    Raises
    ------
    InputError
        It is empty or too long.
    """
    name = name.strip()
    if not name:
        raise InputError(f"{of[:1].upper()}{of[1:]} needs a name.")
    if len(name) > longest:
        raise InputError(
            f"The name of {of} may have {fmt_n(longest)} characters, and this one has {fmt_n(len(name))}. {instead}"
        )
    return name
