"""How often something is found in repeated trials, with exact 95 % bounds, against a goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.stats import binomtest

__all__ = ["Rate", "print_rates"]


@dataclass(frozen=True, slots=True)
class Rate:
    """One line of a table of rates.

    Attributes
    ----------
    what : str
        What was planted, and what counts as found.
    found, trials : int
    goal : float
        Share of trials that is wanted.
    rule : {"at_least", "at_most", "equal"}
        ``equal`` is for a level that a test promises: met when the goal lies within the 99 % bounds, or the level
        is lower still.
    """

    what: str
    found: int
    trials: int
    goal: float
    rule: Literal["at_least", "at_most", "equal"]

    def bounds(self, confidence: float = 0.95) -> tuple[float, float]:
        """Clopper-Pearson interval of the share."""
        interval = binomtest(self.found, self.trials).proportion_ci(confidence, method="exact")
        return float(interval.low), float(interval.high)

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        share = self.found / self.trials
        if self.rule == "equal":
            return self.bounds(0.99)[0] <= self.goal
        return share >= self.goal if self.rule == "at_least" else share <= self.goal


def print_rates(rates: Sequence[Rate]) -> bool:
    """Print the table; True when every goal is met."""
    width = max(len(rate.what) for rate in rates)
    print(f"{'':{width}}{'trials':>8}{'share':>9}{'95 % bounds':>18}{'goal':>9}")
    for rate in rates:
        low, high = rate.bounds()
        sign = {"at_least": "≥", "at_most": "≤", "equal": "="}[rate.rule]
        print(
            f"{rate.what:{width}}{rate.trials:>8}{rate.found / rate.trials:>9.1%}{f'{low:.1%} to {high:.1%}':>18}"
            f"{f'{sign} {rate.goal:.0%}':>9}{'' if rate.met else '  MISSED'}"
        )
    return all(rate.met for rate in rates)
