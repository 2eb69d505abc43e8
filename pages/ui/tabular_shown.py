"""What the Tabular page shows: one report, of the tables that are chosen now or of a saved run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from driftium_core.tabular.report import TableReport
    from pages.ui.tabular_inputs import Choice

__all__ = ["Shown"]


@dataclass(frozen=True, slots=True)
class Shown:
    """One report with what can be done with it.

    Attributes
    ----------
    key : str
        The run's fingerprint: what is prepared for the page is prepared once per key.
    title : str
        Both tables in words.
    run_id : str or None
        None while the run is not saved; ``save`` then saves it and returns the id, or None when that failed.
    choice : Choice or None
        The tables; None of a saved run, which does not hold them.
    """

    report: TableReport
    key: str
    title: str
    run_id: str | None = None
    choice: Choice | None = None
    save: Callable[[], str | None] | None = None
