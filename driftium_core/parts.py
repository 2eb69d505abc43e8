"""The state of one part of the app, told without loading it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["PartState", "Status"]

Status = Literal["ok", "idle", "missing", "error"]
"""``ok``: works now. ``idle``: installed and found, not loaded or nothing stored. ``missing``: not installed or not
found. ``error``: there, and does not work."""


@dataclass(frozen=True, slots=True)
class PartState:
    """What is known of one part now.

    Attributes
    ----------
    name : str
        ``database``, ``vectors``, ``embedder`` or ``generator``.
    detail : str
        A sentence on what was found.
    hint : str
        What to do about it; empty when nothing needs doing.
    """

    name: str
    status: Status
    detail: str
    hint: str = ""
