"""What the LLM Dashboard shows: the pools as they are now, or one calculation of the history, or answers of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pages.ui.project import current_project

if TYPE_CHECKING:
    from driftium_core.monitor import LiveCheck, PoolIds
    from driftium_core.store.records import Baseline, Calculation
    from driftium_core.text.report import TextReport

__all__ = ["Picked", "Shown", "shown_now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A report with where it comes from.

    Attributes
    ----------
    calculation : Calculation or None
        Its record; None when it could not be stored.
    baseline : Baseline or None
        What was compared with; None when it was deleted since.
    ids : PoolIds
        The stored responses behind the report's positions, as far as they are still known.
    live : bool
        It is about the pools as they are, or were a moment ago, and not opened from the history.
    """

    project: str
    report: TextReport
    calculation: Calculation | None
    baseline: Baseline | None
    ids: PoolIds
    live: bool

    @property
    def key(self) -> str:
        """Tells this report from any other, for widget keys and caches."""
        if self.calculation:
            return self.calculation.fingerprint[:24]
        return f"{self.report.baseline_hash[:12]}{self.report.current_hash[:12]}"


def shown_now(live: LiveCheck) -> Shown | None:
    """The newest comparison with the chosen version, which may be a moment old; None where there is none."""
    check = live.check
    if check is None or check.report is None:
        return None
    return Shown(
        project=current_project(),
        report=check.report,
        calculation=check.calculation,
        baseline=live.status.baseline,  # as it is now: the check's own may have been active then
        ids=check.ids,
        live=True,
    )


@dataclass(frozen=True, slots=True)
class Picked:
    """Answers that were picked elsewhere on the page, e.g. on the map: the comparer shows these only.

    Attributes
    ----------
    source : str
        How many and where, in words: ``"12 picked on the map"``.
    baseline, current : tuple of int
        Positions in the pools.
    """

    source: str
    baseline: tuple[int, ...]
    current: tuple[int, ...]
