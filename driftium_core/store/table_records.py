"""Checks of tables and saved references, as they go into the store and come out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from driftium_core.severity import Severity

__all__ = ["NewRun", "RunFacts", "SavedReference", "TableRun"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What is known of a table check besides its report.

    Attributes
    ----------
    drift_rate, max_effect : float or None
        Between 0 and 1; None when nothing was monitored, or nothing drifted.
    simulated : str or None
        The filter that made the current table out of the reference, as text; None for a table of its own.
    options : str
        What departs from the default settings, in words; empty for the defaults.
    duration_ms : float
        Time the comparison took.
    fingerprint : str
        Digest of both tables' content and the settings; unique per project.
    """

    reference_name: str
    current_name: str
    reference_rows: int
    current_rows: int
    severity: Severity | None
    status: str
    drifted: int
    monitored: int
    drift_rate: float | None
    max_effect: float | None
    simulated: str | None
    options: str = ""
    duration_ms: float
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun(RunFacts):
    """A finished table check, about to be stored; ``report`` holds JSON values."""

    report: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRun(RunFacts):
    """A stored table check without its report; ``created_at`` is in UTC."""

    id: str
    project: str
    created_at: datetime

    @property
    def title(self) -> str:
        """Both tables in words."""
        return f"“{self.current_name}” against “{self.reference_name}”"

    def about(self) -> dict[str, Any]:
        """What a download of the report is about."""
        return {
            "reference": self.reference_name,
            "current": self.current_name,
            "simulated": self.simulated,
            "run_id": self.id,
            "created_at": self.created_at.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedReference:
    """A saved reference table without its data.

    ``columns`` are the column names, ``content_hash`` the digest that the table had when it was saved.
    """

    id: str
    project: str
    name: str
    created_at: datetime
    rows: int
    columns: tuple[str, ...]
    content_hash: str
    size_bytes: int
