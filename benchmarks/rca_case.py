"""One planted case of the root-cause catalogue: what was planted, and the ledger of the report on it."""

from __future__ import annotations

from dataclasses import dataclass

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Ledger

__all__ = ["Case"]


@dataclass(frozen=True, slots=True)
class Case:
    """A ledger whose cause is known, because it was planted. ``name`` says how, in a few words."""

    name: str
    cause: Cause
    ledger: Ledger
