"""What the LLM Dashboard shows: the pools as they are now, or one calculation of the history, or answers of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from driftium_core.formats import fmt_n

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
    """

    report: TextReport
    calculation: Calculation | None
    baseline: Baseline | None
    ids: PoolIds

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
        report=check.report,
        calculation=check.calculation,
        baseline=live.status.baseline,  # as it is now: the check's own may have been active then
        ids=check.ids,
    )


@dataclass(frozen=True, slots=True)
class Picked:
    """Positions, in both pools, of the answers that were picked on the map: the comparer shows these only."""

    baseline: tuple[int, ...]
    current: tuple[int, ...]

    @property
    def label(self) -> str:
        """How many and where, in words: ``"12 picked on the map"``."""
        return f"{fmt_n(len(self.baseline) + len(self.current))} picked on the map"
